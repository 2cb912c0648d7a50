"""One call of the Directory API: paced, bounded in time and size, repeated with growing pauses while Google is busy,
and its answer a JSON object or one of the source's errors.
"""

import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import AuthorizedSession
from requests import RequestException, Response
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, stop_before_delay
from tenacity.wait import wait_exponential_jitter

from scim.ports import Clock
from scim.records import Document
from scim.source_records import SourceUnavailable
from scim.sources.google_refusals import Passing, directory_refusal

log = logging.getLogger("scim.pull")

CONNECT_SECONDS = 5.0
MOST_BYTES = 64 * 1024 * 1024  # 500 users in full are some 2 MB
CHUNK_BYTES = 1024 * 1024
ATTEMPTS = 8
_GROWING = wait_exponential_jitter(initial=1, max=64, jitter=1)  # as Google advises: 2^n s and up to 1 s by chance

Query = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Patience:
    """`timeout`: seconds for one answer; `in_all`: seconds for one call with all that repeats it. `clock`: seconds that
    only grow; `pause` lets so many of them pass.
    """

    per_minute: float
    timeout: float
    in_all: float
    clock: Clock = time.monotonic
    pause: Callable[[float], None] = time.sleep


class Calls:
    """Of one administrator, or one service account: what they may read and how often is theirs together. For one
    thread.
    """

    def __init__(self, session: AuthorizedSession, url: str, patience: Patience) -> None:
        self.made = 0
        self.clock = patience.clock
        self._session = session
        self._url = url
        self._gap = 60.0 / patience.per_minute
        self._next = float("-inf")
        self._timeout = patience.timeout
        self._pause = patience.pause
        self._answered: tuple[tuple[str, Query], int] | None = None
        self._again = Retrying(
            retry=retry_if_exception_type(Passing),
            stop=stop_after_attempt(ATTEMPTS) | stop_before_delay(patience.in_all),
            wait=_pause_before,
            sleep=patience.pause,
            before_sleep=_tell,
            reraise=True,
        )

    def get(self, path: str, query: Query, asked: str) -> Document:
        """`asked`: what that is, in words. SourceError. An answer with rows that is, to the byte, the one to another
        question before is not believed: it is asked for once more.
        """
        question, before = (path, query), self._answered
        body, found = self._again(self._once, path, query, asked)
        if before and before[0] != question and before[1] == hash(body) and any(map(_has_rows, found.values())):
            body, found = self._again(self._once, path, query, asked)
        self._answered = question, hash(body)
        return found

    def _once(self, path: str, query: Query, asked: str) -> tuple[bytes, Document]:
        self._wait_for_turn()
        try:
            with self._session.get(
                f"{self._url}/admin/directory/v1/{path}",
                params=dict(query),
                timeout=(min(CONNECT_SECONDS, self._timeout), self._timeout),
                allow_redirects=False,
                stream=True,
            ) as response:
                body = self._body(response, asked)
        except GoogleAuthError as trouble:
            raise SourceUnavailable(f"Google does not show {asked}: its client failed.") from trouble
        except RequestException as trouble:
            raise Passing(f"Google does not show {asked}: {_silence(trouble)}.") from trouble
        if response.status_code != 200:
            reader = self._session.credentials.reader
            raise directory_refusal(response.status_code, body, response.headers, asked, reader)
        return body, _object(body, asked)

    def _body(self, response: Response, asked: str) -> bytes:
        ends = self.clock() + self._timeout
        body = bytearray()
        for chunk in response.iter_content(CHUNK_BYTES):
            body += chunk
            if len(body) > MOST_BYTES:
                raise SourceUnavailable(f"What Google shows of {asked} does not end.")
            if self.clock() > ends:
                raise Passing(f"Google does not show {asked}: it did not finish in time.")
        return bytes(body)

    def _wait_for_turn(self) -> None:
        now = self.clock()
        due = max(now, self._next)
        self._next = due + self._gap
        self.made += 1
        if due > now:
            self._pause(due - now)


def _pause_before(state: RetryCallState) -> float:
    failed = state.outcome.exception() if state.outcome else None
    named = failed.pause if isinstance(failed, Passing) else 0.0
    return max(named, _GROWING(state))


def _tell(state: RetryCallState) -> None:
    log.warning(
        "pull.repeats",
        extra={
            "attempt": state.attempt_number,
            "seconds": round(state.upcoming_sleep, 1),
            "why": str(state.outcome.exception() if state.outcome else ""),
        },
    )


def _object(body: bytes, asked: str) -> Document:
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Passing(f"What Google shows of {asked} is cut short, or is no JSON object.")
    return found


def _has_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value)


def _silence(trouble: RequestException) -> str:
    name = type(trouble).__name__
    if "Timeout" in name:
        return "it did not answer in time"
    if "Chunked" in name or "Content" in name:
        return "its answer broke off"
    return "it cannot be reached" if "Connection" in name else f"the call failed ({name})"
