"""Ways an answer of the stand-in goes wrong, and at which call."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.directory import recorded
from tests.directory.reply import Broken, Reply

Document = dict[str, Any]

ERRORS = {
    "no rights": "not an admin, or a scope missing",
    "rate": "per-user rate",
    "quota": "quota",
    "account rate": "account rate",
    "an hour of paging": "paging for more than an hour",
    "old page token": "page token too old",
    "not there": "the group went away between two calls",
    "token expired": "bearer token expired",
}
"""What is answered instead, as recorded."""

Fault = Literal[
    "no rights",
    "rate",
    "quota",
    "account rate",
    "an hour of paging",
    "old page token",
    "not there",
    "token expired",
    "server error",
    "hang",
    "no answer",
    "cut off",
    "cut JSON",
    "HTML",
    "nothing said",
    "no rows",
    "empty page",
    "repeated page",
    "missing token",
    "half page",
    "half listing",
    "same token",
]
EVERYWHERE: tuple[Fault, ...] = (*ERRORS, "server error", "hang", "no answer", "cut off", "cut JSON", "HTML")  # type: ignore[assignment]
"""What can befall any call."""
OF_LISTS: tuple[Fault, ...] = (
    "nothing said",
    "no rows",
    "empty page",
    "repeated page",
    "missing token",
    "half page",
    "half listing",
    "same token",
)
"""What can befall a page of a list besides."""


@dataclass
class Faults:
    """`at`: call number, from 1 → fault. `always`: asked at every call with its path, what befalls it, or None."""

    at: dict[int, Fault] = field(default_factory=dict)
    always: Callable[[str], Fault | None] = lambda _path: None
    _last_page: Document | None = None

    def befall(self, number: int, path: str, reply: Reply) -> Reply:
        fault = self.at.get(number) or self.always(path)
        page = reply.document if "nextPageToken" in reply.document or _rows(reply.document) else None
        changed = _changed(fault, reply, self._last_page) if fault else reply
        self._last_page = page or self._last_page
        return changed


def _changed(fault: Fault, reply: Reply, last: Document | None) -> Reply:
    if fault in ERRORS:
        return Reply(*recorded.answer(ERRORS[fault]))
    body = reply.body
    match fault:
        case "server error":
            return Reply(500, {"error": {"code": 500, "message": "Internal error"}})
        case "hang" | "no answer" | "cut off":
            return Reply(reply.status, reply.document, broken=Broken(fault))
        case "cut JSON":
            return Reply(reply.status, {}, text=body[: len(body) // 2])
        case "HTML":
            return Reply(200, {}, text=b"<html><body>Sign in</body></html>", type="text/html")
        case _ if reply.status == 200 and "kind" in reply.document:
            return Reply(200, _page(fault, reply.document, last))
        case _:
            return reply


def _page(fault: Fault, page: Document, last: Document | None) -> Document:
    name = next(iter(_rows(page)), None)
    rows = page.get(name, []) if name else []
    kept = {key: value for key, value in page.items() if key != "nextPageToken"}
    bare = {key: value for key, value in page.items() if key != name}
    half = {name: rows[: len(rows) // 2]} if name else {}
    match fault:
        case "nothing said":
            return {}
        case "no rows":
            return {key: value for key, value in bare.items() if key != "nextPageToken"}
        case "empty page":
            return bare
        case "repeated page":
            return json.loads(json.dumps(last or page))
        case "missing token":
            return kept
        case "half page":
            return {**page, **half}
        case "half listing":
            return {**kept, **half}
        case "same token":
            return {**page, "nextPageToken": (last or page).get("nextPageToken", "the same")}
    return page


def _rows(page: Document) -> list[str]:
    return [key for key, value in page.items() if isinstance(value, list)]
