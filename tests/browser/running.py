"""A whole bridge as `make run TARGET=onepassword` starts it, beside the stand-in for `op`."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scim.cli import desk, server
from scim.cli.desk import Bridge
from scim.settings import Settings
from scim.stores.sqlite import SqliteStore
from tests.op.account import StandIn

ROOT = Path(__file__).parent.parent.parent
PATIENCE_SECONDS = 60.0


def eventually(fact: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> bool:
    deadline = time.monotonic() + seconds
    while not fact():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


@dataclass(frozen=True, slots=True)
class Running:
    """`account`: the stand-in it provisions. `state`: its directory. `store` is on the same file as the bridge's."""

    origin: str
    bridge: Bridge
    account: StandIn
    state: Path
    store: SqliteStore

    @property
    def admin(self) -> str:
        return f"{self.origin}/admin"

    def reported(self, source: str) -> bool:
        return any(report.source == source for report in self.store.reports())


def environment(directory: Path, account: StandIn, **more: str) -> dict[str, str]:
    """No setting of the machine that runs the test is among them."""
    kept = {name: value for name, value in os.environ.items() if name.lower() not in Settings.model_fields}
    own = {
        "TARGET": "onepassword",
        "OP_PATH": str(account.path),
        "STATE_DIR": str(directory),
        "PORT": str(desk.free_port()),
        "TARGET_CALLS_PER_SECOND": "1000",
        "ALLOWED_DOMAINS": "example.com",
    }
    return {**kept, **own, **more}


@contextmanager
def running(environ: Mapping[str, str], account: StandIn) -> Iterator[Running]:
    """Ends with the processes that it started."""
    settings = desk.settings(environ)
    output = settings.state_dir / "output"
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "scim", "local", "run"],
            cwd=ROOT, env=dict(environ), stdout=file, stderr=file, start_new_session=True,
        )  # fmt: skip
    store = SqliteStore(str(settings.database_path))
    try:
        assert eventually(lambda: server.answers(settings.port) or process.poll() is not None)
        bridge = desk.read(settings)
        assert process.poll() is None, output.read_text()
        assert bridge is not None
        yield Running(f"http://{desk.HOST}:{settings.port}", bridge, account, settings.state_dir, store)
    finally:
        store.close()
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
