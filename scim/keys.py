"""The keys a record is found by: unique ones (claimed) and look-up ones (shared), and the key an equality asks for.

Names compare without regard to case (RFC 7643 §4.1.1, §4.2); an externalId belongs to the client that gave it
(RFC 7643 §3.1), so its key carries the client's name.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from scim import identity
from scim.protocol.errors import InvalidValue
from scim.protocol.path import AttributePath, resolve
from scim.protocol.schema import ResourceType
from scim.records import Document, Kind


def unique_keys(kind: Kind, document: Document) -> tuple[str, ...]:
    """A user's invitation address is unique too: the target cannot tell two people with one address apart."""
    if kind == "User":
        return _user_name(document["userName"]), *_address(document)
    return (_group_name(document["displayName"]),)


def lookup_keys(document: Document, external_ids: Mapping[str, str]) -> tuple[str, ...]:
    emails = {_email(email["value"]) for email in document.get("emails", ()) if email.get("value")}
    return (*sorted(emails), *(_external_id(client, value) for client, value in external_ids.items()))


def person_keys(document: Document, external_ids: Mapping[str, str]) -> tuple[str, ...]:
    """What says that a newcomer is somebody who was here before: the invitation address or the externalId."""
    return (
        *_address(document),
        *(_external_id(client, value) for client, value in external_ids.items()),
    )


def core_name(path: AttributePath, resource_type: ResourceType) -> str | None:
    """`emails.value`, in the schema's spelling; None for what is unknown or in an extension."""
    resolved = resolve(path, resource_type)
    if resolved is None or resolved.schema_urn is not None:
        return None
    return ".".join(part.name for part in (resolved.attribute, resolved.sub) if part)


def for_equality(path: AttributePath, value: Any, resource_type: ResourceType, client: str) -> str | None:
    """The key under which every resource that satisfies `path eq value` is found; None if there is no index."""
    name = core_name(path, resource_type)
    if name is None or not isinstance(value, str):
        return None
    try:
        return next(_candidates(resource_type.name, name, value, client), None)
    except InvalidValue:
        return None


def _candidates(kind: Kind, name: str, value: str, client: str) -> Iterator[str]:
    match kind, name:
        case "User", "userName":
            yield _user_name(value)
        case "Group", "displayName":
            yield _group_name(value)
        case "User", "emails" | "emails.value":
            yield _email(value)
        case _, "externalId":
            yield _external_id(client, value)


def _address(document: Document) -> tuple[str, ...]:
    address = identity.address(document)
    return () if address is None else (f"address={identity.email_key(address)}",)


def _user_name(value: str) -> str:
    return f"userName={identity.user_name_key(value)}"


def _group_name(value: str) -> str:
    return f"displayName={identity.group_name_key(value)}"


def _email(value: str) -> str:
    return f"email={value.casefold()}"


def _external_id(client: str, value: str) -> str:
    return f"externalId={client}={value}"


# ── for people who look ───────────────────────────────────────────────────────────────────────────────────

LONGEST_PREFIX = 10
_MOST_WORDS = 12
_BREAKS = re.compile(r"[\s,;.<>()\"'/\\_@-]+")


def words(document: Document) -> tuple[str, ...]:
    """By what somebody looks for a resource: the folded words of its names, and its addresses whole."""
    name = document.get("name", {})
    texts = [
        document.get("userName"),
        document.get("displayName"),
        *(name.get(part) for part in ("givenName", "familyName", "formatted")),
        *(email.get("value") for email in document.get("emails", ())),
    ]
    folded = [identity.fold(text) for text in texts if isinstance(text, str)]
    found = dict.fromkeys(folded)
    for text in folded:
        found.update(dict.fromkeys(word for word in _BREAKS.split(text) if word))
    return tuple(word for word in found if word)[:_MOST_WORDS]


def prefix(text: str) -> str:
    """The part of what somebody typed that an index can find; empty if there is nothing to look for."""
    return identity.fold(text)[:LONGEST_PREFIX].rstrip()


def has_words(document: Document, text: str) -> bool:
    """Whether each word of what somebody typed begins a word of the resource."""
    known = words(document)
    asked = [word for word in identity.fold(text).split(" ") if word]
    return all(any(word.startswith(part) for word in known) for part in asked)
