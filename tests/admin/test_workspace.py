"""Google Workspace: the plan that waits and its approval, the last runs. Whom it provisions: test_choice."""

from pathlib import Path

import pytest

from scim.jobs.pull import NothingWaits
from scim.jobs.pull_notes import Approval, KeptPlan, Notes, Run, State
from scim.records import Report
from tests.admin.screens import Screens, make_desk, make_screens
from tests.bridge import make_bridge

PLAN = KeptPlan(
    "0123456789abcdef",
    1_799_990_000.0,
    ("This is the first run, so its plan waits for approval.",),
    {"users to create": 1200, "members to revoke": 3},
    {"group:1": 3},
    [
        {"what": "revoke", "kind": "Group", "name": "Guides", "why": "left the group", "removal": True, "members": 3,
         "names": ["bjensen@example.com"]},
        {"what": "create", "kind": "User", "name": "mandy@example.com", "why": "in Guides"},
    ],
    [{"what": "clash", "name": "john@example.com", "why": "is somebody else's"}],
)  # fmt: skip


class Approved:
    """What came in."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []

    def __call__(self, digest: str, by: str) -> None:
        if digest != PLAN.digest:
            raise NothingWaits("That is not the plan that waits: none waits.")
        self.calls.append((digest, by))


@pytest.fixture
def approved() -> Approved:
    return Approved()


@pytest.fixture
def screens(tmp_path: Path, approved: Approved) -> Screens:
    desk = make_desk(make_bridge(tmp_path / "desk"), approve_plan=approved)
    return make_screens(tmp_path, source="Google Workspace", operations=desk)


def test_without_a_source_there_is_no_such_screen(tmp_path: Path):
    screens = make_screens(tmp_path)

    screens.get("/workspace", 404)
    assert screens.send("/workspace/approve", digest="0").status_code == 404
    assert "Google Workspace" not in screens.get("/")
    assert screens.send("/run/pull").status_code == 404


def test_before_the_first_run_it_is_said_what_will_wait_here(screens: Screens):
    text = screens.words("/workspace")

    assert "None. The first run, a change of what is chosen" in text
    assert "It has not run yet." in text


def test_a_plan_that_waits_is_shown_removals_first(screens: Screens):
    Notes(screens.bridge.store).keep(PLAN)

    text = screens.words("/workspace")

    assert "This plan is 0123456789abcdef" in text
    assert "1,200 users to create, 3 members to revoke" in text
    assert "Removals among them: 3 in group:1" in text
    assert "revoke group Guides: bjensen@example.com and 2 more left the group" in text
    assert "john@example.com: is somebody else's" in text


def test_exactly_that_plan_is_approved(screens: Screens, approved: Approved):
    Notes(screens.bridge.store).keep(PLAN)

    assert "Approved:" in screens.done("/workspace/approve", "/workspace", digest=PLAN.digest)
    assert approved.calls == [(PLAN.digest, "admin")]
    assert screens.send("/workspace/approve", digest="fedcba9876543210").status_code == 409
    assert screens.send("/workspace/approve", digest="x y").status_code == 400


def test_an_approved_plan_says_by_whom(screens: Screens):
    notes = Notes(screens.bridge.store)
    notes.keep(PLAN)
    notes.approve(Approval(PLAN.digest, "ann@example.com", 1_799_999_000.0))

    assert "Approved by ann@example.com" in screens.words("/workspace")
    assert "Approve exactly this plan" not in screens.words("/workspace")


def test_the_last_run_is_told(screens: Screens):
    store = screens.bridge.store
    detail = {"outcome": "done", "users": 2000, "reason": "Because."}
    store.put_report(Report("Pull", "2027-01-15T07:00:00Z", "2027-01-16T08:00:00Z", "healthy", detail))
    Notes(store).put_state(State(1_799_990_000.0, "x", 2000, 1900, {"guides@example.com": "1"}))

    text = screens.words("/workspace")

    assert "healthy Because." in text
    assert "outcome done" in text
    assert "users 2,000" in text
    assert "read 2,000 users, of whom 1,900 were to be active" in text
    assert "Chosen groups: guides@example.com." in text


def test_the_last_runs_are_a_table_newest_first(screens: Screens):
    notes = Notes(screens.bridge.store)
    read = {"users": 2000, "wanted": 1900, "groups": 1, "calls": 40}
    notes.remember(Run("2027-01-15T07:00:00Z", "unread", "unhealthy", {}, {}, 0, "Google does not show the users."))
    notes.remember(Run("2027-01-15T07:15:00Z", "done", "healthy", read, {"create": 1200, "grant": 3}, 7, ""))

    text = screens.words("/workspace")

    assert (
        "2027-01-15 07:15 UTC carried out 2,000 people, 1,900 to be active, 1 group create 1,200, grant 3 7 "
        "2027-01-15 07:00 UTC could not read nothing nothing 0 Google does not show the users." in text
    )


def test_twenty_runs_are_remembered_and_no_long_stories(screens: Screens):
    notes = Notes(screens.bridge.store)
    for number in range(25):
        notes.remember(Run(f"2027-01-15T07:{number:02}:00Z", "stopped", "unhealthy", {}, {}, 0, "x" * 10_000))

    assert [run.at[14:16] for run in notes.runs()] == [f"{number:02}" for number in range(24, 4, -1)]
    assert {len(run.reason) for run in notes.runs()} == {500}
    assert "The last 20 runs, newest first" in screens.words("/workspace")


def test_without_a_source_nothing_can_be_approved(tmp_path: Path):
    screens = make_screens(tmp_path, source="Google Workspace")

    assert screens.send("/workspace/approve", digest="0").status_code == 409
    assert screens.send("/run/pull").status_code == 409
