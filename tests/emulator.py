"""The real Firestore emulator, for tests: started on a free port, or the one that FIRESTORE_EMULATOR_HOST names."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import pytest

from tests.requirements_of_machine import require

START_SECONDS = 60.0
STOP_SECONDS = 10.0
JAVA_HEAP = "-Xmx512m"


def available() -> bool:
    return bool(os.environ.get("FIRESTORE_EMULATOR_HOST") or (shutil.which("gcloud") and shutil.which("java")))


@contextmanager
def running_emulator() -> Iterator[str]:
    """`host:port` of an emulator that answers; what was started here ends here, with all its children."""
    if given := os.environ.get("FIRESTORE_EMULATOR_HOST"):
        yield given
        return
    host = f"127.0.0.1:{_free_port()}"
    with tempfile.TemporaryFile() as log:
        process = _start(host, log)
        try:
            _wait_until_ready(host, process, log)
            yield host
        finally:
            _stop(process)


@pytest.fixture(scope="session")
def firestore_host() -> Iterator[str]:
    """One emulator for all tests; `tests/conftest.py` makes the fixture known."""
    require(available(), "the Firestore emulator (gcloud with cloud-firestore-emulator, and java)")
    with running_emulator() as host:
        yield host


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _start(host: str, log: IO[bytes]) -> subprocess.Popen[bytes]:
    command = ["gcloud", "emulators", "firestore", "start", f"--host-port={host}"]
    environment = {**os.environ, "JAVA_TOOL_OPTIONS": JAVA_HEAP, "CLOUDSDK_CORE_DISABLE_PROMPTS": "1"}
    return subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
    )


def _wait_until_ready(host: str, process: subprocess.Popen[bytes], log: IO[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://{host}/", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    log.seek(0)
    raise RuntimeError(
        f"The Firestore emulator did not start on {host}:\n{log.read()[-2000:].decode(errors='replace')}"
    )


def _stop(process: subprocess.Popen[bytes]) -> None:
    """The process group, for gcloud leaves its Java child behind when only it is ended."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
        except ProcessLookupError:
            break
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue
