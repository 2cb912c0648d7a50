"""What a change did, as people read it: the attribute, what it was, what it is (RFC 6902, and plain facts)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scim.records import Event

LONGEST = 400


@dataclass(frozen=True, slots=True)
class Line:
    """`before` is None where it is not known, `after` where there is nothing any more."""

    path: str
    before: str | None
    after: str | None


def lines(event: Event, earlier: Sequence[Event] = ()) -> list[Line]:
    """`earlier`: events of the same resource before this one, newest first; what they wrote is what was there."""
    known = _values(reversed(earlier))
    return [line for change in event.changes for line in _lines(change, known)]


def _lines(change: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[Line]:
    if "op" not in change or "path" not in change:
        for name, value in change.items():
            yield Line(str(name), None, text(value))
        return
    path, op = str(change["path"]), change["op"]
    if op == "add" and path == "" and isinstance(change.get("value"), Mapping):
        for name, value in change["value"].items():
            yield Line(str(name), None, text(value))
        return
    before = text(known[path]) if path in known else None
    yield Line(_spoken(path), before, None if op == "remove" else text(change.get("value")))


def _values(events: Any) -> dict[str, Any]:
    """What each path was last set to."""
    values: dict[str, Any] = {}
    for event in events:
        for change in event.changes:
            path, value = change.get("path"), change.get("value")
            if change.get("op") == "remove":
                values.pop(path, None)
            elif path == "" and isinstance(value, Mapping):
                values |= {f"/{name}": each for name, each in value.items()}
            elif path is not None:
                values[path] = value
    return values


def _spoken(path: str) -> str:
    """`/name/givenName` as `name.givenName` (RFC 6901 escapes undone)."""
    parts = [part.replace("~1", "/").replace("~0", "~") for part in path.lstrip("/").split("/")]
    return ".".join(parts)


def text(value: Any) -> str:
    shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…"
