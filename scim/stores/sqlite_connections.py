"""How the SQLite store reaches its file: connections that are lent, transactions, and errors said in a sentence."""

import sqlite3
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import RLock
from typing import Protocol

from scim import sqlite_file
from scim.records import StoreUnavailable
from scim.stores.sqlite_schema import migrate

MEMORY = ":memory:"


class Database:
    """Transactions on a file, or on a database in memory (`:memory:`). Safe for threads and processes."""

    def __init__(self, path: str, busy_seconds: float) -> None:
        self._path = path
        self._lender: _Lender = _OneConnection() if path == MEMORY else _Connections(path, busy_seconds)
        with self.read():
            pass

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Each statement sees one moment. Raises StoreUnavailable."""
        try:
            with self._lender.lend() as db:
                yield db
        except sqlite3.Error as cause:
            raise StoreUnavailable(
                f"The store file {self._path} cannot be used ({cause}): it has to be a store of this bridge, in a "
                "directory that exists, both writable, on a disk that is not full."
            ) from cause

    def snapshot(self) -> AbstractContextManager[sqlite3.Connection]:
        """All statements see one moment. Raises StoreUnavailable."""
        return self._transaction("BEGIN")

    def write(self) -> AbstractContextManager[sqlite3.Connection]:
        """One transaction: on the disk when it ends, undone if it raises. Writers take turns from the first statement
        on, so that none has to be repeated. Raises StoreUnavailable.
        """
        return self._transaction("PRAGMA synchronous = FULL", "BEGIN IMMEDIATE")

    def note(self) -> AbstractContextManager[sqlite3.Connection]:
        """A write of what settling found out, which it would find out again: it survives the death of the process, and
        reaches the disk with the next wish. Raises StoreUnavailable.
        """
        return self._transaction("PRAGMA synchronous = NORMAL", "BEGIN IMMEDIATE")

    @contextmanager
    def _transaction(self, *begin: str) -> Iterator[sqlite3.Connection]:
        with self.read() as db:
            for statement in begin:
                db.execute(statement)
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise

    def close(self) -> None:
        self._lender.close()


class _Lender(Protocol):
    def lend(self) -> AbstractContextManager[sqlite3.Connection]: ...
    def close(self) -> None: ...


class _Connections:
    """A file's idle connections. They are lent, not bound to threads: a server that makes a thread for each request
    leaves none behind. All are closed before a fork, for a child that inherits one loses the file's locks
    (sqlite.org/howtocorrupt.html §2.6).
    """

    def __init__(self, path: str, busy_seconds: float) -> None:
        self._path = path
        self._busy_seconds = busy_seconds
        self._idle: deque[sqlite3.Connection] = deque()
        sqlite_file.close_before_fork(self)

    @contextmanager
    def lend(self) -> Iterator[sqlite3.Connection]:
        db = self._idle.pop() if self._idle else _connect(self._path, self._busy_seconds)
        try:
            yield db
        except sqlite3.Error:
            db.close()  # a connection that failed may be in any state
            raise
        except BaseException:
            self._idle.append(db)
            raise
        self._idle.append(db)

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()


class _OneConnection:
    """A database in memory lives and dies with its only connection, so its users take turns."""

    def __init__(self) -> None:
        self._turn = RLock()
        self._db = _connect(MEMORY, busy_seconds=0)

    @contextmanager
    def lend(self) -> Iterator[sqlite3.Connection]:
        with self._turn:
            yield self._db

    def close(self) -> None:
        with self._turn:
            self._db.close()


def _connect(path: str, busy_seconds: float) -> sqlite3.Connection:
    db = sqlite_file.connect(path, busy_seconds)
    try:
        migrate(db, path)
    except BaseException:
        db.close()
        raise
    return db
