"""Lists, filters, sorting, paging and projection over HTTP (RFC 7644 §3.4.2, §3.9; RFC 9865)."""

import json
from pathlib import Path
from urllib.parse import quote

import pytest

from scim.protocol.discovery import Limits
from tests.bridge import ENTERPRISE, USER, Bridge, make_bridge

LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"


@pytest.fixture
def people(bridge: Bridge) -> Bridge:
    for n, name in enumerate(["dora", "Carl", "bea", "Abel", "eve"]):
        extra = {"title": f"T{n}"} if n % 2 else {}
        bridge.post_user(
            f"{name}@example.com",
            externalId=f"x{n}",
            emails=[{"value": f"{name}@mail.example.com", "type": "work"}],
            **extra,
        )
    return bridge


def names(bridge: Bridge, query: str) -> list[str]:
    answer = bridge.send("GET", f"/Users?{query}")
    assert answer.status_code == 200, answer.text
    return [user["userName"].partition("@")[0] for user in answer.get_json(force=True)["Resources"]]


def test_a_list_is_a_list_response(people: Bridge) -> None:
    body = people.send("GET", "/Users").get_json(force=True)

    assert body["schemas"] == [LIST]
    assert (body["totalResults"], body["startIndex"], body["itemsPerPage"]) == (5, 1, 5)


def test_no_match_is_an_empty_list_not_an_error(people: Bridge) -> None:
    answer = people.send("GET", '/Users?filter=userName eq "nobody@example.com"')

    assert answer.status_code == 200
    assert answer.get_json(force=True)["totalResults"] == 0


def test_unknown_parameters_are_ignored(people: Bridge) -> None:
    assert len(names(people, "verbose=yes&x[]=1")) == 5


@pytest.mark.parametrize(
    ("query", "start", "items"),
    [
        ("startIndex=0&count=2", 1, 2),
        ("startIndex=-5&count=2", 1, 2),
        ("startIndex=4&count=5", 4, 2),
        ("startIndex=6", 6, 0),
        ("count=0", 1, 0),
        ("count=-1", 1, 0),
        ("startIndex=100001&count=100", 100001, 0),
    ],
)
def test_pages_by_index(people: Bridge, query: str, start: int, items: int) -> None:
    body = people.send("GET", f"/Users?{query}").get_json(force=True)

    assert (body["totalResults"], body["startIndex"], body["itemsPerPage"]) == (5, start, items)
    assert len(body["Resources"]) == items


def test_a_page_is_never_larger_than_the_limit(tmp_path: Path) -> None:
    bridge = make_bridge(tmp_path, limits=Limits(default_page=2, max_page=3))
    for n in range(5):
        bridge.post_user(f"u{n}@example.com")

    assert len(names(bridge, "")) == 2
    assert len(names(bridge, "count=1000")) == 3


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7])
def test_paging_by_index_sees_everybody_once(people: Bridge, size: int) -> None:
    seen = [name for start in range(1, 7, size) for name in names(people, f"startIndex={start}&count={size}")]

    assert sorted(seen) == sorted(["dora", "Carl", "bea", "Abel", "eve"])


@pytest.mark.parametrize(
    "extra",
    ["", '&filter=userName co "@"', "&sortBy=userName", '&filter=userName co "@"&sortBy=userName&sortOrder=descending'],
)
@pytest.mark.parametrize("size", [1, 2, 5, 9])
def test_paging_by_cursor_sees_everybody_once(people: Bridge, size: int, extra: str) -> None:
    cursor, seen, pages = "", [], 0
    while pages < 10:
        body = people.send("GET", f"/Users?count={size}{extra}&cursor={cursor}").get_json(force=True)
        seen += [user["userName"] for user in body["Resources"]]
        pages += 1
        if "nextCursor" not in body:
            break
        cursor = body["nextCursor"]

    assert len(seen) == len(set(seen)) == 5
    assert pages == -(-5 // size)


def test_a_cursor_of_another_query_or_token_or_count_is_refused(people: Bridge) -> None:
    cursor = people.send("GET", "/Users?cursor=&count=2").get_json(force=True)["nextCursor"]

    garbled = people.send("GET", f"/Users?count=2&cursor={cursor[:-1]}x").get_json(force=True)
    other_query = people.send("GET", f"/Groups?count=2&cursor={cursor}").get_json(force=True)
    other_count = people.send("GET", f"/Users?count=3&cursor={cursor}").get_json(force=True)
    people.dialect = "okta"
    other_token = people.send("GET", f"/Users?count=2&cursor={cursor}").get_json(force=True)

    assert garbled["scimType"] == other_query["scimType"] == other_token["scimType"] == "invalidCursor"
    assert other_count["scimType"] == "invalidCount"


def test_an_old_cursor_expires(people: Bridge) -> None:
    cursor = people.send("GET", "/Users?cursor=&count=2").get_json(force=True)["nextCursor"]
    people.clock.advance(3601)

    answer = people.send("GET", f"/Users?count=2&cursor={cursor}")

    assert answer.get_json(force=True)["scimType"] == "expiredCursor"


@pytest.mark.parametrize(
    ("filter", "found"),
    [
        ('userName eq "CARL@EXAMPLE.COM"', ["Carl"]),
        ('externalId eq "x2"', ["bea"]),
        ('externalId eq "X2"', []),
        ('emails.value eq "bea@mail.example.com"', ["bea"]),
        ('emails eq "BEA@mail.example.com"', ["bea"]),
        ('emails[type eq "work"].value eq "bea@mail.example.com"', ["bea"]),
        ('emails[type eq "home"].value eq "bea@mail.example.com"', []),
        ('emails[type eq "work" and value co "eve"]', ["eve"]),
        ("title pr", ["Carl", "Abel"]),
        ("not (title pr)", ["dora", "bea", "eve"]),
        ('userName sw "c" or userName sw "e"', ["Carl", "eve"]),
        ('userName sw "c" and active eq true', ["Carl"]),
        ('userName eq "Carl@example.com" and active eq false', []),
        ('userName eq "Carl@example.com" or active eq true', ["dora", "Carl", "bea", "Abel", "eve"]),
        (f'{USER}:userName eq "bea@example.com"', ["bea"]),
        (f'{ENTERPRISE}:department eq "x"', []),
        ('meta.lastModified gt "2011-05-13T04:42:34Z" and title eq "T1"', ["Carl"]),
        ('noSuchAttribute eq "x"', []),
        ("externalId ne null", ["dora", "Carl", "bea", "Abel", "eve"]),
    ],
)
def test_filters(people: Bridge, filter: str, found: list[str]) -> None:
    assert names(people, f"filter={quote(filter)}") == found


def test_an_id_finds_its_user(people: Bridge) -> None:
    id = people.send("GET", "/Users?count=1").get_json(force=True)["Resources"][0]["id"]

    assert len(names(people, f'filter=id eq "{id}"')) == 1
    assert names(people, f'filter=id eq "{id.upper()}x"') == []


@pytest.mark.parametrize(
    "filter",
    [
        "userName eq",
        "active gt true",
        'userName zz "x"',
        "userName eq unquoted",
        'password eq "x"',
        "((",
        'not userName eq "x"',
    ],
)
def test_a_filter_that_is_not_understood_is_refused(people: Bridge, filter: str) -> None:
    answer = people.send("GET", f"/Users?filter={quote(filter)}")

    assert (answer.status_code, answer.get_json(force=True)["scimType"]) == (400, "invalidFilter")


def test_sorting(people: Bridge) -> None:
    assert names(people, "sortBy=userName") == ["Abel", "bea", "Carl", "dora", "eve"]
    assert names(people, "sortBy=userName&sortOrder=descending&count=2") == ["eve", "dora"]
    assert names(people, "sortBy=title")[:2] == ["Carl", "Abel"]
    assert names(people, "sortBy=title&sortOrder=descending")[3:] == ["Abel", "Carl"]


def test_a_search_request_means_what_the_query_means(people: Bridge) -> None:
    body = {"schemas": [SEARCH], "filter": 'userName sw "c"', "attributes": ["userName"], "startIndex": 1, "count": 1}

    found = people.send("POST", "/Users/.search", body).get_json(force=True)
    root = people.send("POST", "/.search", {"schemas": [SEARCH]}).get_json(force=True)

    assert [set(user) for user in found["Resources"]] == [{"schemas", "id", "userName"}]
    assert root["totalResults"] == 5


def test_a_search_request_needs_its_schema(people: Bridge) -> None:
    assert people.send("POST", "/Users/.search", {"filter": "title pr"}).status_code == 400


@pytest.mark.parametrize(
    ("query", "there", "gone"),
    [
        ("attributes=userName", {"userName", "id", "schemas"}, {"emails", "meta"}),
        ("attributes=EMAILS.VALUE", {"emails"}, {"userName"}),
        ("excludedAttributes=emails,id", {"userName", "id"}, {"emails"}),
        (f"attributes={USER}:userName", {"userName"}, {"emails"}),
        ("attributes=noSuchAttribute", {"id"}, {"userName"}),
    ],
)
def test_projection(people: Bridge, query: str, there: set[str], gone: set[str]) -> None:
    for user in people.send("GET", f"/Users?{query}").get_json(force=True)["Resources"]:
        assert there <= user.keys()
        assert not gone & user.keys()


def test_projections_exclude_each_other(people: Bridge) -> None:
    assert people.send("GET", "/Users?attributes=userName&excludedAttributes=emails").status_code == 400


def test_projection_holds_for_every_verb(people: Bridge) -> None:
    created = people.send(
        "POST", "/Users?attributes=userName", {"schemas": [USER], "userName": "z@example.com", "title": "T"}
    )
    id = created.get_json(force=True)["id"]
    patched = people.patch(f"/Users/{id}?excludedAttributes=title", {"op": "replace", "path": "nickName", "value": "Z"})

    assert set(created.get_json(force=True)) == {"schemas", "id", "userName"}
    assert created.headers["Location"].endswith(id)
    assert "title" not in patched.get_json(force=True)


def test_members_are_found_and_left_out_as_asked(bridge: Bridge) -> None:
    user = bridge.post_user()
    group = bridge.post_group("Guides", user["id"])
    bridge.post_group("Others")

    def ids(filter: str) -> list[str]:
        found = bridge.send("GET", f"/Groups?filter={quote(filter)}").get_json(force=True)
        return [each["id"] for each in found["Resources"]]

    assert ids(f'members.value eq "{user["id"]}"') == [group["id"]]
    assert ids(f'id eq "{group["id"]}" and members eq "{user["id"]}"') == [group["id"]]
    assert ids(f'id eq "{group["id"]}" and members eq "nobody"') == []
    assert ids('displayName eq "guides"') == [group["id"]]
    lean = bridge.send("GET", "/Groups?excludedAttributes=members").get_json(force=True)
    assert all("members" not in each for each in lean["Resources"])


def test_logs_keep_no_query_string(people: Bridge, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        people.send("GET", '/Users?filter=userName zz "carl@example.com"')

    assert "http.refused" in [record.message for record in caplog.records]
    assert "carl@example.com" not in json.dumps([str(record.__dict__) for record in caplog.records])
