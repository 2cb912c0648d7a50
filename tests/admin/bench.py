"""How long the screens take over a company of 100,000 and two million audit lines: `python -m tests.admin.bench`.

Prints milliseconds: the median of processor time, the median and the slowest of server time over REPEATS, and the
first, on SQLite in a file. `--people` and `--events` choose other sizes. `make bench` tells the medians.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path

from scim import keys
from scim.admin.app import create_app
from scim.admin.connections_known import ToldTokens
from scim.admin.door import CALLER, GuardedDoor
from scim.admin.services import Installation, Services
from scim.jobs import figures
from scim.records import Event, Link, Record, Ref, Report
from scim.stores import sqlite_journal, sqlite_records
from scim.stores.sqlite import SqliteStore
from scim.wiring import event_id
from tests.bench.measures import Row

PEOPLE, EVENTS, REPEATS = 100_000, 2_000_000, 20
MOST_MS = {"overview": 150, "people": 100}
AT = "2027-01-15T08:00:00Z"
NOW = 1_800_000_000.0
ANN = {CALLER: "ann@example.com"}
NAMES = ("Barbara", "Mandy", "John", "Ann", "Grace", "Alan", "Edsger", "Barbro")
PATHS = {
    "overview": "/",
    "people, first page": "/people",
    "people, by standing": "/people?standing=refused",
    "people, search of a rare name": "/people?q=jensen4711",
    "people, search of a common name": "/people?q=barbara",
    "people, search of two words": "/people?q=barbara+jensen99",
    "people, common name and standing": "/people?q=barbara&standing=refused",
    "people, a page far back": "/people?after=LAST",
    "one person": "/people/SOME",
    "groups": "/groups",
    "activity": "/activity",
    "activity, by actor": "/activity?actor=settle",
    "metrics": "/metrics",
}


def person(number: int) -> Record:
    first, last = NAMES[number % len(NAMES)], f"Jensen{number}"
    email = f"{first.lower()}.{last.lower()}@example.com"
    document = {"userName": email, "displayName": f"{first} {last}", "name": {"givenName": first, "familyName": last},
                "emails": [{"value": email, "primary": True, "type": "work"}], "active": True}  # fmt: skip
    link = {0: Link(unsettled=True), 1: Link(unsettled=True, last_error="Refused."), 2: Link("t", "invited", 1, False)}
    found = link.get(number % 1000, Link("t", "active", 1, unsettled=False))
    return Record("User", f"{number:08x}-0000-4000-8000-000000000000", document, "okta", AT, AT, link=found,
                  unique_keys=keys.unique_keys("User", document))  # fmt: skip


def events(count: int, people: int) -> Iterator[Event]:
    for number in range(count):
        ref = Ref("User", f"{number % people:08x}-0000-4000-8000-000000000000")
        actor, action = ("settle", "user.renamed") if number % 2 else ("okta", "user.changed")
        change = {"op": "replace", "path": "/title", "value": f"Guide {number}"}
        yield Event(f"{number:026d}", AT, actor, action, ref, [change], "done")


def fill(store: SqliteStore, people: int, count: int) -> None:
    with store._database.write() as db:
        db.execute("DROP TRIGGER events_kept")  # a store that keeps two million of them
        for number in range(people):
            sqlite_records.insert(db, person(number))
        for event in events(count, people):
            sqlite_journal.append(db, event)
    counted = {"active": people - people // 1000 * 3, "owed": people // 1000}
    day = {"user.changed": 400, "user.invited": 20, "user.suspended": 10, "refused": 2}
    days = {f"2027-01-{number:02d}": day for number in range(1, 16)}
    settled = {date: [300, 80, 20, 5, 1, 0, 0] for date in days}
    open_ = {f"User/{number}": AT for number in range(1000)}
    store.put_note(figures.NOTE, asdict(figures.Figures(NOW, NOW, "", {"User": counted}, days, settled, open_)))
    for source in ("Settle", "ConfirmationWatcher", "Reconcile", "TargetCalls"):
        store.put_report(Report(source, AT, "2027-01-15T09:00:00Z", "healthy", {"settled": 3}))


def run() -> list[Row]:
    """The screens as `make bench` tells them."""
    with _filled(PEOPLE, EVENTS) as store:
        return [
            Row(f"{name} ({PEOPLE:,} people)", spent, "ms", MOST_MS.get(name.partition(",")[0]))
            for name, (_, spent, _, _), _ in measured(store, PEOPLE)
        ]


@contextmanager
def _filled(people: int, count: int) -> Iterator[SqliteStore]:
    with tempfile.TemporaryDirectory() as directory, closing(SqliteStore(str(Path(directory) / "store.db"))) as store:
        begun = time.perf_counter()
        fill(store, people, count)
        size = sum(path.stat().st_size for path in Path(directory).iterdir()) / 1e6
        print(f"{people:,} people, {count:,} events, {size:,.0f} MB, filled in {time.perf_counter() - begun:.0f} s")
        yield store


def measured(store: SqliteStore, people: int) -> Iterator[tuple[str, tuple[float, float, float, float], int]]:
    """Of each screen its name, the four figures and the bytes of its page."""
    said = Installation("https://bridge.example.com/scim/v2", "1Password", "", list)
    services = Services(store, None, ToldTokens(store), said, lambda: NOW, event_id)  # type: ignore[arg-type]
    http = create_app(services, GuardedDoor(store, lambda: NOW)).test_client()
    some, last = person(people // 2).id, person(people - 60).id
    for name, path in PATHS.items():
        path = path.replace("SOME", some).replace("LAST", last)
        spent, worked = [], []
        for _ in range(REPEATS + 1):
            begun, busy = time.perf_counter(), time.process_time()
            answer = http.get(path, environ_overrides=ANN)
            spent.append((time.perf_counter() - begun) * 1000)
            worked.append((time.process_time() - busy) * 1000)
            assert answer.status_code == 200, (path, answer.status_code)
        row = (statistics.median(worked[1:]), statistics.median(spent[1:]), max(spent[1:]), spent[0])
        yield name, row, len(answer.data)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, default=PEOPLE)
    options.add_argument("--events", type=int, default=EVENTS)
    given = options.parse_args()
    with _filled(given.people, given.events) as store:
        print(f"{'':36} {'cpu':>8} {'median':>8} {'slowest':>8} {'first':>8} {'bytes':>9}   (ms)")
        for name, row, size in measured(store, given.people):
            print(f"{name:36}", *(f"{figure:8.1f}" for figure in row), f"{size:9,}")


if __name__ == "__main__":
    main()
