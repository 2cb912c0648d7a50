"""A new process: what importing `main` and answering a first request costs beside the imports it cannot do without.

Wall time from the start of the process to its answer, the two taking turns; and what SQLite must not load.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Mapping

from tests.bench import servers
from tests.bench.measures import Row

RUNS = 5
MOST = 1.3
UNREACHABLE = "127.0.0.1:1"  # a Firestore nobody connects to: discovery needs no store

BARE = "import functions_framework, google.cloud.firestore, pydantic\nprint('done', flush=True)"
FIRST_REQUEST = """
import functions_framework, main, os, wsgiref.util
from flask import Request
environ = {"HTTP_AUTHORIZATION": f"Bearer {os.environ['BENCH_TOKEN']}"}
environ["PATH_INFO"], _, environ["QUERY_STRING"] = os.environ["BENCH_PATH"].partition("?")
wsgiref.util.setup_testing_defaults(environ)
assert main.scim(Request(environ)).status_code == 200
print("done", flush=True)
"""
LOADED = f"""
import functions_framework, sys
own = set(sys.modules)
{FIRST_REQUEST}
print(*(set(sys.modules) - own))
"""


def run() -> list[Row]:
    """SQLite reads its store; Firestore, with nothing to connect to, has its client made and answers discovery."""
    rows = []
    for name, store, path in (
        ("sqlite", servers.sqlite(), "/Users?count=1"),
        ("firestore", servers.firestore(UNREACHABLE), "/ServiceProviderConfig"),
    ):
        bare, ours = _take_turns(store, path)
        rows += [
            Row(f"{name}: main and a first request", ours, "ms"),
            Row(f"{name}: bare imports", bare, "ms"),
            Row(f"{name}: main to bare imports", ours / bare, "x", MOST),
        ]
    return rows


def google_modules() -> list[str]:
    """What a bridge on SQLite has loaded of Google's after its first request; the framework has a few of its own."""
    with servers.prepared(servers.sqlite()) as (environment, _, credentials):
        words = {**environment, "BENCH_TOKEN": credentials.token, "BENCH_PATH": "/Users?count=1"}
        command = [sys.executable, "-c", LOADED]
        done = subprocess.run(command, cwd=servers.ROOT, env=words, capture_output=True, text=True, check=True)
    loaded = done.stdout.splitlines()[-1].split()
    return [name for name in sorted(loaded) if name.partition(".")[0] in ("google", "grpc")]


def _take_turns(store: Mapping[str, str], path: str) -> tuple[float, float]:
    """Medians in milliseconds; the first of each warms the caches of the disk."""
    with servers.prepared(store) as (environment, _, credentials):
        words = {**environment, "BENCH_TOKEN": credentials.token, "BENCH_PATH": path}
        times = [(_timed(BARE, words), _timed(FIRST_REQUEST, words)) for _ in range(RUNS + 1)][1:]
    bare, ours = (statistics.median(each) for each in zip(*times, strict=True))
    return bare, ours


def _timed(code: str, environment: Mapping[str, str]) -> float:
    started = time.perf_counter()
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, cwd=servers.ROOT, env=environment, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        lines = iter(child.stdout)
        said = next((line for line in lines if line == "done\n"), None)
        taken = (time.perf_counter() - started) * 1000
    if said is None:
        raise RuntimeError(f"A new process ended with {child.returncode} and without an answer.")
    return taken
