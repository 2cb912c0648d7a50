"""Servers to measure, each a process of its own on a free port that ends with its `with` block."""

import os
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from scim.cli import desk, server
from scim.cli.credentials import ensure_bridge
from scim.settings import Settings
from tests.bench import floor
from tests.bench.connection import Connection
from tests.bench.measures import resident_mib

ROOT = Path(__file__).parent.parent.parent
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Served:
    """`start_seconds`: from the start of the process to its first answer; `start_mib`: its memory then."""

    connection: Connection
    pid: int
    start_seconds: float
    start_mib: float | None


def sqlite() -> dict[str, str]:
    return {"STORE": "sqlite"}


def firestore(host: str) -> dict[str, str]:
    """A project of its own is an empty database in an emulator that others use too."""
    return {
        "STORE": "firestore",
        "FIRESTORE_EMULATOR_HOST": host,
        "GOOGLE_CLOUD_PROJECT": f"bench-{uuid.uuid4().hex[:8]}",
    }


@contextmanager
def prepared(store: Mapping[str, str]) -> Iterator[tuple[dict[str, str], Settings, desk.Bridge]]:
    """The environment of a bridge that `make run` would serve, with credentials but without settings of this machine
    and without waiting for the target.
    """
    kept = {name: value for name, value in os.environ.items() if name.lower() not in Settings.model_fields}
    with tempfile.TemporaryDirectory(prefix="scim-bench-") as directory:
        own = {"STATE_DIR": directory, "PORT": str(desk.free_port()), "SETTLE_WAIT_SECONDS": "0"}
        environment = desk.environment({**kept, **own, **store})
        settings = Settings.from_environment(environment)
        desk.prepare(settings)
        yield environment, settings, ensure_bridge(settings)


@contextmanager
def bridge(store: Mapping[str, str]) -> Iterator[Served]:
    """No schedule runs beside it: what is owed stays owed."""
    with prepared(store) as (environment, settings, credentials):
        began = time.perf_counter()
        with _signals_kept():
            started = server.start(environment, settings.port, desk.log_file(settings))
        with _ending(started), closing(Connection(credentials.base_url, credentials.token)) as connection:
            yield _served(started, connection, began)


@contextmanager
def bare() -> Iterator[Served]:
    """`floor.py`, by the same server."""
    with tempfile.TemporaryDirectory(prefix="scim-floor-") as directory:
        log, port, began = Path(directory) / "floor.log", desk.free_port(), time.perf_counter()
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "FLOOR_DATABASE": str(Path(directory) / "floor.db")}
        options = ["--source", floor.__file__, "--target", "floor", "--host", desk.HOST, "--port", str(port)]
        with log.open("wb") as output:
            command = [sys.executable, "-m", "functions_framework", *options]
            child = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
        started = server.Server(child, port, log)
        with _ending(started), closing(Connection(f"http://{desk.HOST}:{port}")) as connection:
            yield _served(started, connection, began)


def _served(started: server.Server, connection: Connection, began: float) -> Served:
    started.await_ping()
    pid = started.child.pid
    return Served(connection, pid, time.perf_counter() - began, resident_mib(pid))


@contextmanager
def _ending(started: server.Server) -> Iterator[None]:
    try:
        yield
    finally:
        started.end()


@contextmanager
def _signals_kept() -> Iterator[None]:
    """A desk's server takes over the signals that end its process; here several servers have to end with it."""
    handlers = {name: signal.getsignal(name) for name in SIGNALS}
    try:
        yield
    finally:
        for name, handler in handlers.items():
            signal.signal(name, handler)
