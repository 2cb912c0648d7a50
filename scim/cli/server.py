"""The functions-framework server of a desk, as a child process that is never left behind."""

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
FRAMEWORK = ("FUNCTION_TARGET", "FUNCTION_SOURCE", "FUNCTION_SIGNATURE_TYPE", "FUNCTION_USE_ASGI", "DEBUG", "HOST")
"""Variables that would make the framework serve something else."""


@dataclass
class Server:
    """`stopping` tells an end that was asked for from one that was not."""

    child: subprocess.Popen[bytes]
    port: int
    log: Path
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
        while not answers(self.port):
            if self.ended_within(0.05):
                if self.stopping:
                    return
                raise Problem(f"The bridge did not start: {last_line(self.log)} The whole log: {self.log}")
            if time.monotonic() > deadline:
                raise Problem(f"The bridge did not answer within {START_SECONDS} seconds. The log: {self.log}")

    def require_asked_to_end(self) -> None:
        if not self.stopping:
            raise Problem(f"The bridge ended by itself: {last_line(self.log)} The whole log: {self.log}")

    def end(self) -> None:
        self.stop()
        if not self.ended_within(STOP_SECONDS):
            self.child.kill()
            self.child.wait()


def start(environ: Mapping[str, str], port: int, log: Path) -> Server:
    """Starts the server and takes over the signals that ask this process to end."""
    command = [sys.executable, "-m", "functions_framework"]
    options = ["--source", str(SOURCE), "--target", "local", "--host", HOST, "--port", str(port)]
    kept = {name: value for name, value in environ.items() if name not in FRAMEWORK}
    try:
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
    except OSError as cause:
        raise Problem(f"{log} cannot be written: {cause.strerror}.") from cause
    with os.fdopen(descriptor, "wb") as output:
        child = subprocess.Popen([*command, *options], env=kept, stdout=output, stderr=output)  # noqa: S603
    server = Server(child, port, log)
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, server.stop)
    return server


def answers(port: int) -> bool:
    """Whether a bridge answers there."""
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", "/ping")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def last_line(log: Path) -> str:
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1].strip() if lines else "it ended without a word."
