"""Who and what is out of reach: owners, guests, other groups than ours. By no way does the bridge change them."""

from pathlib import Path

import pytest

from scim.records import Ref
from tests.bridge import GROUP, USER, Bridge, make_bridge
from tests.jobs.world import groups, person

OWNER = "owner@example.com"


def snapshot(bridge: Bridge, email: str) -> dict[str, object]:
    return dict(person(bridge, email))


@pytest.fixture
def guest(bridge: Bridge) -> str:
    bridge.target.add_person("guest@example.com", "A Guest", type="GUEST")
    return "guest@example.com"


@pytest.mark.parametrize("active", [True, False])
def test_an_owner_is_not_adopted_and_the_client_is_told_why(bridge: Bridge, active: bool):
    before = snapshot(bridge, OWNER)

    answer = bridge.send("POST", "/Users", {"schemas": [USER], "userName": OWNER, "displayName": "X", "active": active})

    assert answer.status_code == 403
    assert "an owner of the account" in answer.get_json(force=True)["detail"]
    assert snapshot(bridge, OWNER) == before
    assert bridge.store.count("User") == 0


def test_a_guest_is_not_adopted(bridge: Bridge, guest: str):
    before = snapshot(bridge, guest)

    answer = bridge.send("POST", "/Users", {"schemas": [USER], "userName": guest, "displayName": "Changed"})

    assert (answer.status_code, snapshot(bridge, guest)) == (403, before)


@pytest.mark.parametrize(
    "change",
    [{"active": False}, {"displayName": "Changed"}, {"userName": "other@example.com"}],
    ids=["suspend", "rename", "address"],
)
def test_who_becomes_an_owner_later_is_left_alone_from_then_on(bridge: Bridge, change: dict[str, object]):
    user = bridge.post_user(displayName="Barbara Jensen")
    promote(bridge)
    before = snapshot(bridge, "bjensen@example.com")

    answer = bridge.patch(f"/Users/{user['id']}", {"op": "replace", "value": change})

    assert (answer.status_code, snapshot(bridge, "bjensen@example.com")) == (403, before)


def test_an_owner_is_not_suspended_by_a_deletion(bridge: Bridge):
    user = bridge.post_user(displayName="Barbara Jensen")
    promote(bridge)

    answer = bridge.send("DELETE", f"/Users/{user['id']}")

    assert (answer.status_code, person(bridge)["state"]) == (403, "TRANSFER_PENDING")


def test_an_owner_neither_gains_nor_loses_a_membership_and_the_others_do(bridge: Bridge):
    barbara, mandy = bridge.post_user(), bridge.post_user("mandy@example.com")
    group = bridge.post_group("Guides")
    promote(bridge)
    both = [{"value": barbara["id"]}, {"value": mandy["id"]}]

    answer = bridge.patch(f"/Groups/{group['id']}", {"op": "add", "path": "members", "value": both})

    assert answer.status_code == 204
    assert groups(bridge) == {"Guides": ["mandy@example.com"]}
    assert "membership.left_alone" in [event.action for event in bridge.store.events(20)]


def test_a_group_that_is_built_in_now_is_neither_filled_nor_renamed_nor_deleted(tmp_path: Path):
    bridge = make_bridge(tmp_path)
    user, group = bridge.post_user(), bridge.post_group("Guides")
    administrators = next(each for each in bridge.target.groups() if each.name == "Administrators")
    ref = Ref("Group", group["id"])
    record = bridge.store.get(ref)
    bridge.store.save_link(ref, type(record.link)(target_id=administrators.id), record.version, None)
    before = bridge.target.world()["groups"]
    path = f"/Groups/{group['id']}"

    answers = [
        bridge.patch(path, {"op": "add", "path": "members", "value": [{"value": user["id"]}]}),
        bridge.patch(path, {"op": "replace", "path": "displayName", "value": "Changed"}),
        bridge.send("DELETE", path),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert bridge.target.world()["groups"] == before


@pytest.mark.parametrize("name", ["Owners", "owners", "OWNERS ", "Administrators", "Team Members", "\uff2fwners"])
def test_no_group_of_ours_gets_the_name_of_a_built_in_one(bridge: Bridge, name: str):
    group = bridge.post_group("Guides")

    made = bridge.send("POST", "/Groups", {"schemas": [GROUP], "displayName": name})
    renamed = bridge.patch(f"/Groups/{group['id']}", {"op": "replace", "path": "displayName", "value": name})

    assert (made.status_code, renamed.status_code) == (409, 409)
    assert list(groups(bridge)) == ["Guides"]


def promote(bridge: Bridge) -> None:
    """Somebody makes Barbara an owner by hand."""
    owners = next(group for group in bridge.target.groups() if group.name == "Owners")
    bridge.target.set_role(owners.id, person(bridge)["id"], "MEMBER")
