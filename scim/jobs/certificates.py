"""The public certificates of a token issuer, by key id; kept as long as it allows, and longer only while it is silent.

`google.oauth2.id_token.verify_token` fetches them anew for each token, and would make a silent issuer everybody's
problem; checking the signature is still left to google.auth (`trust`).
"""

import json
import logging
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from urllib3 import PoolManager
from urllib3.exceptions import HTTPError

from scim.jobs.https import require_safe, send
from scim.ports import Clock

log = logging.getLogger("scim.jobs")

GOOGLE = "https://www.googleapis.com/oauth2/v1/certs"
FETCH_SECONDS = 5.0
LEAST_SECONDS = 60.0  # between two fetches, whatever is asked for
MOST_SECONDS = 86_400.0
STALE_SECONDS = 86_400.0  # how much longer they serve while the issuer is silent; Google keeps a key for weeks


@dataclass(frozen=True, slots=True)
class _Known:
    """PEM by key id. Good until `fresh_until`; past that while nobody can say what replaces them."""

    pem: Mapping[str, str] = field(default_factory=dict)
    tried_at: float = float("-inf")
    read_at: float = float("-inf")
    fresh_until: float = float("-inf")

    def usable(self, now: float) -> Mapping[str, str]:
        # a clock that was set back prolongs nothing
        return self.pem if self.read_at <= now < self.fresh_until + STALE_SECONDS else {}

    def is_due(self, key_id: str, now: float) -> bool:
        wanted = now >= self.fresh_until or key_id not in self.usable(now)
        return wanted and not 0 <= now - self.tried_at < LEAST_SECONDS


class Certificates:
    """Fetched at the first question, by one thread for all; who can do without the answer does not wait for it. An
    unknown key is looked for once in a minute: whoever invents keys causes no more calls.
    """

    def __init__(self, connections: PoolManager, url: str = GOOGLE, clock: Clock = time.time) -> None:
        self._connections = connections
        self._url = require_safe(url)
        self._clock = clock
        self._fetching = threading.Lock()
        self._known = _Known()

    def find(self, key_id: str) -> str | None:
        """The certificate of that key, in PEM; None if the issuer has none, or cannot be reached to say so."""
        known, now = self._known, self._clock()
        if known.is_due(key_id, now) and self._fetching.acquire(blocking=key_id not in known.usable(now)):
            try:
                now = self._clock()
                if self._known.is_due(key_id, now):
                    self._known = self._fetch(self._known, now)
            finally:
                self._fetching.release()
        return self._known.usable(self._clock()).get(key_id)

    def _fetch(self, known: _Known, now: float) -> _Known:
        try:
            pem, seconds = self._ask()
        except (HTTPError, ValueError, RecursionError) as error:
            reason = f"{self._url}: {type(error).__name__}: {error}"[:300]
            log.error("jobs.no_certificates", extra={"reason": reason})  # noqa: TRY400 - the reason says it all
            return replace(known, tried_at=now)
        return _Known(pem, now, now, now + seconds)

    def _ask(self) -> tuple[Mapping[str, str], float]:
        answer = send(self._connections, "GET", self._url, {}, FETCH_SECONDS)
        if answer.status != 200:
            raise ValueError(f"status {answer.status}")
        return _pem(answer.body), _allowed(answer.headers.get("Cache-Control", ""))


def _pem(body: bytes) -> Mapping[str, str]:
    found = json.loads(body)
    if not isinstance(found, dict) or not found or not all(isinstance(pem, str) for pem in found.values()):
        raise ValueError("no certificates by key id")
    return found


def _allowed(cache_control: str) -> float:
    found = re.search(r"(?:^|[\s,])max-age=(\d{1,9})", cache_control)
    return min(max(float(found[1]), LEAST_SECONDS), MOST_SECONDS) if found else LEAST_SECONDS
