"""What a whole pull takes: read, planned, recorded; and once more when nothing has changed. Calls, seconds, memory.

The stand-in for Google's Directory API is a process of its own, and so is the pull, whose most memory is told. The
store is SQLite, in memory where the machine has a directory for that: what a disk takes, the workload tells.
`python -m tests.bench.pulling PEOPLE TEAMS` is that process.
"""

import json
import logging
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from scim.jobs import pull
from scim.jobs.pull import Order
from scim.jobs.puller import Puller
from scim.jobs.selection import Selection
from scim.jobs.work import Runner
from scim.stores.sqlite import SqliteStore
from scim.targets.embedded import EmbeddedTarget
from scim.wiring import event_id, new_id
from tests.bench import servers
from tests.bench.measures import Row
from tests.directory.bench import MOST_MIB, expected_calls, stand_in

PEOPLE, TEAMS = 100_000, 2000
CHOSEN = Selection(groups=("*@example.com",))


def run() -> list[Row]:
    """Whoever pulled something else than what there is fails here."""
    command = [sys.executable, "-m", "tests.bench.pulling", str(PEOPLE), str(TEAMS)]
    done = subprocess.run(command, cwd=servers.ROOT, capture_output=True, text=True, check=True)
    return [Row(*each) for each in json.loads(done.stdout.splitlines()[-1])]


def measure(people: int, teams: int) -> list[Row]:
    rows: list[Row] = []
    with stand_in(people, teams) as source, _directory() as directory:
        store = SqliteStore(str(Path(directory) / "store.db"))
        runner = Runner(store, EmbeddedTarget(":memory:"), time.time, event_id, "bench")
        puller = Puller(runner, source, lambda: CHOSEN, "google-workspace", new_id)
        for name, order in (("planned", Order(dry=True)), ("recorded", Order(yes=True)), ("unchanged", Order())):
            before, began = source.calls_made(), time.perf_counter()
            while (pulled := pull.pull(puller, order)).outcome == "incomplete":
                pass  # one run has half an hour; the next goes on
            assert pulled.outcome in ("planned", "waits", "done"), pulled.why
            rows += [
                Row(f"{people:,} people, {teams:,} groups, {name}", time.perf_counter() - began, "s"),
                Row(f"{name}: memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MiB", MOST_MIB),
                Row(f"{name}: calls", source.calls_made() - before, "", expected_calls(people, teams)),
            ]
        assert store.count("User") > people / 2, "nearly everybody is in a group"
        store.close()
    return rows


def _directory() -> tempfile.TemporaryDirectory[str]:
    memory = Path("/dev/shm")
    return tempfile.TemporaryDirectory(prefix="scim-pull-", dir=memory if memory.is_dir() else None)


if __name__ == "__main__":
    logging.getLogger("scim").addHandler(logging.NullHandler())
    size = [int(word) for word in sys.argv[1:]]
    print(json.dumps([[row.figure, row.value, row.unit, row.at_most] for row in measure(size[0], size[1])]))
