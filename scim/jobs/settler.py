"""How a request asks for settling here and now, in its own process."""

import logging
import threading
from dataclasses import dataclass, field

from scim.jobs import spending
from scim.jobs.settle import settle_one
from scim.jobs.work import Runner
from scim.records import Deferred, Outcome, Ref, StoreUnavailable

log = logging.getLogger("scim.settle")

NOTE_SECONDS = 60.0


@dataclass(slots=True)
class LocalSettler:
    """Settles in the thread that asks. Requests of one process take turns; other processes are waited for."""

    runner: Runner
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def settle(self, ref: Ref, wait: float) -> Outcome:
        """Never raises for the store: the wish is recorded already, and the next tick goes on with it."""
        ends = self.runner.clock() + wait
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
        lease = self.runner.lease()
        if not lease.acquire_by(ends, self.runner.pause):
            return Deferred()
        try:
            outcome = settle_one(self.runner.work(ends, ends), ref)
        finally:
            lease.release()
        if self.runner.clock() - self.runner.noted.at > NOTE_SECONDS:
            spending.note(self.runner)
        return outcome
