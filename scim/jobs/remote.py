"""How the public function asks for settling: a call to the private jobs, which alone can reach the target."""

import logging
import time
from urllib.parse import quote

from urllib3 import PoolManager
from urllib3.exceptions import HTTPError

from scim.jobs.https import Answer, require_safe, send
from scim.jobs.identity_token import IdentityTokens, IdentityUnavailable
from scim.jobs.outcomes import LONGEST_WAIT_SECONDS, from_json
from scim.records import Deferred, Outcome, Ref

log = logging.getLogger("scim.settle")

WAY_SECONDS = 0.5
"""Kept from the wait for the way there and back, so that the jobs tell what came of it before nobody listens."""


class RemoteSettler:
    """Whatever goes wrong is deferred, for the wish is recorded: the next tick goes on with it. Safe for threads, which
    share `connections`.
    """

    def __init__(self, jobs_url: str, identity: IdentityTokens, connections: PoolManager) -> None:
        self._url = require_safe(jobs_url)
        self._identity = identity
        self._connections = connections

    def settle(self, ref: Ref, wait: float) -> Outcome:
        """Never raises. `wait` counts up to LONGEST_WAIT_SECONDS."""
        ends = time.monotonic() + min(wait, LONGEST_WAIT_SECONDS)
        try:
            return _outcome(self._ask(ref, ends))
        except (HTTPError, IdentityUnavailable, ValueError) as error:
            reason = f"{type(error).__name__}: {error}"[:300]
            log.warning("settle.deferred", extra={"resource": ref.kind, "id": ref.id, "reason": reason})
            return Deferred()

    def _ask(self, ref: Ref, ends: float) -> Answer:
        token = self._identity.token(ends - time.monotonic())
        left = ends - time.monotonic()
        url = f"{self._url}/settle/{ref.kind}/{quote(ref.id, safe='')}?wait={max(left - WAY_SECONDS, 0):.3f}"
        answer = send(self._connections, "POST", url, {"Authorization": f"Bearer {token}"}, left)
        if answer.status in (401, 403):
            self._identity.forget()
        return answer


def _outcome(answer: Answer) -> Outcome:
    if answer.status != 200:
        raise ValueError(f"the jobs answered {answer.status}")
    return from_json(answer.body)
