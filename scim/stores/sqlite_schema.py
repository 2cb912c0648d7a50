"""The tables of the SQLite store, and how an older file becomes a newer one."""

import sqlite3

from scim.records import StoreUnavailable
from scim.stores import sqlite_words

# `due`: NULL = the target matches, else the time from which it shall be made to match (0 = as soon as possible).
# The last 200,000 events are kept: an embedded store has nobody to empty it. A statement ends where its line ends.
# `stamp` is drawn anew at each change, so that a row that was deleted and made again is never taken for the old one.
_FIRST = """
CREATE TABLE resources (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL, id TEXT NOT NULL, wanted INTEGER NOT NULL,
  body TEXT NOT NULL, last_modified TEXT NOT NULL, version INTEGER NOT NULL, stamp INTEGER NOT NULL,
  target_id TEXT, target_state TEXT, settled_version INTEGER NOT NULL,
  due REAL, attempts INTEGER NOT NULL, last_error TEXT, waiting TEXT
);
CREATE UNIQUE INDEX resources_by_id ON resources (kind, id);
CREATE INDEX resources_listed ON resources (kind, wanted, seq);
CREATE INDEX resources_linked ON resources (kind, target_id) WHERE target_id IS NOT NULL;
CREATE INDEX resources_owed ON resources (kind, due) WHERE due IS NOT NULL;

CREATE TABLE keys (kind TEXT, key TEXT, id TEXT NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID;
CREATE TABLE lookups (kind TEXT, key TEXT, id TEXT, PRIMARY KEY (kind, key, id)) WITHOUT ROWID;
CREATE INDEX lookups_by_id ON lookups (kind, id);
CREATE TABLE former_keys (kind TEXT, key TEXT, id TEXT, PRIMARY KEY (kind, key, id)) WITHOUT ROWID;
CREATE INDEX former_keys_by_id ON former_keys (kind, id);

CREATE TABLE memberships (
  group_id TEXT, user_id TEXT, wanted INTEGER NOT NULL, stamp INTEGER NOT NULL,
  due REAL, attempts INTEGER NOT NULL, last_error TEXT, display TEXT,
  PRIMARY KEY (group_id, user_id)
) WITHOUT ROWID;
CREATE INDEX memberships_by_user ON memberships (user_id, wanted, group_id);
CREATE INDEX memberships_owed ON memberships (due, group_id, user_id) WHERE due IS NOT NULL;
CREATE INDEX memberships_owed_by_group ON memberships (group_id, due, user_id) WHERE due IS NOT NULL;

CREATE TABLE events (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, at TEXT NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
  kind TEXT, resource_id TEXT, changes TEXT NOT NULL, outcome TEXT NOT NULL
);
CREATE TRIGGER events_kept AFTER INSERT ON events
  BEGIN DELETE FROM events WHERE seq <= NEW.seq - 200000; END;
CREATE TABLE leases (name TEXT PRIMARY KEY, holder TEXT NOT NULL, until REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE reports (
  source TEXT PRIMARY KEY, at TEXT NOT NULL, expires TEXT NOT NULL, state TEXT NOT NULL, detail TEXT NOT NULL
) WITHOUT ROWID;
"""

# Removals that wait for a person, and what was removed lately.
_HOLDS = """
ALTER TABLE resources ADD COLUMN held_at REAL;
ALTER TABLE resources ADD COLUMN approved_version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE resources ADD COLUMN approved_until REAL;
ALTER TABLE resources ADD COLUMN removed_at REAL;
CREATE INDEX resources_held ON resources (kind, held_at, id) WHERE held_at IS NOT NULL;
CREATE INDEX resources_waiting ON resources (kind, wanted, seq) WHERE waiting IS NOT NULL AND wanted = 1;
ALTER TABLE memberships ADD COLUMN held_at REAL;
ALTER TABLE memberships ADD COLUMN approved_until REAL;
CREATE INDEX memberships_held ON memberships (group_id, user_id) WHERE held_at IS NOT NULL;
CREATE TABLE ledgers (scope TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
"""

# What is chosen, planned or noticed.
_NOTES = """
CREATE TABLE notes (name TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
"""

# By what people look: the words of names, how somebody stands (`Record.standing`), what happened to one resource.
STANDING = """CASE WHEN held_at IS NOT NULL THEN 'held' WHEN due IS NOT NULL AND last_error IS NOT NULL THEN 'refused'
  WHEN due IS NOT NULL THEN 'owed' WHEN waiting IS NOT NULL THEN 'waiting' ELSE coalesce(target_state, 'none') END"""
_LOOKING = f"""
CREATE TABLE words (kind TEXT, word TEXT, id TEXT, PRIMARY KEY (kind, word, id)) WITHOUT ROWID;
CREATE INDEX words_by_id ON words (kind, id);
CREATE INDEX resources_standing ON resources (kind, {STANDING}, seq) WHERE wanted = 1;
CREATE INDEX events_by_resource ON events (kind, resource_id, id) WHERE resource_id IS NOT NULL;
"""

MIGRATIONS = (_FIRST, _HOLDS, _NOTES, _LOOKING)
"""Each brings a file from the version that is its index to the next. Only ever append."""


def migrate(db: sqlite3.Connection, path: str) -> None:
    """Bring the file up to date, once whoever comes first; a file of a newer release is refused untouched."""
    if _version(db) == len(MIGRATIONS):
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        found = _version(db)
        _refuse_newer(found, path)
        for migration in MIGRATIONS[found:]:
            for statement in migration.split(";\n"):
                db.execute(statement)
        if found <= MIGRATIONS.index(_LOOKING):
            sqlite_words.write_all(db)
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise


def _refuse_newer(found: int, path: str) -> None:
    if found > len(MIGRATIONS):
        raise StoreUnavailable(
            f"The store file {path} was written by a newer release (its schema is {found}, this release knows "
            f"{len(MIGRATIONS)}): deploy that release again, or restore the file's backup."
        )


def _version(db: sqlite3.Connection) -> int:
    version: int = db.execute("PRAGMA user_version").fetchone()[0]
    return version
