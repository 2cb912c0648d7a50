"""Killed at every call of the target and every write of the store in turn: the next pass ends it, nothing is twice."""

from pathlib import Path
from typing import Any

import pytest

from scim.jobs import lease
from scim.jobs.drift import CHOICES
from scim.records import Backlog
from tests.jobs.drifting import Company, company
from tests.jobs.test_reconcile_table import EDITS

READS = {"users", "groups", "members", "group", "protected", "user"}
WRITES = {
    "acquire_lease", "release_lease", "put_note", "replace", "change_members", "append_event", "put_report",
    "save_link", "settle_membership", "postpone_membership", "put_ledger",
}  # fmt: skip
EFFECTS = {
    "invite", "confirm", "rename", "change_email", "suspend", "reactivate", "create_group", "rename_group",
    "delete_group", "grant", "revoke",
}  # fmt: skip
MIXED = dict(zip(CHOICES, ["enforce", "adopt", "enforce", "enforce", "report", "adopt", "adopt"], strict=False))
POLICIES = {"report": {}, **{each: dict.fromkeys(CHOICES, each) for each in ("enforce", "adopt")}, "mixed": MIXED}


class Killed(BaseException):
    """The process dies here."""


class Mortal:
    """A port that dies at its nth call, before the effect or after it, and is dead from then on."""

    def __init__(self, inner: Any, names: set[str], budget: list[int], after: bool) -> None:
        self._inner, self._names, self._budget, self._after = inner, names, budget, after

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)
        if name == "until":
            return lambda ends: self
        assert name not in EFFECTS, "reconcile acted on the target itself"
        if name not in self._names:
            return method

        def call(*arguments: Any) -> Any:
            self._budget[0] -= 1
            if self._budget[0] < 0 or (self._budget[0] == 0 and not self._after):
                raise Killed
            answer = method(*arguments)
            if self._budget[0] == 0:
                raise Killed
            return answer

        return call


def drifted(directory: Path, account: str) -> Company:
    at = company(directory, account)
    for edit in EDITS.values():
        edit.by_hand(at)
    return at


def survives(at: Company, policy: Any, point: int, after: bool) -> bool:
    """Whether a pass that dies at its nth call comes to its end before that."""
    budget = [point]
    store, target = (
        Mortal(inner, names, budget, after) for inner, names in ((at.bridge.store, WRITES), (at.bridge.target, READS))
    )
    try:
        at.reconcile(policy, store=store, target=target)
    except Killed:
        at.bridge.clock.advance(lease.SECONDS + 1)  # nobody gives a dead one's lease up
        return False
    return True


def outcome(at: Company, policy: Any) -> Any:
    """What comes of it in the end, without ids."""
    at.reconcile(policy)
    at.tick()
    state = at.reconcile(policy).state
    assert at.bridge.store.backlog() == Backlog()
    world = at.hands.world()
    people = [(each["email"], each["name"], each["state"], each["groups"]) for each in world["people"]]
    groups = [(each["name"], each["members"]) for each in world["groups"]]
    users = [(each["userName"], each["displayName"], each["active"]) for each in at.wanted()[0]]
    members = [(each["displayName"], len(each.get("members", ()))) for each in at.wanted()[1]]
    told = {what: sorted(at.told(f"drift.{what}")) for what in ("found", "gone")}
    corrected = sorted(event.action for event in at.bridge.store.events(1000) if event.actor == "reconcile")
    return state, at.kinds(), people, groups, users, members, told, corrected


@pytest.mark.parametrize(
    ("chosen", "account"), [("report", "embedded"), ("enforce", "embedded"), ("adopt", "embedded"), ("mixed", "op")]
)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_any_point_the_next_pass_comes_to_the_same_end(
    tmp_path: Path, chosen: str, after: bool, account: str
):
    policy = POLICIES[chosen]
    expected = outcome(drifted(tmp_path / "whole", account), policy)
    point, ended = 0, False
    while not ended:
        point += 1
        at = drifted(tmp_path / str(point), account)
        ended = survives(at, policy, point, after)

        assert outcome(at, policy) == expected, f"killed at call {point}"
    assert point > 10


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_while_it_tells_what_went_it_is_told_once(tmp_path: Path, after: bool):
    """The second pass is the one that dies."""
    point, ended = 0, False
    while not ended:
        point += 1
        at = company(tmp_path / str(point))
        EDITS["person_suspended"].by_hand(at)
        at.reconcile()
        at.hands.reactivate(at.person("ann"))
        EDITS["group_renamed"].by_hand(at)
        ended = survives(at, {}, point, after)

        at.reconcile()
        assert at.kinds() == ["group_renamed"]
        assert sorted(at.told("drift.found")) == ["group_renamed", "person_suspended"]
        assert at.told("drift.gone") == ["person_suspended"]
    assert point > 5
