"""Events, leases, reports, ledgers and notes in SQLite. Each function runs inside its caller's transaction."""

import json
import sqlite3
from typing import Any

from scim.records import Document, Event, Ledger, Ref, Report
from scim.stores.rows import decode_ledger, decode_note, encode_ledger, encode_note

_COLUMNS = "id, at, actor, action, kind, resource_id, changes, outcome"
_APPEND = f"INSERT OR REPLACE INTO events ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - constants only
_NEWEST = f"SELECT {_COLUMNS} FROM events WHERE id < ? ORDER BY id DESC LIMIT ?"  # noqa: S608 - constants only
_HISTORY = f"SELECT {_COLUMNS} FROM events WHERE kind = ? AND resource_id = ? AND id < ? ORDER BY id DESC LIMIT ?"  # noqa: S608 - constants only
_AFTER_ALL_IDS = "\U0010ffff"
# The lease passes to `holder` if nobody has it, if its time is over, or if `holder` has it already.
_ACQUIRE = """
INSERT INTO leases (name, holder, until) VALUES (?1, ?2, ?3 + ?4)
ON CONFLICT DO UPDATE SET holder = ?2, until = ?3 + ?4 WHERE holder = ?2 OR until <= ?3"""


def append(db: sqlite3.Connection, event: Event | None) -> None:
    if event is None:
        return
    kind, resource_id = (event.resource.kind, event.resource.id) if event.resource else (None, None)
    changes = json.dumps(list(event.changes), separators=(",", ":"))
    values = (event.id, event.at, event.actor, event.action, kind, resource_id, changes, event.outcome)
    db.execute(_APPEND, values)


def events(db: sqlite3.Connection, limit: int, before: str | None) -> list[Event]:
    return [_event(row) for row in db.execute(_NEWEST, (before or _AFTER_ALL_IDS, limit))]


def history(db: sqlite3.Connection, ref: Ref, limit: int, before: str | None) -> list[Event]:
    return [_event(row) for row in db.execute(_HISTORY, (ref.kind, ref.id, before or _AFTER_ALL_IDS, limit))]


def acquire(db: sqlite3.Connection, name: str, holder: str, now: float, ttl: float) -> bool:
    return bool(db.execute(_ACQUIRE, (name, holder, now, ttl)).rowcount)


def release(db: sqlite3.Connection, name: str, holder: str) -> None:
    db.execute("DELETE FROM leases WHERE name = ? AND holder = ?", (name, holder))


def put_report(db: sqlite3.Connection, report: Report) -> None:
    values = (report.source, report.at, report.expires, report.state, json.dumps(dict(report.detail)))
    db.execute("INSERT OR REPLACE INTO reports (source, at, expires, state, detail) VALUES (?, ?, ?, ?, ?)", values)


def reports(db: sqlite3.Connection) -> list[Report]:
    rows = db.execute("SELECT source, at, expires, state, detail FROM reports ORDER BY source")
    return [Report(source, at, expires, state, json.loads(detail)) for source, at, expires, state, detail in rows]


def ledger(db: sqlite3.Connection, scope: str) -> Ledger:
    row = db.execute("SELECT body FROM ledgers WHERE scope = ?", (scope,)).fetchone()
    return decode_ledger(row[0]) if row else Ledger()


def put_ledger(db: sqlite3.Connection, scope: str, ledger: Ledger) -> None:
    db.execute("INSERT OR REPLACE INTO ledgers (scope, body) VALUES (?, ?)", (scope, encode_ledger(ledger)))


def note(db: sqlite3.Connection, name: str) -> Document | None:
    row = db.execute("SELECT body FROM notes WHERE name = ?", (name,)).fetchone()
    return decode_note(row[0]) if row else None


def put_note(db: sqlite3.Connection, name: str, note: Document | None) -> None:
    if note is None:
        db.execute("DELETE FROM notes WHERE name = ?", (name,))
        return
    db.execute("INSERT OR REPLACE INTO notes (name, body) VALUES (?, ?)", (name, encode_note(note)))


def _event(row: tuple[Any, ...]) -> Event:
    event_id, at, actor, action, kind, resource_id, changes, outcome = row
    resource = Ref(kind, resource_id) if kind else None
    return Event(event_id, at, actor, action, resource, json.loads(changes), outcome)
