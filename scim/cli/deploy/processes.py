"""Programs of the operator's machine: bounded in time, what they say kept. A secret goes in on standard input only,
for arguments are what every process can read.
"""

import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Protocol

from scim.cli.console import Problem

LONGEST_SECONDS = 3600.0
ASK_SECONDS = 600.0  # Terraform downloads its provider in one call


@dataclass(frozen=True, slots=True)
class Answer:
    code: int
    out: str
    err: str


class ToolMissing(Problem):
    """The program is not on PATH."""


class ToolSilent(Problem):
    """It had not ended at its deadline, and was ended."""


class Ask(Protocol):
    def __call__(self, argv: Sequence[str], env: Mapping[str, str], stdin: str = "") -> Answer:
        """How one process that was given this environment ended. ToolMissing, ToolSilent."""
        ...


def ask(argv: Sequence[str], env: Mapping[str, str], stdin: str = "") -> Answer:
    try:
        done = subprocess.run(  # noqa: S603 - a list and no shell
            list(argv),
            env=dict(env),
            input=stdin,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=ASK_SECONDS,
            check=False,
        )
    except FileNotFoundError as cause:
        raise ToolMissing(f"{argv[0]} was not found on this machine.") from cause
    except OSError as cause:
        raise ToolMissing(f"{argv[0]} cannot be started: {cause.strerror}.") from cause
    except subprocess.TimeoutExpired as cause:
        raise ToolSilent(f"{argv[0]} did not answer within {ASK_SECONDS:.0f} seconds. Is the network there?") from cause
    return Answer(done.returncode, done.stdout, done.stderr)


def follow(argv: Sequence[str], env: Mapping[str, str], on_line: Callable[[str], None], cwd: Path | None = None) -> int:
    """Its exit status, each line of its output told as it comes. Ctrl-C reaches the program as it reaches us; it is
    waited for, because it finishes what it has begun and writes down what is there. KeyboardInterrupt only then.
    """
    interrupted = threading.Event()

    def hear(_signal: int, _frame: FrameType | None) -> None:
        interrupted.set()

    before = signal.signal(signal.SIGINT, hear)
    try:
        code = _followed(argv, env, on_line, cwd)
    finally:
        signal.signal(signal.SIGINT, before)
    if interrupted.is_set():
        raise KeyboardInterrupt
    return code


def _followed(argv: Sequence[str], env: Mapping[str, str], on_line: Callable[[str], None], cwd: Path | None) -> int:
    pipe, merged = subprocess.PIPE, subprocess.STDOUT
    try:
        process = subprocess.Popen(  # noqa: S603 - as above
            list(argv), env=dict(env), cwd=cwd, stdin=subprocess.DEVNULL, stdout=pipe, stderr=merged, text=True
        )
    except OSError as cause:
        raise ToolMissing(f"{argv[0]} cannot be started: {cause.strerror}.") from cause
    assert process.stdout is not None
    late = threading.Timer(LONGEST_SECONDS, process.terminate)
    late.daemon = True
    late.start()
    try:
        for line in process.stdout:
            on_line(line.rstrip("\n"))
        return process.wait()
    finally:
        late.cancel()
        process.stdout.close()
        process.wait()


def attach(argv: Sequence[str]) -> int:
    """Hands the terminal over until the program ends; its exit status. Ctrl-C is the program's to hear."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return subprocess.run(list(argv), check=False, preexec_fn=_hear_again).returncode  # noqa: S603
    except OSError as cause:
        raise ToolMissing(f"{argv[0]} cannot be started: {cause.strerror}.") from cause
    finally:
        signal.signal(signal.SIGINT, before)


def _hear_again() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
