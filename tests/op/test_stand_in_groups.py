"""Groups, and who is in them."""

import pytest

from tests.op import seed


@pytest.fixture
def group(desk) -> str:
    return desk.json("group", "create", "--description=mark", "--", "Tour Guides")["id"]


@pytest.fixture
def person(desk) -> str:
    return desk.invite()["id"]


def roles(desk, group) -> dict[str, str]:
    return {each["id"]: each["role"] for each in desk.json("group", "user", "list", group)}


def test_several_groups_have_one_name(desk, group):
    other = desk.json("group", "create", "Tour Guides")["id"]

    assert other != group
    assert desk.error("group", "get", "Tour Guides")[0] == 1


def test_who_makes_a_group_manages_it(desk, group):
    assert roles(desk, group) == {seed.BRIDGE: "MANAGER"}


def test_a_group_is_edited_and_deleted(desk, group):
    desk.op("group", "edit", group, "--name=Guides")
    edited = desk.json("group", "get", group)
    desk.op("group", "delete", group)

    assert (edited["name"], edited["description"]) == ("Guides", "mark")
    assert desk.error("group", "get", group)[0] == 4
    assert desk.error("group", "delete", group)[0] == 4


@pytest.mark.parametrize("id", [seed.OWNERS, seed.ADMINISTRATORS, seed.TEAM_MEMBERS, seed.PROVISION_MANAGERS])
def test_a_built_in_group_is_neither_edited_nor_deleted(desk, id):
    assert desk.error("group", "edit", id, "--name=Ours")[0] == 1
    assert desk.error("group", "delete", id)[0] == 1
    assert desk.json("group", "get", id)["name"] != "Ours"


def test_a_person_is_granted_and_revoked_even_before_they_accept(desk, group, person):
    edge = (f"--group={group}", f"--user={person}")

    granted = [desk.op("group", "user", "grant", *edge).code for _ in range(2)]
    during = roles(desk, group)
    revoked = desk.op("group", "user", "revoke", *edge).code

    assert (granted, during[person], revoked) == ([0, 0], "MEMBER", 0)
    assert person not in roles(desk, group)


def test_who_is_no_member_is_not_revoked(desk, group, person):
    assert desk.error("group", "user", "revoke", f"--group={group}", f"--user={person}")[0] == 1


def test_a_manager_is_granted_twice(desk, group, person):
    grant = ("group", "user", "grant", f"--group={group}", f"--user={person}", "--role=manager")

    desk.op(*grant)
    once = roles(desk, group)[person]
    desk.op(*grant)

    assert (once, roles(desk, group)[person]) == ("MEMBER", "MANAGER")


@pytest.mark.parametrize("verb", ["grant", "revoke"])
def test_what_is_not_there_is_neither_granted_nor_revoked(desk, group, person, verb):
    nowhere = desk.error("group", "user", verb, "--group=nogroupaaaaaaaaaaaaaaaaaaa", f"--user={person}")
    nobody = desk.error("group", "user", verb, f"--group={group}", "--user=NOBODYAAAAAAAAAAAAAAAAAAAA")

    assert nowhere == nobody == (4, "(404) Not Found: The requested resource was not found.")


def test_team_members_are_those_who_joined(desk, person):
    before = set(roles(desk, seed.TEAM_MEMBERS))
    desk.account.set_state(person, "ACTIVE")
    after = set(roles(desk, seed.TEAM_MEMBERS))

    assert before == {seed.OWNER, seed.ADMINISTRATOR, seed.BRIDGE}
    assert after == before | {person}
    assert desk.error("group", "user", "revoke", f"--group={seed.TEAM_MEMBERS}", f"--user={person}")[0] == 1


def test_the_groups_of_a_person_are_listed(desk):
    names = [group["name"] for group in desk.json("group", "list", "--user", seed.BRIDGE)]

    assert names == ["Team Members", "Provision Managers", "SCIM Bridge"]


def test_the_world_shows_people_with_groups_and_groups_with_addresses(desk, group, person):
    desk.op("group", "user", "grant", f"--group={group}", f"--user={person}")

    world = desk.account.world()

    barbara = next(each for each in world["people"] if each["id"] == person)
    guides = next(each for each in world["groups"] if each["id"] == group)
    assert barbara == {
        "id": person,
        "email": "bjensen@example.com",
        "name": "Barbara Jensen",
        "type": "MEMBER",
        "state": "TRANSFER_PENDING",
        "groups": ["Tour Guides"],
    }
    assert guides == {
        "id": group,
        "name": "Tour Guides",
        "description": "mark",
        "type": "USER_DEFINED",
        "members": ["bjensen@example.com", "bridge@example.com"],
    }
