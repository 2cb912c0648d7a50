"""How a quirk reaches into a body: as the assignments it makes, each an attribute path and its value.

A resource assigns at its top level; an operation of a PATCH (RFC 7644 §3.5.2) by `path` and `value`, or, without a
path, by each name in its value. What has no such shape is passed on for the protocol to refuse.
"""

from collections.abc import Callable
from typing import Any

from scim.records import Document

Change = Callable[[str, Any], tuple[str, Any]]


def rewrite(body: Document, change: Change) -> Document:
    """The body with every assignment changed. What has `Operations` is a PATCH."""
    name = next((name for name in body if name.lower() == "operations"), None)
    if name is None:
        return _names(body, change)
    if not isinstance(body[name], list):
        return body
    return {**body, name: [_operation(operation, change) for operation in body[name]]}


def _operation(operation: Any, change: Change) -> Any:
    match operation:
        case {"path": str(path), "value": value} if path:
            path, value = change(path, value)
            return {**operation, "path": path, "value": value}
        case {"path": str(path)} if path:
            return {**operation, "path": change(path, None)[0]}
        case {"value": dict(value)}:
            return {**operation, "value": _names(value, change)}
    return operation


def _names(value: Document, change: Change) -> Document:
    """Names that became the same are merged where both hold objects; the one that needed no change wins."""
    changed = [(name, *change(name, given)) for name, given in value.items()]
    renamed = {new: given for name, new, given in changed if new != name}
    kept = {new: given for name, new, given in changed if new == name}
    for name in renamed.keys() & kept.keys():
        if isinstance(renamed[name], dict) and isinstance(kept[name], dict):
            kept[name] = {**renamed[name], **kept[name]}
    return {**renamed, **kept}
