"""Removals of a pull: within the limit all go on at once, beyond it none before a person decides."""

import logging
from pathlib import Path

import pytest

from scim.jobs.holds import Holds
from scim.jobs.managed import ManagedGroups
from scim.jobs.removals import GROUPS, PEOPLE, RemovalLimit, members_of
from scim.records import Backlog
from scim.wiring import new_id
from tests.bridge import make_bridge
from tests.jobs.pulling import STAFF, Scene, choice
from tests.jobs.world import groups

PEOPLE_COUNT = 60
LIMIT = RemovalLimit(people_least=5, people_percent=10, group_least=8, group_percent=20)
"""Of sixty people six may go in an hour, of the staff twelve, of a smaller group eight."""


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    scene = Scene(make_bridge(tmp_path, wait=0.0, removals=LIMIT))
    staff, team = scene.source.team(), scene.source.team("team-a@example.com", "Team A")
    for number in range(PEOPLE_COUNT):
        scene.source.hire(f"p{number:02}", staff, *([team] if number < 20 else []))
    scene.pull()
    return scene


def ids(scene: Scene) -> list[str]:
    return list(scene.source.people)


def staff_of(scene: Scene) -> str:
    return next(iter(scene.source.listed))


def team_of(scene: Scene) -> str:
    return list(scene.source.listed)[1]


def holds(scene: Scene) -> Holds:
    return Holds(scene.bridge.runner(), 86400.0)


def held(scene: Scene) -> dict[str, int]:
    return {hold.scope: len(hold.items) for hold in holds(scene).all()}


def approve_all(scene: Scene) -> None:
    for hold in holds(scene).all():
        holds(scene).approve(hold.scope, hold.digest, "test")


def suspend(scene: Scene, *numbers: int) -> None:
    for number in numbers:
        scene.source.change(ids(scene)[number], active=False)


def suspended(scene: Scene) -> int:
    return sum("SUSPENDED" in person["state"] for person in scene.bridge.target.world()["people"])


def test_within_the_limit_all_go_on_at_once(scene: Scene):
    suspend(scene, *range(6))

    pulled = scene.pull()

    assert (list(pulled.excesses), suspended(scene), held(scene)) == ([], 6, {})


def test_beyond_the_limit_none_reaches_the_target_and_it_is_told(scene: Scene, caplog: pytest.LogCaptureFixture):
    suspend(scene, *range(7))

    pulled = scene.pull()
    report = next(report for report in scene.bridge.store.reports() if report.source == "Settle")

    assert [(excess.scope, excess.planned, excess.left) for excess in pulled.excesses] == [(PEOPLE, 7, 6)]
    assert (scene.removals(), held(scene)) == ([], {PEOPLE: 7})
    alarms = [record for record in caplog.records if record.getMessage() == "removals.held"]
    assert [(alarm.levelno, alarm.scope) for alarm in alarms] == [(logging.ERROR, PEOPLE)]
    assert (report.state, report.detail["held"]) == ("degraded", 7)


def test_beyond_it_in_one_scope_the_removals_of_all_are_held(scene: Scene):
    """A pull that goes wrong in one place is not to be trusted in another."""
    suspend(scene, *range(20, 27))
    scene.source.leave(ids(scene)[0], team_of(scene))

    scene.pull()

    assert held(scene) == {PEOPLE: 7, members_of(scene.group("Team A").id): 1}
    assert scene.removals() == []


def test_joiners_and_changes_go_on_meanwhile(scene: Scene):
    suspend(scene, *range(7))
    scene.source.hire("newcomer", staff_of(scene))
    scene.source.change(ids(scene)[30], full_name="Renamed Jensen")
    scene.source.rename(team_of(scene), name="Team Alpha")

    scene.pull()

    assert scene.state("newcomer") == "THERE"
    assert "newcomer@example.com" in groups(scene.bridge)["Staff"]
    assert "Team Alpha" in groups(scene.bridge)
    assert scene.removals() == []


@pytest.mark.parametrize("kind", ["suspended", "deleted", "left"])
def test_what_is_held_is_what_holds_shows_and_an_approval_lets_through(scene: Scene, kind: str):
    for id in ids(scene)[:7]:
        if kind == "suspended":
            scene.source.change(id, active=False)
        elif kind == "deleted":
            scene.source.dismiss(id)
        else:
            scene.source.leave(id, *scene.source.members)
    scene.pull()
    before = suspended(scene)

    approve_all(scene)
    scene.bridge.settle()
    scene.bridge.clock.advance(120)  # memberships that end with somebody are looked at each minute
    scene.bridge.settle()

    assert (before, suspended(scene), held(scene)) == (0, 7, {})
    assert scene.bridge.store.backlog() == Backlog()


def test_what_is_held_stays_so_whatever_the_pull_does_next(scene: Scene):
    suspend(scene, *range(7))
    scene.pull()
    since = min(hold.since for hold in holds(scene).all())
    scene.bridge.clock.advance(7200)
    scene.source.change(ids(scene)[0], full_name="Renamed Jensen")
    scene.source.dismiss(ids(scene)[1])

    scene.pull()

    assert (scene.removals(), held(scene)) == ([], {PEOPLE: 7})
    assert min(hold.since for hold in holds(scene).all()) == since


def test_who_returns_in_the_source_leaves_the_hold(scene: Scene):
    suspend(scene, *range(7))
    scene.pull()
    scene.source.change(ids(scene)[0], active=True)

    scene.pull()

    assert (scene.removals(), held(scene), scene.state("p00")) == ([], {PEOPLE: 6}, "THERE")


def test_what_was_applied_in_the_last_hour_counts(scene: Scene):
    suspend(scene, *range(4))
    scene.pull()
    suspend(scene, *range(4, 7))
    scene.pull()
    first = suspended(scene), held(scene)
    scene.bridge.clock.advance(3700)
    suspend(scene, 7, 8)

    scene.pull()

    assert first == (4, {PEOPLE: 3})
    assert (suspended(scene), held(scene)) == (6, {PEOPLE: 3})


def test_what_is_recorded_and_not_applied_yet_counts(scene: Scene):
    suspend(scene, *range(4))
    scene.once(yes=True)
    suspend(scene, *range(4, 7))

    scene.once(yes=True)
    scene.bridge.settle()

    assert (suspended(scene), held(scene)) == (4, {PEOPLE: 3})


def test_members_of_one_group_have_a_limit_of_their_own(scene: Scene):
    for id in ids(scene)[:9]:
        scene.source.leave(id, team_of(scene))

    pulled = scene.pull()

    scope = members_of(scene.group("Team A").id)
    assert [(excess.scope, excess.planned, excess.left) for excess in pulled.excesses] == [(scope, 9, 8)]
    assert (held(scene), len(groups(scene.bridge)["Team A"])) == ({scope: 9}, 20)
    approve_all(scene)
    scene.bridge.settle()
    assert len(groups(scene.bridge)["Team A"]) == 11


def test_who_is_held_and_joins_again_is_let_be(scene: Scene):
    for id in ids(scene)[:9]:
        scene.source.leave(id, team_of(scene))
    scene.pull()
    scene.source.join(ids(scene)[0], team_of(scene))

    scene.pull()

    assert held(scene) == {members_of(scene.group("Team A").id): 8}
    assert scene.removals() == []


def test_a_large_group_is_never_deleted_unasked(scene: Scene):
    scene.source.disband(team_of(scene))

    pulled = scene.pull()

    assert [(excess.scope, excess.left) for excess in pulled.excesses] == [(GROUPS, 0)]
    assert len(groups(scene.bridge)["Team A"]) == 20
    approve_all(scene)
    scene.bridge.settle()
    assert "Team A" not in groups(scene.bridge)


def test_an_adopted_group_is_not_emptied_unasked(scene: Scene):
    guides = scene.bridge.target.add_group("Guides")
    ManagedGroups(scene.bridge.runner(), new_id).manage("Guides", "test")
    id = scene.source.team("team-guides@example.com", "Guides", members=ids(scene)[:20])
    scene.pull()
    scene.source.disband(id)

    scene.pull()

    assert (scene.removals(), len(groups(scene.bridge)["Guides"])) == ([], 20)
    approve_all(scene)
    for _ in range(3):
        scene.bridge.settle()
    assert groups(scene.bridge)["Guides"] == []
    assert guides.id in {group.id for group in scene.bridge.target.groups()}


def test_a_discarded_hold_of_a_group_brings_it_back_with_its_members(scene: Scene):
    guides = scene.bridge.target.add_group("Guides")
    assert guides
    ManagedGroups(scene.bridge.runner(), new_id).manage("Guides", "test")
    id = scene.source.team("team-guides@example.com", "Guides", members=ids(scene)[:20])
    scene.pull()
    scene.source.disband(id)
    scene.pull()

    for hold in sorted(holds(scene).all(), key=lambda hold: hold.scope != GROUPS):
        if any(hold.scope == each.scope for each in holds(scene).all()):
            holds(scene).discard(hold.scope, hold.digest, "test")
    scene.bridge.settle()

    assert (held(scene), len(scene.bridge.store.members(scene.group("Guides").id))) == ({}, 20)


def test_who_takes_an_address_over_in_a_pull_that_is_held_keeps_the_groups_they_are_not_in(scene: Scene):
    suspend(scene, *range(30, 37))
    scene.source.dismiss(ids(scene)[0])
    scene.source.hire("p00", staff_of(scene))

    scene.pull()
    scene.bridge.clock.advance(1000)
    scene.pull()

    assert scene.removals() == []
    assert "p00@example.com" in groups(scene.bridge)["Team A"]
    assert held(scene)[members_of(scene.group("Team A").id)] == 1


def test_strangers_are_not_suspended_by_the_dozen_unasked(scene: Scene):
    for number in range(7):
        scene.bridge.target.add_person(f"stranger{number}@example.com", "A Stranger")
    scene.selection = choice(STAFF, unlisted="suspend")

    scene.pull()

    assert (scene.removals(), held(scene)) == ([], {PEOPLE: 7})
    approve_all(scene)
    scene.bridge.settle()
    scene.bridge.settle()
    assert suspended(scene) == 7


def test_a_look_says_that_removals_would_be_held(scene: Scene):
    suspend(scene, *range(7))

    planned = scene.once(dry=True)

    assert [(excess.scope, excess.planned) for excess in planned.excesses] == [(PEOPLE, 7)]
    assert held(scene) == {}


def test_without_approval_yes_never_lets_held_removals_through(scene: Scene):
    suspend(scene, *range(7))
    for _ in range(3):
        scene.pull()
        scene.bridge.clock.advance(4000)

    assert (suspended(scene), held(scene)) == (0, {PEOPLE: 7})
