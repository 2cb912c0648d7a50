"""Members lost or added that nobody asked for: what went wrong elsewhere (threats: F1-F3, F6, F7, D5)."""

import json
import random
from typing import Any
from urllib.parse import quote

import pytest

from tests.bridge import GROUP, PATCH, Bridge

Form = Any


@pytest.fixture
def users(bridge: Bridge) -> list[str]:
    return [bridge.post_user(f"u{n}@example.com")["id"] for n in range(6)]


def members(bridge: Bridge, group: str) -> set[str]:
    read = bridge.send("GET", f"/Groups/{group}").get_json(force=True)
    return {member["value"] for member in read.get("members", [])}


def provisioned(bridge: Bridge, name: str = "Tour Guides") -> set[str]:
    """The members' addresses, as the target has them."""
    groups = {group["name"]: set(group["members"]) for group in bridge.target.world()["groups"]}
    return groups[name]


def addresses(bridge: Bridge, ids: set[str]) -> set[str]:
    return {bridge.send("GET", f"/Users/{id}").get_json(force=True)["userName"] for id in ids}


REMOVE_FORMS: dict[str, Form] = {
    "filter": lambda ids: [{"op": "remove", "path": f'members[value eq "{id}"]'} for id in ids],
    "one-filter": lambda ids: [
        {"op": "remove", "path": "members[" + " or ".join(f'value eq "{id}"' for id in ids) + "]"}
    ],
    "value": lambda ids: [{"op": "Remove", "path": "members", "value": [{"value": id} for id in ids]}],
    "value-each": lambda ids: [{"op": "remove", "path": "members", "value": [{"value": id}]} for id in ids],
    "object": lambda ids: [{"op": "remove", "path": "members", "value": {"value": id}} for id in ids],
    "urn": lambda ids: [{"op": "remove", "path": f'{GROUP}:members[value eq "{id}"]'} for id in ids],
}


@pytest.mark.parametrize("form", REMOVE_FORMS.values(), ids=REMOVE_FORMS.keys())
@pytest.mark.parametrize("leavers", [[0], [1, 3], [4, 2, 0], [5, 1, 0, 3]])
def test_f1_only_those_named_are_removed_in_every_form(
    bridge: Bridge, users: list[str], form: Form, leavers: list[int]
) -> None:
    group = bridge.post_group("Tour Guides", *users)["id"]
    gone = {users[n] for n in leavers}

    answer = bridge.patch(f"/Groups/{group}", *form([users[n] for n in leavers]))

    assert answer.status_code == 204
    assert members(bridge, group) == set(users) - gone
    assert provisioned(bridge) == addresses(bridge, set(users) - gone)


def test_f1_without_a_value_everybody_is_removed(bridge: Bridge, users: list[str]) -> None:
    group = bridge.post_group("Tour Guides", *users)["id"]

    bridge.patch(f"/Groups/{group}", {"op": "remove", "path": "members"})

    assert members(bridge, group) == provisioned(bridge) == set()


@pytest.mark.parametrize("value", [[], {}, "", [{}], [{"value": ""}], [None]])
def test_f1_a_removal_that_names_nobody_removes_nobody(bridge: Bridge, users: list[str], value: Any) -> None:
    group = bridge.post_group("Tour Guides", *users)["id"]

    bridge.patch(f"/Groups/{group}", {"op": "remove", "path": "members", "value": value})

    assert members(bridge, group) == set(users)


@pytest.mark.parametrize(
    "form",
    [
        lambda ids: [{"op": "add", "path": "members", "value": [{"value": id} for id in ids]}],
        lambda ids: [{"op": "Add", "path": "members", "value": [{"value": id}]} for id in ids],
        lambda ids: [{"op": "add", "value": {"members": [{"value": id} for id in ids]}}],
        lambda ids: [{"op": "add", "path": f"{GROUP}:members", "value": [{"value": id} for id in ids]}],
    ],
)
def test_f1_adding_leaves_those_who_are_there(bridge: Bridge, users: list[str], form: Form) -> None:
    group = bridge.post_group("Tour Guides", *users[:3])["id"]

    bridge.patch(f"/Groups/{group}", *form(users[2:5]))

    assert members(bridge, group) == set(users[:5])
    assert provisioned(bridge) == addresses(bridge, set(users[:5]))


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "remove", "path": "member", "value": [{"value": "{id}"}]},
        {"op": "delete", "path": "members", "value": [{"value": "{id}"}]},
        {"op": "remove", "path": 'members[value co "{id}"]'},
        {"op": "remove", "path": 'members[display eq "{id}"]'},
        {"op": "remove", "path": 'members[value eq "{id}" and type eq "User"]'},
        {"op": "replace", "path": 'members[value eq "{id}"]', "value": [{"value": "x"}]},
    ],
)
def test_f2_what_cannot_be_carried_out_is_refused_and_never_ignored(
    bridge: Bridge, users: list[str], operation: dict[str, Any]
) -> None:
    group = bridge.post_group("Tour Guides", *users)["id"]
    given = json.loads(json.dumps(operation).replace("{id}", users[0]))

    answer = bridge.patch(f"/Groups/{group}", given)

    assert answer.status_code == 400
    assert members(bridge, group) == set(users)


@pytest.mark.parametrize("seed", range(5))
def test_f3_any_sequence_of_changes_ends_where_sets_do(bridge: Bridge, users: list[str], seed: int) -> None:
    dice = random.Random(seed)
    group, expected = bridge.post_group("Tour Guides")["id"], set[str]()

    for _ in range(12):
        chosen = dice.sample(users, dice.randint(0, 4))
        match dice.choice(["add", "remove", "replace"]):
            case "add":
                operations = [{"op": "add", "path": "members", "value": [{"value": id} for id in chosen]}]
                expected |= set(chosen)
            case "remove" if chosen:
                operations = REMOVE_FORMS[dice.choice(list(REMOVE_FORMS))](chosen)
                expected -= set(chosen)
            case _:
                operations = [{"op": "replace", "path": "members", "value": [{"value": id} for id in chosen]}]
                expected = set(chosen)
        assert bridge.patch(f"/Groups/{group}", *operations).status_code == 204
        assert members(bridge, group) == expected

    assert provisioned(bridge) == addresses(bridge, expected)


@pytest.mark.parametrize(("text", "active"), [("False", False), ("false", False), ("TRUE", True), ("True", True)])
@pytest.mark.parametrize(
    "form",
    [
        lambda text: {"op": "Replace", "path": "active", "value": text},
        lambda text: {"op": "replace", "value": {"active": text}},
    ],
)
def test_f6_a_boolean_as_text_means_what_it_says(bridge: Bridge, form: Form, text: str, active: bool) -> None:
    user = bridge.post_user(active=not active)

    after = bridge.patch(f"/Users/{user['id']}", form(text)).get_json(force=True)

    assert after["active"] is active


@pytest.mark.parametrize("value", ["perhaps", "0", "1", 0, 1, "yes", [], ["False", "True"]])
def test_f6_what_is_no_boolean_never_changes_who_is_active(bridge: Bridge, value: Any) -> None:
    user = bridge.post_user()

    bridge.patch(f"/Users/{user['id']}", {"op": "replace", "path": "active", "value": value})

    person = bridge.target.find_user("bjensen@example.com")
    assert person is not None
    assert person.state == "invited"


@pytest.mark.parametrize(
    "operation", [{"op": "replace", "path": "members", "value": []}, {"op": "remove", "path": "members"}]
)
def test_f7_an_empty_push_empties_the_group(bridge: Bridge, users: list[str], operation: dict[str, Any]) -> None:
    group = bridge.post_group("Tour Guides", *users)["id"]

    assert bridge.patch(f"/Groups/{group}", operation).status_code == 204
    assert members(bridge, group) == set()


@pytest.mark.parametrize("value", [{"displayName": "Guides"}, {"displayName": "Guides", "members": None}])
def test_f7_what_says_nothing_about_members_leaves_them(bridge: Bridge, users: list[str], value: Any) -> None:
    group = bridge.post_group("Tour Guides", *users)["id"]

    bridge.patch(f"/Groups/{group}", {"op": "replace", "value": value})

    assert members(bridge, group) == set(users)


@pytest.mark.slow
def test_d5_a_large_group_is_made_changed_and_read_without_its_members(bridge: Bridge) -> None:
    ids = [bridge.post_user(f"u{n}@example.com")["id"] for n in range(1200)]

    group = bridge.post_group("Everybody", *ids[:1100])["id"]
    grown = bridge.patch(f"/Groups/{group}", {"op": "add", "path": "members", "value": [{"value": ids[1150]}]})
    shrunk = bridge.patch(f"/Groups/{group}", {"op": "remove", "path": f'members[value eq "{ids[0]}"]'})

    lean = bridge.send("GET", f"/Groups/{group}?excludedAttributes=members")
    found = bridge.send("GET", "/Groups?excludedAttributes=members&filter=" + quote('displayName eq "everybody"'))
    assert (grown.status_code, shrunk.status_code) == (204, 204)
    assert len(members(bridge, group)) == 1100
    assert len(lean.data) < 1000
    assert len(found.data) < 1000


def test_d5_a_body_beyond_the_limit_is_refused_before_it_is_read(bridge: Bridge) -> None:
    huge = {
        "schemas": [PATCH],
        "Operations": [{"op": "add", "path": "members", "value": [{"value": "x" * 100}] * 50_000}],
    }
    group = bridge.post_group()["id"]

    answer = bridge.send("PATCH", f"/Groups/{group}", huge)

    assert answer.status_code == 413
