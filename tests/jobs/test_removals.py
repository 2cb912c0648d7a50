"""The removal limit: a burst of removals is applied up to it, the rest is held; a single leaver never waits."""

import logging
from pathlib import Path
from typing import Any

import pytest

from scim.jobs.removals import GROUPS, PEOPLE, RemovalLimit, members_of
from scim.records import Ref
from tests.bridge import Bridge, make_bridge
from tests.jobs.world import groups

SUSPENDED = {"SUSPENDED", "TRANSFER_SUSPENDED"}


def limited(directory: Path, **options: Any) -> Bridge:
    return make_bridge(directory, removals=RemovalLimit(), **options)


def join(bridge: Bridge, count: int) -> list[str]:
    return [bridge.post_user(f"person{number}@example.com")["id"] for number in range(count)]


def deactivate(bridge: Bridge, id: str) -> int:
    return bridge.patch(f"/Users/{id}", {"op": "replace", "path": "active", "value": False}).status_code


def reactivate(bridge: Bridge, id: str) -> None:
    bridge.patch(f"/Users/{id}", {"op": "replace", "path": "active", "value": True})


def suspended(bridge: Bridge) -> int:
    return sum(person["state"] in SUSPENDED for person in bridge.target.world()["people"])


@pytest.fixture
def bridge(tmp_path: Path) -> Bridge:
    return limited(tmp_path)


@pytest.mark.parametrize(
    ("scope", "size", "allowed"),
    [
        (PEOPLE, 0, 5), (PEOPLE, 59, 5), (PEOPLE, 60, 6), (PEOPLE, 1000, 100), (GROUPS, 100, 10),
        (members_of("g"), 5, 20), (members_of("g"), 109, 21), (members_of("g"), 1000, 200),
    ],
)  # fmt: skip
def test_the_limit_is_a_number_or_a_share_whichever_is_more(scope: str, size: int, allowed: int):
    assert RemovalLimit().allowed(scope, size) == allowed


def test_a_single_leaver_is_suspended_while_the_client_waits(bridge: Bridge):
    (leaver, *_) = join(bridge, 2)

    assert deactivate(bridge, leaver) == 200
    assert suspended(bridge) == 1


def test_a_burst_is_applied_up_to_the_limit_and_the_rest_is_held(bridge: Bridge):
    answers = [deactivate(bridge, id) for id in join(bridge, 12)]
    report = bridge.settle()

    assert answers == [200] * 12
    assert (suspended(bridge), bridge.store.backlog().held) == (5, 7)
    assert (report.state, report.detail["held"]) == ("degraded", 7)


def test_what_is_held_stays_held_however_long_nobody_decides(bridge: Bridge):
    for id in join(bridge, 8):
        deactivate(bridge, id)
    for _ in range(5):
        bridge.clock.advance(3600)
        bridge.settle()

    assert (suspended(bridge), bridge.store.backlog().held) == (5, 3)


def test_ticks_hold_as_requests_do(tmp_path: Path):
    bridge = limited(tmp_path, wait=0.0)
    ids = join(bridge, 12)
    bridge.settle()
    for id in ids:
        deactivate(bridge, id)

    bridge.settle()

    assert (suspended(bridge), bridge.store.backlog().held) == (5, 7)


def test_the_limit_is_shared_by_everybody_who_removes(bridge: Bridge):
    ids = join(bridge, 8)
    for id in ids[:3]:
        deactivate(bridge, id)
    for id in ids[3:]:
        bridge.send("DELETE", f"/Users/{id}")

    assert (suspended(bridge), bridge.store.backlog().held) == (5, 3)


def test_after_the_window_the_next_leavers_are_suspended(bridge: Bridge):
    ids = join(bridge, 8)
    for id in ids[:5]:
        deactivate(bridge, id)
    bridge.clock.advance(3700)

    for id in ids[5:]:
        deactivate(bridge, id)

    assert (suspended(bridge), bridge.store.backlog().held) == (8, 0)


def test_whoever_is_back_within_the_window_counts_no_more(bridge: Bridge):
    ids = join(bridge, 6)
    for _ in range(6):
        deactivate(bridge, ids[0])
        reactivate(bridge, ids[0])
    for id in ids[1:]:
        deactivate(bridge, id)

    assert (suspended(bridge), bridge.store.backlog().held) == (5, 0)


def test_whoever_comes_back_after_the_window_frees_nothing(bridge: Bridge):
    ids = join(bridge, 12)
    for id in ids[:5]:
        deactivate(bridge, id)
    bridge.clock.advance(3700)
    for id in ids[:5]:
        reactivate(bridge, id)

    for id in ids:
        deactivate(bridge, id)

    assert suspended(bridge) == 5


def test_joiners_and_changes_go_on_while_removals_are_held(bridge: Bridge):
    ids = join(bridge, 7)
    for id in ids[:6]:
        deactivate(bridge, id)

    bridge.post_user("late@example.com")
    bridge.patch(f"/Users/{ids[6]}", {"op": "replace", "path": "displayName", "value": "Babs"})

    people = {person["email"]: person for person in bridge.target.world()["people"]}
    assert people["late@example.com"]["state"] == "TRANSFER_PENDING"
    assert people["person6@example.com"]["name"] == "Babs"


def test_a_held_leaver_who_is_wanted_again_is_held_no_more(bridge: Bridge):
    ids = join(bridge, 6)
    for id in ids:
        deactivate(bridge, id)
    reactivate(bridge, ids[5])

    assert bridge.store.backlog().held == 0
    assert suspended(bridge) == 5


def test_deleting_many_holds_the_rest_and_their_memberships(bridge: Bridge):
    ids = join(bridge, 8)
    bridge.post_group("Guides", *ids)
    for id in ids:
        bridge.send("DELETE", f"/Users/{id}")
    for _ in range(3):
        bridge.settle()
        bridge.clock.advance(400)

    assert suspended(bridge) == 5
    assert groups(bridge)["Guides"] == ["person5@example.com", "person6@example.com", "person7@example.com"]


def test_emptying_a_large_group_is_held_beyond_its_limit(bridge: Bridge):
    ids = join(bridge, 25)
    group = bridge.post_group("Guides", *ids)

    answer = bridge.patch(f"/Groups/{group['id']}", {"op": "replace", "path": "members", "value": []})

    assert answer.status_code == 204
    assert len(groups(bridge)["Guides"]) == 5
    assert bridge.store.backlog().held == 5


def test_each_group_has_a_limit_of_its_own(bridge: Bridge):
    ids = join(bridge, 15)
    for name in ("Guides", "Employees"):
        group = bridge.post_group(name, *ids)
        bridge.patch(f"/Groups/{group['id']}", {"op": "replace", "path": "members", "value": []})

    assert groups(bridge) == {"Guides": [], "Employees": []}


def test_a_large_group_is_not_deleted_without_approval(bridge: Bridge):
    group = bridge.post_group("Guides", *join(bridge, 21))

    answer = bridge.send("DELETE", f"/Groups/{group['id']}")
    for _ in range(3):
        bridge.settle()
        bridge.clock.advance(400)

    assert answer.status_code == 204
    assert len(groups(bridge)["Guides"]) == 21
    assert bridge.store.backlog().held == 1


def test_deleting_many_groups_is_held_beyond_the_limit(bridge: Bridge):
    ids = [bridge.post_group(f"Guides {number}")["id"] for number in range(8)]
    for id in ids:
        bridge.send("DELETE", f"/Groups/{id}")

    assert (len(groups(bridge)), bridge.store.backlog().held) == (3, 3)


def test_the_alert_is_logged_once_in_a_window(bridge: Bridge, caplog: pytest.LogCaptureFixture):
    ids = join(bridge, 9)
    with caplog.at_level(logging.ERROR, "scim.removals"):
        for id in ids:
            deactivate(bridge, id)

    (alert,) = caplog.records
    assert (alert.message, alert.scope, alert.applied, alert.allowed) == ("removals.held", PEOPLE, 5, 5)


def test_each_held_removal_is_an_event_with_its_reason(bridge: Bridge):
    ids = join(bridge, 6)
    for id in ids:
        deactivate(bridge, id)

    held = [event for event in bridge.store.events(100) if event.action == "removal.held"]
    link = bridge.store.get(Ref("User", ids[5])).link
    assert [event.resource for event in held] == [Ref("User", ids[5])]
    assert "approval" in (link.last_error or "")


def test_a_thousand_deactivations_in_a_row_apply_a_tenth(tmp_path: Path):
    bridge = limited(tmp_path)
    for id in join(bridge, 1000):
        deactivate(bridge, id)
    bridge.settle()

    assert (suspended(bridge), bridge.store.backlog().held) == (100, 900)
