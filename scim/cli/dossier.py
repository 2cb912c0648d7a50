"""`python -m scim people show`: everything about one person, as the bridge knows it."""

import json
import os
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from scim import wiring
from scim.admin import words
from scim.admin.listing import address_of, name_of
from scim.cli import desk, events, finding
from scim.cli.console import AsJson, say, show, show_json
from scim.cli.described import state_of, why
from scim.ports import Store
from scim.records import Event, Record, Ref

SHOWN = 20

Who = Annotated[str, typer.Argument(help="Their id, userName or address.")]
History = Annotated[int, typer.Option("--history", min=0, help="At most so many of their events, newest first.")]

Groups = Sequence[tuple[str, str]]
"""Ids and names."""


def show_person(who: Who, history: History = SHOWN, as_json: AsJson = False) -> None:
    """Show one person: what is wanted of them, how they stand in the target, their groups, and what happened."""
    with closing(wiring.store(desk.ready(os.environ))) as store:
        record = finding.person(store, who)
        groups = [(id, _group_name(store, id)) for id in record.group_ids]
        happened = store.history(record.ref, history) if history else []
    if as_json:
        show_json(_json(record, groups, happened))
        return
    show(name_of(record), ("", ""), _facts(record))
    say("Wanted", style="bold")
    say(json.dumps(record.document, indent=2, ensure_ascii=False) + "\n")
    show("Groups", ("name", "id"), [(name, id) for id, name in groups])
    show("Events", events.COLUMNS, list(map(events.row, happened)))


def _group_name(store: Store, id: str) -> str:
    group = store.get(Ref("Group", id))
    return str(group.document.get("displayName", "")) if group else ""


def _facts(record: Record) -> list[tuple[str, str]]:
    link = record.link
    gone = "" if record.wanted else "The identity provider deleted this user. If they return, they are found again."
    next_attempt = _instant(link.next_attempt_at) if link.unsettled and link.held_at is None else ""
    facts = [
        ("wanted", gone or "yes"),
        ("address", address_of(record.document)),
        ("userName", str(record.document.get("userName", ""))),
        ("standing", f"{words.standing(record.standing)}: {words.meaning(record.standing)}".rstrip(": ")),
        ("owed, or why not", why(record)),
        ("tried", f"{link.attempts} times" if link.attempts else ""),
        ("next attempt", next_attempt),
        ("in the target", state_of(record)),
        ("id in the target", link.target_id or ""),
        ("id", record.id),
        ("whose", record.client),
        ("came to be", f"{record.origin} {record.created}"),
        ("last changed", f"{record.last_modified}, version {record.version}"),
    ]
    external = [(f"externalId of {client}", value) for client, value in record.external_ids.items()]
    return [(name, value) for name, value in (*facts, *external) if value]


def _instant(at: float | None) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(sep=" ", timespec="seconds") if at is not None else ""


def _json(record: Record, groups: Groups, happened: Sequence[Event]) -> dict[str, Any]:
    own = ("id", "wanted", "client", "origin", "created", "last_modified", "version", "document")
    return {
        **{name: getattr(record, name) for name in own},
        "external_ids": dict(record.external_ids),
        "name": name_of(record),
        "address": address_of(record.document) or None,
        "standing": record.standing,
        "why": why(record) or None,
        "link": asdict(record.link),
        "groups": [{"id": id, "name": name} for id, name in groups],
        "history": [asdict(event) for event in happened],
    }
