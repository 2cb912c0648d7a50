"""What a name and a value mean, in bodies, PATCH, filters and projections alike (RFC 7643 §2, §3, §7; facts 16-26)."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.bridge import ENTERPRISE, GROUP, PATCH, USER, Bridge

SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
DEPARTMENT = f"{ENTERPRISE}:department"


def user_of(bridge: Bridge, id: str) -> dict[str, Any]:
    found: dict[str, Any] = bridge.send("GET", f"/Users/{id}").get_json(force=True)
    return found


def found_by(bridge: Bridge, filter: str) -> list[str]:
    body = bridge.send("GET", f"/Users?filter={quote(filter)}").get_json(force=True)
    return [user["id"] for user in body["Resources"]]


# ── 21: names and URNs in any case ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("spell", [str.upper, str.lower, str.swapcase])
def test_a_body_may_spell_every_name_in_any_case(bridge: Bridge, spell: Any) -> None:
    body = {
        spell("schemas"): [spell(USER), spell(ENTERPRISE)],
        spell("userName"): "bjensen@example.com",
        spell("externalId"): "X",
        spell("name"): {spell("familyName"): "Jensen"},
        spell("emails"): [{spell("value"): "b@example.com", spell("type"): "work", spell("primary"): True}],
        spell(ENTERPRISE): {spell("department"): "Tours"},
    }

    user = bridge.send("POST", "/Users", body).get_json(force=True)

    assert user["schemas"] == [USER, ENTERPRISE]
    assert user["emails"] == [{"value": "b@example.com", "type": "work", "primary": True}]
    assert (user["externalId"], user["name"]) == ("X", {"familyName": "Jensen"})
    assert user[ENTERPRISE] == {"department": "Tours"}


@pytest.mark.parametrize(
    "path",
    ['EMAILS[TYPE EQ "work"].VALUE', 'emails[Type eq "work"].Value', f'{USER.upper()}:emails[type eq "work"].value'],
)
def test_a_patch_may_spell_paths_and_messages_in_any_case(bridge: Bridge, path: str) -> None:
    user = bridge.post_user(emails=[{"type": "work", "value": "b@example.com"}])
    body = {"SCHEMAS": [PATCH.upper()], "operations": [{"OP": "Replace", "Path": path, "VALUE": "c@example.com"}]}

    answer = bridge.send("PATCH", f"/Users/{user['id']}", body).get_json(force=True)

    assert answer["emails"] == [{"type": "work", "value": "c@example.com"}]


@pytest.mark.parametrize("path", [DEPARTMENT, DEPARTMENT.upper(), DEPARTMENT.swapcase()])
def test_an_extension_is_patched_by_its_urn_in_any_case(bridge: Bridge, path: str) -> None:
    user = bridge.post_user()

    bridge.patch(f"/Users/{user['id']}", {"op": "add", "path": path, "value": "Tours"})

    assert user_of(bridge, user["id"])[ENTERPRISE] == {"department": "Tours"}


@pytest.mark.parametrize(
    "filter",
    [
        'USERNAME eq "bjensen@example.com"',
        'username EQ "bjensen@example.com"',
        'emails[TYPE Eq "work" AND Value sw "b"]',
        f'{USER.upper()}:UserName eq "bjensen@example.com"',
        f'{DEPARTMENT.swapcase()} eq "tours"',
        "NAME.FAMILYNAME PR",
        'Meta.ResourceType eq "User"',
        'NOT (username eq "x") Or title pr',
    ],
)
def test_a_filter_may_spell_names_and_operators_in_any_case(bridge: Bridge, filter: str) -> None:
    user = bridge.post_user(
        name={"familyName": "Jensen"},
        emails=[{"type": "work", "value": "b@example.com"}],
        **{ENTERPRISE: {"department": "Tours"}},
    )

    assert found_by(bridge, filter) == [user["id"]]


@pytest.mark.parametrize("name", ["NICKNAME", "nickname", f"{USER.lower()}:NickName"])
def test_projections_and_sorting_may_spell_names_in_any_case(bridge: Bridge, name: str) -> None:
    bridge.post_user("a@example.com", nickName="Zoe")
    bridge.post_user("b@example.com", nickName="Abe")

    shown = bridge.send("GET", f"/Users?attributes={name}&sortBy={name}").get_json(force=True)["Resources"]
    hidden = bridge.send("GET", f"/Users?excludedAttributes={name}").get_json(force=True)["Resources"]

    assert [user["nickName"] for user in shown] == ["Abe", "Zoe"]
    assert all("nickName" not in user and "userName" in user for user in hidden)


def test_a_search_may_spell_its_members_in_any_case(bridge: Bridge) -> None:
    user = bridge.post_user()
    body = {"Schemas": [SEARCH.upper()], "FILTER": f'id eq "{user["id"]}"', "ATTRIBUTES": ["USERNAME"], "Count": 1}

    found = bridge.send("POST", "/Users/.search", body).get_json(force=True)["Resources"]

    assert [set(each) for each in found] == [{"schemas", "id", "userName"}]


# ── 16, 18, 20: ids, schemas, nothing ─────────────────────────────────────────────────────────────────────


def test_an_id_stays_through_every_change_and_is_never_given_again(bridge: Bridge) -> None:
    user, group = bridge.post_user(), bridge.post_group()
    path = f"/Users/{user['id']}"

    patched = bridge.patch(path, {"op": "replace", "path": "userName", "value": "babs@example.com"})
    put = bridge.send("PUT", path, {"schemas": [USER], "id": group["id"], "userName": "barbara@example.com"})
    bridge.send("DELETE", path)
    again = bridge.post_user()

    assert patched.get_json(force=True)["id"] == put.get_json(force=True)["id"] == user["id"]
    assert len({user["id"], group["id"], again["id"]}) == 3
    assert not any("bulkid" in id.lower() for id in (user["id"], group["id"], again["id"]))


@pytest.mark.parametrize(
    "schemas",
    [None, [], "x", USER, [7], [[USER]], {"a": USER}, [GROUP], [ENTERPRISE], [USER, USER], [USER, USER.upper()]],
)
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_schemas_that_do_not_name_a_user_once_are_refused(bridge: Bridge, method: str, schemas: Any) -> None:
    path = "/Users" if method == "POST" else f"/Users/{bridge.post_user()['id']}"

    answer = bridge.send(method, path, {"schemas": schemas, "userName": "x@example.com"})

    assert (answer.status_code, answer.get_json(force=True)["scimType"]) == (400, "invalidSyntax")


@pytest.mark.parametrize("schemas", [[USER, ENTERPRISE], [ENTERPRISE, USER]])
def test_the_order_of_schemas_makes_no_difference(bridge: Bridge, schemas: list[str]) -> None:
    user = bridge.post_user(schemas=schemas, **{ENTERPRISE: {"department": "Tours"}})

    assert user["schemas"] == [USER, ENTERPRISE]


@pytest.mark.parametrize("nothing", [None, [], "", {}, [None], [{}], [{"value": None}], [{"value": ""}]])
def test_nothing_is_unassigned_wherever_it_is_written(bridge: Bridge, nothing: Any) -> None:
    """RFC 7643 §2.5. Identity providers clear with "" and {} too; each is read as null."""
    emails = [{"value": "b@example.com"}]
    posted = bridge.post_user("posted@example.com", emails=nothing)
    put, patched = (
        bridge.post_user("put@example.com", emails=emails),
        bridge.post_user(emails=[{"value": "c@example.com"}]),
    )

    bridge.send("PUT", f"/Users/{put['id']}", {"schemas": [USER], "userName": "put@example.com", "emails": nothing})
    bridge.patch(f"/Users/{patched['id']}", {"op": "replace", "path": "emails", "value": nothing})

    for user in (posted, put, patched):
        assert "emails" not in user_of(bridge, user["id"])
    assert found_by(bridge, "emails pr") == []
    assert len(found_by(bridge, "emails eq null")) == len(found_by(bridge, "not (emails.value pr)")) == 3


def test_a_put_with_null_takes_away_what_it_names(bridge: Bridge) -> None:
    user = bridge.post_user(title="Guide", name={"givenName": "Barbara", "familyName": "Jensen"})
    body = {
        "schemas": [USER],
        "userName": user["userName"],
        "title": None,
        "name": {"givenName": None, "familyName": "J"},
    }

    replaced = bridge.send("PUT", f"/Users/{user['id']}", body).get_json(force=True)

    assert "title" not in replaced
    assert replaced["name"] == {"familyName": "J"}


# ── 22-24, 26: types, case, primary, addresses ────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["startIndex", "count"])
@pytest.mark.parametrize("number", [1.5, 1.0, 1e2, True, "1", [1]])
def test_an_integer_has_no_fraction_no_exponent_and_no_quotes(bridge: Bridge, name: str, number: Any) -> None:
    """The integers of this protocol are those of its messages (RFC 7643 §2.3.4); users and groups have none."""
    answer = bridge.send("POST", "/Users/.search", {"schemas": [SEARCH], name: number})

    assert (answer.status_code, answer.get_json(force=True)["scimType"]) == (400, "invalidSyntax")


def test_the_order_of_members_of_an_object_makes_no_difference(bridge: Bridge) -> None:
    """RFC 7643 §2.3.8."""
    user = bridge.post_user(name={"givenName": "Barbara", "familyName": "Jensen"}, title="Guide")
    body = dict(reversed({**user, "name": {"familyName": "Jensen", "givenName": "Barbara"}}.items()))

    answer = bridge.send("PUT", f"/Users/{user['id']}", body)

    assert answer.get_json(force=True)["meta"] == user["meta"]


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("externalId", "AbC"),
        ("profileUrl", "https://Example.com/Babs"),
        ("userName", "BJensen@Example.COM"),
        ("displayName", "bABS jENSEN"),
        ("x509Certificates", [{"value": "aGVsbG8gV29ybGQ="}]),
        ("emails", [{"value": "B.Jensen@Example.COM", "type": "Work"}]),
    ],
)
def test_a_value_is_returned_in_the_case_it_was_given(bridge: Bridge, attribute: str, value: Any) -> None:
    user = bridge.post_user(**{"user_name": "bjensen@example.com"} if attribute != "userName" else {"user_name": value})

    bridge.patch(f"/Users/{user['id']}", {"op": "replace", "path": attribute, "value": value})

    assert user_of(bridge, user["id"])[attribute] == value


def test_a_primary_that_is_not_stated_counts_as_false(bridge: Bridge) -> None:
    emails = [{"value": "a@example.com"}, {"value": "b@example.com", "primary": True}]
    user = bridge.post_user(emails=emails)

    assert user["emails"] == emails
    assert found_by(bridge, 'emails[value eq "a@example.com" and primary eq false]') == [user["id"]]
    assert found_by(bridge, 'emails[value eq "a@example.com" and primary eq true]') == []


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_two_primary_values_are_refused_in_a_change_too(bridge: Bridge, method: str) -> None:
    user = bridge.post_user()
    emails = [{"value": "a@example.com", "primary": True}, {"value": "b@example.com", "primary": True}]
    whole = {"schemas": [USER], "userName": user["userName"], "emails": emails}
    patch = {"schemas": [PATCH], "Operations": [{"op": "add", "path": "emails", "value": emails}]}

    answer = bridge.send(method, f"/Users/{user['id']}", whole if method == "PUT" else patch)

    assert (answer.status_code, answer.get_json(force=True)["scimType"]) == (400, "invalidValue")


def test_an_address_is_invited_with_its_local_part_as_given_and_its_domain_in_lower_case(bridge: Bridge) -> None:
    """RFC 7643 §4.1.2, RFC 5321 §2.4: only the domain has no case."""
    user = bridge.post_user(emails=[{"value": "B.Jensen+Tours@EXAMPLE.Com", "primary": True}])

    invited = [person.email for person in bridge.target.users() if person.email != "owner@example.com"]

    assert invited == ["B.Jensen+Tours@example.com"]
    assert user["emails"][0]["value"] == "B.Jensen+Tours@EXAMPLE.Com"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_a_password_is_dropped_wherever_it_comes(bridge: Bridge, method: str) -> None:
    canary = "t1meMa$heen"
    user = bridge.post_user("other@example.com")
    body = {"schemas": [USER], "userName": "x@example.com", "password": canary}
    patch = {
        "schemas": [PATCH],
        "Operations": [
            {"op": "replace", "path": "password", "value": canary},
            {"op": "add", "value": {"password": canary}},
        ],
    }
    path = "/Users" if method == "POST" else f"/Users/{user['id']}"

    answer = bridge.send(method, f"{path}?attributes=password", patch if method == "PATCH" else body)

    everything = json.dumps([answer.get_json(force=True), bridge.send("GET", "/Users").get_json(force=True)])
    stored = repr([*bridge.store.scan("User"), *bridge.store.events(50), bridge.target.world()])
    assert answer.status_code in (200, 201)
    assert canary not in everything + stored
    assert "password" not in answer.get_json(force=True)
