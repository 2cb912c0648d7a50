"""`python -m scim events`: who did what and when, newest first."""

import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import islice
from typing import Annotated, Any

import typer

from scim import audit, wiring
from scim.admin import words
from scim.audit import Question
from scim.cli import desk
from scim.cli.console import AsJson, Problem, remark, show, show_json_array
from scim.ports import Store
from scim.records import Event, Kind, Ref

SHOWN = 50
BATCH = 500
MOST_LOOKED_AT = 20_000
"""Without --since: each look costs a read of the store, and of two million lines one may fit."""
MOST_FACTS = 4
COLUMNS = ("when", "who", "action", "what", "whose", "outcome")

_BACK = re.compile(r"([0-9]{1,9})([smhdw])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_:.-]{0,127}")


def _earliest(since: str) -> str:
    """The instant as events bear it, without its Z; empty if none is asked for."""
    if not since:
        return ""
    back = _BACK.fullmatch(since)
    try:
        if back:
            found = datetime.fromtimestamp(time.time() - int(back[1]) * _SECONDS[back[2]], UTC)
        else:
            found = datetime.fromisoformat(since)
    except (ValueError, OverflowError, OSError):
        raise typer.BadParameter("30m, 12h, 2d or a time such as 2026-01-31T08:00Z.") from None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


Actor = Annotated[str, typer.Option(help="A part of who did it: a client, settle, cli …", show_default=False)]
Action = Annotated[str, typer.Option(help="How the action begins: user., drift.found …", show_default=False)]
Resource = Annotated[str, typer.Option(help="The id of a person or group.", show_default=False)]
Since = Annotated[
    str, typer.Option(help="No older: 30m, 12h, 2d, or a time (ISO 8601, UTC).", callback=_earliest, show_default=False)
]
Limit = Annotated[int, typer.Option(min=1, help="At most so many.")]


def events(  # noqa: PLR0913, PLR0917 - one for each option
    actor: Actor = "",
    action: Action = "",
    resource: Resource = "",
    since: Since = "",
    limit: Limit = SHOWN,
    as_json: AsJson = False,
) -> None:
    """List what happened, newest first: who did what to whom, and what came of it. As JSON it is one array."""
    with closing(wiring.store(desk.ready(os.environ))) as store:
        question = Question(actor, action, _named(store, resource) if resource else "")
        found = islice(_found(store, question, since, limit), limit)
        if as_json:
            show_json_array(map(asdict, found))
        else:
            show("Events", COLUMNS, list(map(row, found)))


def row(event: Event) -> tuple[str, ...]:
    whose = f"{event.resource.kind} {event.resource.id}" if event.resource else ""
    facts = "; ".join(map(_fact, event.changes[:MOST_FACTS])) + ("; …" if len(event.changes) > MOST_FACTS else "")
    outcome = words.OUTCOMES.get(event.outcome, event.outcome)
    return event.at, event.actor, event.action, words.action(event.action), whose, f"{outcome}{facts and ': '}{facts}"


def _fact(change: Mapping[str, Any]) -> str:
    """Of a patch where it changes something, `events --json` says to what; of anything else all of it."""
    if "op" in change and "path" in change:
        return f"{change['op']} {change['path']}"
    return ", ".join(f"{name} {value}" for name, value in change.items())


def _found(store: Store, question: Question, since: str, limit: int) -> Iterator[Event]:
    picky = bool(question.actor or question.action)
    size = BATCH if picky or since else min(limit, BATCH)
    if since:
        yield from audit.since(store, question, since, size)
        return
    lines = audit.newest(store, question, size)
    yield from filter(question.fits, islice(lines, MOST_LOOKED_AT) if picky else lines)
    if picky and next(lines, None):
        remark(f"Only the newest {MOST_LOOKED_AT:,} lines were looked at: --since looks back as far as it says.")


def _named(store: Store, id: str) -> str:
    """With the kind of resource it is, as audit lines name it; of those that are gone, by their audit lines."""
    kinds: tuple[Kind, ...] = ("User", "Group")
    for kind in kinds if _ID.fullmatch(id) else ():
        if store.get(Ref(kind, id)) or store.history(Ref(kind, id), 1):
            return f"{kind}/{id}"
    raise Problem(f"Nothing has the id {id!r}, and nothing ever had it that is still remembered.")
