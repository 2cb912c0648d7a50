"""Opening a SQLite file with a write-ahead log, also when several processes open a new one at the same moment."""

import os
import sqlite3
import time
import weakref
from typing import Protocol

PAUSE_SECONDS = 0.01


class Holder(Protocol):
    """Whatever keeps connections open."""

    def close(self) -> None: ...


_holders: "weakref.WeakSet[Holder]" = weakref.WeakSet()


def close_before_fork(holder: Holder) -> None:
    """Have the holder closed before each fork, for as long as it lives: a child that inherits a connection loses the
    file's locks (sqlite.org/howtocorrupt.html §2.6).
    """
    _holders.add(holder)


def connect(path: str, busy_seconds: float) -> sqlite3.Connection:
    """A connection in autocommit mode that threads may pass on. Raises sqlite3.Error."""
    db = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None, check_same_thread=False)
    try:
        _write_ahead(db, time.monotonic() + busy_seconds)
    except BaseException:
        db.close()
        raise
    return db


def _write_ahead(db: sqlite3.Connection, ends: float) -> None:
    """Changing the mode needs the file alone, and SQLite does not wait for that: whoever is second is told that the
    file is locked, at once. Asking for the mode is free, and every connection but a file's first stops there.
    """
    while db.execute("PRAGMA journal_mode").fetchone()[0] not in ("wal", "memory"):
        try:
            db.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > ends:
                raise
            time.sleep(PAUSE_SECONDS)


def _close_all() -> None:
    for holder in list(_holders):
        holder.close()


os.register_at_fork(before=_close_all)
