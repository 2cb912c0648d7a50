"""A pull killed at every write of the store in turn: the next one comes to the same, and nothing is done twice."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scim.jobs import lease
from scim.jobs.holds import Holds
from scim.jobs.pull import Order, approve, pull
from scim.jobs.removals import RemovalLimit
from tests.bridge import make_bridge
from tests.jobs.pulling import Scene
from tests.jobs.test_settle_killed import Dying, Killed

WRITES = {
    "acquire_lease", "release_lease", "put_note", "create", "replace", "change_members", "append_event", "put_report",
}  # fmt: skip
NAMES = ("ann", "bea", "cleo", "dora", "eve", "fay")
LIMIT = RemovalLimit(people_least=2, people_percent=0, group_least=2, group_percent=0)


def company(directory: Path) -> Scene:
    scene = Scene(make_bridge(directory, wait=0.0, removals=LIMIT))
    staff, team = scene.source.team(), scene.source.team("team-a@example.com", "Team A")
    for name in NAMES:
        scene.source.hire(name, staff, team)
    return scene


def arrived(directory: Path) -> Scene:
    scene = company(directory)
    scene.pull()
    return scene


def ids(scene: Scene) -> list[str]:
    return list(scene.source.people)


def groups(scene: Scene) -> list[str]:
    return list(scene.source.listed)


# ── what happens in the source ────────────────────────────────────────────────────────────────────────────


def first_run(directory: Path) -> Scene:
    return company(directory)


def one_of_each(directory: Path) -> Scene:
    scene = arrived(directory)
    ann, bea, cleo, *_ = ids(scene)
    scene.source.change(ann, full_name="Ann Smith")
    scene.source.change(bea, active=False)
    scene.source.dismiss(cleo)
    scene.source.hire("gwen", groups(scene)[0])
    scene.source.rename(groups(scene)[1], name="Team Alpha")
    scene.source.leave(ids(scene)[2], groups(scene)[1])
    scene.source.team("team-b@example.com", "Team B", members=[ann])
    return scene


def swapped_names(directory: Path) -> Scene:
    scene = arrived(directory)
    (ann, bea, *_), (staff, team) = ids(scene), groups(scene)
    scene.source.change(ann, email="bea@example.com")
    scene.source.change(bea, email="ann@example.com")
    scene.source.rename(staff, name="Team A")
    scene.source.rename(team, name="Staff")
    return scene


def made_anew(directory: Path) -> Scene:
    scene = arrived(directory)
    scene.source.dismiss(ids(scene)[0])
    scene.source.hire("ann", groups(scene)[0])
    members = scene.source.members[groups(scene)[1]]
    scene.source.disband(groups(scene)[1])
    scene.source.team("team-a@example.com", "Team A", members=members)
    return scene


def too_many_leave(directory: Path) -> Scene:
    scene = arrived(directory)
    for id in ids(scene)[:3]:
        scene.source.change(id, active=False)
        scene.source.leave(id, groups(scene)[1])
    scene.source.dismiss(ids(scene)[3])
    return scene


def a_group_goes(directory: Path) -> Scene:
    scene = arrived(directory)
    scene.source.disband(groups(scene)[1])
    return scene


STORIES = [first_run, one_of_each, swapped_names, made_anew, too_many_leave, a_group_goes]


# ── killed ────────────────────────────────────────────────────────────────────────────────────────────────


def survives(scene: Scene, point: int, after: bool) -> bool:
    """Whether a pull that dies at its nth write comes to its end before that."""
    store = Dying(scene.bridge.store, WRITES, [point], after)
    try:
        pulled = pull(scene.puller(store=store), Order(yes=True))
    except Killed:
        scene.bridge.settle()  # which goes on meanwhile
        scene.bridge.clock.advance(lease.SECONDS + 1)
        return False
    assert pulled.outcome == "done"
    return True


def heal(scene: Scene) -> None:
    """The next two runs, an hour in which everything is delivered, and nothing is left to do."""
    for _ in range(2):
        scene.pull()
    scene.bridge.clock.advance(1000)
    for _ in range(2):
        scene.bridge.settle()
        scene.bridge.clock.advance(61)
    assert list(scene.pull().plan.steps) == []


def outcome(scene: Scene) -> dict[str, Any]:
    store, world = scene.bridge.store, scene.bridge.target.world()
    told = Counter(event.action for event in store.events(10_000) if event.actor == "settle")
    return {
        "people": sorted((each["email"], each["name"], each["state"]) for each in world["people"]),
        "groups": sorted((each["name"], sorted(each["members"])) for each in world["groups"]),
        "users": sorted((record.document["userName"], record.document["active"]) for record in store.scan("User")),
        "held": sorted((hold.title, sorted(item.name for item in hold.items)) for hold in held(scene)),
        "removals": sorted(scene.removals()),
        "invited": told["user.invited"],
        "made": told["group.created"],
    }


def held(scene: Scene) -> list[Any]:
    return Holds(scene.bridge.runner(), 86400.0).all()


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_killed_at_any_write_the_next_pulls_heal_it(tmp_path: Path, story: Callable[[Path], Scene], after: bool):
    calm = story(tmp_path / "calm")
    survives(calm, 10**6, after)
    heal(calm)
    expected = outcome(calm)
    point, ended = 0, False

    while not ended:
        point += 1
        scene = story(tmp_path / str(point))
        ended = survives(scene, point, after)
        heal(scene)

        assert outcome(scene) == expected, point
    assert point > 6


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_an_approved_shrink_that_is_killed_needs_no_second_approval(tmp_path: Path, after: bool):
    point, ended = 0, False
    while not ended:
        point += 1
        scene = Scene(make_bridge(tmp_path / str(point), wait=0.0))
        staff = scene.source.team()
        for number in range(12):
            scene.source.hire(f"p{number}", staff)
        scene.pull()
        scene.source.dismiss(*ids(scene)[:6])
        assert scene.run().state == "unhealthy"
        digest = scene.bridge.store.note("pull.plan")["digest"]
        approve(scene.puller(), digest, "test")
        ended = survives_quietly(scene, point, after)

        scene.run()
        scene.bridge.settle()

        assert len(scene.users()) == 6, point
        assert scene.bridge.store.note("pull.plan") is scene.bridge.store.note("pull.approval") is None
    assert point > 6


def survives_quietly(scene: Scene, point: int, after: bool) -> bool:
    store = Dying(scene.bridge.store, WRITES, [point], after)
    try:
        pull(scene.puller(store=store), Order())
    except Killed:
        scene.bridge.clock.advance(lease.SECONDS + 1)
        return False
    return True
