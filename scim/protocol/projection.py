"""Which attributes an answer holds: `attributes`, `excludedAttributes` and the characteristic `returned`
(RFC 7643 §7, RFC 7644 §3.4.2.5, §3.9).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from scim.protocol.definitions import COMMON
from scim.protocol.errors import InvalidPath, InvalidValue
from scim.protocol.path import AttributePath, parse_attribute_path
from scim.protocol.schema import Attribute, Document, ResourceType

MOST_NAMES = 200

# The names asked for at one level of a resource, in lower case, each with the names asked for below it.
# A name with none below it stands for the whole of what it names.
_Names: TypeAlias = Mapping[str, "_Names"]
_Attributes: TypeAlias = Mapping[str, Attribute]
_Walk: TypeAlias = Callable[[Document, _Attributes, _Names], Document]

_NO_NAMES: _Names = {}
_UNDECLARED = Attribute("", "What no schema declares, and nobody hides.")
_ALWAYS = frozenset(name for name, attribute in COMMON.items() if attribute.returned == "always")


@dataclass(frozen=True, slots=True)
class Projection:
    """What a client asked for, in lower case. `attributes=None`: what is returned by default, less `excluded`."""

    attributes: frozenset[AttributePath] | None = None
    excluded: frozenset[AttributePath] = frozenset()


NOTHING = Projection()


def parse_projection(attributes: str | Sequence[str] | None, excluded: str | Sequence[str] | None) -> Projection:
    """From a query (names separated by commas) or a SearchRequest (a list of names). Raises InvalidValue."""
    wanted, unwanted = _paths("attributes", attributes), _paths("excludedAttributes", excluded)
    if wanted and unwanted:
        raise InvalidValue("attributes and excludedAttributes exclude each other: give one of them.")
    return Projection(wanted or None, unwanted) if wanted or unwanted else NOTHING


def wants(projection: Projection, name: str) -> bool:
    """Whether the resource type's own attribute of that name may appear, in whole or in part. False is certain."""
    name = name.lower()
    if name in _ALWAYS:
        return True
    if projection.attributes is None:
        return AttributePath(name) not in projection.excluded
    return any(path.name in (name, "") for path in projection.attributes)


def project(document: Document, projection: Projection, resource_type: ResourceType) -> Document:
    """A new document with what may be seen and was asked for; `always` stays, `never` goes, whatever was asked.

    A name that the resource type does not have asks for nothing.
    """
    if projection == NOTHING and _hiding(resource_type).isdisjoint(document):
        return dict(document)
    attributes = _with_extensions(resource_type)
    if projection.attributes is None:
        return _without(document, attributes, _names(projection.excluded, resource_type))
    return _only(document, attributes, _names(projection.attributes, resource_type))


def _paths(parameter: str, names: str | Sequence[str] | None) -> frozenset[AttributePath]:
    given = names.split(",") if isinstance(names, str) else names or ()
    if len(given) > MOST_NAMES:
        raise InvalidValue(f"{parameter} names more than {MOST_NAMES} attributes.")
    try:
        return frozenset(parse_attribute_path(name.strip().lower()) for name in given if name.strip())
    except InvalidPath as error:
        raise InvalidValue(f"{parameter}: {error.detail}") from error


@lru_cache(maxsize=16)
def _hiding(resource_type: ResourceType) -> frozenset[str]:
    """The attributes of which a default answer does not show all."""
    declared = _with_extensions(resource_type).values()
    return frozenset(attribute.name for attribute in declared if not (_is_shown(attribute) and _shows_all(attribute)))


@lru_cache(maxsize=16)
def _with_extensions(resource_type: ResourceType) -> _Attributes:
    """An extension is one more complex attribute of a document, named by its URN."""
    attributes = dict(resource_type.attributes)
    for schema in resource_type.extensions:
        attributes[schema.id.lower()] = Attribute(schema.id, "", "complex", sub_attributes=schema.attributes)
    return attributes


def _names(paths: frozenset[AttributePath], resource_type: ResourceType) -> _Names:
    """The URN of the type's own schema, alone, stands for all that is not in an extension."""
    core = resource_type.schema.id.lower()
    names = _tree(paths, core)
    return {**names, **dict.fromkeys(resource_type.attributes, _NO_NAMES)} if core in names else names


@lru_cache(maxsize=256)
def _tree(paths: frozenset[AttributePath], core: str) -> _Names:
    tree: dict[str, Any] = {}
    for path in paths:
        _plant(tree, _steps(path, core))
    return tree


def _steps(path: AttributePath, core: str) -> list[str]:
    urn = None if path.urn == core and path.name else path.urn
    return [step for step in (urn, path.name, path.sub) if step]


def _plant(tree: dict[str, Any], names: Sequence[str]) -> None:
    *outer, last = names
    for name in outer:
        if tree.get(name) == _NO_NAMES:
            return  # the whole is asked for: a part of it adds nothing
        tree = tree.setdefault(name, {})
    tree[last] = _NO_NAMES


def _only(document: Document, attributes: _Attributes, wanted: _Names) -> Document:
    kept: Document = {}
    for key, value in document.items():
        attribute, below = attributes.get(key.lower(), _UNDECLARED), wanted.get(key.lower())
        if attribute.returned == "never" or (below is None and attribute.returned != "always"):
            continue
        kept[key] = _part(value, attribute, _only, below) if below else _part(value, attribute, _without, _NO_NAMES)
    return _filled(kept)


def _without(document: Document, attributes: _Attributes, unwanted: _Names) -> Document:
    kept: Document = {}
    for key, value in document.items():
        attribute, below = attributes.get(key.lower(), _UNDECLARED), unwanted.get(key.lower())
        if attribute.returned == "always":
            kept[key] = value
        elif attribute.returned == "default" and below != _NO_NAMES:
            kept[key] = _part(value, attribute, _without, below or _NO_NAMES)
    return _filled(kept)


def _part(value: Any, attribute: Attribute, walk: _Walk, names: _Names) -> Any:
    subs = attribute.sub_attributes
    if not names and _shows_all(attribute):
        return value  # a group's thousands of members are not walked in vain
    if isinstance(value, list):
        return [part for item in value if (part := walk(item, subs, names))]
    return walk(value, subs, names) if isinstance(value, dict) else value


def _is_shown(attribute: Attribute) -> bool:
    return attribute.returned in ("default", "always")


def _shows_all(attribute: Attribute) -> bool:
    return all(map(_is_shown, attribute.sub_attributes.values()))


def _filled(document: Document) -> Document:
    """What lost all its parts is unassigned (RFC 7643 §2.5)."""
    return {key: value for key, value in document.items() if value not in ({}, [])}
