"""Named crash points: each commit of the store and each call of `op` announces itself, and the process that was told to
dies at the nth announcement. What is announced is kept in a file that survives the process.
"""

import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COMMITS = frozenset({
    "create", "replace", "discard", "change_members", "save_link", "settle_membership", "postpone_membership",
    "put_ledger", "put_note", "append_event", "acquire_lease", "release_lease", "put_report",
})  # fmt: skip
WISHES = frozenset({"after store.create", "after store.replace", "after store.change_members"})
"""The commits by which a request is recorded."""


@dataclass(frozen=True, slots=True)
class Point:
    """`address`: whom an invitation goes to. `left`: the id of the process that was left behind there."""

    name: str
    address: str = ""
    left: str = ""


class Fuse:
    """Armed with the number, from 1, of the announcement at which the process dies."""

    def __init__(self, journal: Path) -> None:
        self.journal = journal
        self._point = self._passed = 0

    def arm(self, point: int) -> None:
        """0: it lives."""
        self._point, self._passed = point, 0

    def is_next(self) -> bool:
        return self._passed + 1 == self._point

    def announce(self, name: str, address: str = "", left: object = "") -> None:
        file = os.open(self.journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.write(file, f"{name}\t{address}\t{left}\n".encode())
        os.close(file)
        self._passed += 1
        if self._passed == self._point:
            os.kill(os.getpid(), signal.SIGKILL)

    def points(self) -> list[Point]:
        """All that were ever announced."""
        if not self.journal.exists():
            return []
        return [Point(*line.split("\t")) for line in self.journal.read_text().splitlines()]


class AnnouncedStore:
    """A store that announces each commit before and after it."""

    def __init__(self, store: Any, fuse: Fuse) -> None:
        self._store, self._fuse = store, fuse

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)
        if name not in COMMITS:
            return method

        def commit(*arguments: Any) -> Any:
            self._fuse.announce(f"before store.{name}")
            answer = method(*arguments)
            self._fuse.announce(f"after store.{name}")
            return answer

        return commit
