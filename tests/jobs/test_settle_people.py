"""What settling decides about one person when the target is not as it was left."""

from pathlib import Path

import pytest

from scim.records import Backlog, Ref, TargetState
from tests.bridge import USER, Bridge, make_bridge
from tests.jobs.world import groups, person


@pytest.fixture
def deferring(tmp_path: Path) -> Bridge:
    """Records only; a tick settles."""
    return make_bridge(tmp_path, wait=0.0)


def actions(bridge: Bridge) -> list[str]:
    return [event.action for event in bridge.store.events(100)]


def ticks(bridge: Bridge, number: int) -> None:
    for _ in range(number):
        bridge.settle()
        bridge.clock.advance(120)


def test_a_leaver_is_suspended_even_if_their_new_name_is_refused(deferring: Bridge):
    user = deferring.post_user(displayName="Barbara Jensen")
    deferring.settle()
    deferring.target.fail("rename", "RefusedByTarget", 9)
    deferring.patch(f"/Users/{user['id']}", {"op": "replace", "value": {"displayName": "Babs", "active": False}})

    deferring.settle()

    assert person(deferring)["state"] == "TRANSFER_SUSPENDED"


def test_adopting_a_suspended_person_reactivates_them_and_both_are_events(bridge: Bridge):
    bridge.target.add_person("bjensen@example.com", "Barbara Jensen", state="SUSPENDED")

    bridge.post_user(displayName="Barbara Jensen")

    assert person(bridge)["state"] == "ACTIVE"
    assert actions(bridge)[:2] == ["user.reactivated", "user.adopted"]


def test_adopting_never_changes_the_address(bridge: Bridge):
    bridge.target.add_person("BJensen@Example.com", "Barbara Jensen")

    bridge.post_user(displayName="Barbara Jensen")

    assert person(bridge)["email"] == "BJensen@Example.com"
    assert "change_email" not in bridge.target.calls()


def test_a_user_created_inactive_suspends_the_person_who_is_there(bridge: Bridge):
    bridge.target.add_person("bjensen@example.com", "Barbara Jensen")

    bridge.post_user(active=False)

    assert person(bridge)["state"] == "SUSPENDED"


def test_nobody_is_read_back_who_was_not_changed(bridge: Bridge):
    bridge.post_user()

    assert bridge.target.calls() == {"find_user": 1, "invite": 1}


def test_what_the_target_shows_afterwards_is_kept(bridge: Bridge):
    user = bridge.post_user()

    bridge.patch(f"/Users/{user['id']}", {"op": "replace", "path": "active", "value": False})

    assert bridge.store.get(Ref("User", user["id"])).link.target_state == TargetState.SUSPENDED


def test_a_success_without_an_effect_is_tried_again(deferring: Bridge, monkeypatch: pytest.MonkeyPatch):
    user = deferring.post_user()
    deferring.settle()
    deferring.patch(f"/Users/{user['id']}", {"op": "replace", "path": "active", "value": False})
    with monkeypatch.context() as patched:
        patched.setattr(deferring.target, "suspend", lambda _id: None)
        report = deferring.settle()
    deferring.clock.advance(120)

    deferring.settle()

    assert report.detail["deferred"] == 1
    assert person(deferring)["state"] == "TRANSFER_SUSPENDED"


def test_a_user_without_an_address_waits_for_one_and_is_invited_when_it_comes(bridge: Bridge):
    user = bridge.post_user("bjensen")
    waiting = bridge.store.get(Ref("User", user["id"])).link.waiting

    emails = [{"value": "bjensen@example.com"}]
    bridge.patch(f"/Users/{user['id']}", {"op": "add", "path": "emails", "value": emails})

    assert "no e-mail address" in waiting
    assert person(bridge)["state"] == "TRANSFER_PENDING"
    assert bridge.store.get(Ref("User", user["id"])).link.waiting is None


def test_who_loses_their_address_stays_who_they_are_and_can_still_leave(bridge: Bridge):
    user = bridge.post_user("bjensen", emails=[{"value": "bjensen@example.com"}])
    bridge.patch(f"/Users/{user['id']}", {"op": "remove", "path": "emails"})
    kept = person(bridge)["state"]

    bridge.send("DELETE", f"/Users/{user['id']}")

    assert (kept, person(bridge)["state"]) == ("TRANSFER_PENDING", "TRANSFER_SUSPENDED")


def test_an_active_person_who_vanished_is_invited_anew_into_their_groups_and_that_is_an_event(bridge: Bridge):
    user = bridge.post_user()
    bridge.post_group("Guides", user["id"])
    bridge.target.remove_person(person(bridge)["id"])

    bridge.patch(f"/Users/{user['id']}", {"op": "replace", "path": "displayName", "value": "Babs"})
    bridge.settle()

    assert person(bridge)["state"] == "TRANSFER_PENDING"
    assert groups(bridge) == {"Guides": ["bjensen@example.com"]}
    assert "user.vanished" in actions(bridge)
    assert bridge.store.backlog() == Backlog()


def test_a_leaver_who_vanished_is_left_alone(bridge: Bridge):
    user = bridge.post_user()
    bridge.target.remove_person(person(bridge)["id"])

    bridge.send("DELETE", f"/Users/{user['id']}")

    assert person(bridge) == {}
    assert bridge.store.backlog() == Backlog()


def test_an_inactive_person_who_vanished_is_in_their_groups_again_once_active(deferring: Bridge):
    user = deferring.post_user()
    deferring.post_group("Guides", user["id"])
    deferring.settle()
    deferring.target.remove_person(person(deferring)["id"])
    deferring.patch(f"/Users/{user['id']}", {"op": "replace", "path": "active", "value": False})
    deferring.settle()
    gone, link = person(deferring), deferring.store.get(Ref("User", user["id"])).link
    deferring.patch(f"/Users/{user['id']}", {"op": "replace", "path": "active", "value": True})

    ticks(deferring, 4)

    assert (gone, link.target_id) == ({}, None)
    assert groups(deferring) == {"Guides": ["bjensen@example.com"]}


def test_a_membership_finds_out_that_its_person_vanished(deferring: Bridge):
    user = deferring.post_user()
    deferring.settle()
    deferring.target.remove_person(person(deferring)["id"])
    deferring.post_group("Guides", user["id"])

    ticks(deferring, 4)

    assert groups(deferring) == {"Guides": ["bjensen@example.com"]}
    assert deferring.store.backlog() == Backlog()


def test_logs_name_resources_and_neither_addresses_nor_names(bridge: Bridge, caplog: pytest.LogCaptureFixture):
    caplog.set_level("INFO", "scim.settle")

    bridge.post_user(displayName="Barbara Jensen")

    shown = [str(record.__dict__) for record in caplog.records if record.name == "scim.settle"]
    assert any("user.invited" in line for line in shown)
    assert not any("bjensen" in line or "Barbara" in line for line in shown)


def test_a_refused_first_invitation_leaves_no_trace_that_could_claim_somebody_later(deferring: Bridge):
    deferring.target.fail("invite", "RefusedByTarget")
    user = deferring.post_user()
    deferring.settle()
    stranger = deferring.target.add_person("bjensen@example.com", "Another Barbara")

    deferring.send("DELETE", f"/Users/{user['id']}")
    ticks(deferring, 2)

    assert deferring.target.user(stranger.id).state is TargetState.ACTIVE


def test_a_domain_that_is_not_allowed_is_told_while_the_client_waits(tmp_path: Path):
    bridge = make_bridge(tmp_path, domains=("Example.com",))

    answer = bridge.send("POST", "/Users", {"schemas": [USER], "userName": "bjensen@elsewhere.example"})

    assert answer.status_code == 400
    assert "elsewhere.example" in answer.get_json(force=True)["detail"]
    assert bridge.store.count("User") == 0
