"""How a request asks for settling here and now, in its own process."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from scim.jobs.lease import Lease
from scim.jobs.settle import settle_one
from scim.jobs.work import Work
from scim.ports import Clock, Ids, Store, Target
from scim.records import Deferred, Outcome, Ref, StoreUnavailable

log = logging.getLogger("scim.settle")


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
        """Never raises for the store: the wish is recorded already, and the next tick goes on with it."""
        ends = self.clock() + wait
        if not self._turn.acquire(timeout=max(wait, 0)):
            return Deferred()
        try:
            return self._settle(ref, ends)
        except StoreUnavailable as error:
            log.warning("settle.deferred", extra={"resource": ref.kind, "id": ref.id, "reason": str(error)})
            return Deferred()
        finally:
            self._turn.release()

    def _settle(self, ref: Ref, ends: float) -> Outcome:
        lease = Lease(self.store, self.holder, self.clock)
        if not lease.acquire_by(ends, self.pause):
            return Deferred()
        try:
            return settle_one(Work(self.store, self.target, self.clock, self.event_id, ends), ref)
        finally:
            lease.release()
