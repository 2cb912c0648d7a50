"""Whoever is killed loses nothing, duplicates nothing and invites nobody twice; and the judge who says so sees it.

Here every sixth point of every story is tried. `python -m tests.crash --seeds 20` tries them all.
"""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scim.jobs.groups import MARK
from scim.ports import Store
from tests.crash.fuse import COMMITS, Fuse
from tests.crash.model import Model, Person, Shown, differences
from tests.crash.stories import STORIES

ROOT = Path(__file__).parent.parent.parent
SECONDS = 900
READING = {
    "get", "get_all", "find", "find_former", "linked", "page", "page_after", "count", "scan", "group_with", "members",
    "unsettled", "unsettled_memberships", "held", "held_memberships", "waiting", "ledger", "note", "search",
    "standing", "count_standing", "history", "events", "reports", "backlog", "close",
}  # fmt: skip


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (sys.executable, *command), cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True,
        timeout=SECONDS, check=False,
    )  # fmt: skip


def enumerate_points(directory: Path, *arguments: str) -> dict[str, Any]:
    """The tally of a process of its own: this one has threads."""
    done = run("-m", "tests.crash", *arguments, TMPDIR=str(directory))
    assert done.returncode in (0, 1), done.stderr
    tally: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert done.returncode == bool(tally["sentences"] or tally["moved"]), done.stdout
    return tally


@pytest.fixture(scope="module")
def tally(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return enumerate_points(tmp_path_factory.mktemp("crash"), "--seeds", "1", "--every", "6")


def test_nothing_is_lost_or_done_twice_wherever_a_process_is_killed(tally: dict[str, Any]):
    assert tally["sentences"] == []
    assert tally["converged"] == tally["trials"] > len(STORIES) * 5
    assert tally["moved"] == 0


def test_a_killed_client_sends_again_or_does_not_and_ticks_are_killed_too(tally: dict[str, Any]):
    assert 0 < tally["sent_again"] < tally["trials"]
    assert 0 < tally["killed_twice"] < tally["trials"]


def test_every_commit_of_the_store_and_every_command_is_a_crash_point(tally: dict[str, Any]):
    commands = {"provision", "confirm", "edit", "suspend", "reactivate"}
    calls = {f"user {each}" for each in commands} | {f"group {each}" for each in ("create", "edit", "delete")}
    calls |= {"group user grant", "group user revoke", "user list", "group list", "account add"}

    expected = {f"{when} store.{commit}" for commit in COMMITS for when in ("before", "after")}
    expected |= {f"{when} op {call}" for call in calls for when in ("before", "during", "after")}
    assert expected - tally["names"].keys() == set()


def test_every_method_of_the_store_is_known_to_read_or_to_commit():
    assert {name for name in vars(Store) if not name.startswith("_")} == READING | COMMITS


# ── the judge ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("sabotage", "story", "point", "kind"),
    [
        ("the store writes late", "create user", "after store.create", "LOST"),
        ("the store forgets", "create user", "after store.create", "NOT CONVERGED"),
        ("the target invites twice", "create user", "after store.create", "INVITED TWICE"),
        ("the target lists no new group", "create group", "after op group create", "DUPLICATED"),
    ],
)
def test_the_judge_sees_a_deliberate_fault(sabotage: str, story: str, point: str, kind: str, tmp_path: Path):
    only = ("--story", story, "--point", point, "--seeds", "6")

    assert enumerate_points(tmp_path, "--sabotage", sabotage, *only)["found"][kind] > 0


def test_a_group_that_is_not_found_again_shows_only_if_a_kill_came_before_its_link(tmp_path: Path):
    only = ("--story", "create group", "--point", "before op group create", "--seeds", "3")

    assert enumerate_points(tmp_path, "--sabotage", "the target lists no new group", *only)["found"] == {}


BARBARA = "bjensen@example.com"
OWNER = {"id": "owner", "email": "owner@example.com", "name": "Owner", "state": "ACTIVE", "groups": 1}
PERSON = {"id": "1", "email": BARBARA, "name": "Barbara", "state": "TRANSFER_PENDING", "groups": 1}
GROUP = {"id": "2", "name": "Guides", "description": MARK, "members": [BARBARA]}
SHOWN = Shown(
    {"people": [OWNER, PERSON], "groups": [GROUP]},
    {"people": [OWNER], "groups": []},
    [(BARBARA, "Barbara", True)],
    [("Guides", (BARBARA,))],
    {BARBARA: "1", "Guides": "2"},
    {BARBARA: 1},
    (0, 0, 0, 0),
)
MODEL = Model([Person(BARBARA, "Barbara", BARBARA)], {"Guides": {BARBARA}})


def of_people(*people: dict[str, Any]) -> Shown:
    return replace(SHOWN, world={**SHOWN.world, "people": list(people)})


def of_groups(*groups: dict[str, Any]) -> Shown:
    return replace(SHOWN, world={**SHOWN.world, "groups": list(groups)})


def test_the_judge_is_content_with_what_was_wanted():
    assert differences(MODEL, SHOWN) == []


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        ("LOST", of_people(OWNER)),
        ("DUPLICATED", of_people(OWNER, PERSON, {**PERSON, "id": "3"})),
        ("DUPLICATED", of_people(OWNER, PERSON, {**PERSON, "id": "3", "email": "babs@example.com"})),
        ("NOT CONVERGED", of_people(OWNER, {**PERSON, "state": "SUSPENDED"})),
        ("NOT CONVERGED", of_people(OWNER, {**PERSON, "name": "Babs"})),
        ("TOUCHED", of_people({**OWNER, "state": "SUSPENDED"}, PERSON)),
        ("TOUCHED", of_people(PERSON)),
        ("LOST", of_groups()),
        ("DUPLICATED", of_groups(GROUP, {**GROUP, "id": "3"})),
        ("DUPLICATED", of_groups(GROUP, {**GROUP, "id": "3", "name": "Tours"})),
        ("LOST", of_groups({**GROUP, "members": []})),
        ("DUPLICATED", of_groups({**GROUP, "members": [BARBARA, "jsmith@example.com"]})),
        ("NOT CONVERGED", of_groups({**GROUP, "description": ""})),
        ("LOST", replace(SHOWN, users=[])),
        ("DUPLICATED", replace(SHOWN, users=SHOWN.users * 2)),
        ("LOST", replace(SHOWN, groups=[("Guides", ())])),
        ("NOT CONVERGED", replace(SHOWN, links={BARBARA: "1", "Guides": None})),
        ("NOT CONVERGED", replace(SHOWN, links={BARBARA: "3", "Guides": "2"})),
        ("INVITED TWICE", replace(SHOWN, mails={BARBARA: 2})),
        ("INVITED TWICE", replace(SHOWN, mails={BARBARA: 1, "jsmith@example.com": 1})),
        ("LOST", replace(SHOWN, mails={})),
        ("NOT CONVERGED", replace(SHOWN, backlog=(0, 1, 0, 0))),
        ("NOT CONVERGED", replace(SHOWN, backlog=(0, 0, 0, 1))),
    ],
)
def test_the_judge_sees(kind: str, shown: Shown):
    assert any(each.startswith(kind) for each in differences(MODEL, shown))


# ── the kill ──────────────────────────────────────────────────────────────────────────────────────────────


DYING = """
from pathlib import Path
from tests.crash.fuse import Fuse
from tests.crash.processes import Killed, in_process
fuse = Fuse(Path({journal!r}))
fuse.arm(2)
print(in_process(lambda: [fuse.announce(name) for name in ("first", "second", "third")]) is Killed)
"""


def test_a_process_dies_by_the_kill_signal_at_its_point_and_what_it_announced_stays(tmp_path: Path):
    journal = tmp_path / "journal"
    done = run("-c", DYING.format(journal=str(journal)))

    assert done.stdout == "True\n", done.stderr
    assert [each.name for each in Fuse(journal).points()] == ["first", "second"]
