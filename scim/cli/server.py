"""A functions-framework server, as a child process that is never left behind."""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import scim
from scim.cli.console import Problem
from scim.cli.desk import HOST

SOURCE = Path(scim.__file__).parent.parent / "main.py"
START_SECONDS = 30
STOP_SECONDS = 10
ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""The signals that ask a process to end."""
FRAMEWORK = ("FUNCTION_TARGET", "FUNCTION_SOURCE", "FUNCTION_SIGNATURE_TYPE", "FUNCTION_USE_ASGI", "DEBUG", "HOST")
"""Variables that would make the framework serve something else."""
EVERYWHERE = {"0.0.0.0": HOST, "[::]": "[::1]"}  # noqa: S104 - where to ask a server that listens at all addresses
CLOSED = http.HTTPStatus.UNAUTHORIZED
"""What a private function answers to `/ping`, as to everything."""


@dataclass
class Server:
    """`target`: the function of `main.py` that it serves. `log`: the file it writes to; None: where this process does.
    `stopping` tells an end that was asked for from one that was not.
    """

    child: subprocess.Popen[bytes]
    port: int
    log: Path | None
    target: str = "local"
    host: str = HOST
    stopping: bool = False

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """Asks the server to end; also a signal handler, which is why it does no more."""
        self.stopping = True
        self.child.terminate()

    def ended_within(self, seconds: float) -> bool:
        try:
            self.child.wait(max(seconds, 0))
        except subprocess.TimeoutExpired:
            return False
        return True

    def await_ping(self) -> None:
        """Returns when the server answers or was told to stop; a Problem if it does neither in time."""
        deadline = time.monotonic() + START_SECONDS
        while status(self.port, self.host) not in (http.HTTPStatus.OK, CLOSED):
            if self.ended_within(0.05):
                if self.stopping:
                    return
                raise Problem(f"The bridge did not start: {self._last_words()}")
            if time.monotonic() > deadline:
                where = f"The log: {self.log}" if self.log else "The log is above."
                raise Problem(f"The bridge did not answer within {START_SECONDS} seconds. {where}")

    def require_asked_to_end(self) -> None:
        if not self.stopping:
            raise Problem(f"The bridge ended by itself: {self._last_words()}")

    def end(self, seconds: float = STOP_SECONDS) -> None:
        """Asks, and insists after that time."""
        if not self.stopping:
            self.stop()
        if not self.ended_within(seconds):
            self.child.kill()
            self.child.wait()

    def _last_words(self) -> str:
        if self.log is None:
            return f"what `{self.target}` said last is above."
        return f"{last_line(self.log)} The whole log: {self.log}"


def start(environ: Mapping[str, str], port: int, log: Path) -> Server:
    """Starts the server of a desk and takes over the signals that ask this process to end."""
    try:
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
    except OSError as cause:
        raise Problem(f"{log} cannot be written: {cause.strerror}.") from cause
    words, variables = command("local", HOST, port), without_framework(environ)
    with os.fdopen(descriptor, "wb") as output:
        child = subprocess.Popen(words, env=variables, stdout=output, stderr=output)  # noqa: S603
    server = Server(child, port, log)
    for name in ENDS:
        signal.signal(name, server.stop)
    return server


def launch(target: str, environ: Mapping[str, str], host: str, port: int) -> Server:
    """Starts the server of one function, which hears of a Ctrl-C only from this process and writes where it does."""
    words = command(target, host, port)
    child = subprocess.Popen(words, env=without_framework(environ), start_new_session=True)  # noqa: S603
    return Server(child, port, None, target, host)


def command(target: str, host: str, port: int) -> list[str]:
    words = [sys.executable, "-m", "functions_framework", "--source", str(SOURCE), "--target", target]
    return [*words, "--host", host, "--port", str(port)]


def without_framework(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if name not in FRAMEWORK}


def answers(port: int) -> bool:
    """Whether a bridge answers there."""
    return status(port) == http.HTTPStatus.OK


def status(port: int, host: str = HOST) -> int | None:
    """What `/ping` is answered; None if nobody answers."""
    connection = http.client.HTTPConnection(EVERYWHERE.get(host, host), port, timeout=2)
    try:
        connection.request("GET", "/ping")
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def last_line(log: Path) -> str:
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1].strip() if lines else "it ended without a word."
