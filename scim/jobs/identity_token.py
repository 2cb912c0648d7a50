"""The token with which a function of the cloud says who it is: from the metadata server, for one audience."""

import base64
import json
import logging
import re
import threading
import time
from typing import Protocol
from urllib.parse import quote

from urllib3 import PoolManager
from urllib3.exceptions import HTTPError

from scim.jobs.https import send
from scim.ports import Clock

log = logging.getLogger("scim.settle")

METADATA = "metadata.google.internal"
FETCH_SECONDS = 3.0
SPARE_SECONDS = 60.0  # how long before its end a token is replaced

_TOKEN = re.compile(r"[A-Za-z0-9_-]+\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+")


class IdentityUnavailable(Exception):
    """There is no token just now. The text says why."""


class IdentityTokens(Protocol):
    def token(self, seconds: float) -> str:
        """A token that is valid for a while yet, within `seconds`. IdentityUnavailable."""
        ...

    def forget(self) -> None:
        """The token was not believed: the next one is fetched anew."""
        ...


class MetadataTokens:
    """`host` is that of the metadata server, plain HTTP as everywhere in Google's cloud. Reads nothing until it is
    asked; safe for threads, one of which fetches for all. google.auth's own way there repeats for longer than an
    identity provider waits.
    """

    def __init__(self, connections: PoolManager, audience: str, host: str = METADATA, clock: Clock = time.time) -> None:
        self._connections = connections
        self._url = (
            f"http://{host}/computeMetadata/v1/instance/service-accounts/default/identity"
            f"?audience={quote(audience, safe='')}&format=full"  # only the full form names the account
        )
        self._clock = clock
        self._fetching = threading.Lock()
        self._token = ""
        self._expires = float("-inf")

    def token(self, seconds: float) -> str:
        known = self._token
        if known and self._clock() < self._expires - SPARE_SECONDS:
            return known
        if not self._fetching.acquire(timeout=max(seconds, 0)):
            raise IdentityUnavailable("fetching the identity token takes too long")
        try:
            if self._clock() >= self._expires - SPARE_SECONDS:
                self._token, self._expires = self._fetch(min(seconds, FETCH_SECONDS))
            return self._token
        finally:
            self._fetching.release()

    def forget(self) -> None:
        self._expires = float("-inf")

    def _fetch(self, seconds: float) -> tuple[str, float]:
        try:
            answer = send(self._connections, "GET", self._url, {"Metadata-Flavor": "Google"}, seconds)
        except HTTPError as error:
            raise IdentityUnavailable(f"the metadata server does not answer ({type(error).__name__})") from error
        if answer.status != 200:
            raise IdentityUnavailable(f"the metadata server answered {answer.status} instead of an identity token")
        token = answer.body.decode(errors="replace").strip()
        return token, _expiry(token)


def _expiry(token: str) -> float:
    """Seconds since the epoch. Its signature is for the one to whom it is sent."""
    found = _TOKEN.fullmatch(token)
    claims = found[1] if found else ""
    try:
        return float(json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["exp"])
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError):
        # no cause: it might carry the token
        raise IdentityUnavailable("what the metadata server answered is no identity token") from None
