"""The pull of Google Workspace whole: the stand-in Directory API, the source that reads it, the bridge, the target."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.bridge import make_bridge
from tests.directory.directory import Directory
from tests.directory.faults import Fault, Faults
from tests.directory.world import World, company
from tests.jobs.pulling import STAFF, Scene, choice
from tests.jobs.world import groups
from tests.sources.reading import opened

EVERY: tuple[Fault, ...] = (
    "server error", "no rights", "hang", "cut JSON", "not there", "empty page", "repeated page", "missing token",
    "half listing",
)  # fmt: skip
PEOPLE, TEAMS = 24, 5


def make_scene(directory: Path, world: World, **said: int) -> tuple[Scene, Directory]:
    google = Directory(world, address="127.0.0.1:9", **said)
    scene = Scene(make_bridge(directory, wait=0.0), opened(google), choice("staff@*", "team*"))
    return scene, google


@pytest.fixture
def world() -> World:
    """Barbara and Mary; Barbara is in sales, sales is in staff."""
    world = World()
    barbara, mary = (world.hire(f"{name}@example.com", given=name.title()) for name in ("barbara", "mary"))
    sales = world.team("sales@example.com", barbara)
    world.team(STAFF, mary, sales)
    return world


@pytest.fixture
def scene(tmp_path: Path, world: World) -> Scene:
    scene, _ = make_scene(tmp_path, world)
    scene.pull()
    return scene


def staff(world: World):
    return next(team for team in world.teams.values() if team.email == STAFF)


def sales(world: World):
    return next(team for team in world.teams.values() if team.email == "sales@example.com")


def people(world: World):
    return list(world.people.values())


def members(scene: Scene) -> list[str]:
    return [email.partition("@")[0] for email in groups(scene.bridge)["Staff"]]


def test_who_is_in_a_group_within_the_group_is_in_it(scene: Scene):
    assert members(scene) == ["barbara", "mary"]


def test_who_leaves_the_group_within_leaves_both(scene: Scene, world: World):
    sales(world).rows.clear()

    scene.pull()

    assert (members(scene), scene.state("barbara")) == (["mary"], "SUSPENDED")


def test_groups_that_hold_each_other_are_read_to_their_end(scene: Scene, world: World):
    world.join(sales(world), staff(world))
    world.join(sales(world), world.hire("carol@example.com"))

    scene.pull()

    assert members(scene) == ["barbara", "carol", "mary"]


def test_outsiders_and_members_without_a_status_are_nobody(scene: Scene, world: World):
    world.invite_outsider(staff(world), 1)
    world.invite_outsider(staff(world), 2, external=True)

    pulled = scene.pull()

    assert (pulled.outcome, members(scene), scene.users()) == ("done", ["barbara", "mary"], ["barbara", "mary"])


def test_everybody_is_everybody(scene: Scene, world: World):
    world.hire("carol@example.com")
    world.invite_everybody(staff(world))

    scene.pull()

    assert members(scene) == ["barbara", "carol", "mary"]


@pytest.mark.parametrize("how", ["suspended", "archived"])
def test_who_is_suspended_or_archived_is_suspended_and_comes_back(scene: Scene, world: World, how: str):
    setattr(people(world)[0], how, True)
    scene.pull()
    away = scene.state("barbara")
    setattr(people(world)[0], how, False)

    scene.pull()

    assert (away, scene.state("barbara"), members(scene)) == ("SUSPENDED", "THERE", ["barbara", "mary"])


def test_an_account_made_anew_is_another_user_and_keeps_the_place(scene: Scene, world: World):
    before = scene.user("barbara").id
    world.dismiss(people(world)[0])
    world.join(sales(world), world.hire("barbara@example.com", given="Barbara"))

    scene.pull()
    scene.bridge.clock.advance(1000)
    scene.pull()

    assert scene.user("barbara").id != before
    assert (scene.state("barbara"), members(scene), scene.removals()) == ("THERE", ["barbara", "mary"], [])


def test_a_list_that_google_counts_more_people_in_takes_nobody_out(scene: Scene, world: World):
    staff(world).count = "7"
    del staff(world).rows[people(world)[1].id]

    pulled = scene.pull()

    assert [notice.what for notice in pulled.notices] == ["doubt"]
    assert members(scene) == ["barbara", "mary"]


# ── faults ────────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def faulty(google: Directory, faults: dict[int, Fault]) -> Iterator[None]:
    google.paths.clear()
    google.faults = Faults(faults)
    try:
        yield
    finally:
        google.faults = Faults()


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("fault", EVERY)
def test_whatever_call_goes_wrong_nobody_loses_anything(tmp_path: Path, fault: Fault, lasting: bool):
    scene, google = make_scene(tmp_path, company(PEOPLE, TEAMS, lambda _: 7), smaller=10)
    scene.pull()
    google.paths.clear()
    scene.run()
    before = list(scene.bridge.store.scan("User")), list(scene.bridge.store.scan("Group"))
    outcomes = []
    assert len(before[1]) == TEAMS

    for call in range(1, len(google.paths) + 1):
        scene.source = opened(google)
        with faulty(google, dict.fromkeys(range(call, call + (1000 if lasting else 1)), fault)):
            outcomes.append(scene.run().detail["outcome"])

    scene.bridge.settle()
    assert scene.removals() == []
    assert (list(scene.bridge.store.scan("User")), list(scene.bridge.store.scan("Group"))) == before
    assert set(outcomes) <= {"done", "unread", "stopped"}
    assert "unread" in outcomes if lasting else "done" in outcomes or fault == "no rights"
