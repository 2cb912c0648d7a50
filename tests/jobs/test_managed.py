"""A group that was there before is the identity provider's once a person chose it, and not before."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scim.jobs import settle
from scim.jobs.managed import ManagedGroups, NotManageable
from scim.jobs.work import Busy
from scim.records import Backlog, Record, Ref
from scim.wiring import new_id
from tests.bridge import GROUP, USER, Bridge, make_bridge
from tests.jobs.world import groups, person


@pytest.fixture
def managed(bridge: Bridge) -> ManagedGroups:
    """The account has a group Guides, with Barbara, Mandy, and an owner, none of whom the bridge knows."""
    target = bridge.target
    guides = target.add_group("Guides", "By hand").id
    for name in ("bjensen", "mandy"):
        target.grant(guides, target.add_person(f"{name}@example.com", name).id)
    owner = next(each["id"] for each in target.world()["people"] if each["email"] == "owner@example.com")
    target.grant(guides, owner)
    return ManagedGroups(bridge.runner(), new_id)


def shown(bridge: Bridge) -> dict[str, list[str]]:
    """Groups as SCIM shows them, members by userName."""
    users = {user["id"]: user["userName"] for user in listed(bridge, "Users")}
    return {
        group["displayName"]: sorted(users[member["value"]] for member in group.get("members", ()))
        for group in listed(bridge, "Groups")
    }


def listed(bridge: Bridge, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = bridge.send("GET", f"/{kind}").get_json(force=True)["Resources"]
    return found


def world_without_times(bridge: Bridge) -> object:
    world = bridge.target.world()
    drop = {"updated_at", "last_auth_at"}
    return [[{k: v for k, v in each.items() if k not in drop} for each in world[kind]] for kind in ("people", "groups")]


def test_a_chosen_group_is_imported_with_its_members_and_nothing_in_the_target_changes(
    bridge: Bridge, managed: ManagedGroups
):
    before = world_without_times(bridge)

    chosen = managed.manage("guides", "cli:me")
    bridge.settle()
    bridge.confirm()

    assert (chosen.managed, chosen.members) == ("adopted", 2)
    assert shown(bridge) == {"Guides": ["bjensen@example.com", "mandy@example.com"]}
    assert world_without_times(bridge) == before
    assert bridge.store.backlog() == Backlog()


def test_it_is_offered_by_name_and_links_instead_of_being_made_twice(bridge: Bridge, managed: ManagedGroups):
    chosen = managed.manage("Guides", "cli:me")

    found = bridge.send("GET", '/Groups?filter=displayName eq "guides"').get_json(force=True)["Resources"]
    posted = bridge.send("POST", "/Groups", {"schemas": [GROUP], "displayName": "Guides", "externalId": "okta-1"})
    again = bridge.send("POST", "/Groups", {"schemas": [GROUP], "displayName": "Guides"})

    assert [group["id"] for group in found] == [chosen.id]
    assert (posted.status_code, posted.get_json(force=True)["id"]) == (201, chosen.id)
    assert posted.get_json(force=True)["externalId"] == "okta-1"
    assert again.status_code == 409
    assert list(groups(bridge)) == ["Guides"]


def test_a_member_of_it_is_the_user_the_identity_provider_means(bridge: Bridge, managed: ManagedGroups):
    managed.manage("Guides", "cli:me")
    known = {user["userName"]: user["id"] for user in listed(bridge, "Users")}

    posted = bridge.send(
        "POST", "/Users", {"schemas": [USER], "userName": "BJensen@example.com", "displayName": "Barbara Jensen"}
    )
    again = bridge.send("POST", "/Users", {"schemas": [USER], "userName": "bjensen@example.com"})

    assert (posted.status_code, posted.get_json(force=True)["id"]) == (201, known["bjensen@example.com"])
    assert person(bridge)["name"] == "Barbara Jensen"
    assert again.status_code == 409
    assert shown(bridge)["Guides"] == ["BJensen@example.com", "mandy@example.com"]


def test_members_come_and_go_by_the_identity_provider(bridge: Bridge, managed: ManagedGroups):
    chosen = managed.manage("Guides", "cli:me")
    users = {user["userName"]: user["id"] for user in listed(bridge, "Users")}
    john = bridge.post_user("john@example.com")["id"]

    bridge.patch(
        f"/Groups/{chosen.id}",
        {"op": "remove", "path": f'members[value eq "{users["mandy@example.com"]}"]'},
        {"op": "add", "path": "members", "value": [{"value": john}]},
    )

    assert groups(bridge)["Guides"] == ["bjensen@example.com", "john@example.com", "owner@example.com"]


def test_the_name_of_a_group_that_is_not_managed_is_refused_with_the_cure_and_a_notice(
    bridge: Bridge, managed: ManagedGroups
):
    answer = bridge.send("POST", "/Groups", {"schemas": [GROUP], "displayName": "Guides"})
    asked = managed.asked()

    detail = answer.get_json(force=True)["detail"]
    assert (answer.status_code, answer.get_json(force=True)["scimType"]) == (409, "uniqueness")
    assert "python -m scim groups manage Guides" in detail
    assert [each.name for each in asked] == ["Guides"]
    managed.manage(asked[0].target_id, "cli:me")
    assert managed.asked() == []


@pytest.mark.parametrize("name", ["Owners", "Administrators", "Team Members"])
def test_a_built_in_group_cannot_be_chosen(managed: ManagedGroups, name: str):
    with pytest.raises(NotManageable, match=f"The group '{name}' cannot be managed: it is "):
        managed.manage(name, "cli:me")


def test_a_group_that_is_not_there_or_there_twice_cannot_be_chosen(bridge: Bridge, managed: ManagedGroups):
    bridge.target.add_group("GUIDES")

    with pytest.raises(NotManageable, match="no group 'Pilots'"):
        managed.manage("Pilots", "cli:me")
    with pytest.raises(NotManageable, match="2 groups named 'Guides': choose by id"):
        managed.manage("Guides", "cli:me")


def test_choosing_twice_is_choosing_once(bridge: Bridge, managed: ManagedGroups):
    first = managed.manage("Guides", "cli:me")

    assert managed.manage("Guides", "cli:me") == first
    assert bridge.store.count("Group") == 1
    assert bridge.store.count("User") == 2


def test_what_is_unmanaged_stays_as_it_is(bridge: Bridge, managed: ManagedGroups):
    chosen = managed.manage("Guides", "cli:me")
    before = world_without_times(bridge)

    managed.unmanage("Guides", "cli:me")
    bridge.settle()

    assert world_without_times(bridge) == before
    assert bridge.send("GET", f"/Groups/{chosen.id}").status_code == 404
    assert bridge.send("POST", "/Groups", {"schemas": [GROUP], "displayName": "Guides"}).status_code == 409
    with pytest.raises(NotManageable, match="No managed group is called 'Guides'"):
        managed.unmanage("Guides", "cli:me")


def test_a_group_of_the_bridge_s_own_can_be_let_go_and_taken_up_again(bridge: Bridge, managed: ManagedGroups):
    user = bridge.post_user("john@example.com")["id"]
    bridge.post_group("Pilots", user)

    managed.unmanage("Pilots", "cli:me")
    refused = bridge.send("POST", "/Groups", {"schemas": [GROUP], "displayName": "Pilots"})
    managed.manage("Pilots", "cli:me")
    bridge.settle()

    assert refused.status_code == 409
    assert groups(bridge)["Pilots"] == ["john@example.com"]
    assert shown(bridge)["Pilots"] == ["john@example.com"]


def test_an_adopted_group_that_is_deleted_is_emptied_of_its_people_and_stays(bridge: Bridge, managed: ManagedGroups):
    chosen = managed.manage("Guides", "cli:me")

    bridge.send("DELETE", f"/Groups/{chosen.id}")
    bridge.settle()

    assert groups(bridge)["Guides"] == ["owner@example.com"]
    assert [group.managed for group in managed.all() if group.name == "Guides"] == [""]
    assert bridge.store.backlog() == Backlog()


def test_an_adopted_group_that_is_deleted_keeps_its_people_if_that_is_chosen(bridge: Bridge, managed: ManagedGroups):
    chosen = managed.manage("Guides", "cli:me")
    bridge.settle()
    before = groups(bridge)

    bridge.store.replace(*deleted(bridge, chosen.id), None)
    settle.run(bridge.runner(leaves_adopted=True))

    assert groups(bridge) == before
    assert bridge.store.backlog() == Backlog()


def deleted(bridge: Bridge, id: str) -> tuple[Record, Record]:
    record = bridge.store.get(Ref("Group", id))
    assert record
    return record, replace(record, wanted=False, link=replace(record.link, unsettled=True))


def test_a_group_that_waits_for_its_name_gets_the_chosen_one(tmp_path: Path):
    bridge = make_bridge(tmp_path, wait=0)
    id = bridge.target.add_group("Guides").id
    mandy = bridge.target.add_person("mandy@example.com", "Mandy")
    bridge.target.grant(id, mandy.id)
    waiting = bridge.post_group("Guides", bridge.post_user("john@example.com")["id"])["id"]
    bridge.settle()

    chosen = ManagedGroups(bridge.runner(), new_id).manage("Guides", "cli:me")
    for _ in range(3):
        bridge.clock.advance(400)
        bridge.settle()

    assert chosen.id == waiting
    assert groups(bridge) == {"Guides": ["john@example.com", "mandy@example.com"]}
    assert bridge.store.backlog() == Backlog()


def test_every_group_is_listed_with_whose_it_is(bridge: Bridge, managed: ManagedGroups):
    bridge.post_group("Pilots")
    managed.manage("Guides", "cli:me")

    kinds = {group.name: group.managed for group in managed.all()}

    assert kinds["Guides"] == "adopted"
    assert kinds["Pilots"] == "created"
    assert kinds["Owners"] == ""


def test_nothing_is_chosen_while_a_job_is_at_work(bridge: Bridge, managed: ManagedGroups):
    bridge.store.acquire_lease("target", "somebody else", bridge.clock(), 3600)
    patient = ManagedGroups(bridge.runner(pause=bridge.clock.advance), new_id)

    with pytest.raises(Busy):
        patient.manage("Guides", "cli:me")

    assert bridge.store.count("Group") == 0
