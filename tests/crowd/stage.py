"""Four servers and two that tick, each a process of its own, over one store and one account."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from scim.cli import desk, server
from scim.records import Backlog
from scim.settings import Settings
from scim.stores.sqlite import SqliteStore
from tests.bridge import Clock, mint_all
from tests.onepassword import write_session
from tests.op.account import StandIn

ROOT = Path(__file__).parent.parent.parent
SERVERS = 4
TICKERS = 2
START_SECONDS = 60.0
SETTLED_SECONDS = 240.0


@dataclass(frozen=True, slots=True)
class Stage:
    """`ports`: of the servers, which let the token in."""

    account: StandIn
    settings: Settings
    ports: tuple[int, ...]
    token: str

    def await_settled(self) -> Backlog:
        """What is still owed when nothing is, or after a while."""
        store = SqliteStore(str(self.settings.state_dir / "bridge.db"))
        ends = time.monotonic() + SETTLED_SECONDS
        try:
            while store.backlog() != Backlog() and time.monotonic() < ends:
                time.sleep(0.2)
            return store.backlog()
        finally:
            store.close()


@contextmanager
def stage(directory: Path) -> Iterator[Stage]:
    account = StandIn(directory / "op")
    environment = _environment(directory, account)
    settings = Settings.from_environment(environment)
    desk.prepare(settings)
    secrets = write_session(account, settings.state_dir)
    tokens = mint_all(secrets, Clock(time.time()))
    ports = tuple(desk.free_port() for _ in range(SERVERS))
    with ExitStack() as running:
        for port in ports:
            running.enter_context(_process(directory, f"server-{port}", _server(port), environment))
        for number in range(TICKERS):
            running.enter_context(_process(directory, f"ticker-{number}", ["-m", "tests.crowd.ticker"], environment))
        for port in ports:
            _await_answer(port)
        yield Stage(account, settings, ports, tokens["rfc"])


def _environment(directory: Path, account: StandIn) -> dict[str, str]:
    """Of a bridge that is limited by nothing, so that everybody is always in everybody's way."""
    kept = {name: value for name, value in os.environ.items() if name.lower() not in Settings.model_fields}
    return kept | {
        "PYTHONPATH": str(ROOT),
        "STATE_DIR": str(directory / "state"),
        "TARGET": "onepassword",
        "OP_PATH": str(account.path),
        "TARGET_CALLS_PER_SECOND": "1000",
        "TARGET_CALLS_PER_DAY": "1000000",
        "REMOVAL_PEOPLE_LEAST": "1000000",
        "REMOVAL_GROUP_LEAST": "1000000",
        "SETTLE_WAIT_SECONDS": "1",
    }


def _server(port: int) -> list[str]:
    options = ["--source", str(server.SOURCE), "--target", "scim", "--host", desk.HOST, "--port", str(port)]
    return ["-m", "functions_framework", *options]


@contextmanager
def _process(directory: Path, name: str, arguments: list[str], environment: dict[str, str]) -> Iterator[None]:
    with (directory / f"{name}.log").open("wb") as log:
        child = subprocess.Popen(
            [sys.executable, *arguments], cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=log, stderr=log
        )
    try:
        yield
    finally:
        child.terminate()
        try:
            child.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()


def _await_answer(port: int) -> None:
    ends = time.monotonic() + START_SECONDS
    while not server.answers(port):
        if time.monotonic() > ends:
            raise TimeoutError(f"The server on port {port} did not answer within {START_SECONDS:g} seconds.")
        time.sleep(0.05)


def problems_in_logs(directory: Path) -> list[str]:
    """What a server or ticker took for a fault of its own."""
    lines = {log.stem: log.read_text(errors="replace").splitlines() for log in directory.glob("*.log")}
    return [f"{name}: {line}" for name, each in lines.items() for line in each if _is_problem(line)]


def _is_problem(line: str) -> bool:
    if line.startswith("{"):
        return json.loads(line).get("severity") in ("ERROR", "CRITICAL")
    return "Traceback" in line
