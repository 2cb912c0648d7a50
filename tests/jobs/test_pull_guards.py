"""What a pull does not believe: nothing is recorded, nobody loses anything, and somebody hears of it."""

import logging
from pathlib import Path

import pytest

from scim.jobs import pull
from scim.jobs.pull_notes import Notes
from scim.jobs.removals import RemovalLimit
from scim.jobs.selection import SelectionError
from scim.records import Report
from scim.source_records import SourceDenied, SourceError, SourceIncomplete, SourceUnavailable
from tests.bridge import make_bridge
from tests.jobs.pulling import STAFF, Scene, choice

PEOPLE = 40
GROUPS = 6


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """Forty people in staff and in five teams, everything delivered. No removal limit saves them here."""
    scene = Scene(make_bridge(tmp_path, wait=0.0))
    staff = scene.source.team()
    teams = [scene.source.team(f"team-{number}@example.com") for number in range(GROUPS - 1)]
    for number in range(PEOPLE):
        scene.source.hire(f"p{number:02}", staff, teams[number % len(teams)])
    scene.pull()
    return scene


@pytest.fixture(autouse=True)
def _every_level(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)


def world(scene: Scene) -> object:
    store = scene.bridge.store
    return list(store.scan("User")), list(store.scan("Group")), scene.bridge.target.world()


def reported(scene: Scene) -> Report:
    return next(report for report in scene.bridge.store.reports() if report.source == "Pull")


def assert_stopped(scene: Scene, caplog: pytest.LogCaptureFixture, reason: str) -> None:
    """A scheduled run stops: nothing is recorded or removed, the reason is reported, the alarm is raised."""
    caplog.clear()
    before = world(scene)

    report = scene.run()
    scene.bridge.settle()

    assert world(scene) == before
    assert scene.removals() == []
    assert (report.state, reported(scene)) == ("unhealthy", report)
    assert reason in str(report.detail["reason"])
    alarms = [record for record in caplog.records if record.getMessage() == "pull.stopped"]
    assert [record.levelname for record in alarms] == ["ERROR"]


# ── what no approval releases ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("error", [SourceUnavailable, SourceIncomplete, SourceDenied])
def test_whatever_call_of_the_source_fails_nothing_changes(
    scene: Scene, caplog: pytest.LogCaptureFixture, error: type[SourceError]
):
    before = scene.source.calls
    scene.run()
    calls = scene.source.calls - before
    half = list(scene.source.people)[: PEOPLE // 2]
    for id in half:  # it would remove, were it believed
        scene.source.leave(id, *scene.source.members)

    for number in range(1, calls + 1):
        scene.source.fault = scene.source.calls + number, error("It broke.")
        assert_stopped(scene, caplog, "It broke.")
    assert calls == 2 + GROUPS


def test_a_directory_that_shows_nobody_is_not_believed(scene: Scene, caplog: pytest.LogCaptureFixture):
    scene.source.people.clear()

    assert_stopped(scene, caplog, "shows nobody at all")


def test_groups_that_are_all_empty_are_not_believed(scene: Scene, caplog: pytest.LogCaptureFixture):
    for members in scene.source.members.values():
        members.clear()

    assert_stopped(scene, caplog, "have nobody active")


def test_everybody_suspended_at_once_is_not_believed(scene: Scene, caplog: pytest.LogCaptureFixture):
    for id in scene.source.people:
        scene.source.change(id, active=False)

    assert_stopped(scene, caplog, "have nobody active")


def test_a_group_that_is_chosen_by_its_address_and_gone_stops_it(scene: Scene, caplog: pytest.LogCaptureFixture):
    scene.source.disband(next(iter(scene.source.listed)))

    assert_stopped(scene, caplog, STAFF)


def test_no_group_that_fits_stops_it(scene: Scene, caplog: pytest.LogCaptureFixture):
    scene.selection = choice("nothing-*@example.com")

    assert_stopped(scene, caplog, "nothing-*@example.com")


def test_a_choice_that_cannot_be_read_stops_it(scene: Scene, caplog: pytest.LogCaptureFixture):
    def unreadable() -> None:
        raise SelectionError("bridge.toml has no [google_workspace].")

    report = pull.run(scene.puller(choose=unreadable))

    assert (report.state, report.detail["reason"]) == ("unhealthy", "bridge.toml has no [google_workspace].")


def test_what_no_approval_releases_waits_for_none(scene: Scene):
    scene.source.people.clear()

    pulled = scene.once(yes=True)

    assert (pulled.outcome, pulled.plan, scene.bridge.store.note("pull.plan")) == ("stopped", None, None)


# ── what a person may release ─────────────────────────────────────────────────────────────────────────────


def shrink(scene: Scene, percent: int) -> None:
    scene.source.dismiss(*list(scene.source.people)[: PEOPLE * percent // 100])


def leave(scene: Scene, percent: int) -> None:
    for id in list(scene.source.people)[: PEOPLE * percent // 100]:
        scene.source.leave(id, *scene.source.members)


@pytest.mark.parametrize("how", [shrink, leave])
def test_a_source_that_shrank_by_more_than_thirty_per_cent_stops_it(
    scene: Scene, caplog: pytest.LogCaptureFixture, how
):
    how(scene, 35)

    assert_stopped(scene, caplog, "There were 40 people")
    assert_stopped(scene, caplog, "14 fewer")


@pytest.mark.parametrize("how", [shrink, leave])
def test_a_source_that_shrank_by_thirty_per_cent_does_not(scene: Scene, how):
    how(scene, 30)

    assert scene.run().state == "healthy"


def test_a_shrink_is_released_by_approving_exactly_its_plan(scene: Scene, caplog: pytest.LogCaptureFixture):
    shrink(scene, 35)
    stopped = scene.run()
    assert scene.once(yes=True).outcome == "stopped"

    report = scene.approve()
    scene.bridge.settle()

    assert (stopped.detail["digest"], report.state) != (None, "unhealthy")
    assert scene.removals().count("user.suspended") == 14
    assert scene.run().state == "healthy"


def test_members_of_ours_whom_the_list_of_people_lacks_stop_it(scene: Scene, caplog: pytest.LogCaptureFixture):
    scene.source.left_out.update(list(scene.source.people)[-2:])

    assert_stopped(scene, caplog, "2 people whom the pull provisioned are in the chosen groups")

    scene.approve()
    assert scene.run().state == "healthy"


def test_one_who_is_deleted_but_still_shown_in_a_group_is_a_leaver(scene: Scene):
    scene.source.left_out.add(next(iter(scene.source.people)))

    scene.pull()

    assert scene.removals().count("user.suspended") == 1


def test_an_approval_of_another_plan_releases_nothing(scene: Scene):
    shrink(scene, 35)
    scene.run()
    scene.source.dismiss(next(iter(scene.source.people)))

    report = scene.approve()

    assert (report.state, scene.removals()) == ("unhealthy", [])
    assert "15 fewer" in str(report.detail["reason"])


def test_an_approval_is_not_good_for_ever(scene: Scene):
    shrink(scene, 35)
    scene.run()
    kept = Notes(scene.bridge.store).plan()
    pull.approve(scene.puller(), kept.digest, "test")
    scene.bridge.clock.advance(86400)

    assert scene.run().state == "unhealthy"


def test_who_approves_what_does_not_wait_is_told(scene: Scene):
    with pytest.raises(pull.NothingWaits, match="none waits"):
        pull.approve(scene.puller(), "0" * 16, "test")
    shrink(scene, 35)
    scene.run()
    with pytest.raises(pull.NothingWaits, match="not the plan that waits: it is"):
        pull.approve(scene.puller(), "0" * 16, "test")


def test_a_group_chosen_by_its_address_that_is_another_one_stops_it(scene: Scene, caplog: pytest.LogCaptureFixture):
    staff = next(iter(scene.source.listed))
    members = scene.source.members[staff]
    scene.source.disband(staff)
    scene.source.team(members=members, id="another")

    assert_stopped(scene, caplog, "it was g1, it is another now")

    scene.approve()
    assert scene.group("Staff").external_ids == {"google-workspace": "another"}
    assert scene.run().state == "healthy"


def test_three_of_four_are_no_rout_and_the_removal_limit_looks_at_them(tmp_path: Path):
    scene = Scene(make_bridge(tmp_path, wait=0.0))
    staff = scene.source.team()
    ids = [scene.source.hire(name, staff) for name in ("a", "b", "c", "d")]
    scene.bridge.limit = RemovalLimit()
    scene.pull()
    scene.source.dismiss(*ids[:3])

    assert scene.pull().outcome == "done"
    assert sorted(scene.removals()) == ["membership.revoked"] * 3 + ["user.suspended"] * 3


# ── the first run, and what is chosen ─────────────────────────────────────────────────────────────────────


@pytest.fixture
def new(tmp_path: Path) -> Scene:
    scene = Scene(make_bridge(tmp_path, wait=0.0))
    staff = scene.source.team()
    for name in ("barbara", "mary"):
        scene.source.hire(name, staff)
    return scene


def test_the_first_run_shows_its_plan_and_waits(new: Scene):
    report = new.run()

    kept = Notes(new.bridge.store).plan()
    assert (report.state, report.detail["outcome"], report.detail["digest"]) == ("degraded", "waits", kept.digest)
    assert kept.counts == {"groups to create": 1, "members to grant": 2, "users to create": 2}
    assert new.users() == []


def test_a_plan_that_waits_is_the_same_at_each_look_and_what_is_done_once_it_is_approved(new: Scene):
    planned = new.once(dry=True)
    new.run()
    first = Notes(new.bridge.store).plan()
    new.run()
    again = Notes(new.bridge.store).plan()

    report = new.approve()

    assert (first, Notes(new.bridge.store).plan()) == (again, None)
    assert (report.state, new.users()) == ("healthy", ["barbara", "mary"])
    approved = next(event for event in new.bridge.store.events(99) if event.action == "pull.approved")
    assert (approved.actor, approved.changes[0]["digest"]) == ("test", planned.plan.digest)


def test_a_look_leaves_no_trace(new: Scene):
    planned = new.once(dry=True)

    assert (planned.outcome, len(planned.plan.steps)) == ("waits", 4)
    assert new.bridge.store.events(9) == new.bridge.store.reports() == []
    assert new.bridge.store.note("pull.plan") is new.bridge.store.note("pull.state") is None


def test_a_change_of_what_is_chosen_waits_again_whatever_the_order_does_not(new: Scene):
    new.selection = choice(STAFF, "team-*@example.com")
    new.once(yes=True)
    new.selection = choice("team-*@example.com", STAFF)
    same = new.run()
    new.selection = choice(STAFF)

    report = new.run()

    assert (same.state, report.detail["outcome"]) == ("healthy", "waits")
    assert new.approve().state == "healthy"


def test_whatever_another_pull_is_doing_is_let_be(new: Scene):
    new.bridge.store.acquire_lease("pull", "another", new.bridge.clock(), 90)

    assert new.run().detail["outcome"] == "skipped"
    assert new.bridge.store.reports() == []


def test_a_reading_that_another_pull_overtook_is_not_acted_on(new: Scene):
    """It took longer than the lease lasts, and is older than what the other one did."""
    new.once(yes=True)
    bea = new.source.hire("bea", next(iter(new.source.listed)))
    slow = new.source.read

    def read(chosen):
        reading = slow(chosen)
        new.source.dismiss(bea)
        new.source.read = slow
        new.bridge.clock.advance(100)
        assert new.once(yes=True).outcome == "done"
        return reading

    new.source.read = read

    assert (new.once(yes=True).outcome, new.users()) == ("skipped", ["barbara", "mary"])
