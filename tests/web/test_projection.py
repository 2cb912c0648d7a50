"""Which attributes an answer holds, whatever the verb (RFC 7644 §3.4.2.5, §3.4.3, §3.9; facts 33-38)."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from tests.bridge import ENTERPRISE, PATCH, USER, Bridge

SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
ALWAYS = {"schemas", "id"}

Ask = Callable[[Bridge, str, str], dict[str, Any]]


@pytest.fixture
def barbara(bridge: Bridge) -> str:
    user = bridge.post_user(
        externalId="701984",
        title="Guide",
        name={"givenName": "Barbara", "familyName": "Jensen"},
        emails=[{"value": "b@example.com", "type": "work"}, {"value": "babs@jensen.org", "type": "home"}],
        **{ENTERPRISE: {"department": "Tours", "manager": {"value": "26118915"}}},
    )
    id: str = user["id"]
    return id


def by_get(bridge: Bridge, id: str, query: str) -> dict[str, Any]:
    found: dict[str, Any] = bridge.send("GET", f"/Users/{id}?{query}").get_json(force=True)
    return found


def by_list(bridge: Bridge, id: str, query: str) -> dict[str, Any]:
    filter = quote(f'id eq "{id}"')
    found: dict[str, Any] = bridge.send("GET", f"/Users?filter={filter}&{query}").get_json(force=True)["Resources"][0]
    return found


def by_root(bridge: Bridge, id: str, query: str) -> dict[str, Any]:
    found: dict[str, Any] = bridge.send("GET", f"/?{query}").get_json(force=True)["Resources"][0]
    return found


def by_put(bridge: Bridge, id: str, query: str) -> dict[str, Any]:
    body = bridge.send("GET", f"/Users/{id}").get_json(force=True)
    found: dict[str, Any] = bridge.send("PUT", f"/Users/{id}?{query}", {**body, "nickName": "B"}).get_json(force=True)
    return found


def by_patch(bridge: Bridge, id: str, query: str) -> dict[str, Any]:
    operation = {"op": "replace", "path": "nickName", "value": "Babs"}
    found: dict[str, Any] = bridge.patch(f"/Users/{id}?{query}", operation).get_json(force=True)
    return found


def by_post(bridge: Bridge, id: str, query: str) -> dict[str, Any]:
    body = bridge.send("GET", f"/Users/{id}").get_json(force=True)
    body |= {"userName": "again@example.com", "emails": [{"value": "again@example.com", "type": "work"}]}
    found: dict[str, Any] = bridge.send("POST", f"/Users?{query}", body).get_json(force=True)
    return found


def by_search(bridge: Bridge, id: str, query: str) -> dict[str, Any]:
    name, _, names = query.partition("=")
    asked = {"schemas": [SEARCH], "filter": f'id eq "{id}"', name: names.split(",")}
    found: dict[str, Any] = bridge.send("POST", "/Users/.search", asked).get_json(force=True)["Resources"][0]
    return found


EVERY_WAY = [by_get, by_list, by_root, by_put, by_patch, by_post, by_search]


@pytest.mark.parametrize("ask", EVERY_WAY)
def test_attributes_narrows_every_answer_to_what_is_asked_and_what_is_always_there(
    bridge: Bridge, barbara: str, ask: Ask
) -> None:
    shown = ask(bridge, barbara, f"attributes=title,EMAILS.value,{ENTERPRISE}:department")

    assert shown.keys() == ALWAYS | {"title", "emails", ENTERPRISE}
    assert {name for email in shown["emails"] for name in email} == {"value"}
    assert shown[ENTERPRISE] == {"department": "Tours"}


@pytest.mark.parametrize("ask", EVERY_WAY)
def test_excluded_attributes_are_left_out_of_every_answer(bridge: Bridge, barbara: str, ask: Ask) -> None:
    shown = ask(bridge, barbara, f"excludedAttributes=Title,name.familyName,meta,{ENTERPRISE}")

    assert shown.keys() >= ALWAYS | {"userName", "emails"}
    assert not shown.keys() & {"title", "meta", ENTERPRISE}
    assert shown["name"] == {"givenName": "Barbara"}


@pytest.mark.parametrize("ask", EVERY_WAY)
def test_what_is_always_returned_cannot_be_excluded(bridge: Bridge, barbara: str, ask: Ask) -> None:
    shown = ask(bridge, barbara, "excludedAttributes=id,schemas,userName")

    assert shown.keys() >= ALWAYS
    assert "userName" not in shown


@pytest.mark.parametrize("ask", EVERY_WAY)
def test_what_is_never_returned_cannot_be_asked_for(bridge: Bridge, barbara: str, ask: Ask) -> None:
    assert ask(bridge, barbara, "attributes=password,noSuchAttribute").keys() == ALWAYS


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        ("name.givenName", {"name"}),
        (f"{USER}:name.givenName", {"name"}),
        (f"{USER}:externalId", {"externalId"}),
        (ENTERPRISE, {ENTERPRISE}),
        (f"{ENTERPRISE}:manager.value", {ENTERPRISE}),
        (f"{USER}:userName,title", {"userName", "title"}),
        ("meta.version", {"meta"}),
        ("userName, title", {"userName", "title"}),
    ],
)
def test_names_may_be_dotted_and_carry_their_urn(bridge: Bridge, barbara: str, names: str, shown: set[str]) -> None:
    assert by_get(bridge, barbara, f"attributes={names}").keys() == ALWAYS | shown


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH"])
def test_both_parameters_exclude_each_other_on_every_verb_and_nothing_happens(
    bridge: Bridge, barbara: str, method: str
) -> None:
    before = bridge.send("GET", "/Users").get_json(force=True)
    body: dict[str, Any] = {"schemas": [USER], "userName": "x@example.com"}
    if method == "PATCH":
        body = {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "title", "value": "x"}]}
    path = "/Users" if method == "POST" else f"/Users/{barbara}"

    answer = bridge.send(method, f"{path}?attributes=title&excludedAttributes=name", None if method == "GET" else body)

    assert (answer.status_code, answer.get_json(force=True)["scimType"]) == (400, "invalidValue")
    assert bridge.send("GET", "/Users").get_json(force=True) == before


@pytest.mark.parametrize("endpoint", ["/Users", "/Groups", ""])
def test_a_search_is_the_same_query_as_a_get(bridge: Bridge, barbara: str, endpoint: str) -> None:
    """RFC 7644 §3.4.3."""
    group = bridge.post_group("Tour Guides", barbara)
    bridge.post_group("Others")
    bridge.post_user("carl@example.com")
    filter = f'id eq "{barbara}" or id eq "{group["id"]}" or userName sw "c" or displayName eq "others"'
    query = f"filter={quote(filter)}&attributes=id,meta&sortBy=id&sortOrder=descending&startIndex=1&count=2"
    asked = {
        "schemas": [SEARCH], "filter": filter, "attributes": ["id", "meta"], "sortBy": "id", "sortOrder": "descending",
        "startIndex": 1, "count": 2,
    }  # fmt: skip

    searched = bridge.send("POST", f"{endpoint}/.search", asked)
    got = bridge.send("GET", f"{endpoint or '/'}?{query}")

    assert searched.get_json(force=True) == got.get_json(force=True)
    assert searched.get_json(force=True)["Resources"]


@pytest.mark.parametrize("endpoint", ["/Users", "/Groups", ""])
@pytest.mark.parametrize("schemas", [None, [], [USER], "x"])
def test_a_search_names_its_schema_at_every_endpoint(bridge: Bridge, endpoint: str, schemas: Any) -> None:
    answer = bridge.send("POST", f"{endpoint}/.search", {"schemas": schemas})

    assert (answer.status_code, answer.get_json(force=True)["scimType"]) == (400, "invalidSyntax")


@pytest.mark.parametrize(
    ("filter", "kinds"),
    [
        ("userName pr", ["User"]),
        ("displayName pr", ["User", "Group"]),
        ("members pr", ["Group"]),
        ('userName ne "x"', ["User", "Group"]),
        ("not (userName pr)", ["Group"]),
        ("userName eq null", ["Group"]),
        (f'{ENTERPRISE}:department eq "tours"', ["User"]),
        ('meta.resourceType eq "Group"', ["Group"]),
    ],
)
def test_at_the_root_an_attribute_foreign_to_a_type_has_no_value_there(
    bridge: Bridge, barbara: str, filter: str, kinds: list[str]
) -> None:
    bridge.patch(f"/Users/{barbara}", {"op": "add", "path": "displayName", "value": "Barbara Jensen"})
    bridge.post_group("Tour Guides", barbara)

    found = bridge.send("GET", f"/?filter={quote(filter)}").get_json(force=True)["Resources"]

    assert [each["meta"]["resourceType"] for each in found] == kinds
