"""Killed at every call of the target and every write of the store in turn: each wish is fulfilled once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scim.jobs import lease, settle
from scim.records import Backlog
from tests.bridge import Bridge, make_bridge
from tests.jobs.world import groups, person

VERBS = {
    "user", "find_user", "users", "protected", "group", "invite", "rename", "change_email", "suspend", "reactivate",
    "groups", "create_group", "rename_group", "delete_group", "members", "grant", "revoke",
}  # fmt: skip
WRITES = {
    "acquire_lease", "save_link", "settle_membership", "postpone_membership", "append_event", "replace",
    "change_members", "release_lease", "put_report", "put_ledger",
}  # fmt: skip
BARBARA = "bjensen@example.com"


class Killed(BaseException):
    """The process dies here."""


class Dying:
    """A port that dies at its nth call, before the effect or after it, and is dead from then on."""

    def __init__(self, inner: Any, names: set[str], budget: list[int], after: bool) -> None:
        self._inner, self._names, self._budget, self._after = inner, names, budget, after

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)
        if name == "until":
            return lambda ends: self
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


def survives(bridge: Bridge, point: int, after: bool) -> bool:
    """Whether a tick that dies at its nth call comes to its end before that."""
    budget = [point]
    store, target = Dying(bridge.store, WRITES, budget, after), Dying(bridge.target, VERBS, budget, after)
    try:
        settle.run(bridge.runner(store=store, target=target))
    except Killed:
        bridge.clock.advance(lease.SECONDS + 1)  # nobody gives a dead one's lease up
        return False
    return True


def heal(bridge: Bridge) -> None:
    for _ in range(2):
        bridge.settle()
    assert bridge.store.backlog() == Backlog()


def only(bridge: Bridge, path: str) -> str:
    return f"{path}/{bridge.send('GET', path).get_json(force=True)['Resources'][0]['id']}"


# ── what one tick does in each story ──────────────────────────────────────────────────────────────────────


def joiner(bridge: Bridge) -> None:
    user = bridge.post_user(displayName="Barbara Jensen")
    bridge.post_group("Guides", user["id"])


def mover(bridge: Bridge) -> None:
    joiner(bridge)
    bridge.settle()
    bridge.patch(only(bridge, "/Users"), {"op": "replace", "path": "displayName", "value": "Babs"})
    bridge.patch(only(bridge, "/Groups"), {"op": "replace", "path": "displayName", "value": "Tour Guides"})


def leaver(bridge: Bridge) -> None:
    joiner(bridge)
    bridge.settle()
    bridge.send("DELETE", only(bridge, "/Users"))
    bridge.send("DELETE", only(bridge, "/Groups"))


def dropout(bridge: Bridge) -> None:
    joiner(bridge)
    bridge.settle()
    bridge.send("DELETE", only(bridge, "/Users"))


def returner(bridge: Bridge) -> None:
    dropout(bridge)
    bridge.settle()
    user = bridge.post_user(displayName="Barbara Jensen")
    bridge.patch(only(bridge, "/Groups"), {"op": "add", "path": "members", "value": [{"value": user["id"]}]})


def adopted(bridge: Bridge) -> None:
    bridge.target.add_person(BARBARA, "B. Jensen", state="SUSPENDED")
    joiner(bridge)


def removed_by_hand(bridge: Bridge) -> None:
    """The person and the group are deleted in the target, and the next wish finds that out."""
    mover(bridge)
    bridge.target.remove_person(person(bridge)["id"])
    guides = next(group for group in bridge.target.groups() if group.name == "Guides")
    bridge.target.delete_group(guides.id)


STORIES = {
    joiner: ({"Guides": [BARBARA]}, "Barbara Jensen", "TRANSFER_PENDING"),
    mover: ({"Tour Guides": [BARBARA]}, "Babs", "TRANSFER_PENDING"),
    leaver: ({}, "Barbara Jensen", "TRANSFER_SUSPENDED"),
    dropout: ({"Guides": []}, "Barbara Jensen", "TRANSFER_SUSPENDED"),
    returner: ({"Guides": [BARBARA]}, "Barbara Jensen", "TRANSFER_PENDING"),
    adopted: ({"Guides": [BARBARA]}, "Barbara Jensen", "ACTIVE"),
    removed_by_hand: ({"Tour Guides": [BARBARA]}, "Babs", "TRANSFER_PENDING"),
}


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_killed_at_any_point_two_ticks_heal_it(tmp_path: Path, story: Callable[[Bridge], None], after: bool):
    point, ended = 0, False
    while not ended:
        point += 1
        bridge = make_bridge(tmp_path / str(point), wait=0.0)
        story(bridge)
        ended = survives(bridge, point, after)

        heal(bridge)

        expected_groups, name, state = STORIES[story]
        assert groups(bridge) == expected_groups
        assert (person(bridge)["name"], person(bridge)["state"]) == (name, state)
        assert len(bridge.target.world()["people"]) == 1 + 1  # the owner, and Barbara once
    assert point > 5


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_who_is_deleted_after_a_kill_is_not_left_behind(tmp_path: Path, after: bool):
    point, ended = 0, False
    while not ended:
        point += 1
        bridge = make_bridge(tmp_path / str(point), wait=0.0)
        joiner(bridge)
        ended = survives(bridge, point, after)
        bridge.send("DELETE", only(bridge, "/Users"))
        bridge.send("DELETE", only(bridge, "/Groups"))

        heal(bridge)

        assert person(bridge).get("state", "TRANSFER_SUSPENDED") == "TRANSFER_SUSPENDED"
        assert groups(bridge) == {}


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_whose_address_changes_after_a_kill_is_not_invited_twice(tmp_path: Path, after: bool):
    point, ended = 0, False
    while not ended:
        point += 1
        bridge = make_bridge(tmp_path / str(point), wait=0.0)
        joiner(bridge)
        ended = survives(bridge, point, after)
        bridge.patch(only(bridge, "/Users"), {"op": "replace", "path": "userName", "value": "babs@example.com"})

        heal(bridge)

        invited = [each for each in bridge.target.world()["people"] if each["state"] == "TRANSFER_PENDING"]
        assert len(invited) == 1
        assert groups(bridge) == {"Guides": [invited[0]["email"]]}


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_whatever_call_ends_in_an_error_later_ticks_heal_it(
    tmp_path: Path, story: Callable[[Bridge], None], after: bool
):
    for verb in sorted(VERBS):
        bridge = make_bridge(tmp_path / verb, wait=0.0)
        story(bridge)
        bridge.target.fail(verb, "TargetUnavailable", after_effect=after)

        for _ in range(4):
            bridge.settle()
            bridge.clock.advance(120)

        expected_groups, name, state = STORIES[story]
        assert groups(bridge) == expected_groups, verb
        assert (person(bridge)["name"], person(bridge)["state"]) == (name, state), verb
        assert bridge.store.backlog() == Backlog(), verb
