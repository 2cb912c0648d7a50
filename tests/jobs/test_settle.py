"""Settling: once and only once, whatever fails or dies in between (promises 1-3)."""

from pathlib import Path

import pytest

from scim.jobs import lease
from scim.records import Ref, TargetState
from tests.bridge import GROUP, USER, Bridge, make_bridge
from tests.jobs.world import groups, person


@pytest.fixture
def deferring(tmp_path: Path) -> Bridge:
    """Records only; a tick settles."""
    return make_bridge(tmp_path, wait=0.0)


def test_a_tick_invites_creates_and_grants_in_that_order(deferring: Bridge) -> None:
    user = deferring.post_user(displayName="Barbara Jensen")
    deferring.post_group("Guides", user["id"])
    before = deferring.store.backlog()

    report = deferring.settle()

    assert (before.users, before.groups, before.memberships) == (1, 1, 1)
    assert (person(deferring)["name"], person(deferring)["state"]) == ("Barbara Jensen", "TRANSFER_PENDING")
    assert groups(deferring) == {"Guides": ["bjensen@example.com"]}
    assert report.state == "healthy"
    assert deferring.store.backlog() == type(before)()


def test_a_second_tick_has_nothing_to_do(deferring: Bridge) -> None:
    deferring.post_user()
    deferring.settle()
    calls = deferring.target.calls()

    deferring.settle()

    assert deferring.target.calls() == calls


def test_while_another_runner_holds_the_lease_a_tick_does_nothing(deferring: Bridge) -> None:
    deferring.post_user()
    deferring.store.acquire_lease(lease.NAME, "another", deferring.clock(), 60)

    report = deferring.settle()

    assert report.detail == {"skipped": "another runner is at work"}
    assert person(deferring) == {}


def test_a_request_waits_for_the_target_and_the_answer_comes_settled(bridge: Bridge) -> None:
    bridge.post_user()

    assert person(bridge)["state"] == "TRANSFER_PENDING"
    assert bridge.store.backlog().users == 0


def test_a_person_who_is_there_already_is_adopted_and_that_is_an_event(bridge: Bridge) -> None:
    known = bridge.target.add_person("bjensen@example.com", "B. Jensen")

    user = bridge.post_user(displayName="B. Jensen")

    assert person(bridge)["state"] == "ACTIVE"
    assert bridge.store.get(Ref("User", user["id"])).link.target_id == known.id
    assert "user.adopted" in [event.action for event in bridge.store.events(5)]
    assert "invite" not in bridge.target.calls()


def test_deactivated_deleted_and_back_again_it_is_the_same_person(bridge: Bridge) -> None:
    user = bridge.post_user(externalId="701984")
    id = person(bridge)["id"]
    bridge.patch(f"/Users/{user['id']}", {"op": "replace", "path": "active", "value": False})
    suspended = person(bridge)["state"]
    bridge.send("DELETE", f"/Users/{user['id']}")

    bridge.post_user(externalId="701984")

    assert suspended == "TRANSFER_SUSPENDED"
    assert (person(bridge)["id"], person(bridge)["state"]) == (id, "TRANSFER_PENDING")
    assert bridge.target.calls()["invite"] == 1


def test_a_rehire_with_another_address_comes_back_to_the_same_person(bridge: Bridge) -> None:
    user = bridge.post_user(externalId="701984")
    id = person(bridge)["id"]
    bridge.send("DELETE", f"/Users/{user['id']}")

    again = bridge.post_user("barbara@example.com", externalId="701984")

    record = bridge.store.get(Ref("User", again["id"]))
    assert record.link.target_id == id
    assert person(bridge)["state"] == "TRANSFER_PENDING"
    assert "Waiting for the person" in record.link.waiting


def test_what_is_owed_to_a_deleted_user_never_touches_the_one_who_came_back(tmp_path: Path) -> None:
    bridge = make_bridge(tmp_path)
    user = bridge.post_user()
    group = bridge.post_group("Guides", user["id"])
    for verb in ("user", "groups", "members", "suspend"):
        bridge.target.fail(verb, "TargetUnavailable", 3)
    bridge.send("DELETE", f"/Users/{user['id']}")
    bridge.target.heal()

    again = bridge.post_user()
    bridge.patch(f"/Groups/{group['id']}", {"op": "add", "path": "members", "value": [{"value": again["id"]}]})
    for _ in range(3):
        bridge.clock.advance(7200)
        bridge.settle()

    assert person(bridge)["state"] == "TRANSFER_PENDING"
    assert groups(bridge) == {"Guides": ["bjensen@example.com"]}


def test_who_came_back_is_in_no_group_they_were_in_before(tmp_path: Path) -> None:
    bridge = make_bridge(tmp_path)
    user = bridge.post_user()
    bridge.post_group("Guides", user["id"])
    bridge.send("DELETE", f"/Users/{user['id']}")

    bridge.post_user()
    bridge.settle()

    assert person(bridge)["state"] == "TRANSFER_PENDING"
    assert groups(bridge) == {"Guides": []}


def test_an_address_that_somebody_has_not_given_up_yet_is_not_taken_over(bridge: Bridge) -> None:
    first = bridge.post_user()
    id = person(bridge)["id"]
    bridge.patch(f"/Users/{first['id']}", {"op": "replace", "path": "userName", "value": "babs@example.com"})

    answer = bridge.send("POST", "/Users", {"schemas": [USER], "userName": "bjensen@example.com"})

    assert answer.status_code == 400
    assert [record.id for record in bridge.store.linked("User", id)] == [first["id"]]


def test_two_who_share_a_former_external_id_do_not_become_one_person(bridge: Bridge) -> None:
    user = bridge.post_user(externalId="701984")
    bridge.send("DELETE", f"/Users/{user['id']}")
    bridge.post_user(externalId="701984")

    bridge.post_user("mandy@example.com", externalId="701984")

    assert person(bridge, "mandy@example.com")["state"] == "TRANSFER_PENDING"
    assert person(bridge)["id"] != person(bridge, "mandy@example.com")["id"]


def test_a_user_created_inactive_is_invited_when_activated(bridge: Bridge) -> None:
    user = bridge.post_user(active=False)
    before = person(bridge)

    bridge.patch(f"/Users/{user['id']}", {"op": "replace", "path": "active", "value": True})

    assert before == {}
    assert person(bridge)["state"] == "TRANSFER_PENDING"


def test_a_changed_address_waits_for_the_person_and_is_closed_by_them(bridge: Bridge) -> None:
    user = bridge.post_user()
    path = f"/Users/{user['id']}"
    shown = bridge.patch(path, {"op": "replace", "path": "userName", "value": "babs@example.com"}).get_json(force=True)
    waiting = bridge.store.get(Ref("User", user["id"])).link.waiting

    bridge.target.change_own_email("bjensen@example.com", "babs@example.com")
    bridge.patch(path, {"op": "replace", "path": "displayName", "value": "Babs"})

    assert shown["userName"] == "babs@example.com"
    assert "babs@example.com" in waiting
    assert bridge.store.get(Ref("User", user["id"])).link.waiting is None


def test_a_change_the_target_cannot_see_costs_no_call(bridge: Bridge) -> None:
    user = bridge.post_user()
    calls = bridge.target.calls()

    bridge.patch(f"/Users/{user['id']}", {"op": "replace", "path": "title", "value": "Guide"})

    assert bridge.target.calls() == calls


# ── refused ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_refused_change_is_taken_back_and_told(bridge: Bridge) -> None:
    user = bridge.post_user(displayName="Barbara Jensen")
    bridge.target.fail("rename", "RefusedByTarget")

    answer = bridge.patch(f"/Users/{user['id']}", {"op": "replace", "path": "displayName", "value": "Babs"})

    assert answer.status_code == 400
    assert bridge.send("GET", f"/Users/{user['id']}").get_json(force=True) == user
    bridge.settle()
    assert person(bridge)["name"] == "Barbara Jensen"


def test_a_denied_create_is_403_and_nothing_stays(bridge: Bridge) -> None:
    bridge.target.fail("invite", "DeniedByTarget")

    answer = bridge.send("POST", "/Users", {"schemas": [USER], "userName": "bjensen@example.com"})

    assert answer.status_code == 403
    assert bridge.send("GET", "/Users").get_json(force=True)["totalResults"] == 0
    assert bridge.post_user()


def test_a_refused_grant_takes_the_membership_back(bridge: Bridge) -> None:
    user, group = bridge.post_user(), bridge.post_group("Guides")
    bridge.target.fail("grant", "RefusedByTarget")

    answer = bridge.patch(f"/Groups/{group['id']}", {"op": "add", "path": "members", "value": [{"value": user["id"]}]})

    assert answer.status_code == 400
    assert "members" not in bridge.send("GET", f"/Groups/{group['id']}").get_json(force=True)
    bridge.clock.advance(7200)
    bridge.settle()
    assert groups(bridge) == {"Guides": []}


def test_a_group_named_like_one_that_is_not_ours_is_refused_with_the_cure(bridge: Bridge) -> None:
    bridge.target.add_group("Guides")

    answer = bridge.send("POST", "/Groups", {"schemas": [GROUP], "displayName": "guides"})

    assert answer.status_code == 409
    assert "does not manage" in answer.get_json(force=True)["detail"]
    assert bridge.send("GET", "/Groups").get_json(force=True)["totalResults"] == 0


def test_a_refusal_that_comes_later_is_kept_shown_and_tried_again(deferring: Bridge) -> None:
    user = deferring.post_user()
    deferring.target.fail("invite", "RefusedByTarget", 2)

    report = deferring.settle()
    record = deferring.store.get(Ref("User", user["id"]))
    deferring.settle()
    too_early = deferring.target.calls()["invite"]
    for _ in range(2):
        deferring.clock.advance(3600)
        deferring.settle()

    assert report.state == "degraded"
    assert "As scripted" in record.link.last_error
    assert too_early == 1
    assert [event.action for event in deferring.store.events(20)].count("settle.refused") == 1
    assert person(deferring)["state"] == "TRANSFER_PENDING"
    assert deferring.store.get(Ref("User", user["id"])).link.last_error is None


def test_one_refused_person_does_not_stop_the_others(deferring: Bridge) -> None:
    for n in range(5):
        deferring.post_user(f"u{n}@example.com")
    deferring.target.fail("invite", "RefusedByTarget")

    deferring.settle()

    assert len(deferring.target.users()) == 1 + 4


def test_a_target_that_is_down_is_left_alone_after_three_tries(deferring: Bridge) -> None:
    for n in range(10):
        deferring.post_user(f"u{n}@example.com")
    deferring.target.fail("users", "TargetUnavailable", 100)

    report = deferring.settle()

    assert deferring.target.calls()["users"] == 3
    assert "TargetUnavailable" in report.detail["reason"]


def test_a_request_that_cannot_wait_is_a_success_and_the_tick_finishes_it(bridge: Bridge) -> None:
    bridge.target.fail("invite", "TargetUnavailable")

    bridge.post_user()
    before = person(bridge)
    bridge.settle()

    assert before == {}
    assert person(bridge)["state"] == "TRANSFER_PENDING"


def test_a_person_seen_in_an_unknown_state_is_left_alone(bridge: Bridge) -> None:
    user = bridge.post_user()
    bridge.target.set_state(person(bridge)["id"], "SOMETHING_NEW")

    bridge.patch(f"/Users/{user['id']}", {"op": "replace", "path": "active", "value": False})

    assert person(bridge)["state"] == "SOMETHING_NEW"
    assert bridge.target.user(person(bridge)["id"]).state is TargetState.UNKNOWN
    assert "does not know" in bridge.store.get(Ref("User", user["id"])).link.waiting


def test_a_refused_delete_of_a_user_gives_the_memberships_back(bridge: Bridge) -> None:
    user = bridge.post_user()
    bridge.post_group("Guides", user["id"])
    before = bridge.send("GET", f"/Users/{user['id']}").get_json(force=True)
    bridge.target.fail("suspend", "DeniedByTarget")

    answer = bridge.send("DELETE", f"/Users/{user['id']}")
    bridge.clock.advance(7200)
    bridge.settle()

    assert answer.status_code == 403
    assert bridge.send("GET", f"/Users/{user['id']}").get_json(force=True) == before
    assert groups(bridge) == {"Guides": ["bjensen@example.com"]}


def test_a_refused_delete_of_a_group_gives_the_members_back(bridge: Bridge) -> None:
    user = bridge.post_user()
    group = bridge.post_group("Guides", user["id"])
    bridge.target.fail("delete_group", "DeniedByTarget")

    answer = bridge.send("DELETE", f"/Groups/{group['id']}")
    bridge.clock.advance(7200)
    bridge.settle()

    seen = bridge.send("GET", f"/Groups/{group['id']}").get_json(force=True)
    assert answer.status_code == 403
    assert [member["value"] for member in seen["members"]] == [user["id"]]
    assert groups(bridge) == {"Guides": ["bjensen@example.com"]}


def test_a_deleted_user_leaves_groups_at_another_version(bridge: Bridge) -> None:
    user = bridge.post_user()
    group = bridge.post_group("Guides", user["id"])
    before = bridge.send("GET", f"/Groups/{group['id']}").headers["ETag"]

    bridge.send("DELETE", f"/Users/{user['id']}")

    assert bridge.send("GET", f"/Groups/{group['id']}").headers["ETag"] != before
