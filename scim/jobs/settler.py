"""How a request asks for settling: here and now in this process, or not at all."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from scim.jobs.settle import LEASE, LEASE_SECONDS, settle_one
from scim.jobs.work import Work
from scim.ports import Clock, Ids, Store, Target
from scim.records import Deferred, Outcome, Ref

POLL_SECONDS = 0.01
LONGEST_POLL_SECONDS = 0.25


@dataclass(slots=True)
class LocalSettler:
    """Settles in the thread that asks. Requests of one process take turns; other processes are waited for."""

    store: Store
    target: Target
    clock: Clock
    event_id: Ids
    holder: str
    pause: Callable[[float], None] = time.sleep
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def settle(self, ref: Ref, wait: float) -> Outcome:
        ends = self.clock() + wait
        if not self._turn.acquire(timeout=max(wait, 0)):
            return Deferred()
        try:
            if not self._lease(ends):
                return Deferred()
            try:
                return settle_one(Work(self.store, self.target, self.clock, self.event_id, ends), ref)
            finally:
                self.store.release_lease(LEASE, self.holder)
        finally:
            self._turn.release()

    def _lease(self, ends: float) -> bool:
        pause = POLL_SECONDS
        while not self.store.acquire_lease(LEASE, self.holder, self.clock(), LEASE_SECONDS):
            if self.clock() + pause > ends:
                return False
            self.pause(pause)
            pause = min(pause * 2, LONGEST_POLL_SECONDS)
        return True


class DeferringSettler:
    """Leaves everything to the next tick."""

    def settle(self, ref: Ref, wait: float) -> Outcome:  # noqa: ARG002 - the port's signature
        return Deferred()
