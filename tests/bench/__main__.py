"""`make bench`: start a bridge, run the workload, print the table, keep the figures."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from scim.cli import desk, server
from scim.cli.credentials import ensure_bridge
from scim.settings import Settings
from tests.bench.connection import Connection
from tests.bench.workload import Workload

ROOT = Path(__file__).parent.parent.parent
COLUMNS = ("requests", "median_ms", "p99_ms", "first_100_ms", "last_100_ms")


def main(size: int) -> int:
    with tempfile.TemporaryDirectory(prefix="scim-bench-") as directory:
        chosen = {"SETTLE_WAIT_SECONDS": "0", **os.environ, "STATE_DIR": directory, "PORT": str(desk.free_port())}
        environment = desk.environment(chosen)
        settings = Settings.from_environment(environment)
        bridge = ensure_bridge(settings)
        began = time.perf_counter()
        started = server.start(environment, settings.port, desk.log_file(settings))
        try:
            started.await_ping()
            start = time.perf_counter() - began
            workload = Workload(Connection(bridge.base_url, bridge.token), size)
            workload.run()
        finally:
            started.end()
    _print(workload, start)
    _keep(workload, start)
    return 1 if workload.wrong else 0


def _print(workload: Workload, start: float) -> None:
    print(f"{'start to first answer':<28}{start * 1000:>10.0f} ms")
    print(f"{'':<28}" + "".join(f"{column:>14}" for column in COLUMNS))
    for name, figures in workload.figures.items():
        print(f"{name:<28}" + "".join(f"{figures[column]:>14}" for column in COLUMNS))
    for fact in workload.wrong:
        print(f"WRONG: {fact}")


def _keep(workload: Workload, start: float) -> None:
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    path = Path(f"bench-{described.stdout.strip() or 'unversioned'}.json")
    kept = {"size": workload.size, "start_s": round(start, 3), "figures": workload.figures, "wrong": workload.wrong}
    path.write_text(json.dumps(kept, indent=1))
    print(f"Kept in {path}.")


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
