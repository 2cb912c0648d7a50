"""What settling decides about one group and its members when the target is not as it was left."""

from dataclasses import replace
from pathlib import Path

import pytest

from scim.jobs import memberships
from scim.records import Backlog, Membership, Ref
from tests.bridge import GROUP, Bridge, make_bridge
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


@pytest.mark.parametrize("name", ["Owners", "owners", " OWNERS ", "\uff2fwners"])
def test_no_group_gets_the_name_of_a_built_in_one(bridge: Bridge, name: str):
    group = bridge.post_group("Guides")

    created = bridge.send("POST", "/Groups", {"schemas": [GROUP], "displayName": name})
    renamed = bridge.patch(f"/Groups/{group['id']}", {"op": "replace", "path": "displayName", "value": name})

    assert (created.status_code, renamed.status_code) == (409, 409)
    assert groups(bridge) == {"Guides": []}


def test_a_group_may_change_the_case_of_its_own_name(bridge: Bridge):
    group = bridge.post_group("Guides")

    bridge.patch(f"/Groups/{group['id']}", {"op": "replace", "path": "displayName", "value": "GUIDES"})

    assert groups(bridge) == {"GUIDES": []}


def test_a_foreign_group_with_a_name_we_would_refuse_is_in_nobodys_way(bridge: Bridge):
    bridge.target.add_group("bell\a" + "x" * 300)

    bridge.post_group("Guides")

    assert "Guides" in groups(bridge)


def test_a_group_that_vanished_is_made_anew_with_all_its_members(bridge: Bridge):
    users = [bridge.post_user(f"{name}@example.com")["id"] for name in ("bjensen", "mandy")]
    group = bridge.post_group("Guides", *users)
    bridge.target.delete_group(bridge.store.get(Ref("Group", group["id"])).link.target_id)

    bridge.patch(f"/Groups/{group['id']}", {"op": "replace", "path": "displayName", "value": "Tour Guides"})
    bridge.settle()

    assert groups(bridge) == {"Tour Guides": ["bjensen@example.com", "mandy@example.com"]}
    assert "group.vanished" in actions(bridge)
    assert bridge.store.backlog() == Backlog()


def test_a_membership_finds_out_that_its_group_vanished(deferring: Bridge):
    one, other = (deferring.post_user(f"{name}@example.com")["id"] for name in ("bjensen", "mandy"))
    group = deferring.post_group("Guides", one)
    deferring.settle()
    deferring.target.delete_group(deferring.store.get(Ref("Group", group["id"])).link.target_id)
    deferring.patch(f"/Groups/{group['id']}", {"op": "add", "path": "members", "value": [{"value": other}]})

    ticks(deferring, 4)

    assert groups(deferring) == {"Guides": ["bjensen@example.com", "mandy@example.com"]}
    assert deferring.store.backlog() == Backlog()


def test_a_manager_keeps_their_role_when_they_are_no_member_any_more(bridge: Bridge):
    user = bridge.post_user()
    group = bridge.post_group("Guides", user["id"])
    link = bridge.store.get(Ref("Group", group["id"])).link
    bridge.target.set_role(link.target_id, person(bridge)["id"], "MANAGER")

    bridge.patch(f"/Groups/{group['id']}", {"op": "remove", "path": f'members[value eq "{user["id"]}"]'})

    assert groups(bridge) == {"Guides": ["bjensen@example.com"]}
    assert "revoke" not in bridge.target.calls()
    assert bridge.store.backlog() == Backlog()


def test_members_we_did_not_grant_stay(bridge: Bridge):
    user = bridge.post_user()
    group = bridge.post_group("Guides", user["id"])
    guest = bridge.target.add_person("guest@example.com", "Guest")
    bridge.target.grant(bridge.store.get(Ref("Group", group["id"])).link.target_id, guest.id)

    bridge.patch(f"/Groups/{group['id']}", {"op": "remove", "path": "members"})

    assert groups(bridge) == {"Guides": ["guest@example.com"]}


def adopted_group(bridge: Bridge, *members: str) -> str:
    """The id of a group that the bridge manages and did not make."""
    known = bridge.target.add_group("Guides")
    id = bridge.post_group("Ours", *members)["id"]
    made = bridge.store.get(Ref("Group", id))
    bridge.target.delete_group(made.link.target_id)
    link = replace(made.link, target_id=known.id)
    bridge.store.replace(made, replace(made, origin="adopted", document={"displayName": "Guides"}, link=link), None)
    return id


def test_an_adopted_group_may_change_the_case_of_its_own_name(bridge: Bridge):
    id = adopted_group(bridge)

    bridge.patch(f"/Groups/{id}", {"op": "replace", "path": "displayName", "value": "GUIDES"})

    assert groups(bridge) == {"GUIDES": []}


def test_a_group_that_was_there_before_stays_when_it_is_deleted_and_loses_whom_we_gave_it(bridge: Bridge):
    id = adopted_group(bridge, bridge.post_user()["id"])
    known = bridge.store.get(Ref("Group", id)).link.target_id
    bridge.target.grant(known, person(bridge)["id"])
    bridge.target.grant(known, bridge.target.add_person("guest@example.com", "Guest").id)

    bridge.send("DELETE", f"/Groups/{id}")
    bridge.settle()

    assert groups(bridge) == {"Guides": ["guest@example.com"]}
    assert bridge.store.backlog() == Backlog()


def test_what_is_owed_from_before_a_rehire_does_not_end_the_membership_they_have_now(deferring: Bridge):
    user = deferring.post_user()
    group = deferring.post_group("Guides", user["id"])
    deferring.settle()
    deferring.send("DELETE", f"/Users/{user['id']}")
    (old,) = deferring.store.unsettled_memberships(deferring.clock(), 9)
    deferring.store.postpone_membership(replace(old, attempts=1, next_attempt_at=deferring.clock() + 3600))
    again = deferring.post_user()
    deferring.patch(f"/Groups/{group['id']}", {"op": "add", "path": "members", "value": [{"value": again["id"]}]})
    deferring.settle()

    deferring.clock.advance(7200)
    deferring.settle()

    assert groups(deferring) == {"Guides": ["bjensen@example.com"]}
    assert deferring.store.backlog() == Backlog()


def test_a_deprovisioned_user_is_granted_nothing_whatever_an_edge_says(bridge: Bridge):
    user, group = bridge.post_user(), bridge.post_group("Guides")
    bridge.send("DELETE", f"/Users/{user['id']}")
    work = bridge.runner().work()

    memberships.settle(work, bridge.store.get(Ref("Group", group["id"])), Membership(group["id"], user["id"], True))

    assert groups(bridge) == {"Guides": []}


def test_a_new_member_costs_four_looks_and_one_grant(bridge: Bridge):
    user, group = bridge.post_user(), bridge.post_group("Guides")
    before = bridge.target.calls()

    bridge.patch(f"/Groups/{group['id']}", {"op": "add", "path": "members", "value": [{"value": user["id"]}]})

    calls = bridge.target.calls()
    assert {verb: n - before.get(verb, 0) for verb, n in calls.items() if n != before.get(verb, 0)} == {
        "members": 2,
        "protected": 1,
        "group": 1,
        "grant": 1,
    }


def test_a_group_that_was_made_before_its_member_was_refused_goes_again(bridge: Bridge):
    body = {"schemas": [GROUP], "displayName": "Guides", "members": [{"value": bridge.post_user()["id"]}]}
    bridge.target.fail("grant", "RefusedByTarget")

    refused, again = bridge.send("POST", "/Groups", body), bridge.send("POST", "/Groups", body)
    ticks(bridge, 2)

    assert (refused.status_code, again.status_code) == (400, 201)
    assert groups(bridge) == {"Guides": ["bjensen@example.com"]}
    assert [group.name for group in bridge.target.groups()].count("Guides") == 1


def test_a_refused_name_is_taken_back_also_of_a_group_that_had_vanished(bridge: Bridge):
    user = bridge.post_user()["id"]
    group = bridge.post_group("Guides", user)
    bridge.target.delete_group(bridge.store.get(Ref("Group", group["id"])).link.target_id)

    refused = bridge.patch(f"/Groups/{group['id']}", {"op": "replace", "path": "displayName", "value": "Owners"})
    ticks(bridge, 3)

    assert refused.status_code == 409
    shown = bridge.send("GET", f"/Groups/{group['id']}").get_json(force=True)
    assert (shown["displayName"], [member["value"] for member in shown["members"]]) == ("Guides", [user])
    assert groups(bridge) == {"Guides": ["bjensen@example.com"]}
