"""How long a lost store takes to be filled again from the target: everybody and every group of a large account.

The account is the stand-in for `op` in one process: what 1Password takes for its answers comes on top, one listing of
people and of groups, and two calls for each group, four in a second.
"""

import tempfile
import time
from pathlib import Path

from scim.jobs.adoption import Known
from scim.jobs.moving import Moving
from scim.records import Backlog
from scim.stores.sqlite import SqliteStore
from scim.wiring import new_id
from tests.bench.measures import Row
from tests.bridge import Clock, make_bridge
from tests.onepassword import target_in_memory
from tests.op.account import InMemory

PEOPLE, GROUPS, MEMBERS = 5000, 200, 50


def run() -> list[Row]:
    """Whoever lost or doubled somebody fails here."""
    account = _account()
    with tempfile.TemporaryDirectory(prefix="scim-rebuild-") as name:
        directory, clock = Path(name), Clock()
        store, target = SqliteStore(str(directory / "store.db")), target_in_memory(account, directory, clock)
        bridge = make_bridge(directory, store=store, target=target, clock=clock)
        began = time.perf_counter()
        done = list(Moving(bridge.runner(), new_id, Known()).carry_out("bench"))
        seconds = time.perf_counter() - began
        assert sum(taken.how == "adopted" for taken in done) >= PEOPLE + GROUPS
        calls = target.calls_made()
        bridge.settle()
        assert store.backlog() == Backlog()
        store.close()
    title = f"{PEOPLE:,} people and {GROUPS} groups into an empty store"
    return [Row(title, seconds, "s"), Row("calls of op", calls, "")]


def _account() -> InMemory:
    account = InMemory()
    people = [
        str(account.add_person(f"person{number}@example.com", f"Person {number}", "ACTIVE")["id"])
        for number in range(PEOPLE)
    ]
    for number in range(GROUPS):
        group = str(account.add_group(f"Team {number}")["id"])
        for place in range(MEMBERS):
            account.set_role(group, people[(number * 25 + place) % PEOPLE], "MEMBER")
    return account
