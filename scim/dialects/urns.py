"""Schema URNs in other spellings: wherever a body names a schema, it is given the URN of RFC 7643 instead."""

from collections.abc import Callable
from typing import Any

from scim.dialects import assignments
from scim.protocol.definitions import ENTERPRISE_SCHEMA
from scim.records import Document

ENTERPRISE = ENTERPRISE_SCHEMA.id

Rename = Callable[[str], str]


def respell(body: Document, rename: Rename) -> Document:
    """`schemas`, names and paths; what has no colon has no URN."""

    def change(path: str, value: Any) -> tuple[str, Any]:
        return rename(path) if ":" in path else path, value

    return _in_schemas(assignments.rewrite(body, change), rename)


def _in_schemas(body: Document, rename: Rename) -> Document:
    name = next((name for name in body if name.lower() == "schemas"), None)
    if name is None or not isinstance(body[name], list):
        return body
    return {**body, name: _renamed(body[name], rename)}


def _renamed(urns: list[Any], rename: Rename) -> list[Any]:
    """A new spelling of a URN that is there already is left out: RFC 7643 §3 wants each once."""
    known = {urn for urn in urns if isinstance(urn, str)}
    found = []
    for urn in urns:
        renamed = rename(urn) if isinstance(urn, str) else urn
        if renamed == urn or renamed not in known:
            found.append(renamed)
        if renamed != urn:
            known.add(renamed)
    return found
