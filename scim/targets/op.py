"""`op`, 1Password's command-line tool, as the bridge uses it: signed in as its member, one call at a time.

    op = Op("op", secrets)
    op.read_all("user", "list")                        # JSON
    op.act("user", "suspend", "--", id)                # repeated while 1Password is in trouble
    op.create("group", "create", "--", name)           # never repeated: its effect would be, too

A value stands in `--flag=value` or after `--`, so none can become a flag.
"""

import copy
import json
import logging
import os
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_exponential_jitter

from scim.ports import Clock, Secrets
from scim.records import Document, TargetUnavailable
from scim.targets import op_process, op_session
from scim.targets.op_calls import CALL_SECONDS, Calls
from scim.targets.op_errors import Command, SessionExpired, TryAgain, Unspeakable
from scim.targets.op_process import Answer, Run
from scim.targets.op_session import Session
from scim.targets.pace import Pace

log = logging.getLogger("scim.op")

ATTEMPTS = 6
LONGEST_VALUE = 4096
_BACK_OFF = wait_exponential_jitter(multiplier=0.3, max=5.0, jitter=0.3)


class Op:
    """`path`: where it is, or its name on PATH. Nothing is started and no secret read before the first call.

    A call, with its turn, its repetitions and signing in anew, takes at most 20 seconds.
    """

    def __init__(  # noqa: PLR0913 - what is outside comes in, each with its default
        self,
        path: str,
        secrets: Secrets,
        calls_per_second: float = 4.0,
        clock: Clock = time.time,
        *,
        run: Run = op_process.run,
        sleep: Callable[[float], None] = time.sleep,
        environ: Mapping[str, str] = os.environ,
        pace: Pace | None = None,
    ) -> None:
        self._calls = Calls(path, pace or Pace(calls_per_second, sleep=sleep), clock, run)
        self._session = Session(self._calls.make, secrets, environ, clock)
        self._environ = environ
        self._clock = clock
        self._sleep = sleep
        self._turn = _Turn()
        self._ends = float("inf")

    def until(self, ends: float) -> "Op":
        """The same, session and pace shared, whose calls do not last beyond `ends` (seconds since the epoch)."""
        bounded = copy.copy(self)
        bounded._ends = min(self._ends, ends)  # noqa: SLF001 - its own
        return bounded

    def calls_made(self) -> int:
        return self._calls.pace.taken

    def read(self, *args: str) -> Document:
        """One JSON object. TargetError."""
        return _object(self._repeated(_for_json(args)), args)

    def read_all(self, *args: str) -> list[Document]:
        """A JSON list of objects; nothing at all is an empty one if it is said twice. TargetError."""
        answer = self._repeated(_for_json(args))
        if not answer.stdout.strip():  # nothing to list, or an answer that was lost
            answer = self._repeated(_for_json(args))
        found = _parsed(answer, args)
        if found is None:
            return []
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            raise _unintelligible(args)
        return found

    def act(self, *args: str) -> None:
        """A command that may be repeated. TargetError."""
        self._repeated(args)

    def create(self, *args: str) -> Document:
        """A command that is sent once, whatever the answer, and the JSON object it made. TargetError."""
        return _object(self._signed_in(_for_json(args), self._deadline()), args)

    def version(self) -> str:
        """Needs no session. TargetError."""
        answer = self._calls.make(("--version",), op_session.neutral(self._environ), b"", self._deadline())
        return answer.stdout.decode(errors="replace").strip()[:40]

    def close(self) -> None:
        """Forgets the session; the next call signs in."""
        self._session.close()

    def _deadline(self) -> float:
        return min(self._ends, self._clock() + CALL_SECONDS)

    def _repeated(self, args: Sequence[str]) -> Answer:
        ends = self._deadline()

        def is_over(state: RetryCallState) -> bool:
            return state.attempt_number >= ATTEMPTS or self._clock() + state.upcoming_sleep >= ends

        attempts = Retrying(
            retry=retry_if_exception_type(TryAgain),
            wait=_BACK_OFF,
            stop=is_over,
            sleep=self._sleep,
            reraise=True,
        )
        answer: Answer = attempts(self._signed_in, args, ends)
        return answer

    def _signed_in(self, args: Sequence[str], ends: float) -> Answer:
        _refuse_unspeakable(args)
        with self._turn.taken(ends - self._clock()):
            env = self._session.environment(ends)
            try:
                return self._calls.make(args, env, b"", ends)
            except SessionExpired:
                self._session.renew(ends)
            return self._calls.make(args, self._session.environment(ends), b"", ends)


class _Turn:
    """One at a time in this process. Whoever was forked while somebody had it starts with a new one."""

    def __init__(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.Lock()

    @contextmanager
    def taken(self, within: float) -> Iterator[None]:
        if self._pid != os.getpid():
            self._pid, self._lock = os.getpid(), threading.Lock()
        if not self._lock.acquire(timeout=max(0.0, within)):
            raise TargetUnavailable("Other calls to 1Password took all the time there was.")
        try:
            yield
        finally:
            self._lock.release()


# ── what goes in and what comes out ───────────────────────────────────────────────────────────────────────


def _for_json(args: Sequence[str]) -> tuple[str, ...]:
    words = len(Command.of(args).words)
    return (*args[:words], "--format=json", *args[words:])


def _refuse_unspeakable(args: Sequence[str]) -> None:
    """What no argument can hold, or no name should. Unspeakable."""
    for value in Command.of(args).values:
        if len(value) > LONGEST_VALUE:
            raise Unspeakable(f"1Password is given no value of more than {LONGEST_VALUE:,} characters.")
        if any(unicodedata.category(character) in {"Cc", "Cs"} for character in value):
            raise Unspeakable("1Password is given no value with control characters or half characters.")


def _parsed(answer: Answer, args: Sequence[str]) -> Any:
    """None for nothing."""
    if not answer.stdout.strip():
        return None
    try:
        return json.loads(answer.stdout)
    except (ValueError, RecursionError):
        raise _unintelligible(args) from None


def _object(answer: Answer, args: Sequence[str]) -> Document:
    found = _parsed(answer, args)
    if not isinstance(found, dict):
        raise _unintelligible(args)
    return found


def _unintelligible(args: Sequence[str]) -> TargetUnavailable:
    log.error("op.unintelligible", extra={"command": Command.of(args).name})
    return TargetUnavailable("1Password's answer was cut short or is none the bridge understands.")
