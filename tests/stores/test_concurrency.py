"""Many writers at once: no membership lost, none invented, and of two rivals exactly one wins (threats F4, F5)."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Barrier

import pytest

from scim.ports import Store
from scim.records import KeyTaken, Record, Stale
from scim.stores.firestore import open_store
from scim.stores.sqlite import SqliteStore
from tests.stores.opening import project_id
from tests.stores.samples import event, group, user

PROCESSES = 8
OWN = 5
WAIT_SECONDS = 60


class Scene:
    """A store that several processes can open by its name."""

    def __init__(self, name: str, store: Store, operations: int) -> None:
        self.name = name
        self.store = store
        self.operations = operations


@pytest.fixture(params=["sqlite", "firestore"])
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scene]:
    if request.param == "sqlite":
        path = str(tmp_path / "store.db")
        made = Scene(path, SqliteStore(path), operations=150)
    else:
        project = project_id(request)
        made = Scene(f"firestore:{project}", open_store(project), operations=40)
    yield made
    made.store.close()


def test_of_all_that_many_processes_add_and_remove_nothing_is_lost_and_nothing_invented(scene: Scene):
    store = scene.store
    people = [store.create(user(f"friend{number}"), (), event()).id for number in range((PROCESSES + 1) * OWN)]
    owned = [people[start : start + OWN] for start in range(0, len(people), OWN)]
    shared = owned.pop()
    guides = store.create(group(), (), event())

    left = crowd(scene, guides, owned, shared)

    granted = {person for process in left for person, wanted in process.items() if wanted}
    assert set(store.members(guides.id)) == granted | set(shared)
    assert {person.id for person in store.scan("User") if person.group_ids} == granted | set(shared)
    current = store.get(guides.ref)
    assert current
    assert current.version >= 1 + PROCESSES * scene.operations
    owed = {edge.user_id: edge.wanted for edge in store.unsettled_memberships(1.0, 1000)}
    assert {person for person, wanted in owed.items() if wanted} == granted | set(shared)


def crowd(scene: Scene, guides: Record, owned: list[list[str]], shared: list[str]) -> list[dict[str, bool]]:
    """One process each; whom of its own people each left in the group."""
    arguments = [scene.name, guides.id, str(scene.operations), json.dumps(owned), json.dumps(shared)]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.stores.crowd", *arguments], stdout=subprocess.PIPE, start_new_session=True
    )
    try:
        left: list[dict[str, bool]] = json.loads(process.communicate(timeout=WAIT_SECONDS)[0])
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    return left


def at_once(act: Callable[[int], bool], rivals: int = 6) -> int:
    """How many of the rivals succeed."""
    start = Barrier(rivals)

    def run(number: int) -> bool:
        start.wait(20)
        return act(number)

    with ThreadPoolExecutor(rivals) as pool:
        return sum(pool.map(run, range(rivals)))


def test_of_rivals_with_the_same_reading_exactly_one_wins(scene: Scene):
    before = scene.store.create(user(), (), event())

    for _ in range(15):
        assert at_once(partial(change, scene.store, before)) == 1
        found = scene.store.get(before.ref)
        assert found
        assert found.version == before.version + 1
        before = found


def test_of_rivals_for_the_same_name_exactly_one_wins(scene: Scene):
    for name in range(10):
        assert at_once(partial(create, scene.store, f"friend{name}")) == 1

    assert scene.store.count("User") == 10


def test_of_rivals_for_a_lease_exactly_one_wins(scene: Scene):
    for now in range(100, 1100, 100):
        assert at_once(partial(acquire, scene.store, float(now))) == 1


def test_a_group_that_goes_while_members_come_keeps_none(scene: Scene):
    people = [scene.store.create(user(f"friend{number}"), (), event()).id for number in range(6)]

    for number in range(6):
        guides = scene.store.create(group(f"Guides {number}"), (), event())
        at_once(partial(go_or_come, scene.store, guides, [(guides, person) for person in people]))

        assert scene.store.members(guides.id) == []
    assert all(person.group_ids == () for person in scene.store.scan("User"))


def test_a_user_who_goes_while_groups_take_them_in_is_in_none(scene: Scene):
    groups = [scene.store.create(group(f"Guides {number}"), (), event()) for number in range(6)]

    for number in range(6):
        leaver = scene.store.create(user(f"friend{number}"), (), event())
        at_once(partial(go_or_come, scene.store, leaver, [(team, leaver.id) for team in groups]))

        found = scene.store.get(leaver.ref)
        assert found
        assert (found.wanted, found.group_ids) == (False, ())
    assert not any(scene.store.members(team.id) for team in groups)


def change(store: Store, before: Record, number: int) -> bool:
    try:
        after = replace(before, version=before.version + 1, document={"userName": f"writer-{number}"})
        store.replace(before, after, event())
    except Stale:
        return False
    return True


def create(store: Store, name: str, _: int) -> bool:
    try:
        store.create(user(name), (), event())
    except KeyTaken:
        return False
    return True


def acquire(store: Store, now: float, number: int) -> bool:
    return store.acquire_lease("target", f"{now}-{number}", now, ttl=50.0)


def go_or_come(store: Store, leaver: Record, memberships: list[tuple[Record, str]], number: int) -> bool:
    """One deprovisions, the others grant."""
    team, person = memberships[number]
    while number == 0:
        before = store.get(leaver.ref)
        assert before
        try:
            store.replace(before, replace(before, wanted=False, version=before.version + 1), event())
        except Stale:
            continue
        return True
    try:
        store.change_members(team, [person], [], team.last_modified, event())
    except Stale:
        return False
    return True
