"""One room for each identity provider: what it does differently from the RFC, with the evidence (`Dialect`)."""

from collections.abc import Mapping
from types import MappingProxyType

from scim.dialects.dialect import Dialect
from scim.dialects.entra import ENTRA
from scim.dialects.jumpcloud import JUMPCLOUD
from scim.dialects.okta import OKTA
from scim.dialects.onelogin import ONELOGIN
from scim.dialects.rfc import RFC
from scim.dialects.rippling import RIPPLING

__all__ = ["DIALECTS", "Dialect"]

DIALECTS: Mapping[str, Dialect] = MappingProxyType(
    {dialect.name: dialect for dialect in (RFC, ENTRA, OKTA, ONELOGIN, JUMPCLOUD, RIPPLING)}
)
