"""Thirteen that nothing may touch, whatever is pushed at them: people of the account, and groups it did not make.

They are those of the stand-in account, so that what `op` would do to them is done.
"""

import copy
import random
from pathlib import Path
from typing import Any

import pytest

from scim.records import Link, Ref
from tests.bridge import GROUP, USER, Bridge, Clock, make_bridge
from tests.onepassword import target_in_memory
from tests.op import seed
from tests.op.account import InMemory

PEOPLE = (seed.OWNER, seed.BRIDGE, seed.GUEST, seed.SERVICE)
GROUPS = (
    seed.OWNERS, seed.ADMINISTRATORS, seed.RECOVERY, seed.SECURITY, seed.TEAM_MEMBERS, seed.PROVISION_MANAGERS,
    seed.BRIDGE_GROUP, seed.STEWARDS, seed.RESCUERS,
)  # fmt: skip


class Scene:
    """A bridge that pushes into an account; `id`: the one that is out of reach."""

    def __init__(self, directory: Path) -> None:
        self.account = InMemory()
        clock = Clock()
        target = target_in_memory(self.account, directory, clock)
        self.bridge: Bridge = make_bridge(directory, target=target, clock=clock)
        self.mine = self.bridge.post_user("bjensen@example.com", displayName="Barbara Jensen")["id"]
        self.group = self.bridge.post_group("Guides")["id"]

    def seen(self, id: str) -> object:
        """All the account holds about them. Who makes a group is in it: that is no one's doing but the bridge's."""
        state = self.account.kept.state
        members = {group: role.get(id) for group, role in state["members"].items() if group in GROUPS}
        return copy.deepcopy((state["people"].get(id), state["groups"].get(id), state["members"].get(id), members))

    def tick(self) -> None:
        for _ in range(3):
            self.bridge.clock.advance(400)
            self.bridge.settle()
            self.bridge.confirm()

    def forge(self, ref: Ref, target_id: str) -> None:
        """As if the bridge had come to believe that this is theirs."""
        record = self.bridge.store.get(ref)
        assert record
        self.bridge.store.save_link(ref, Link(target_id=target_id), record.version, None)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def user(address: str, **attributes: Any) -> dict[str, Any]:
    return {"schemas": [USER], "userName": address, **attributes}


@pytest.mark.parametrize("id", PEOPLE)
def test_a_person_is_out_of_reach_of_a_push_an_adoption_a_change_and_a_membership(scene: Scene, id: str):
    bridge, address = scene.bridge, scene.account.kept.people[id]["email"]
    before = scene.seen(id)
    mine = f"/Users/{scene.mine}"

    for attributes in ({}, {"active": False}, {"displayName": "Changed"}, {"emails": [{"value": address}]}):
        bridge.send("POST", "/Users", user(address, **attributes))
        bridge.send("POST", "/Users", user(address.upper(), **attributes))
    bridge.patch(mine, {"op": "replace", "value": {"userName": address, "emails": [{"value": address}]}})
    bridge.send("PUT", mine, user(address, displayName="Changed", active=False))
    for found in bridge.send("GET", f'/Users?filter=userName eq "{address}"').get_json(force=True)["Resources"]:
        member = {"op": "add", "path": "members", "value": [{"value": found["id"]}]}
        bridge.patch(f"/Groups/{scene.group}", member)
        bridge.send("DELETE", f"/Users/{found['id']}")
    scene.tick()

    assert scene.seen(id) == before


@pytest.mark.parametrize("id", PEOPLE)
def test_a_person_is_out_of_reach_even_of_a_link_that_leads_to_them(scene: Scene, id: str):
    before = scene.seen(id)
    mine = f"/Users/{scene.mine}"
    scene.forge(Ref("User", scene.mine), id)

    scene.bridge.patch(mine, {"op": "replace", "value": {"displayName": "Changed"}})
    scene.bridge.patch(f"/Groups/{scene.group}", {"op": "add", "path": "members", "value": [{"value": scene.mine}]})
    scene.bridge.patch(mine, {"op": "replace", "value": {"active": False}})
    scene.tick()
    scene.bridge.send("DELETE", mine)
    scene.tick()

    assert scene.seen(id) == before


@pytest.mark.parametrize("id", GROUPS)
def test_a_group_is_out_of_reach_of_a_push_a_rename_and_a_member(scene: Scene, id: str):
    bridge, name = scene.bridge, scene.account.kept.groups[id]["name"]
    before = scene.seen(id)
    members = [{"value": scene.mine}]

    for told in (name, name.lower(), f" {name} "):
        bridge.send("POST", "/Groups", {"schemas": [GROUP], "displayName": told, "members": members})
        bridge.patch(f"/Groups/{scene.group}", {"op": "replace", "path": "displayName", "value": told})
        bridge.send("PUT", f"/Groups/{scene.group}", {"schemas": [GROUP], "displayName": told, "members": members})
    scene.tick()
    for found in bridge.send("GET", "/Groups").get_json(force=True)["Resources"]:
        bridge.send("DELETE", f"/Groups/{found['id']}")
    scene.tick()

    assert scene.seen(id) == before


@pytest.mark.parametrize("id", GROUPS)
def test_a_group_is_out_of_reach_even_of_a_link_that_leads_to_it(scene: Scene, id: str):
    before = scene.seen(id)
    path = f"/Groups/{scene.group}"
    scene.forge(Ref("Group", scene.group), id)

    scene.bridge.patch(path, {"op": "add", "path": "members", "value": [{"value": scene.mine}]})
    scene.bridge.patch(path, {"op": "replace", "path": "displayName", "value": "Changed"})
    scene.tick()
    scene.bridge.patch(path, {"op": "remove", "path": "members"})
    scene.tick()
    scene.bridge.send("DELETE", path)
    scene.tick()

    assert scene.seen(id) == before


def test_all_of_them_are_out_of_reach_of_anything_in_any_order(scene: Scene):
    before = {id: scene.seen(id) for id in (*PEOPLE, *GROUPS)}
    chance = random.Random(13)
    addresses = [scene.account.kept.people[id]["email"] for id in PEOPLE]
    names = [scene.account.kept.groups[id]["name"] for id in GROUPS]

    for _ in range(250):
        push(scene.bridge, chance, addresses, names)
        if chance.random() < 0.2:
            scene.tick()
    scene.tick()

    assert {id: scene.seen(id) for id in (*PEOPLE, *GROUPS)} == before


def push(bridge: Bridge, chance: random.Random, addresses: list[str], names: list[str]) -> None:
    users = bridge.send("GET", "/Users").get_json(force=True)["Resources"]
    groups = bridge.send("GET", "/Groups").get_json(force=True)["Resources"]
    some_user = chance.choice(users)["id"] if users else "none"
    some_group = chance.choice(groups)["id"] if groups else "none"
    address, name = chance.choice([*addresses, "mandy@example.com"]), chance.choice([*names, "Pilots"])
    members = [{"value": some_user}]
    active = chance.random() < 0.5
    chance.choice([
        lambda: bridge.send("POST", "/Users", user(address, active=active)),
        lambda: bridge.send("PUT", f"/Users/{some_user}", user(address, active=active)),
        lambda: bridge.patch(f"/Users/{some_user}", {"op": "replace", "value": {"userName": address}}),
        lambda: bridge.patch(f"/Users/{some_user}", {"op": "replace", "value": {"active": active}}),
        lambda: bridge.send("DELETE", f"/Users/{some_user}"),
        lambda: bridge.send("POST", "/Groups", {"schemas": [GROUP], "displayName": name, "members": members}),
        lambda: bridge.patch(f"/Groups/{some_group}", {"op": "replace", "path": "displayName", "value": name}),
        lambda: bridge.patch(f"/Groups/{some_group}", {"op": "add", "path": "members", "value": members}),
        lambda: bridge.patch(f"/Groups/{some_group}", {"op": "remove", "path": "members"}),
        lambda: bridge.send("DELETE", f"/Groups/{some_group}"),
    ])()  # fmt: skip
