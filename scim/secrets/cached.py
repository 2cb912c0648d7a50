"""Secrets that are not read anew at each request: fresh for a minute, and older ones only while they cannot be read."""

import threading
from dataclasses import dataclass, field, replace

from scim.ports import Clock, Secrets
from scim.records import Secret, SecretMissing, SecretsUnavailable

FRESH_SECONDS = 60.0  # how long a value that was replaced or withdrawn may still be served
AHEAD_SECONDS = 15.0  # how long before that one thread reads again, while the others go on
STALE_SECONDS = 3600.0  # how long the last value serves while nobody can say what the newest one is
RETRY_SECONDS = 10.0  # after a no or no answer


class SecretWithheld(SecretsUnavailable):
    """The answer was no: this process may not read the secret. What was read before is not served in its stead."""


@dataclass(slots=True)
class _Known:
    """What the last reads of one secret told. `due_at`: when to read again. `away`: the last try got no answer."""

    value: Secret | None = None
    problem: Exception | None = None
    read_at: float = float("-inf")
    tried_at: float = float("-inf")
    due_at: float = float("-inf")
    away: bool = False

    def is_due(self, now: float) -> bool:
        # also when the clock was set back
        return not self.tried_at <= now < self.due_at

    def is_usable(self, now: float, stale: float) -> bool:
        if self.value is None:
            return False
        return 0 <= now - self.read_at <= (max(stale, FRESH_SECONDS) if self.away else FRESH_SECONDS)


@dataclass(slots=True)
class _Entry:
    known: _Known = field(default_factory=_Known)
    reading: threading.Lock = field(default_factory=threading.Lock)


class CachedSecrets:
    """`inner` read once a minute for each name by one thread for all, whatever comes of it: a name that is missing
    costs no more than one that is there. Safe for threads. Reads nothing until it is asked.
    """

    def __init__(self, inner: Secrets, clock: Clock, stale_seconds: float = STALE_SECONDS) -> None:
        self._inner = inner
        self._clock = clock
        self._stale_seconds = stale_seconds
        self._entries: dict[str, _Entry] = {}
        self._entering = threading.Lock()

    def get(self, name: str) -> Secret:
        entry = self._entry(name)
        known, now = entry.known, self._clock()
        if not known.is_due(now):
            return self._give(known, now)
        if entry.reading.acquire(blocking=not known.is_usable(now, self._stale_seconds)):
            try:
                now = self._clock()
                if entry.known.is_due(now):
                    entry.known = self._read(name, entry.known)
            finally:
                entry.reading.release()
        return self._give(entry.known, self._clock())

    def add_version(self, name: str, value: str) -> None:
        """The next read of this process asks for the new value; other processes see it within FRESH_SECONDS."""
        try:
            self._inner.add_version(name, value)
        finally:
            entry = self._entry(name)
            with entry.reading:
                entry.known = replace(entry.known, due_at=float("-inf"))

    def _entry(self, name: str) -> _Entry:
        with self._entering:
            return self._entries.setdefault(name, _Entry())

    def _read(self, name: str, known: _Known) -> _Known:
        """A value, or a clear no, replaces what was known; silence does not."""
        asked_at = self._clock()  # what is answered was true then
        try:
            value = self._inner.get(name)
        except (SecretMissing, SecretWithheld) as problem:
            return _Known(None, problem, asked_at, asked_at, self._clock() + RETRY_SECONDS)
        except SecretsUnavailable as problem:
            now = self._clock()
            return replace(known, problem=problem, tried_at=now, due_at=now + RETRY_SECONDS, away=True)
        return _Known(value, None, asked_at, asked_at, asked_at + FRESH_SECONDS - AHEAD_SECONDS)

    def _give(self, known: _Known, now: float) -> Secret:
        if known.value is not None and known.is_usable(now, self._stale_seconds):
            return known.value
        problem = known.problem
        if isinstance(problem, SecretMissing | SecretsUnavailable):
            raise type(problem)(str(problem)) from None  # a new one: an exception that is raised twice grows
        raise SecretsUnavailable("The secret was read too long ago.")
