"""Paging by cursor over HTTP (RFC 9865; facts 94-97)."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from scim import tokens
from tests.bridge import Bridge

SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"


@pytest.fixture
def people(bridge: Bridge) -> Bridge:
    for n in range(7):
        bridge.post_user(f"u{n}@example.com", externalId=f"x{n}")
    return bridge


def page(bridge: Bridge, query: str) -> dict[str, Any]:
    answer = bridge.send("GET", f"/Users?{query}")
    body: dict[str, Any] = answer.get_json(force=True)
    return body


def pages(bridge: Bridge, query: str) -> Iterator[dict[str, Any]]:
    cursor = ""
    while True:
        body = page(bridge, f"{query}&cursor={cursor}")
        yield body
        if "nextCursor" not in body:
            return
        cursor = body["nextCursor"]


@pytest.mark.parametrize("query", ["count=3&cursor", "count=3&cursor="])
def test_a_cursor_without_a_value_asks_for_the_first_page(people: Bridge, query: str) -> None:
    body = page(people, query)

    assert (len(body["Resources"]), body["totalResults"], body["itemsPerPage"]) == (3, 7, 3)
    assert body["nextCursor"]
    assert "previousCursor" not in body


@pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 8])
@pytest.mark.parametrize("query", ["", f"filter={quote('externalId pr')}", "sortBy=userName"])
def test_the_next_cursor_is_missing_on_the_last_page_and_on_no_other(people: Bridge, query: str, size: int) -> None:
    found = list(pages(people, f"{query}&count={size}"))

    assert [len(body["Resources"]) for body in found] == [size] * (7 // size) + [7 % size] * (7 % size > 0)
    assert {body["totalResults"] for body in found} == {7}


def test_a_search_pages_by_cursor_too(people: Bridge) -> None:
    asked = {"schemas": [SEARCH], "count": 5, "cursor": ""}

    first = people.send("POST", "/Users/.search", asked).get_json(force=True)
    last = people.send("POST", "/Users/.search", asked | {"cursor": first["nextCursor"]}).get_json(force=True)

    assert len({user["id"] for user in first["Resources"] + last["Resources"]}) == 7
    assert "nextCursor" not in last


def test_who_does_not_ask_for_a_cursor_gets_none(people: Bridge) -> None:
    body = page(people, "count=3")

    assert "nextCursor" not in body
    assert body["startIndex"] == 1


def test_who_comes_or_goes_meanwhile_moves_nobody_else(people: Bridge) -> None:
    first = page(people, "count=3&cursor=")
    for gone in (first["Resources"][0], first["Resources"][2]):
        people.send("DELETE", f"/Users/{gone['id']}")

    rest = page(people, f"count=3&cursor={first['nextCursor']}")
    last = page(people, f"count=3&cursor={rest['nextCursor']}")

    seen = [user["userName"] for body in (first, rest, last) for user in body["Resources"]]
    assert sorted(seen) == [f"u{n}@example.com" for n in range(7)]


@pytest.mark.parametrize("count", ["x", "1.5", "", "1e3", "0x10", "five"])
@pytest.mark.parametrize("first", [True, False])
def test_a_count_that_is_none_is_an_invalid_count(people: Bridge, first: bool, count: str) -> None:
    cursor = "" if first else page(people, "count=3&cursor=")["nextCursor"]

    body = page(people, f"count={count}&cursor={cursor}")

    assert (body["status"], body["scimType"]) == ("400", "invalidCount")


def test_a_forged_cursor_a_foreign_one_and_one_of_another_query_are_refused_in_the_same_words(people: Bridge) -> None:
    cursor = page(people, "count=3&cursor=")["nextCursor"]
    other_filter = page(people, f"filter={quote('externalId pr')}&count=3&cursor={cursor}")
    other_order = page(people, f"sortBy=userName&count=3&cursor={cursor}")
    other_type = people.send("GET", f"/Groups?count=3&cursor={cursor}").get_json(force=True)
    forged = [page(people, f"count=3&cursor={text}") for text in (cursor[:-2] + "xx", "x", "A" * 80, "x" * 5000, "%00")]
    people.dialect = "okta"
    foreign = page(people, f"count=3&cursor={cursor}")

    bodies = [other_filter, other_order, other_type, foreign, *forged]

    assert {body["scimType"] for body in bodies} == {"invalidCursor"}
    assert len({body["detail"] for body in bodies}) == 1


def test_a_cursor_is_of_unreserved_characters_and_tells_no_filter(people: Bridge) -> None:
    cursor = page(people, "filter=" + quote('externalId sw "x"') + "&count=3&cursor=")["nextCursor"]

    assert re.fullmatch(r"[A-Za-z0-9._~-]+", cursor)
    assert people.http.get(f"/Users?count=3&cursor={cursor}").status_code == 401


def test_a_cursor_opens_nothing_once_its_token_is_revoked(people: Bridge) -> None:
    token = people.tokens["rfc"]
    cursor = page(people, "count=3&cursor=")["nextCursor"]
    secrets = people.http.application.extensions["scim"].tokens._secrets
    record = next(record for record in tokens.read(secrets, "tokens") if record.client == "rfc")
    tokens.revoke(secrets, "tokens", record.id, people.clock())
    people.clock.advance(61)

    answer = people.http.get(f"/Users?count=3&cursor={cursor}", headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 401
