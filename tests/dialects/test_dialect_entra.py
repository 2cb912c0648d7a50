"""The quirks of Microsoft Entra ID, each with what it does and what it leaves alone."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scim.dialects import DIALECTS
from scim.dialects.entra import (
    dotted_extension_paths,
    doubly_encoded_values,
    mistyped_urns,
    roles_as_json_text,
    unquoted_values,
    value_path_compared,
)
from scim.protocol import filter as filters
from scim.protocol.errors import InvalidFilter
from scim.protocol.filter import And, Comparison, Filter, ValuePath

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
MISTYPED = "urn:ietf:params:scim:schemas:extension:enterprise:2.0User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
ROLE = {"id": "06b07648-ecfe-589f-9d2f-6325724a46ee", "value": "25", "displayName": "Role1234"}


def patch(*operations: dict[str, Any]) -> dict[str, Any]:
    return {"schemas": [PATCH], "Operations": list(operations)}


def test_the_misprinted_urn_is_put_right() -> None:
    body = {"schemas": [USER, MISTYPED], MISTYPED: {"department": "Rides"}}

    assert mistyped_urns("User", body) == {"schemas": [USER, ENTERPRISE], ENTERPRISE: {"department": "Rides"}}


def test_the_misprinted_urn_of_a_patch_is_put_right() -> None:
    body = patch() | {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:PatchOp"]}

    assert mistyped_urns("User", body) == patch()


@pytest.mark.parametrize("urn", [ENTERPRISE, USER, "urn:ietf:params:scim:schemas:extension:enterprise:2.0"])
def test_any_other_urn_stays(urn: str) -> None:
    assert mistyped_urns("User", {"schemas": [urn]}) == {"schemas": [urn]}


def test_a_dot_behind_the_enterprise_urn_becomes_a_colon() -> None:
    body = patch(
        {"op": "Add", "path": f"{ENTERPRISE}.department", "value": "Rides"},
        {"op": "Replace", "value": {f"{ENTERPRISE.lower()}.manager.value": "26118915"}},
    )

    assert dotted_extension_paths("User", body) == patch(
        {"op": "Add", "path": f"{ENTERPRISE}:department", "value": "Rides"},
        {"op": "Replace", "value": {f"{ENTERPRISE}:manager.value": "26118915"}},
    )


@pytest.mark.parametrize("path", [ENTERPRISE, f"{ENTERPRISE}:department", f"{ENTERPRISE}.", "name.givenName"])
def test_a_path_without_that_dot_stays(path: str) -> None:
    body = patch({"op": "remove", "path": path})

    assert dotted_extension_paths("User", body) == body


@pytest.mark.parametrize("role", [{"value": json.dumps(ROLE)}, json.dumps(ROLE)], ids=["as the value", "as the role"])
def test_a_role_in_json_text_is_read(role: Any) -> None:
    body = patch({"op": "Add", "path": "roles", "value": [role]})

    changed = roles_as_json_text("User", body)

    assert changed == patch({"op": "Add", "path": "roles", "value": [{"value": "25", "display": "Role1234"}]})


def test_what_a_role_states_itself_is_kept() -> None:
    body = {"roles": [{"value": '{"value":"25","displayName":"Role1234"}', "primary": "True", "display": "Admin"}]}

    assert roles_as_json_text("User", body) == {"roles": [{"value": "25", "primary": "True", "display": "Admin"}]}


@pytest.mark.parametrize(
    "roles",
    [
        [{"value": "Admin"}],
        ["Admin"],
        [{"value": "{not json"}],
        [{"value": '{"id":"1"}'}],
        [{"value": '{"value":1}'}],
        [{"value": '{"a":' * 2000}],
        [{"value": '{"a":' * 800 + "1" + "}" * 800}],
        [{"display": "Admin"}],
        [None],
        "Admin",
        None,
    ],
    ids=lambda roles: json.dumps(roles)[:40],
)
def test_any_other_role_stays(roles: Any) -> None:
    assert roles_as_json_text("User", {"roles": roles}) == {"roles": roles}


def test_json_text_elsewhere_stays() -> None:
    body = {"entitlements": [{"value": json.dumps(ROLE)}], "title": json.dumps(ROLE)}

    assert roles_as_json_text("User", body) == body


@pytest.mark.parametrize(
    ("filter_", "standard"),
    [
        ("externalId eq jyoung", 'externalId eq "jyoung"'),
        (
            "id eq 54D382A4-2050-4C03-94D1-E769F1D15682 and manager eq 2819c223-7f76-453a-919d-413861904646",
            'id eq "54D382A4-2050-4C03-94D1-E769F1D15682" and manager eq "2819c223-7f76-453a-919d-413861904646"',
        ),
        ('userName Eq bjensen@example.com AND id eq "x"', 'userName Eq "bjensen@example.com" AND id eq "x"'),
        ('displayName eq "a eq b" and externalId eq x', 'displayName eq "a eq b" and externalId eq "x"'),
        ("userName eq or", 'userName eq "or"'),
    ],
)
def test_values_without_quotes_get_them(filter_: str, standard: str) -> None:
    assert unquoted_values(filter_) == standard


@pytest.mark.parametrize(
    "filter_",
    [
        'externalId eq "jyoung"',
        "active eq true",
        "active eq FALSE",
        "externalId eq null",
        "externalId eq 701984",
        "userName eq x or id pr",
        "userName eq x and id pr",
        "userName sw x",
        "userName ne x",
        "not (userName eq x)",
        "(userName eq x)",
        "userName eq Barbara Jensen",
        "emails[type eq work]",
        "userName eq",
        "userName eq x)",
        'userName eq "x',
        'userName eq x" or id pr or id eq "',
        "eq eq",
        "",
        "userName eq " + "x" * 5000,
    ],
    ids=lambda text: text[:40],
)
def test_any_other_filter_keeps_its_values(filter_: str) -> None:
    assert unquoted_values(filter_) == filter_


@pytest.mark.parametrize(
    ("filter_", "standard"),
    [
        ('displayName eq "Tour%20Guides"', 'displayName eq "Tour Guides"'),
        ('displayName eq "Caf%C3%A9"', 'displayName eq "Café"'),
        (
            'userName eq "bjensen%40example.com" and active eq true',
            'userName eq "bjensen@example.com" and active eq true',
        ),
    ],
)
def test_values_encoded_twice_are_decoded(filter_: str, standard: str) -> None:
    assert doubly_encoded_values(filter_) == standard


@pytest.mark.parametrize(
    "filter_",
    [
        'displayName eq "100% proof"',
        'displayName eq "5%25" and id%20pr',
        'displayName eq "x%22%20or%20id%20pr%20or%20id%20eq%20%22"',
        'displayName eq "x%5C"',
        'displayName eq "x%0A"',
        'displayName eq "x%FF"',
        'displayName eq "x\\"%20"',
        "displayName%20eq%20x",
    ],
)
def test_what_decoding_would_break_stays(filter_: str) -> None:
    changed = doubly_encoded_values(filter_)

    assert changed in (filter_, filter_.replace("5%25", "5%"))


def test_a_value_path_that_is_compared_gets_its_sub_attribute() -> None:
    assert value_path_compared('emails[type eq "work"] eq "x"') == 'emails[type eq "work"].value eq "x"'


@pytest.mark.parametrize(
    "filter_",
    [
        'emails[type eq "work"].value eq "x"',
        'emails[type eq "work"]',
        'emails[type eq "work"] and id pr',
        'a eq "] eq"',
    ],
)
def test_any_other_value_path_stays(filter_: str) -> None:
    assert value_path_compared(filter_) == filter_


@pytest.mark.parametrize("name", [name for name in DIALECTS if name != "entra"])
@pytest.mark.parametrize(
    "filter_", ["externalId eq jyoung", 'displayName eq "Tour%20Guides"', 'emails[type eq "work"] eq "x"']
)
def test_no_other_dialect_has_these_filters(name: str, filter_: str) -> None:
    assert DIALECTS[name].standardise_filter(filter_) == filter_


WORDS = [
    "userName",
    "id",
    "eq",
    "and",
    "or",
    "not",
    "pr",
    "ne",
    "co",
    "(",
    ")",
    "[",
    "]",
    '"',
    '"x"',
    "x%40y",
    '"x%22"',
]
FILTERS = st.lists(st.sampled_from([*WORDS, "manager", "true", "\\", ".value", "%20"]), max_size=12).map(" ".join)


@given(st.sampled_from(sorted(DIALECTS)), FILTERS)
def test_no_invalid_filter_becomes_more_than_equalities_of_which_all_must_hold(name: str, text: str) -> None:
    try:
        filters.parse(text)
    except InvalidFilter:
        try:
            became = filters.parse(DIALECTS[name].standardise_filter(text))
        except InvalidFilter:
            return
        assert is_narrow(became)


def is_narrow(found: Filter) -> bool:
    match found:
        case Comparison():
            return found.operator == "eq"
        case And():
            return all(map(is_narrow, found.terms))
        case ValuePath():
            return is_narrow(found.filter)
    return False
