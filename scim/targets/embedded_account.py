"""The embedded account's own file: people, groups, members, and what a test or a demonstration scripts."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scim import sqlite_file
from scim.records import TargetUnavailable

MEMORY = ":memory:"
BUSY_SECONDS = 15.0

_SCHEMA = """
CREATE TABLE IF NOT EXISTS people (
  id TEXT PRIMARY KEY, email TEXT NOT NULL UNIQUE COLLATE NOCASE, name TEXT NOT NULL, type TEXT NOT NULL,
  state TEXT NOT NULL, resumes TEXT NOT NULL DEFAULT 'ACTIVE'
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS groups (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, description TEXT NOT NULL, type TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS members (
  group_id TEXT, user_id TEXT, role TEXT NOT NULL, PRIMARY KEY (group_id, user_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS faults (
  seq INTEGER PRIMARY KEY, verb TEXT NOT NULL, error TEXT NOT NULL, times INTEGER NOT NULL,
  after_effect INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS calls (verb TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pace (seconds REAL NOT NULL);
"""
_SEED = """
INSERT OR IGNORE INTO people (id, email, name, type, state)
VALUES ('OWNERAAAAAAAAAAAAAAAAAAAAA', 'owner@example.com', 'Account Owner', 'MEMBER', 'ACTIVE');
INSERT OR IGNORE INTO groups (id, name, description, type) VALUES
  ('ownersaaaaaaaaaaaaaaaaaaaa', 'Owners', 'Access to billing and account administration.', 'OWNERS'),
  ('administratorsaaaaaaaaaaaa', 'Administrators', 'Can administer the account.', 'ADMINISTRATORS'),
  ('teammembersaaaaaaaaaaaaaaa', 'Team Members', 'All team members.', 'TEAM_MEMBERS');
INSERT OR IGNORE INTO members (group_id, user_id, role)
VALUES ('ownersaaaaaaaaaaaaaaaaaaaa', 'OWNERAAAAAAAAAAAAAAAAAAAAA', 'MANAGER');
"""


class Account:
    """One connection of this process, lent to one caller at a time; other processes take turns through the file. It is
    closed before a fork, for a child that inherits one loses the file's locks (sqlite.org/howtocorrupt.html §2.6).
    """

    def __init__(self, path: str | Path) -> None:
        self.path = str(path)
        self._turn = threading.RLock()
        self._opened: sqlite3.Connection | None = None
        if self.path != MEMORY:
            sqlite_file.close_before_fork(self)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Undone if it raises. TargetUnavailable if the file cannot be used."""
        try:
            with self._turn:
                db = self._connection()
                db.execute("BEGIN IMMEDIATE")
                try:
                    yield db
                    db.execute("COMMIT")
                except BaseException:
                    if db.in_transaction:
                        db.execute("ROLLBACK")
                    raise
        except sqlite3.Error as error:
            raise TargetUnavailable(f"The embedded account's file {self.path} cannot be used: {error}.") from error

    def _connection(self) -> sqlite3.Connection:
        if self._opened is None:
            self._opened = _open(self.path)
        return self._opened

    def close(self) -> None:
        with self._turn:
            if self._opened:
                self._opened.close()
            self._opened = None


def _open(path: str) -> sqlite3.Connection:
    db = sqlite_file.connect(path, BUSY_SECONDS)
    try:
        db.execute("PRAGMA synchronous = NORMAL")
        db.executescript(_SCHEMA + _SEED)
    except BaseException:
        db.close()
        raise
    return db
