"""One runner at a time: the lease without which nothing is done to the target (it answers parallel writes with 409)."""

from collections.abc import Callable
from dataclasses import dataclass

from scim.ports import Clock, Store

NAME = "target"
SECONDS = 90.0
PROLONG_SECONDS = 15.0
POLL_SECONDS = 0.01
LONGEST_POLL_SECONDS = 0.25


@dataclass(slots=True)
class Lease:
    """The lease of one `holder`, who may have it or not."""

    store: Store
    holder: str
    clock: Clock
    name: str = NAME
    _since: float = float("-inf")

    def acquire(self) -> bool:
        now = self.clock()
        if not self.store.acquire_lease(self.name, self.holder, now, SECONDS):
            return False
        self._since = now
        return True

    def acquire_by(self, ends: float, pause: Callable[[float], None]) -> bool:
        """Asks until `ends` (seconds on `clock`), with growing pauses. At least once."""
        seconds = POLL_SECONDS
        while not self.acquire():
            if self.clock() + seconds > ends:
                return False
            pause(seconds)
            seconds = min(seconds * 2, LONGEST_POLL_SECONDS)
        return True

    def keep(self) -> bool:
        """Prolongs it in good time. False if it ran out: somebody else may have it, or had it in between."""
        passed = self.clock() - self._since
        if passed < PROLONG_SECONDS:
            return True
        return passed < SECONDS and self.acquire()

    def release(self) -> None:
        self.store.release_lease(self.name, self.holder)
