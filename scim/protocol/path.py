"""Attribute paths: how filters, PATCH, projections and sorting name an attribute (RFC 7644 §3.10, Figure 1).

A path keeps the spelling it came in; `resolve` finds what it means, and only what a schema declares can be meant.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from scim.protocol.definitions import SCHEMAS
from scim.protocol.errors import InvalidPath
from scim.protocol.schema import Attribute, ResourceType

# RFC 7643 §2.1 allows `$` inside a name only, yet names `$ref`.
NAME = r"[A-Za-z$][A-Za-z0-9_$-]*+"
_NAME_AND_SUB = re.compile(rf"({NAME})(?:\.({NAME}))?")
_URN = re.compile(r"[Uu][Rr][Nn](?::[A-Za-z0-9._~%+@=$-]++){2,}+")
_LONGEST = 1024


@dataclass(frozen=True, slots=True)
class AttributePath:
    """`[urn:]name[.sub]`. A URN alone, naming a whole extension, has the empty name."""

    name: str
    sub: str | None = None
    urn: str | None = None


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a path means in a resource type. `schema_urn` is None for the type's own and the common attributes."""

    schema_urn: str | None
    attribute: Attribute
    sub: Attribute | None


@lru_cache(maxsize=1024)
def parse_attribute_path(text: str) -> AttributePath:
    """Raises InvalidPath. The URN ends at the last colon, unless the text is the URN of a schema and nothing else."""
    if len(text) > _LONGEST:
        raise InvalidPath(f"An attribute path has at most {_LONGEST} characters.")
    if ":" not in text:
        return _named(text, text, None)
    if text.lower() in SCHEMAS:
        return AttributePath("", urn=text)
    urn, _, name = text.rpartition(":")
    if not _URN.fullmatch(urn):
        raise InvalidPath(f"{excerpt(text)} is no attribute path: what stands before the last colon is not a URN.")
    return _named(name, text, urn)


def resolve(path: AttributePath, resource_type: ResourceType) -> Resolved | None:
    """The attribute meant, whatever the case of names and URN (RFC 7643 §2.1); None where the resource type has no
    such attribute, and for a URN alone, which is no attribute.
    """
    schema_urn, attributes = None, resource_type.attributes
    if path.urn is not None and path.urn.lower() != resource_type.schema.id.lower():
        extension = resource_type.extension(path.urn)
        if extension is None:
            return None
        schema_urn, attributes = extension.id, extension.attributes
    attribute = attributes.get(path.name.lower())
    if attribute is None:
        return None
    if path.sub is None:
        return Resolved(schema_urn, attribute, None)
    sub = attribute.sub_attributes.get(path.sub.lower())
    return Resolved(schema_urn, attribute, sub) if sub else None


def excerpt(text: str) -> str:
    """A few characters of what a client sent, fit to be quoted in an error's detail."""
    quoted = repr(text[:33])
    return quoted if len(text) <= 32 and len(quoted) <= 64 else f"{quoted[:32]}...{quoted[-1]}"


def _named(text: str, whole: str, urn: str | None) -> AttributePath:
    match = _NAME_AND_SUB.fullmatch(text)
    if match is None:
        raise InvalidPath(f"{excerpt(whole)} is no attribute path, such as userName, name.familyName or emails.value.")
    return AttributePath(match[1], match[2], urn)
