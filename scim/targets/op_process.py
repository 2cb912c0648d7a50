"""Run one process: bounded in time and in output, and gone afterwards, with whatever it started.

ProcessFailed   there is no answer
├── CannotStart     the program is missing or is none
├── TooSlow         it had not ended at the deadline and was killed; whether it had an effect is unknown
└── TooMuchOutput   it was killed for the same reason
"""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

LONGEST_OUTPUT = 64 * 1024 * 1024
LONGEST_ERRORS = 64 * 1024
CHUNK = 64 * 1024
POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Answer:
    """How the process ended (negative: by which signal) and what it wrote."""

    code: int
    stdout: bytes = b""
    stderr: bytes = b""


class ProcessFailed(Exception):
    """There is no answer. The text is for the log."""


class CannotStart(ProcessFailed): ...


class TooSlow(ProcessFailed): ...


class TooMuchOutput(ProcessFailed): ...


Run = Callable[[Sequence[str], Mapping[str, str], bytes, float], Answer]
"""argv, environment, standard input, seconds it may take."""


def run(argv: Sequence[str], env: Mapping[str, str], stdin: bytes, seconds: float) -> Answer:
    """The answer of one process that gets this environment and nothing else. ProcessFailed."""
    ends = time.monotonic() + seconds
    process = _start(argv, env)
    try:
        return _converse(process, stdin, ends)
    finally:
        _end(process)


def _start(argv: Sequence[str], env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    try:
        # a session of its own: at the deadline one signal reaches it and whatever it started
        return subprocess.Popen(  # noqa: S603 - a list and no shell: no value is read as anything else
            list(argv), env=dict(env), stdin=pipe, stdout=pipe, stderr=pipe, bufsize=0, start_new_session=True
        )
    except OSError as error:
        raise CannotStart(f"{argv[0]} cannot be started: {error.strerror}.") from error


def _end(process: subprocess.Popen[bytes]) -> None:
    """Nothing of it is left, whichever way this is reached."""
    with suppress(ProcessLookupError, PermissionError):  # nobody left, or (macOS) nobody but the dead
        os.killpg(process.pid, signal.SIGKILL)
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe:
            pipe.close()
    process.wait()


def _converse(process: subprocess.Popen[bytes], stdin: bytes, ends: float) -> Answer:
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    output, errors = _Reader(process.stdout, LONGEST_OUTPUT), _Reader(process.stderr, LONGEST_ERRORS)
    with selectors.DefaultSelector() as selector:
        for reader in (output, errors):
            selector.register(reader.pipe, selectors.EVENT_READ, reader)
        selector.register(process.stdin, selectors.EVENT_WRITE, _Writer(process.stdin, stdin))
        for pipe in (process.stdin, process.stdout, process.stderr):
            os.set_blocking(pipe.fileno(), False)
        _exchange(selector, process, ends)
    _wait(process, ends)
    # what it wrote before it ended is in the pipes; who inherited them and lives on is not waited for
    output.drain(ends)
    errors.drain(ends)
    return Answer(process.returncode, bytes(output.read), bytes(errors.read))


def _exchange(selector: selectors.BaseSelector, process: subprocess.Popen[bytes], ends: float) -> None:
    """Until both of its outputs are closed or it has ended."""
    while any(isinstance(key.data, _Reader) for key in selector.get_map().values()) and process.poll() is None:
        left = ends - time.monotonic()
        if left <= 0:
            raise TooSlow("It had not ended at its deadline.")
        for key, _ in selector.select(min(left, POLL_SECONDS)):
            if key.data.step() is False:
                selector.unregister(key.fileobj)
                if key.fileobj is process.stdin:
                    process.stdin.close()


def _wait(process: subprocess.Popen[bytes], ends: float) -> None:
    try:
        process.wait(max(0.0, ends - time.monotonic()))
    except subprocess.TimeoutExpired as error:
        raise TooSlow("It had not ended at its deadline.") from error


class _Reader:
    def __init__(self, pipe: IO[bytes], longest: int) -> None:
        self.pipe = pipe
        self.read = bytearray()
        self._longest = longest

    def step(self) -> bool | None:
        """One piece. False at the end, None if there is nothing just now."""
        try:
            piece = os.read(self.pipe.fileno(), CHUNK)
        except BlockingIOError:
            return None
        self.read += piece
        if len(self.read) > self._longest:
            raise TooMuchOutput(f"It wrote more than {self._longest:,} bytes.")
        return bool(piece)

    def drain(self, ends: float) -> None:
        while self.step():
            if time.monotonic() > ends:
                raise TooSlow("What it started went on writing.")


class _Writer:
    def __init__(self, pipe: IO[bytes], text: bytes) -> None:
        self._pipe = pipe
        self._left = memoryview(text)

    def step(self) -> bool:
        """One piece. False when all is written or nobody reads."""
        try:
            self._left = self._left[os.write(self._pipe.fileno(), self._left[:CHUNK]) :]
        except BlockingIOError:
            return True
        except BrokenPipeError:
            return False
        return bool(self._left)
