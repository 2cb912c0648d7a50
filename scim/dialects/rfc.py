"""A client that speaks RFC 7643/7644, and any identity provider without a room of its own."""

from scim.dialects.dialect import Dialect

RFC = Dialect("rfc", "any SCIM 2.0 client")
