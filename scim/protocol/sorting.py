"""The order of a list's resources (RFC 7644 §3.4.2.3)."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from scim.protocol import comparison
from scim.protocol.errors import InvalidPath, InvalidValue
from scim.protocol.path import Resolved, excerpt, parse_attribute_path, resolve
from scim.protocol.schema import Attribute, Document, ResourceType

_DESCENDING: Mapping[str, bool] = {"ascending": False, "descending": True}


def sort(documents: Iterable[Document], sort_by: str, order: str | None, resource_type: ResourceType) -> list[Document]:
    """A new list, ascending unless `order` says otherwise; resources without a value come last, descending first.

    Raises InvalidValue. Equal values keep their order; an attribute the resource type does not have changes nothing.
    """
    descending = _DESCENDING.get((order or "ascending").lower())
    if descending is None:
        raise InvalidValue("sortOrder is either ascending or descending.")
    try:
        resolved = resolve(parse_attribute_path(sort_by), resource_type)
    except InvalidPath as error:
        raise InvalidValue(f"sortBy: {error.detail}") from error
    if resolved is None:
        return list(documents)
    key = _sort_key(resolved)
    return sorted(documents, key=key, reverse=descending)


def _sort_key(resolved: Resolved) -> Callable[[Document], tuple[bool, Any]]:
    """Missing sorts above every value: last in ascending order, first in the reverse."""
    leaf = _leaf(resolved)
    prepare = comparison.preparation(leaf)
    schema_urn, name = resolved.schema_urn, resolved.attribute.name

    def key(document: Document) -> tuple[bool, Any]:
        value = _preferred((document.get(schema_urn) or {} if schema_urn else document).get(name))
        if isinstance(value, dict):
            value = value.get(leaf.name)
        prepared = prepare(value)
        return (True, None) if prepared in (None, "") else (False, prepared)

    return key


def _leaf(resolved: Resolved) -> Attribute:
    attribute = resolved.attribute
    leaf = resolved.sub or (attribute if attribute.type != "complex" else comparison.default_sub_attribute(attribute))
    if leaf is None:
        subs = ", ".join(f"{attribute.name}.{sub.name}" for sub in attribute.sub_attributes.values())
        raise InvalidValue(f"sortBy: {excerpt(attribute.name)} is complex; name a part of it, {subs}.")
    if "never" in (attribute.returned, leaf.returned):
        raise InvalidValue(f"sortBy: {excerpt(attribute.name)} is never returned, so nothing is sorted by it.")
    return leaf


def _preferred(value: Any) -> Any:
    """Of several values the primary one, or else the first."""
    if not isinstance(value, list):
        return value
    primary = (item for item in value if isinstance(item, dict) and item.get("primary") is True)
    return next(primary, value[0] if value else None)
