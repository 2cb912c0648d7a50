"""Users and groups in SQLite. Each function runs inside its caller's transaction."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from scim import keys
from scim.records import KeyTaken, Kind, Link, Record, Ref, Stale
from scim.stores import sqlite_words
from scim.stores.rows import decode_body, due, encode_body
from scim.stores.sqlite_schema import STANDING

_SELECT = """
SELECT r.kind, r.id, r.wanted, r.body, r.last_modified, r.version, r.stamp,
  CASE r.kind WHEN 'User' THEN
    (SELECT group_concat(m.group_id, ' ') FROM memberships AS m WHERE m.user_id = r.id AND m.wanted = 1) END,
  r.due, r.target_id, r.target_state, r.settled_version, r.attempts, r.last_error, r.waiting,
  r.held_at, r.approved_version, r.approved_until, r.removed_at, r.seq
FROM resources AS r WHERE r.kind = ?1 AND """
_GET = _SELECT + "r.id = ?2"
_NAMED = "(SELECT value FROM json_each(?2))"
_GET_ALL = _SELECT + f"r.id IN {_NAMED}"
_HOLDERS = (
    "(SELECT id FROM keys WHERE kind = ?1 AND key = ?2 UNION SELECT id FROM lookups WHERE kind = ?1 AND key = ?2)"
)
_FIND = _SELECT + f"+r.wanted = 1 AND r.id IN {_HOLDERS} ORDER BY +r.seq"
_FORMER = "SELECT f.id FROM json_each(?2) AS asked CROSS JOIN former_keys AS f ON f.kind = ?1 AND f.key = asked.value"
_FIND_FORMER = _SELECT + f"r.id IN ({_FORMER}) ORDER BY +r.seq"
_LINKED = _SELECT + "+r.wanted = 1 AND r.target_id = ?2 ORDER BY +r.seq"
_PAGE = _SELECT + "r.wanted = 1 ORDER BY r.seq LIMIT ?2 OFFSET ?3"
_AFTER = _SELECT + "r.wanted = 1 AND r.seq > ?2 ORDER BY r.seq LIMIT ?3"
_UNSETTLED = _SELECT + "r.due <= ?2 ORDER BY r.due, r.seq LIMIT ?3"
_HELD = _SELECT + "r.held_at IS NOT NULL ORDER BY r.held_at, r.id"
_WAITING = _SELECT + "r.wanted = 1 AND r.waiting IS NOT NULL ORDER BY r.seq"

_SEARCH = _SELECT + f"+r.wanted = 1 AND r.id IN {sqlite_words.FOUND} AND r.seq > ?3 ORDER BY r.seq LIMIT ?4"
_SEARCH_COMMON = _SELECT + f"r.wanted = 1 AND r.seq > ?3 AND {sqlite_words.HAS} ORDER BY r.seq LIMIT ?4"
_STANDING = _SELECT + f"r.wanted = 1 AND {STANDING} = ?2 AND r.seq > ?3 ORDER BY r.seq LIMIT ?4"
_COUNT_STANDING = f"SELECT count(*) FROM resources WHERE kind = ?1 AND wanted = 1 AND {STANDING} = ?2"  # noqa: S608 - constants only

_INSERT = """
INSERT OR IGNORE INTO resources (kind, id, wanted, body, last_modified, version, stamp,
  due, target_id, target_state, settled_version, attempts, last_error, waiting,
  held_at, approved_version, approved_until, removed_at)
VALUES (?, ?, ?, ?, ?, ?, random(), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_UPDATE = """
UPDATE resources SET wanted = ?, body = ?, last_modified = ?, version = ?, stamp = random(),
  due = ?, target_id = ?, target_state = ?, settled_version = ?, attempts = ?, last_error = ?, waiting = ?,
  held_at = ?, approved_version = ?, approved_until = ?, removed_at = ?
WHERE kind = ? AND id = ? AND stamp = ?"""
_SAVE_LINK = """
UPDATE resources SET stamp = random(), target_id = ?2, target_state = ?3, attempts = ?4, last_error = ?5, waiting = ?6,
  held_at = ?7, approved_version = ?8, approved_until = ?9, removed_at = ?10,
  settled_version = coalesce(?11, settled_version),
  due = CASE WHEN due IS NULL OR version = ?11 THEN NULL ELSE ?12 END
WHERE kind = ?1 AND id = ?13"""
_BUMP = """
UPDATE resources SET version = version + 1, last_modified = ?, stamp = random()
WHERE kind = ? AND id = ? AND wanted = 1"""

_FREE = "DELETE FROM keys WHERE kind = ? AND key = ? AND id = ?"
_CLAIM = "INSERT OR IGNORE INTO keys (kind, key, id) VALUES (?, ?, ?)"
_FORGET = "DELETE FROM lookups WHERE kind = ? AND id = ?"
_LOOK_UP = "INSERT OR IGNORE INTO lookups (kind, key, id) VALUES (?, ?, ?)"
_FORGET_FORMER = "DELETE FROM former_keys WHERE kind = ? AND id = ?"
_REMEMBER = "INSERT OR IGNORE INTO former_keys (kind, key, id) VALUES (?, ?, ?)"


def get(db: sqlite3.Connection, ref: Ref) -> Record | None:
    row = db.execute(_GET, (ref.kind, ref.id)).fetchone()
    return row and _record(row)


def get_all(db: sqlite3.Connection, refs: Sequence[Ref]) -> dict[Ref, Record]:
    found: dict[Ref, Record] = {}
    for kind in {ref.kind for ref in refs}:
        ids = json.dumps([ref.id for ref in refs if ref.kind == kind])
        found |= {record.ref: record for record in _records(db, _GET_ALL, kind, ids)}
    return found


def current(db: sqlite3.Connection, ref: Ref) -> Record:
    """The record that this transaction has just written."""
    return _record(db.execute(_GET, (ref.kind, ref.id)).fetchone())


def find(db: sqlite3.Connection, kind: Kind, key: str) -> list[Record]:
    return _records(db, _FIND, kind, key)


def find_former(db: sqlite3.Connection, kind: Kind, keys: Sequence[str]) -> list[Record]:
    return _records(db, _FIND_FORMER, kind, json.dumps(keys))


def linked(db: sqlite3.Connection, kind: Kind, target_id: str) -> list[Record]:
    return _records(db, _LINKED, kind, target_id)


def page(db: sqlite3.Connection, kind: Kind, offset: int, limit: int) -> list[Record]:
    return _records(db, _PAGE, kind, limit, offset)


def place(db: sqlite3.Connection, ref: Ref) -> int:
    """Where the record stands in the order. Stale if it is not there any more, and so stands nowhere."""
    row = db.execute("SELECT seq FROM resources WHERE kind = ? AND id = ?", (ref.kind, ref.id)).fetchone()
    if row is None:
        raise Stale(f"No {ref.kind} has the id to continue after; begin again.")
    seq: int = row[0]
    return seq


def after(db: sqlite3.Connection, kind: Kind, seq: int, limit: int) -> tuple[list[Record], int]:
    """The next records and the place of the last of them."""
    rows = db.execute(_AFTER, (kind, seq, limit)).fetchall()
    return [_record(row) for row in rows], rows[-1][-1] if rows else seq


def count(db: sqlite3.Connection, kind: Kind) -> int:
    return int(db.execute("SELECT count(*) FROM resources WHERE kind = ? AND wanted = 1", (kind,)).fetchone()[0])


def unsettled(db: sqlite3.Connection, kind: Kind, now: float, limit: int) -> list[Record]:
    return _records(db, _UNSETTLED, kind, now, limit)


def held(db: sqlite3.Connection, kind: Kind) -> list[Record]:
    return _records(db, _HELD, kind)


def waiting(db: sqlite3.Connection, kind: Kind) -> list[Record]:
    return _records(db, _WAITING, kind)


def search(db: sqlite3.Connection, kind: Kind, text: str, seq: int, limit: int) -> list[Record]:
    statement = _SEARCH_COMMON if sqlite_words.is_common(db, kind, text) else _SEARCH
    return _records(db, statement, kind, text, seq, limit)


def standing(db: sqlite3.Connection, kind: Kind, standing: str, seq: int, limit: int) -> list[Record]:
    return _records(db, _STANDING, kind, standing, seq, limit)


def count_standing(db: sqlite3.Connection, kind: Kind, standing: str) -> int:
    return int(db.execute(_COUNT_STANDING, (kind, standing)).fetchone()[0])


def count_held(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT count(*) FROM resources WHERE held_at IS NOT NULL").fetchone()[0])


def owed(db: sqlite3.Connection, kind: Kind) -> int:
    return int(db.execute("SELECT count(*) FROM resources WHERE kind = ? AND due IS NOT NULL", (kind,)).fetchone()[0])


def insert(db: sqlite3.Connection, record: Record) -> None:
    """KeyTaken."""
    values = (record.kind, record.id, *_values(record))
    if not db.execute(_INSERT, values).rowcount:
        raise KeyTaken(f"id={record.id}")
    _claim(db, record.ref, record.unique_keys)
    _write(db, _LOOK_UP, record.ref, record.lookup_keys)
    sqlite_words.write(db, record.ref, record.document)


def update(db: sqlite3.Connection, before: Record, after: Record) -> None:
    """Write the record and move its keys. Stale, KeyTaken."""
    if not db.execute(_UPDATE, (*_values(after), before.kind, before.id, before.stamp)).rowcount:
        raise Stale(before.id)
    held = before.unique_keys if before.wanted else ()
    claimed = after.unique_keys if after.wanted else ()
    _write(db, _FREE, before.ref, set(held).difference(claimed))
    _claim(db, before.ref, [key for key in claimed if key not in held])
    _reword(db, before, after)
    if before.wanted and after.wanted and before.lookup_keys == after.lookup_keys:
        return
    db.execute(_FORGET, (before.kind, before.id))
    if after.wanted:
        db.execute(_FORGET_FORMER, (before.kind, before.id))
        _write(db, _LOOK_UP, before.ref, after.lookup_keys)
    elif before.wanted:
        _write(db, _REMEMBER, before.ref, before.unique_keys + before.lookup_keys)


def _reword(db: sqlite3.Connection, before: Record, after: Record) -> None:
    if before.wanted is after.wanted and keys.words(before.document) == keys.words(after.document):
        return
    sqlite_words.forget(db, before.ref)
    if after.wanted:
        sqlite_words.write(db, before.ref, after.document)


def bump(db: sqlite3.Connection, ref: Ref, last_modified: str) -> None:
    """One version up. Stale if the record is not wanted any more."""
    if not db.execute(_BUMP, (last_modified, ref.kind, ref.id)).rowcount:
        raise Stale(ref.id)


def delete(db: sqlite3.Connection, before: Record) -> None:
    """Remove the record and its keys. Stale."""
    values = (before.kind, before.id, before.stamp)
    if not db.execute("DELETE FROM resources WHERE kind = ? AND id = ? AND stamp = ?", values).rowcount:
        raise Stale(before.id)
    _write(db, _FREE, before.ref, before.unique_keys)
    db.execute(_FORGET, (before.kind, before.id))
    db.execute(_FORGET_FORMER, (before.kind, before.id))
    sqlite_words.forget(db, before.ref)


def save_link(db: sqlite3.Connection, ref: Ref, link: Link, settled_version: int | None) -> None:
    found = (link.target_id, link.target_state, link.attempts, link.last_error, link.waiting, *_removal(link))
    db.execute(_SAVE_LINK, (ref.kind, *found, settled_version, link.next_attempt_at or 0, ref.id))


def _claim(db: sqlite3.Connection, ref: Ref, keys: Iterable[str]) -> None:
    for key in keys:
        if not db.execute(_CLAIM, (ref.kind, key, ref.id)).rowcount:
            raise KeyTaken(key)


def _write(db: sqlite3.Connection, statement: str, ref: Ref, keys: Iterable[str]) -> None:
    for key in keys:
        db.execute(statement, (ref.kind, key, ref.id))


def _values(record: Record) -> tuple[Any, ...]:
    link = record.link
    owed = (due(link), link.target_id, link.target_state, link.settled_version)
    tried = (link.attempts, link.last_error, link.waiting)
    return record.wanted, encode_body(record), record.last_modified, record.version, *owed, *tried, *_removal(link)


def _removal(link: Link) -> tuple[Any, ...]:
    return link.held_at, link.approved_version, link.approved_until, link.removed_at


def _records(db: sqlite3.Connection, statement: str, *values: Any) -> list[Record]:
    return [_record(row) for row in db.execute(statement, values)]


def _record(row: tuple[Any, ...]) -> Record:
    kind, record_id, wanted, body, last_modified, version, stamp, group_ids, due, *found, _ = row
    target_id, target_state, settled_version, attempts, last_error, waiting, *removal = found
    return Record(
        kind=kind,
        id=record_id,
        wanted=wanted == 1,
        last_modified=last_modified,
        version=version,
        stamp=stamp,
        group_ids=tuple(sorted(group_ids.split())) if group_ids else (),
        link=Link(
            *(target_id, target_state, settled_version, due is not None),
            *(attempts, due or None, last_error, waiting, *removal),
        ),
        **decode_body(body),
    )
