"""JSON as it was recorded: which keys, in which order (zcutlip/pyonepassword, tests/config/mock-op)."""

import json
import re

import pytest

from tests.op import seed

USER_ID = re.compile(r"[A-Z2-7]{26}")
GROUP_ID = re.compile(r"[a-z2-7]{26}")
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def test_a_user_has_its_recorded_keys(desk):
    user = desk.json("user", "get", seed.OWNER)

    assert list(user) == ["id", "name", "email", "type", "state", "created_at", "updated_at", "last_auth_at"]
    assert all(STAMP.fullmatch(user[key]) for key in ("created_at", "updated_at", "last_auth_at"))


def test_a_list_of_users_has_no_timestamps(desk):
    users = desk.json("user", "list")

    assert {tuple(user) for user in users} == {("id", "name", "email", "type", "state")}
    assert {user["type"] for user in users} == {"MEMBER", "GUEST", "SERVICE_ACCOUNT"}


@pytest.mark.parametrize("argv", [("user", "list", "--group", "Owners"), ("group", "user", "list", "Owners")])
def test_members_of_a_group_have_a_role(desk, argv):
    members = desk.json(*argv)

    assert members == [
        {
            "id": seed.OWNER,
            "name": "Account Owner",
            "email": "owner@example.com",
            "type": "MEMBER",
            "state": "ACTIVE",
            "role": "MANAGER",
        }
    ]


def test_a_list_of_groups_has_neither_type_nor_permissions(desk):
    groups = desk.json("group", "list")

    assert {tuple(group) for group in groups} == {("id", "name", "description", "state", "created_at")}


def test_a_group_has_its_recorded_keys(desk):
    group = desk.json("group", "get", "Team Members")

    assert list(group) == [
        *("id", "name", "description", "state", "created_at", "updated_at", "permissions", "type"),
    ]
    assert (group["permissions"], group["type"]) == (["CREATE_VAULTS"], "TEAM_MEMBERS")


def test_whoami_has_its_recorded_keys(desk):
    assert desk.json("whoami") == {
        "url": "https://example-team.1password.com/",
        "email": "bridge@example.com",
        "user_uuid": seed.BRIDGE,
        "account_uuid": seed.ACCOUNT_ID,
    }


def test_an_account_that_was_added_has_a_shorthand_and_shows_no_secret_key(desk):
    (account,) = desk.json("account", "list")

    assert list(account) == ["url", "email", "user_uuid", "account_uuid", "shorthand"]
    assert desk.session["secret_key"] not in json.dumps(account)


def test_an_invited_person_is_returned_whole(desk):
    person = desk.invite()

    assert USER_ID.fullmatch(person["id"])
    assert (person["state"], person["type"]) == ("TRANSFER_PENDING", "MEMBER")
    assert person["last_auth_at"] == "0001-01-01T00:00:00Z"
    assert person == desk.json("user", "get", person["id"])


def test_a_new_group_is_inactive_and_active_later(desk):
    made = desk.json("group", "create", "--description=mark", "--", "Tour Guides")
    states = [desk.json("group", "get", made["id"])["state"] for _ in range(3)]

    assert GROUP_ID.fullmatch(made["id"])
    assert (made["state"], made["type"], made["permissions"]) == ("INACTIVE", "USER_DEFINED", [])
    assert states == ["INACTIVE", "ACTIVE", "ACTIVE"]


def test_json_is_indented_by_two_and_ends_its_line(desk):
    answer = desk.op("whoami", "--format", "json")

    assert answer.stdout.startswith(b'{\n  "url": "https://')
    assert answer.stdout.endswith(b'"\n}\n')


def test_names_in_every_script_are_json(desk):
    name = 'Bärbel "Bee" 张\\\U0001f600\u2028\x7f'
    person = desk.invite(name=name)

    assert person["name"] == desk.json("user", "get", person["id"])["name"] == name


def test_the_format_may_come_from_the_environment(desk):
    assert json.loads(desk.op("user", "list", OP_FORMAT="json").stdout)
    assert desk.op("user", "list").stdout.startswith(b"ID    ")


@pytest.mark.parametrize(
    "argv",
    [
        ("user", "edit", "{person}", "--name=Babs Jensen"),
        ("user", "suspend", "{person}", "--deauthorize-devices-after=10m"),
        ("group", "edit", "{group}", "--name=Guides"),
        ("group", "user", "grant", "--group={group}", "--user={person}"),
        ("group", "delete", "{group}"),
    ],
)
def test_what_changes_something_prints_nothing(desk, argv):
    names = {"person": desk.invite()["id"], "group": desk.json("group", "create", "Tour Guides")["id"]}

    answer = desk.op(*(arg.format(**names) for arg in argv), "--format=json")

    assert (answer.code, answer.stdout, answer.stderr) == (0, b"", b"")
