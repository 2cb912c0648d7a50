"""Looking for users and groups in SQLite: by a word, by how they stand, and what happened to one of them."""

import json
import sqlite3

from scim import keys
from scim.records import Document, Kind, Ref

_FORGET = "DELETE FROM words WHERE kind = ? AND id = ?"
_WRITE = "INSERT OR IGNORE INTO words (kind, word, id) VALUES (?, ?, ?)"
_ALL = "SELECT kind, id, json_extract(body, '$.document') FROM resources WHERE wanted = 1"
_BEGINS = "word >= ?2 AND word < ?2 || char(1114111)"
FOUND = f"(SELECT id FROM words WHERE kind = ?1 AND {_BEGINS})"  # noqa: S608 - constants only
"""Ids of those that have a word beginning with ?2."""
HAS = f"EXISTS (SELECT 1 FROM words WHERE kind = ?1 AND id = r.id AND {_BEGINS})"  # noqa: S608 - constants only
"""Whether resource r has one."""
_MANY = 2000
_COUNT = f"SELECT count(*) FROM (SELECT 1 FROM words WHERE kind = ?1 AND {_BEGINS} LIMIT {_MANY})"  # noqa: S608


def is_common(db: sqlite3.Connection, kind: Kind, text: str) -> bool:
    """Whether so many have it that a page of them is found sooner by looking at one resource after the other."""
    return int(db.execute(_COUNT, (kind, text)).fetchone()[0]) == _MANY


def write(db: sqlite3.Connection, ref: Ref, document: Document) -> None:
    db.executemany(_WRITE, [(ref.kind, word, ref.id) for word in keys.words(document)])


def forget(db: sqlite3.Connection, ref: Ref) -> None:
    db.execute(_FORGET, (ref.kind, ref.id))


def write_all(db: sqlite3.Connection) -> None:
    """Of a file that had none."""
    kind: Kind
    for kind, id, document in db.execute(_ALL).fetchall():
        write(db, Ref(kind, id), json.loads(document))
