"""Activity: who did what and when, one change as a diff, and the whole of it as a file."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, render_template, request

from scim.admin import diffs, happened
from scim.admin.services import services
from scim.audit import Question, newest, since
from scim.ports import Store
from scim.records import Event

blueprint = Blueprint("activity", __name__)

PAGE = 50
BATCH = 500
MOST_LOOKED_AT = 5_000
EARLIER = 200
EXPORT_DAYS = 30
MOST_EXPORT_DAYS = 400
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""With what a spreadsheet takes a cell for a formula, in full width too (OWASP: CSV injection)."""
COLUMNS = ("id", "at", "actor", "action", "kind", "resource", "outcome", "changes")


@blueprint.get("/activity")
def index() -> str:
    question = _asked()
    events, last, looked_at = _page(services().store, question)
    following = urlencode({**question.filters, "before": last}) if last else None
    exports = urlencode(question.filters)
    rows = happened.rows(services().store, events)
    return render_template(
        "activity.html", rows=rows, question=question, following=following, exports=exports, looked_at=looked_at,
        days=EXPORT_DAYS,
    )  # fmt: skip


@blueprint.get("/activity/<id>")
def event(id: str) -> str:
    store = services().store
    found = next(iter(store.events(1, f"{id}~")), None) if id.isalnum() and len(id) <= 64 else None
    if found is None or found.id != id:
        abort(404)
    earlier = store.history(found.resource, EARLIER, found.id) if found.resource else []
    (row,) = happened.rows(store, [found])
    return render_template("event.html", row=row, event=found, lines=diffs.lines(found, earlier))


@blueprint.get("/activity.csv")
def as_csv() -> Response:
    return _file(_csv, "text/csv; charset=utf-8; header=present", "activity.csv")


@blueprint.get("/activity.jsonl")
def as_json_lines() -> Response:
    return _file(_json_lines, "application/jsonl; charset=utf-8", "activity.jsonl")


# ── what is asked for ─────────────────────────────────────────────────────────────────────────────────────


def _asked() -> Question:
    actor, action, resource = (request.args.get(name, "").strip()[:200] for name in ("actor", "action", "resource"))
    before = request.args.get("before", "")
    return Question(actor, action, resource, before if before.isalnum() and len(before) <= 64 else None)


def _page(store: Store, question: Question) -> tuple[list[Event], str | None, int]:
    """A page of those that fit, the id to go on before, and how many were looked at for it."""
    found: list[Event] = []
    looked_at = 0
    for event in newest(store, question, PAGE + 1 if question.filters.keys() <= {"resource"} else BATCH):
        if len(found) == PAGE:
            return found, found[-1].id, looked_at
        looked_at += 1
        if question.fits(event):
            found.append(event)
        if looked_at == MOST_LOOKED_AT:
            return found, event.id, looked_at
    return found, None, looked_at


# ── as a file ─────────────────────────────────────────────────────────────────────────────────────────────


def _file(lines: Callable[[Iterator[Event]], Iterator[str]], media_type: str, name: str) -> Response:
    """Sent as it is read: of two million events, five hundred are in memory."""
    store, question = services().store, _asked()
    earliest = datetime.fromtimestamp(services().clock(), UTC) - timedelta(days=_days())
    events = since(store, question, earliest.strftime("%Y-%m-%dT%H:%M:%S"), BATCH)
    response = Response(lines(events), content_type=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _days() -> int:
    given = request.args.get("days", "")
    found = int(given) if given.isascii() and given.isdigit() and len(given) < 6 else EXPORT_DAYS
    return min(max(found, 1), MOST_EXPORT_DAYS)


def _csv(events: Iterator[Event]) -> Iterator[str]:
    yield _row(COLUMNS)
    for event in events:
        kind, resource = (event.resource.kind, event.resource.id) if event.resource else ("", "")
        changes = json.dumps(list(event.changes), ensure_ascii=False)
        yield _row((event.id, event.at, event.actor, event.action, kind, resource, event.outcome, changes))


def _row(cells: tuple[str, ...]) -> str:
    """Every cell in quotes (RFC 4180), and none that a spreadsheet would calculate."""
    line = io.StringIO()
    harmless = [f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells]
    csv.writer(line, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(harmless)
    return line.getvalue()


def _json_lines(events: Iterator[Event]) -> Iterator[str]:
    for event in events:
        yield json.dumps(asdict(event), ensure_ascii=False, separators=(",", ":")) + "\n"
