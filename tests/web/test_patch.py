"""PATCH over HTTP (RFC 7644 §3.5.2; facts 59-76). Every kind of operation is in `tests.protocol.test_patch`."""

from typing import Any

import pytest

from tests.bridge import ENTERPRISE, PATCH, USER, Bridge

EMAILS = [
    {"value": "b@example.com", "type": "work", "primary": True},
    {"value": "babs@jensen.org", "type": "home"},
    {"value": "tours@example.com", "type": "work"},
]


@pytest.fixture
def user(bridge: Bridge) -> dict[str, Any]:
    return bridge.post_user(
        title="Guide", name={"givenName": "Barbara", "familyName": "Jensen"}, emails=EMAILS, externalId="701984"
    )


def patched(bridge: Bridge, user: dict[str, Any], *operations: dict[str, Any]) -> dict[str, Any]:
    answer = bridge.patch(f"/Users/{user['id']}", *operations)
    assert answer.status_code == 200, answer.text
    read: dict[str, Any] = bridge.send("GET", f"/Users/{user['id']}").get_json(force=True)
    assert answer.get_json(force=True) == read
    return read


def refusal(bridge: Bridge, user: dict[str, Any], *operations: dict[str, Any]) -> tuple[int, str | None]:
    """The status and the scimType; the resource is as it was, and the target was not called."""
    calls = bridge.target.calls()

    answer = bridge.patch(f"/Users/{user['id']}", *operations)

    assert bridge.send("GET", f"/Users/{user['id']}").get_json(force=True) == user
    assert bridge.target.calls() == calls
    return answer.status_code, answer.get_json(force=True).get("scimType")


# ── 59-60: the message ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "body",
    [
        {"Operations": [{"op": "remove", "path": "title"}]},
        {"schemas": [], "Operations": [{"op": "remove", "path": "title"}]},
        {"schemas": [USER], "Operations": [{"op": "remove", "path": "title"}]},
        {"schemas": [PATCH]},
        {"schemas": [PATCH], "Operations": []},
        {"schemas": [PATCH], "Operations": {"op": "remove", "path": "title"}},
        {"schemas": [PATCH], "Operations": ["remove"]},
        {"schemas": [PATCH], "Operations": [{"path": "title"}]},
        {"schemas": [PATCH], "Operations": [{"op": "test", "path": "title", "value": "Guide"}]},
        {"schemas": [PATCH], "Operations": [{"op": ["add"], "path": "title"}]},
        {"schemas": [PATCH], "Operations": [{"op": "remove", "OP": "remove", "path": "title"}]},
        {"schemas": [PATCH], "Operations": [{"op": "remove", "path": 7}]},
    ],
)
def test_what_is_no_patch_is_invalid_syntax_and_changes_nothing(
    bridge: Bridge, user: dict[str, Any], body: dict[str, Any]
) -> None:
    answer = bridge.send("PATCH", f"/Users/{user['id']}", body)

    assert (answer.status_code, answer.get_json(force=True)["scimType"]) == (400, "invalidSyntax")
    assert bridge.send("GET", f"/Users/{user['id']}").get_json(force=True) == user


@pytest.mark.parametrize("op", ["replace", "Replace", "REPLACE", "rEPLACE"])
def test_an_op_is_read_in_any_case(bridge: Bridge, user: dict[str, Any], op: str) -> None:
    assert patched(bridge, user, {"op": op, "path": "title", "value": "Lead"})["title"] == "Lead"


# ── 61-62: all or nothing, in order ───────────────────────────────────────────────────────────────────────

SOUND = [
    {"op": "replace", "path": "userName", "value": "moved@example.com"},
    {"op": "replace", "path": "active", "value": False},
    {"op": "add", "path": "emails", "value": [{"value": "new@example.com", "primary": True}]},
    {"op": "remove", "path": "title"},
    {"op": "replace", "path": "externalId", "value": "other"},
    {"op": "add", "path": f"{ENTERPRISE}:department", "value": "Tours"},
    {"op": "replace", "value": {"name.familyName": "Smith", "displayName": "B. Smith"}},
    {"op": "remove", "path": 'emails[type eq "home"]'},
    {"op": "add", "path": "nickName", "value": "Babs"},
]
FAULTY = [
    ({"op": "replace", "path": "noSuchAttribute", "value": 1}, "invalidPath"),
    ({"op": "replace", "path": "active", "value": "perhaps"}, "invalidValue"),
    ({"op": "remove", "path": "userName"}, "mutability"),
    ({"op": "replace", "path": 'emails[type eq "fax"]', "value": {"value": "x@example.com"}}, "noTarget"),
    ({"op": "replace", "path": "emails[type eq].value", "value": "x@example.com"}, "invalidFilter"),
]


@pytest.mark.parametrize("position", range(10))
@pytest.mark.parametrize(("faulty", "scim_type"), FAULTY, ids=[scim_type for _, scim_type in FAULTY])
def test_61_an_error_at_any_position_leaves_the_resource_and_the_target_as_they_were(
    bridge: Bridge, user: dict[str, Any], faulty: dict[str, Any], scim_type: str, position: int
) -> None:
    operations = [*SOUND[:position], faulty, *SOUND[position:]]

    assert refusal(bridge, user, *operations) == (400, scim_type)


def test_the_same_operations_without_a_faulty_one_all_happen(bridge: Bridge, user: dict[str, Any]) -> None:
    after = patched(bridge, user, *SOUND)

    assert (after["userName"], after["active"], after["nickName"]) == ("moved@example.com", False, "Babs")
    assert [email["value"] for email in after["emails"]] == ["b@example.com", "tours@example.com", "new@example.com"]
    assert after["name"] == {"givenName": "Barbara", "familyName": "Smith"}


@pytest.mark.parametrize("position", range(3))
def test_61_members_are_changed_all_or_not_at_all(bridge: Bridge, position: int) -> None:
    users = [bridge.post_user(f"u{n}@example.com")["id"] for n in range(3)]
    group = bridge.post_group("Tour Guides", users[0], users[1])
    calls = bridge.target.calls()
    operations: list[dict[str, Any]] = [
        {"op": "add", "path": "members", "value": [{"value": users[2]}]},
        {"op": "remove", "path": f'members[value eq "{users[0]}"]'},
    ]
    operations.insert(position, {"op": "replace", "path": "members[0]", "value": {"value": users[1]}})

    answer = bridge.patch(f"/Groups/{group['id']}", *operations)

    assert (answer.status_code, answer.get_json(force=True)["scimType"]) == (400, "invalidPath")
    assert bridge.send("GET", f"/Groups/{group['id']}").get_json(force=True) == group
    assert bridge.target.calls() == calls


def test_each_operation_sees_what_the_ones_before_it_left(bridge: Bridge, user: dict[str, Any]) -> None:
    after = patched(
        bridge,
        user,
        {"op": "remove", "path": "emails"},
        {"op": "add", "path": "emails", "value": [{"type": "other", "value": "x@example.com"}]},
        {"op": "replace", "path": 'emails[type eq "other"].value', "value": "y@example.com"},
        {"op": "replace", "path": "title", "value": "one"},
        {"op": "replace", "path": "title", "value": "two"},
    )

    assert after["emails"] == [{"type": "other", "value": "y@example.com"}]
    assert after["title"] == "two"


# ── 63-66: no target, nothing to do ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "remove"},
        {"op": "remove", "value": {"title": "Guide"}},
        {"op": "replace", "path": 'emails[type eq "fax"]', "value": {"value": "x@example.com"}},
        {"op": "replace", "path": 'emails[value sw "nobody"].display', "value": "x"},
    ],
)
def test_what_names_nothing_is_no_target(bridge: Bridge, user: dict[str, Any], operation: dict[str, Any]) -> None:
    assert refusal(bridge, user, operation) == (400, "noTarget")


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "add", "path": "title", "value": "Guide"},
        {"op": "replace", "path": "title", "value": "Guide"},
        {"op": "add", "path": "emails", "value": EMAILS},
        {"op": "add", "path": "emails", "value": EMAILS[1:2]},
        {"op": "add", "value": {"name": {"givenName": "Barbara"}, "externalId": "701984"}},
        {"op": "remove", "path": "nickName"},
        {"op": "remove", "path": 'emails[type eq "fax"]'},
        {"op": "remove", "path": f"{ENTERPRISE}:department"},
        {"op": "replace", "path": "active", "value": "True"},
    ],
)
def test_66_what_changes_nothing_keeps_version_and_last_modified(
    bridge: Bridge, user: dict[str, Any], operation: dict[str, Any]
) -> None:
    bridge.clock.advance(60)
    events = len(bridge.store.events(100))

    after = patched(bridge, user, operation)

    assert after == user
    assert len(bridge.store.events(100)) == events


@pytest.mark.parametrize("known", [True, False], ids=["a user who is no member", "nobody"])
@pytest.mark.parametrize(
    "form",
    [
        lambda member: {"op": "remove", "path": f'members[value eq "{member}"]'},
        lambda member: {"op": "Remove", "path": "members", "value": [{"value": member}]},
    ],
)
def test_65_removing_who_is_no_member_is_a_success_that_changes_nothing(bridge: Bridge, form: Any, known: bool) -> None:
    member, other = bridge.post_user("a@example.com"), bridge.post_user("b@example.com")
    group = bridge.post_group("Tour Guides", member["id"])

    answer = bridge.patch(f"/Groups/{group['id']}", form(other["id"] if known else "nobody"))

    assert answer.status_code == 204
    assert bridge.send("GET", f"/Groups/{group['id']}").get_json(force=True) == group


# ── 67-69, 71-74: paths and values ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("op", ["add", "replace"])
def test_without_a_path_the_value_names_its_attributes(bridge: Bridge, user: dict[str, Any], op: str) -> None:
    value = {
        "title": "Lead",
        "name.familyName": "Smith",
        f"{ENTERPRISE}:department": "Tours",
        ENTERPRISE: {"division": "West"},
        f"{USER}:nickName": "Babs",
        "noSuchAttribute": 1,
        "id": "mine",
    }

    after = patched(bridge, user, {"op": op, "value": value})

    assert (after["id"], after["title"], after["nickName"]) == (user["id"], "Lead", "Babs")
    assert after["name"] == {"givenName": "Barbara", "familyName": "Smith"}
    assert after[ENTERPRISE] == {"department": "Tours", "division": "West"}


def test_replace_of_what_is_missing_adds_and_of_a_complex_attribute_keeps_the_rest(
    bridge: Bridge, user: dict[str, Any]
) -> None:
    after = patched(
        bridge,
        user,
        {"op": "replace", "path": "nickName", "value": "Babs"},
        {"op": "replace", "path": "name", "value": {"familyName": "Smith"}},
    )

    assert after["nickName"] == "Babs"
    assert after["name"] == {"givenName": "Barbara", "familyName": "Smith"}


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "path": 'emails[type eq "home"].primary', "value": True},
        {"op": "add", "path": "emails", "value": [{**EMAILS[1], "primary": True}]},
        {"op": "replace", "path": 'emails[type eq "home"]', "value": {"primary": True}},
    ],
)
def test_a_new_primary_takes_it_from_the_others(
    bridge: Bridge, user: dict[str, Any], operation: dict[str, Any]
) -> None:
    after = patched(bridge, user, operation)

    assert [email["value"] for email in after["emails"] if email.get("primary")] == ["babs@jensen.org"]


def test_a_value_path_with_a_sub_attribute_changes_it_in_every_match(bridge: Bridge, user: dict[str, Any]) -> None:
    after = patched(bridge, user, {"op": "replace", "path": 'emails[type eq "work"].display', "value": "B"})

    assert [email.get("display") for email in after["emails"]] == ["B", None, "B"]


def test_a_value_path_that_matches_nothing_creates_what_it_describes(bridge: Bridge, user: dict[str, Any]) -> None:
    after = patched(bridge, user, {"op": "add", "path": 'phoneNumbers[type eq "work"].value', "value": "555-0100"})

    assert after["phoneNumbers"] == [{"type": "work", "value": "555-0100"}]


@pytest.mark.parametrize(
    ("path", "scim_type"),
    [
        ("", "invalidPath"),
        (".title", "invalidPath"),
        ("title.", "invalidPath"),
        ("name..familyName", "invalidPath"),
        ("name.familyName.x", "invalidPath"),
        ("title[value pr]", "invalidPath"),
        ("emails[0]", "invalidPath"),
        ("emails[0].value", "invalidPath"),
        ("emails[-]", "invalidFilter"),
        ('emails[type eq "work"', "invalidPath"),
        ('emails[type eq "work"]value', "invalidPath"),
        ('emails[type eq "work"].value.x', "invalidPath"),
        ('emails[type eq "work"].noSuch', "invalidPath"),
        ("emails[type zz 1].value", "invalidFilter"),
        ("emails[type eq work].value", "invalidFilter"),
        ("/title", "invalidPath"),
        ("$.title", "invalidPath"),
        ("urn:nobody:1.0:title", "invalidPath"),
        ("__class__", "invalidPath"),
        ("constructor", "invalidPath"),
        ("__proto__.x", "invalidPath"),
        ("title title", "invalidPath"),
    ],
)
@pytest.mark.parametrize("op", ["add", "replace", "remove"])
def test_71_a_path_that_is_none_is_told_apart_from_a_filter_that_is_none(
    bridge: Bridge, user: dict[str, Any], op: str, path: str, scim_type: str
) -> None:
    assert refusal(bridge, user, {"op": op, "path": path, "value": "x"}) == (400, scim_type)


# ── 55, 70: what cannot be changed ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", ["id", "meta", "meta.created", "meta.version", "groups", "groups.value", "schemas"])
@pytest.mark.parametrize("op", ["add", "replace", "remove"])
def test_what_is_read_only_is_not_patched(bridge: Bridge, user: dict[str, Any], op: str, path: str) -> None:
    assert refusal(bridge, user, {"op": op, "path": path, "value": "x"}) == (400, "mutability")


def test_what_is_required_is_not_removed(bridge: Bridge, user: dict[str, Any]) -> None:
    group = bridge.post_group()

    assert refusal(bridge, user, {"op": "remove", "path": "userName"}) == (400, "mutability")
    assert refusal(bridge, user, {"op": "replace", "path": "userName", "value": None}) == (400, "invalidValue")
    answer = bridge.patch(f"/Groups/{group['id']}", {"op": "remove", "path": "displayName"})
    assert answer.get_json(force=True)["scimType"] == "mutability"


@pytest.mark.parametrize("path", ["members.value", 'members[value eq "{id}"].value', "members.$ref", "members.type"])
def test_a_member_cannot_become_another(bridge: Bridge, path: str) -> None:
    member, other = bridge.post_user("a@example.com"), bridge.post_user("b@example.com")
    group = bridge.post_group("Tour Guides", member["id"])

    answer = bridge.patch(
        f"/Groups/{group['id']}", {"op": "replace", "path": path.format(id=member["id"]), "value": other["id"]}
    )

    assert (answer.status_code, answer.get_json(force=True)["scimType"]) == (400, "mutability")
    assert bridge.send("GET", f"/Groups/{group['id']}").get_json(force=True) == group


def test_a_member_stated_as_it_is_stays(bridge: Bridge) -> None:
    member = bridge.post_user()
    group = bridge.post_group("Tour Guides", member["id"])

    answer = bridge.patch(f"/Groups/{group['id']}", {"op": "replace", "path": "members", "value": group["members"]})

    assert answer.status_code == 204
    assert bridge.send("GET", f"/Groups/{group['id']}").get_json(force=True) == group


# ── 75-76: the answer, the schemas ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("query", ["attributes=displayName", "excludedAttributes=members"])
def test_75_asked_for_attributes_a_patch_answers_200_even_if_it_changed_nothing(bridge: Bridge, query: str) -> None:
    group = bridge.post_group()
    rename = {"op": "replace", "path": "displayName", "value": "Tour Guides"}

    answer = bridge.patch(f"/Groups/{group['id']}?{query}", rename)

    assert (answer.status_code, answer.get_json(force=True)["displayName"]) == (200, "Tour Guides")


def test_76_a_path_without_a_urn_is_of_the_schemas_of_the_resource(bridge: Bridge, user: dict[str, Any]) -> None:
    """RFC 7644 §3.10: the resource type's own schema is meant where none is named, with and without its URN."""
    plain = patched(bridge, user, {"op": "replace", "path": "title", "value": "Lead"})
    named = patched(bridge, user, {"op": "replace", "path": f"{USER}:title", "value": "Head"})

    assert (plain["title"], named["title"]) == ("Lead", "Head")
    assert named["schemas"] == [USER]


def test_74_the_urn_of_an_extension_comes_and_goes_with_its_attributes(bridge: Bridge, user: dict[str, Any]) -> None:
    first = patched(bridge, user, {"op": "add", "value": {ENTERPRISE: {"department": "Tours", "division": "West"}}})
    fewer = patched(bridge, user, {"op": "remove", "path": f"{ENTERPRISE}:department"})
    none = patched(bridge, user, {"op": "remove", "path": ENTERPRISE})

    assert first["schemas"] == fewer["schemas"] == [USER, ENTERPRISE]
    assert none["schemas"] == [USER]
    assert ENTERPRISE not in none
