"""Confirming: those who accepted, whom the bridge is linked to and the identity provider still wants."""

import pytest

from scim.jobs import confirm, lease
from scim.records import Backlog, Ref, TargetState
from tests.bridge import Bridge


def states(bridge: Bridge) -> dict[str, str]:
    return {person["email"]: person["state"] for person in bridge.target.world()["people"]}


def test_who_accepted_is_confirmed_by_the_next_tick(bridge: Bridge) -> None:
    bridge.post_user()
    bridge.target.accept("bjensen@example.com")

    report = bridge.confirm()

    assert states(bridge)["bjensen@example.com"] == "ACTIVE"
    assert (report.source, report.state, report.detail["confirmed"]) == ("ConfirmationWatcher", "healthy", 1)
    assert bridge.store.reports()


def test_who_has_not_accepted_waits(bridge: Bridge) -> None:
    bridge.post_user()

    bridge.confirm()

    assert states(bridge)["bjensen@example.com"] == "TRANSFER_PENDING"


def test_somebody_else_invited_stays_as_they_are(bridge: Bridge) -> None:
    bridge.target.add_person("guest@example.com", "Guest", state="TRANSFER_ACCEPTED")

    bridge.confirm()

    assert states(bridge)["guest@example.com"] == "TRANSFER_ACCEPTED"


def test_who_is_not_wanted_any_more_is_not_confirmed(bridge: Bridge) -> None:
    user = bridge.post_user()
    bridge.target.accept("bjensen@example.com")
    bridge.target.fail("suspend", "TargetUnavailable", 5)
    bridge.patch(f"/Users/{user['id']}", {"op": "replace", "path": "active", "value": False})

    bridge.confirm()

    assert states(bridge)["bjensen@example.com"] == "TRANSFER_ACCEPTED"


def test_one_who_cannot_be_confirmed_does_not_stop_the_others(bridge: Bridge) -> None:
    for name in ("a", "b"):
        bridge.post_user(f"{name}@example.com")
        bridge.target.accept(f"{name}@example.com")
    bridge.target.fail("confirm", "DeniedByTarget")

    report = bridge.confirm()

    assert sorted(states(bridge).values()).count("ACTIVE") == 1 + 1
    assert report.state == "degraded"


def test_a_target_that_is_down_makes_the_job_unhealthy(bridge: Bridge) -> None:
    bridge.target.fail("users", "TargetUnavailable")

    assert bridge.confirm().state == "unhealthy"


def test_what_was_confirmed_is_kept_and_told(bridge: Bridge) -> None:
    user = bridge.post_user()
    bridge.target.accept("bjensen@example.com")

    bridge.confirm()

    link = bridge.store.get(Ref("User", user["id"])).link
    assert (link.target_state, link.unsettled) == (TargetState.ACTIVE, False)
    assert bridge.store.events(1)[0].action == "user.confirmed"


def test_confirming_asks_for_the_list_once_and_for_each_person_once(bridge: Bridge) -> None:
    for name in ("a", "b", "c"):
        bridge.post_user(f"{name}@example.com")
        bridge.target.accept(f"{name}@example.com")
    before = bridge.target.calls()

    bridge.confirm()
    bridge.confirm()

    after = bridge.target.calls()
    assert {verb: n - before.get(verb, 0) for verb, n in after.items() if n != before.get(verb, 0)} == {
        "users": 2,
        "confirm": 3,
    }


def test_with_nobody_to_confirm_it_does_not_ask_for_a_turn(bridge: Bridge) -> None:
    bridge.store.acquire_lease(lease.NAME, "another", bridge.clock(), 60)

    assert bridge.confirm().state == "healthy"


def test_it_waits_for_its_turn_and_gives_it_up_afterwards(bridge: Bridge) -> None:
    bridge.post_user()
    bridge.target.accept("bjensen@example.com")
    bridge.store.acquire_lease(lease.NAME, "another", bridge.clock(), 20)

    confirm.run(bridge.runner(pause=bridge.clock.advance))

    assert states(bridge)["bjensen@example.com"] == "ACTIVE"
    assert bridge.store.acquire_lease(lease.NAME, "third", bridge.clock(), 60)


def test_without_a_turn_it_confirms_nobody_and_says_so(bridge: Bridge) -> None:
    bridge.post_user()
    bridge.target.accept("bjensen@example.com")
    bridge.store.acquire_lease(lease.NAME, "another", bridge.clock(), 9999)

    report = confirm.run(bridge.runner(pause=bridge.clock.advance))

    assert (report.state, report.detail["accepted"]) == ("degraded", 1)
    assert states(bridge)["bjensen@example.com"] == "TRANSFER_ACCEPTED"


def test_who_is_left_when_time_is_over_has_the_next_pass(bridge: Bridge, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b", "c"):
        bridge.post_user(f"{name}@example.com")
        bridge.target.accept(f"{name}@example.com")
    confirmed = bridge.target.confirm

    def slow(id: str) -> None:
        bridge.clock.advance(confirm.DEADLINE_SECONDS / 2)
        confirmed(id)

    monkeypatch.setattr(bridge.target, "confirm", slow)
    first = bridge.confirm()
    second = bridge.confirm()

    assert (first.detail["confirmed"], second.detail["confirmed"]) == (2, 1)


def test_who_changed_their_address_at_last_waits_for_nothing_any_more(bridge: Bridge) -> None:
    user = bridge.post_user()
    bridge.patch(f"/Users/{user['id']}", {"op": "replace", "path": "userName", "value": "babs@example.com"})
    before = bridge.store.get(Ref("User", user["id"])).link.waiting
    bridge.target.change_own_email("bjensen@example.com", "babs@example.com")

    bridge.confirm()
    bridge.settle()

    assert (before or "").startswith("Waiting for the person")
    assert bridge.store.get(Ref("User", user["id"])).link.waiting is None
    assert bridge.store.events(1)[0].action == "user.email_changed"


def test_who_has_not_changed_their_address_yet_still_waits(bridge: Bridge) -> None:
    user = bridge.post_user()
    bridge.patch(f"/Users/{user['id']}", {"op": "replace", "path": "userName", "value": "babs@example.com"})

    bridge.confirm()
    bridge.settle()

    assert bridge.store.backlog() == Backlog()
    assert bridge.store.get(Ref("User", user["id"])).link.waiting


def test_an_address_changed_while_suspended_comes_back_to_the_same_person(bridge: Bridge) -> None:
    user = bridge.post_user()
    path = f"/Users/{user['id']}"
    before = bridge.target.find_user("bjensen@example.com")
    bridge.patch(path, {"op": "replace", "path": "active", "value": False})
    bridge.patch(path, {"op": "replace", "path": "userName", "value": "babs@example.com"})
    bridge.patch(path, {"op": "replace", "path": "active", "value": True})

    shown = bridge.send("GET", path).get_json(force=True)
    people = [person for person in bridge.target.users() if person.email != "owner@example.com"]
    assert shown["userName"] == "babs@example.com"
    assert [(person.id, person.state) for person in people] == [(before.id, TargetState.INVITED)]


def test_a_state_the_bridge_knows_again_is_settled(bridge: Bridge) -> None:
    user = bridge.post_user()
    person = bridge.target.find_user("bjensen@example.com")
    bridge.target.set_state(person.id, "SOMETHING_NEW")
    bridge.patch(f"/Users/{user['id']}", {"op": "replace", "path": "active", "value": False})
    bridge.target.set_state(person.id, "ACTIVE")

    bridge.confirm()
    bridge.settle()

    assert states(bridge)["bjensen@example.com"] == "SUSPENDED"
