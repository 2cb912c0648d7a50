"""From what an attribute is to what it shall be, as JSON Patch (RFC 6902): PATCH applies it, an audit line keeps it."""

from collections.abc import Iterator
from typing import Any

from scim.protocol.schema import Document
from scim.protocol.values import ABSENT

Step = dict[str, Any]


def steps(document: Document, name: str, after: Any) -> list[Step]:
    """What makes `document[name]` equal `after`; ABSENT takes it away. Names come from the schemas, none of which has a
    `/` or `~` to escape (RFC 6901).
    """
    before = {} if name not in document else {name: document[name]}
    return list(_differences("", before, {} if after is ABSENT else {name: after}))


def _differences(pointer: str, before: Any, after: Any) -> Iterator[Step]:
    match before, after:
        case _ if before == after:
            return
        case dict(), dict():
            yield from _of_objects(pointer, before, after)
        case list(), list() if len(before) <= len(after):
            for index, value in enumerate(before):
                yield from _differences(f"{pointer}/{index}", value, after[index])
            for value in after[len(before) :]:
                yield {"op": "add", "path": f"{pointer}/-", "value": value}
        case list(), list() if gone := _left_out(before, after):
            for index in reversed(gone):
                yield {"op": "remove", "path": f"{pointer}/{index}"}
        case _:
            yield {"op": "replace", "path": pointer, "value": after}


def _of_objects(pointer: str, before: Document, after: Document) -> Iterator[Step]:
    for name in before:
        if name not in after:
            yield {"op": "remove", "path": f"{pointer}/{name}"}
    for name, value in after.items():
        if name in before:
            yield from _differences(f"{pointer}/{name}", before[name], value)
        else:
            yield {"op": "add", "path": f"{pointer}/{name}", "value": value}


def _left_out(before: list[Any], after: list[Any]) -> list[int]:
    """The places of what `before` has more than `after`; none where `after` is not just a shorter `before`."""
    gone: list[int] = []
    for index, value in enumerate(before):
        kept = index - len(gone)
        if kept == len(after) or after[kept] != value:
            gone.append(index)
    return gone if len(before) - len(gone) == len(after) else []
