"""Each function as a new process: how soon it has answered a request that it lets in, how much memory one worker holds
then, and how large the source is that all three are built from.

On Firestore it is the emulator that answers; without one, that half is left out. Secrets are files here: Secret
Manager's client adds some of both.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from scim import wiring
from scim.admin.door import COOKIE, issue
from scim.cli import archive
from scim.cli.desk import Bridge
from scim.settings import Settings
from tests import emulator
from tests.bench import servers
from tests.bench.measures import Row

RUNS = 3
CLOUD_RUN_MIB = {"scim": 512, "jobs": 1024, "admin": 512}
"""What infra/functions.tf gives each of them."""
HEADROOM = 0.5
"""The share of it that a function may hold after its first request: the rest is for more of them at once, and for what
the platform keeps besides.
"""
ASKED = {"scim": ("GET", "/Users"), "jobs": ("POST", "/settle"), "admin": ("GET", "/")}
CODE = """
import functions_framework, json, main, os, wsgiref.util
from flask import Request
environ = json.loads(os.environ["BENCH_REQUEST"])
wsgiref.util.setup_testing_defaults(environ)
print(getattr(main, os.environ["BENCH_FACE"])(Request(environ)).status_code, flush=True)
print(next(line for line in open("/proc/self/status") if line.startswith("VmRSS")).split()[1], flush=True)
"""


def run() -> list[Row]:
    rows = _measured("sqlite", servers.sqlite())
    if emulator.available():
        with emulator.running_emulator() as host:
            rows += _measured("firestore", servers.firestore(host))
    return [*rows, Row("source archive", _archive_kib(), "KiB")]


def _measured(name: str, store: Mapping[str, str]) -> list[Row]:
    rows = []
    for face in ASKED:
        with servers.prepared(store) as (environment, settings, credentials):
            words = {**environment, "BENCH_FACE": face, "BENCH_REQUEST": _request(face, settings, credentials)}
            taken = [_started(words) for _ in range(RUNS + 1)][1:]  # the first warms the caches of the disk
        ms, mib = (statistics.median(each) for each in zip(*taken, strict=True))
        size = CLOUD_RUN_MIB[face]
        rows.append(Row(f"{face} on {name}: start and a first request", ms, "ms"))
        rows.append(Row(f"{face} on {name}: memory then, of {size} MiB", mib, "MiB", size * HEADROOM))
    return rows


def _request(face: str, settings: Settings, credentials: Bridge) -> str:
    """A WSGI environment with what opens that function, as JSON."""
    secrets = wiring.secrets(settings)
    key = secrets.get(wiring.ADMIN_SECRET)
    opens = {
        "scim": {"HTTP_AUTHORIZATION": f"Bearer {credentials.token}"},
        "jobs": {"HTTP_AUTHORIZATION": f"Bearer {secrets.get(wiring.JOBS_SECRET)}"},
        "admin": {"HTTP_COOKIE": f"{COOKIE}={issue(key.encode(), time.time())}"},
    }
    method, path = ASKED[face]
    return json.dumps({**opens[face], "REQUEST_METHOD": method, "PATH_INFO": path})


def _started(environment: Mapping[str, str]) -> tuple[float, float]:
    """Milliseconds and MiB."""
    began = time.perf_counter()
    command = [sys.executable, "-c", CODE]
    with subprocess.Popen(command, cwd=servers.ROOT, env=environment, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        said = [line.strip() for line in child.stdout if line.strip().isdigit()]
        taken = (time.perf_counter() - began) * 1000
    if len(said) != 2 or said[0] != "200":
        raise RuntimeError(f"A function ended with {child.returncode} and answered {said}.")
    return taken, int(said[1]) / 1024


def _archive_kib() -> float:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "source.zip"
        archive.build(servers.ROOT, path, op=None)
        return path.stat().st_size / 1024
