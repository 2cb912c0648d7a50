"""What every dialect forgives, and that it forgives no more."""

import copy
from typing import Any

import pytest

from scim.dialects import DIALECTS
from scim.dialects.tolerances import (
    bare_enterprise_attributes,
    bare_enterprise_filters,
    bare_enterprise_paths,
    doubly_encoded_addresses,
    former_urns,
    object_for_a_list,
)

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

BARBARA = {
    "schemas": [USER, ENTERPRISE],
    "userName": "bjensen@example.com",
    "emails": [{"value": "bjensen@example.com", "primary": True}],
    ENTERPRISE: {"department": "Tour Operations", "manager": {"value": "26118915"}},
}
DAILY = {
    "schemas": [PATCH],
    "Operations": [
        {"op": "Replace", "path": "displayName", "value": "Babs Jensen"},
        {"op": "add", "path": f"{ENTERPRISE}:manager", "value": {"value": "26118915"}},
        {"op": "replace", "value": {"name.givenName": "Babs", ENTERPRISE: {"department": "Theme Park"}}},
        {"op": "remove", "path": "title"},
    ],
}


def patch(*operations: dict[str, Any]) -> dict[str, Any]:
    return {"schemas": [PATCH], "Operations": list(operations)}


FORMER = [
    ("urn:scim:schemas:core:2.0", USER),
    ("urn:scim:schemas:core:1.0", USER),
    ("urn:scim:schemas:core:2.0:User", USER),
    ("URN:SCIM:Schemas:Core:2.0", USER),
    ("urn:scim:schemas:extension:enterprise:2.0", ENTERPRISE),
    ("urn:scim:schemas:extension:enterprise:1.0", ENTERPRISE),
    ("urn:scim:schemas:extension:enterprise:2.0:User", ENTERPRISE),
]


@pytest.mark.parametrize(("former", "urn"), FORMER, ids=[former for former, _ in FORMER])
def test_a_former_urn_in_schemas_becomes_the_rfcs(former: str, urn: str) -> None:
    assert former_urns("User", {"schemas": [former]}) == {"schemas": [urn]}


def test_the_former_core_urn_of_a_group_becomes_the_groups() -> None:
    assert former_urns("Group", {"schemas": ["urn:scim:schemas:core:2.0"]}) == {"schemas": [GROUP]}


def test_a_urn_that_would_stand_twice_stands_once() -> None:
    body = {"schemas": ["urn:scim:schemas:core:1.0", USER, "urn:scim:schemas:core:2.0"]}

    assert former_urns("User", body) == {"schemas": [USER]}


def test_an_extension_under_a_former_urn_is_kept() -> None:
    body = {"urn:scim:schemas:extension:enterprise:2.0": {"department": "Tour Operations"}}

    assert former_urns("User", body) == {ENTERPRISE: {"department": "Tour Operations"}}


def test_of_an_extension_under_both_urns_the_rfcs_wins() -> None:
    body = {
        ENTERPRISE: {"department": "Tour Operations"},
        "urn:scim:schemas:extension:enterprise:2.0": {"department": "Theme Park", "division": "Rides"},
    }

    assert former_urns("User", body) == {ENTERPRISE: {"department": "Tour Operations", "division": "Rides"}}


def test_what_cannot_be_merged_stays_as_the_rfc_names_it() -> None:
    body = {ENTERPRISE: None, "urn:scim:schemas:extension:enterprise:2.0": {"division": "Rides"}}

    assert former_urns("User", body) == {ENTERPRISE: None}


@pytest.mark.parametrize("separator", [".", ":"])
def test_a_path_behind_a_former_urn_gets_the_rfcs(separator: str) -> None:
    path = f"urn:scim:schemas:extension:enterprise:2.0{separator}manager.value"

    changed = former_urns("User", patch({"op": "remove", "path": path}))

    assert changed == patch({"op": "remove", "path": f"{ENTERPRISE}:manager.value"})


def test_a_name_behind_a_former_urn_in_a_value_gets_the_rfcs() -> None:
    body = patch({"op": "add", "value": {"urn:scim:schemas:core:2.0:User:title": "Guide"}})

    assert former_urns("User", body) == patch({"op": "add", "value": {f"{USER}:title": "Guide"}})


@pytest.mark.parametrize("urn", ["urn:scim:schemas:core:3.0", "urn:scim:schemas:core:2.0User", "urn:scim:schemas"])
def test_a_urn_that_never_was_stays(urn: str) -> None:
    assert former_urns("User", {"schemas": [urn], urn: {}}) == {"schemas": [urn], urn: {}}


@pytest.mark.parametrize("schemas", [None, "urn:scim:schemas:core:2.0", {}, [None, 1, {}], []])
def test_schemas_of_another_shape_stay(schemas: Any) -> None:
    assert former_urns("User", {"schemas": schemas}) == {"schemas": schemas}


def test_bare_enterprise_attributes_move_into_their_extension() -> None:
    body = {"userName": "bjensen@example.com", "Department": "Tour Operations", "manager": "26118915"}

    changed = bare_enterprise_attributes("User", body)

    assert changed == {
        "userName": "bjensen@example.com",
        ENTERPRISE: {"Department": "Tour Operations", "manager": "26118915"},
    }


def test_an_attribute_inside_the_extension_wins_over_a_bare_one() -> None:
    body = {"department": "Theme Park", ENTERPRISE.upper(): {"department": "Tour Operations"}}

    assert bare_enterprise_attributes("User", body) == {ENTERPRISE.upper(): {"department": "Tour Operations"}}


@pytest.mark.parametrize("value", [None, "", [], {}])
def test_a_bare_attribute_without_a_value_is_left_to_be_ignored(value: Any) -> None:
    body = {"manager": value, ENTERPRISE: {"manager": {"value": "26118915"}}}

    assert bare_enterprise_attributes("User", body) == body


def test_an_extension_that_is_no_object_is_left_to_be_refused() -> None:
    body = {"department": "Tour Operations", ENTERPRISE: "Theme Park"}

    assert bare_enterprise_attributes("User", body) == body


def test_a_group_has_no_enterprise_attributes() -> None:
    body = {"displayName": "Tour Guides", "department": "Tour Operations"}

    assert bare_enterprise_attributes("Group", body) == body


@pytest.mark.parametrize("path", ["manager", "manager.value", "Department", "employeeNumber"])
def test_a_bare_enterprise_path_gets_its_urn(path: str) -> None:
    body = patch({"op": "Replace", "path": path, "value": [{"$ref": None, "value": "26118915"}]})

    changed = bare_enterprise_paths("User", body)

    assert changed["Operations"][0] == body["Operations"][0] | {"path": f"{ENTERPRISE}:{path}"}


def test_a_bare_enterprise_name_in_a_value_gets_its_urn() -> None:
    body = patch({"op": "replace", "value": {"department": "Theme Park", "title": "Guide"}})

    changed = bare_enterprise_paths("User", body)

    assert changed == patch({"op": "replace", "value": {f"{ENTERPRISE}:department": "Theme Park", "title": "Guide"}})


@pytest.mark.parametrize("path", ["managers", "title", "name.manager", f"{ENTERPRISE}:manager", "", "members"])
def test_any_other_path_stays(path: str) -> None:
    body = patch({"op": "replace", "path": path, "value": "x"})

    assert bare_enterprise_paths("User", body) == body


def test_a_groups_paths_stay() -> None:
    body = patch({"op": "replace", "path": "manager", "value": "x"})

    assert bare_enterprise_paths("Group", body) == body


@pytest.mark.parametrize("name", ["emails", "Emails", "phoneNumbers", "addresses", "roles"])
def test_one_object_becomes_a_list_of_it(name: str) -> None:
    assert object_for_a_list("User", {name: {"value": "x"}}) == {name: [{"value": "x"}]}


def test_one_member_becomes_a_list_of_it() -> None:
    assert object_for_a_list("Group", {"members": {"value": "2819c223"}}) == {"members": [{"value": "2819c223"}]}


@pytest.mark.parametrize(
    "body",
    [
        {"name": {"givenName": "Barbara"}},
        {"emails": [{"value": "x"}]},
        {"emails": None},
        {"emails": "x"},
        {"schemas": {}},
    ],
    ids=["a single complex attribute", "a list", "null", "a string", "a simple attribute"],
)
def test_what_needs_no_list_stays(body: dict[str, Any]) -> None:
    assert object_for_a_list("User", body) == body


@pytest.mark.parametrize(
    ("filter_", "standard"),
    [
        ('id eq "x" and manager eq "y"', f'id eq "x" and {ENTERPRISE}:manager eq "y"'),
        ("manager pr", f"{ENTERPRISE}:manager pr"),
        ('(Department sw "T" or title pr)', f'({ENTERPRISE}:Department sw "T" or title pr)'),
        ('manager.value  eq  "y"', f'{ENTERPRISE}:manager.value  eq  "y"'),
    ],
)
def test_a_bare_enterprise_attribute_in_a_filter_gets_its_urn(filter_: str, standard: str) -> None:
    assert bare_enterprise_filters(filter_) == standard


@pytest.mark.parametrize(
    "filter_",
    [
        f'{ENTERPRISE}:manager eq "y"',
        'title eq "manager eq 1"',
        "title eq manager",
        'displayName eq "department"',
        'manager eq "y',
        "manager",
        "",
        "managers pr",
    ],
)
def test_any_other_filter_stays(filter_: str) -> None:
    assert bare_enterprise_filters(filter_) == filter_


def test_an_address_still_encoded_is_decoded() -> None:
    assert doubly_encoded_addresses('userName eq "b%2Bjensen%40example.com"') == 'userName eq "b+jensen@example.com"'


def test_a_plus_sign_in_an_address_is_no_blank() -> None:
    assert doubly_encoded_addresses('userName eq "b+jensen%40example.com"') == 'userName eq "b+jensen@example.com"'


@pytest.mark.parametrize(
    "filter_",
    [
        'userName eq "bjensen@example.com"',
        'userName eq "b%40jensen@example.com"',
        'displayName eq "Tour%20Guides"',
        "userName eq bjensen%40example.com",
        'userName eq "x%40%22 or id pr or userName eq %22"',
        'userName eq "x%40%5C"',
        'userName eq "x%40%00"',
        'userName eq "x%40%FF"',
        'userName eq "x%40',
    ],
)
def test_what_is_no_encoded_address_stays(filter_: str) -> None:
    assert doubly_encoded_addresses(filter_) == filter_


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS.keys())
def test_every_dialect_forgives_a_resource(dialect: Any) -> None:
    body = {"schemas": ["urn:scim:schemas:core:2.0"], "emails": {"value": "bjensen@example.com"}, "department": "Rides"}

    assert dialect.standardise_resource("User", body) == {
        "schemas": [USER],
        "emails": [{"value": "bjensen@example.com"}],
        ENTERPRISE: {"department": "Rides"},
    }


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS.keys())
def test_every_dialect_forgives_a_patch(dialect: Any) -> None:
    body = patch({"op": "add", "path": "manager", "value": "26118915"})

    changed = dialect.standardise_patch("User", body)

    assert changed == patch({"op": "add", "path": f"{ENTERPRISE}:manager", "value": "26118915"})


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS.keys())
@pytest.mark.parametrize("kind", ["User", "Group"])
def test_no_dialect_alters_what_is_standard(dialect: Any, kind: Any) -> None:
    assert dialect.standardise_resource(kind, BARBARA) == BARBARA
    assert dialect.standardise_patch(kind, DAILY) == DAILY


ODD = {
    "schemas": ["urn:scim:schemas:core:2.0", USER],
    "emails": {"value": "bjensen@example.com"},
    "department": "Theme Park",
    "roles": [{"value": '{"value":"Admin"}'}],
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0User": {"division": "Rides"},
    ENTERPRISE: {"manager": {"value": "26118915"}},
}
ODD_PATCH = patch(
    {"op": "Add", "path": "manager", "value": [{"value": "26118915"}]},
    {"op": "add", "path": f"{ENTERPRISE}.department", "value": "Rides"},
    {"op": "add", "value": {"roles": [{"value": '{"value":"Admin"}'}], f"{ENTERPRISE}.costCenter": "4130"}},
)


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS.keys())
def test_no_dialect_alters_its_argument(dialect: Any) -> None:
    resource, operations = copy.deepcopy(ODD), copy.deepcopy(ODD_PATCH)

    dialect.standardise_resource("User", resource)
    dialect.standardise_patch("User", operations)

    assert (resource, operations) == (ODD, ODD_PATCH)


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS.keys())
def test_standardising_twice_is_standardising_once(dialect: Any) -> None:
    resource = dialect.standardise_resource("User", ODD)
    operations = dialect.standardise_patch("User", ODD_PATCH)

    assert dialect.standardise_resource("User", resource) == resource
    assert dialect.standardise_patch("User", operations) == operations


SHAPELESS = [
    None,
    [],
    "text",
    1,
    {},
    {"Operations": None},
    {"Operations": {}},
    {"Operations": [None, [], "x", {}, {"op": 1, "path": 1}, {"path": None, "value": 1}, {"path": "", "value": {}}]},
    {"schemas": [[], {}, None]},
]


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS.keys())
@pytest.mark.parametrize("body", SHAPELESS, ids=repr)
def test_what_has_no_shape_is_left_for_the_protocol_to_refuse(dialect: Any, body: Any) -> None:
    assert dialect.standardise_resource("User", body) == body
    assert dialect.standardise_patch("Group", body) == body
