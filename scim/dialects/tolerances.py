"""What every dialect forgives, the plain one too: several clients do it, and RFC 7643/7644 give it no other meaning.

More of this kind is in the protocol itself: it reads operations, names and URNs in any case, booleans as text, bare
strings for objects with a `value`, a single value in a list in a PATCH, and "", null and [] as unassigned.
"""

import re
from typing import Any

from scim.dialects import assignments, filters, urns
from scim.dialects.urns import ENTERPRISE
from scim.protocol.definitions import ENTERPRISE_SCHEMA, RESOURCE_TYPES
from scim.protocol.lexer import Token
from scim.records import Document, Kind

_FORMER_URN = re.compile(
    r"urn:scim:schemas:(?P<schema>core|extension:enterprise):[12]\.0(?::(?:User|Group))?(?:[.:](?P<path>.+))?",
    re.IGNORECASE,
)
_ENTERPRISE_NAME = re.compile("|".join(ENTERPRISE_SCHEMA.attributes), re.IGNORECASE)
_PLURALS = {
    kind: {name for name, found in resource_type.attributes.items() if found.multi_valued and found.sub_attributes}
    for kind, resource_type in RESOURCE_TYPES.items()
}


def former_urns(kind: Kind, body: Document) -> Document:
    """Schema URNs from before the RFC, such as urn:scim:schemas:core:2.0, in `schemas`, as a name or before a path.

    Evidence: OneLogin's PUT (goauthentik/authentik#11249); Microsoft's own service code knows them as prefixes that end
    in a dot (AzureAD/SCIMReferenceCode, Path.cs); onelogin.json, "PUT with the pre-RFC schema URNs".
    """

    def rename(text: str) -> str:
        found = _FORMER_URN.fullmatch(text)
        if not found:
            return text
        urn = RESOURCE_TYPES[kind].schema.id if found["schema"].lower() == "core" else ENTERPRISE
        return f"{urn}:{found['path']}" if found["path"] else urn

    return urns.respell(body, rename)


def bare_enterprise_attributes(kind: Kind, body: Document) -> Document:
    """`manager`, `department` and the other enterprise attributes at the top of a user, outside their extension.

    Evidence: Microsoft, use-scim-to-provision-users-and-groups, the sample of creating a user has top-level department
    and manager; entra_forms.json, "create with a top-level department and manager".
    """
    strays = {name: value for name, value in body.items() if _is_enterprise(name) and value not in (None, "", [], {})}
    if kind != "User" or not strays:
        return body
    place = next((name for name in body if name.lower() == ENTERPRISE.lower()), ENTERPRISE)
    extension = body.get(place) or {}
    if not isinstance(extension, dict):
        return body
    rest = {name: value for name, value in body.items() if name not in strays}
    return {**rest, place: {**strays, **extension}}


def bare_enterprise_paths(kind: Kind, body: Document) -> Document:
    """`manager` and the other enterprise attributes as PATCH paths without the URN of their extension.

    Evidence: Microsoft, use-scim-to-provision-users-and-groups, the sample of updating a reference has the path
    manager; entra_forms.json, "replace the manager by a bare path and a list".
    """

    def qualify(path: str, value: Any) -> tuple[str, Any]:
        return (f"{ENTERPRISE}:{path}" if _is_enterprise(path.partition(".")[0]) else path), value

    return assignments.rewrite(body, qualify) if kind == "User" else body


def object_for_a_list(kind: Kind, body: Document) -> Document:
    """One object where a multi-valued attribute such as `emails` or `members` wants a list of them.

    Evidence: OneLogin's template lets the customer write emails as an object (15five/django-scim2 has a special case
    for it); onelogin.json, "create with emails as an object, not a list".
    """

    def wrap(name: str, value: Any) -> tuple[str, Any]:
        return name, [value] if name.lower() in _PLURALS[kind] and isinstance(value, dict) else value

    return assignments.rewrite(body, wrap)


def bare_enterprise_filters(text: str) -> str:
    """`manager` and the other enterprise attributes compared in a filter without the URN of their extension.

    Evidence: Microsoft, use-scim-to-provision-users-and-groups, checks a reference by `id eq … and manager eq …`;
    entra_forms.json, "is this still the manager".
    """

    def qualify(token: Token, following: Token | None) -> str:
        is_bare = _is_enterprise(token.text.partition(".")[0]) and filters.is_operator(following)
        return f"{ENTERPRISE}:{token.text}" if is_bare else token.text

    return filters.respell(text, qualify) if _ENTERPRISE_NAME.search(text) else text


def doubly_encoded_addresses(text: str) -> str:
    """An e-mail address in a filter that is still URL-encoded once the query string was decoded: bjensen%40example.com.

    Evidence: Microsoft's SCIM validator (ssoready/ssoready, internal/authservice/scim.go). Plus signs stay: to decode
    them twice breaks tagged addresses (elimity-com/scim#133); entra_forms.json, "match on a doubly encoded user name".
    """

    def decode(token: Token, _: Token | None) -> str:
        is_address = "%40" in token.text and "@" not in token.text
        return filters.decoded(token.text) if is_address else token.text

    return filters.respell(text, decode) if "%40" in text else text


def _is_enterprise(name: str) -> bool:
    return name.lower() in ENTERPRISE_SCHEMA.attributes


RESOURCE = (former_urns, bare_enterprise_attributes, object_for_a_list)
PATCH = (former_urns, bare_enterprise_paths)
FILTER = (bare_enterprise_filters, doubly_encoded_addresses)
