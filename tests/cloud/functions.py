"""The three functions as the cloud runs them: each a process of functions-framework with settings of its own, which can
be killed and started again, and a door before the public one that waits while it starts.
"""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from scim.settings import Settings

ROOT = Path(__file__).parent.parent.parent
START_SECONDS = 40.0
STOP_SECONDS = 10.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Function:
    """`face`: scim, jobs or admin. Its port stays the same over its lives, as its address would."""

    face: str
    settings: Mapping[str, str]
    log: Path
    port: int = field(default_factory=free_port)
    lives: int = 0
    _child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Returns at once; `await_answer` waits."""
        ours = {name.upper() for name in Settings.model_fields}
        kept = {name: value for name, value in os.environ.items() if name not in ours}
        environment = {**kept, **self.settings, "FUNCTION_TARGET": self.face, "FACE": self.face, "PORT": str(self.port)}
        command = [sys.executable, "-m", "functions_framework", "--source", str(ROOT / "main.py")]
        with self.log.open("ab") as output:
            self._child = subprocess.Popen(
                [*command, "--host", "127.0.0.1", "--port", str(self.port)],
                cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                start_new_session=True,
            )  # fmt: skip
        self.lives += 1

    def await_answer(self) -> None:
        ends = time.monotonic() + START_SECONDS
        while True:
            try:
                self.ask("GET", "/ping")
            except (OSError, http.client.HTTPException):
                assert self._child
                assert self._child.poll() is None, f"{self.face} ended: {self.log.read_text()[-2000:]}"
                assert time.monotonic() < ends, f"{self.face} does not answer: {self.log.read_text()[-2000:]}"
                time.sleep(0.05)
            else:
                return

    def ask(self, method: str, path: str, token: str = "", body: str = "") -> tuple[int, str]:
        """Status and text. OSError, HTTPException."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Content-Type": "application/scim+json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def kill(self) -> None:
        """As a machine that is lost: no signal that could be caught, the server and its worker at once."""
        if self._child is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait(STOP_SECONDS)
        self._child = None
        ends = time.monotonic() + STOP_SECONDS
        while self._listens() and time.monotonic() < ends:  # the worker, whom nobody here waits for
            time.sleep(0.005)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@dataclass
class Front:
    """What stands before a function in the cloud: it holds a connection until an instance is there. `before` is called
    before each connection is passed on, with whether no other one is under way.
    """

    to: int
    before: Callable[[bool], None] = lambda _idle: None
    _threads: list[threading.Thread] = field(default_factory=list)

    @contextmanager
    def open(self) -> Iterator[str]:
        """The origin to call."""
        with socket.create_server(("127.0.0.1", 0)) as listening:
            accepting = threading.Thread(target=self._accept, args=[listening], daemon=True)
            accepting.start()
            try:
                yield f"http://127.0.0.1:{listening.getsockname()[1]}"
            finally:
                listening.shutdown(socket.SHUT_RDWR)
                for thread in [accepting, *self._threads]:
                    thread.join(STOP_SECONDS)

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                client, _ = listening.accept()
            except OSError:
                return
            client.settimeout(60)
            self.before(self._is_idle())
            thread = threading.Thread(target=self._pass_on, args=[client], daemon=True)
            self._threads.append(thread)
            thread.start()

    def _is_idle(self) -> bool:
        """The last one may just be ending; two that were sent at once are not waited for."""
        ends = time.monotonic() + 0.2
        while busy := any(thread.is_alive() for thread in self._threads):
            if time.monotonic() > ends:
                break
            time.sleep(0.005)
        return not busy

    def _pass_on(self, client: socket.socket) -> None:
        with client, self._connected() as function:
            back = threading.Thread(target=_pump, args=[function, client], daemon=True)
            back.start()
            _pump(client, function)
            back.join(60)

    def _connected(self) -> socket.socket:
        ends = time.monotonic() + START_SECONDS
        while True:
            try:
                return socket.create_connection(("127.0.0.1", self.to), timeout=60)
            except OSError:
                if time.monotonic() > ends:
                    raise
                time.sleep(0.02)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            sink.sendall(piece)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
