"""Filters over HTTP (RFC 7644 §3.4.2.2; facts 41-52). The grammar as a whole is in `tests.protocol.test_filter`."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote

import pytest

from tests.bridge import ENTERPRISE, USER, Bridge

SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"


@pytest.fixture
def people(bridge: Bridge) -> Bridge:
    bridge.post_user(
        "abel@example.com",
        title='the "boss"',
        externalId="A1",
        emails=[{"value": "abel@example.com", "type": "work"}, {"value": "abel@home.example", "type": "home"}],
        **{ENTERPRISE: {"department": "Tours", "manager": {"value": "26118915"}}},
    )
    bridge.clock.advance(60)
    bridge.post_user("bea@example.com", title="back\\slash", active=False)
    bridge.clock.advance(60)
    bridge.post_user("carl@example.com", title="café", displayName="Carl")
    return bridge


def found(bridge: Bridge, filter: str, endpoint: str = "/Users") -> list[str]:
    answer = bridge.send("GET", f"{endpoint}?filter={quote(filter)}")
    assert answer.status_code == 200, answer.text
    name = "userName" if endpoint == "/Users" else "displayName"
    return [resource[name].partition("@")[0] for resource in answer.get_json(force=True)["Resources"]]


@pytest.mark.parametrize(
    ("filter", "names"),
    [
        # 42, 43: precedence, groups, value paths
        ('title pr and userName sw "a" or userName sw "c"', ["abel", "carl"]),
        ('userName sw "c" or title pr and userName sw "a"', ["abel", "carl"]),
        ('title pr and (userName sw "a" or userName sw "c")', ["abel", "carl"]),
        ('not (userName sw "a") and active eq true', ["carl"]),
        ('not (userName sw "a" or userName sw "b")', ["carl"]),
        ('emails[type eq "home" and value ew "@home.example"]', ["abel"]),
        ('emails[type eq "work" and value ew "@home.example"]', []),
        ('emails.type eq "work" and emails.value ew "@home.example"', ["abel"]),
        # 44: values are JSON
        ('title eq "the \\"boss\\""', ["abel"]),
        ('title eq "back\\\\slash"', ["bea"]),
        ('title eq "caf\\u00e9"', ["carl"]),
        ('title eq "CAFÉ"', ["carl"]),
        ("active eq true", ["abel", "carl"]),
        ("active ne true", ["bea"]),
        # 47, 48: case, several values
        ('externalId eq "a1"', []),
        ('externalId eq "A1"', ["abel"]),
        ('userName eq "ABEL@EXAMPLE.COM"', ["abel"]),
        ('emails co "home.example"', ["abel"]),
        ('emails.value ew "@example.com"', ["abel"]),
        # 50: URNs hold dots and colons
        (f'{USER}:userName eq "bea@example.com"', ["bea"]),
        (f'{USER}:emails[type eq "home"]', ["abel"]),
        (f'{ENTERPRISE}:department eq "tours"', ["abel"]),
        (f'{ENTERPRISE}:manager.value eq "26118915"', ["abel"]),
        (f'{USER}:emails.value eq "abel@example.com" and {ENTERPRISE}:department pr', ["abel"]),
        # 51: what is absent
        ("displayName eq null", ["abel", "bea"]),
        ("displayName ne null", ["carl"]),
        ('displayName ne "Carl"', ["abel", "bea"]),
        ('not (displayName eq "Carl")', ["abel", "bea"]),
        ('displayName eq ""', ["abel", "bea"]),
        ("noSuchAttribute eq null", ["abel", "bea", "carl"]),
        ("noSuchAttribute pr", []),
    ],
)
def test_a_filter_finds_what_it_says(people: Bridge, filter: str, names: list[str]) -> None:
    assert sorted(found(people, filter)) == names


@pytest.mark.parametrize("operator", ["gt", "ge", "lt", "le", "eq", "ne"])
@pytest.mark.parametrize("hours", [0, 2, -5])
def test_times_compare_as_instants_whatever_their_offset(people: Bridge, operator: str, hours: int) -> None:
    users = people.send("GET", "/Users").get_json(force=True)["Resources"]
    created = sorted(datetime.fromisoformat(user["meta"]["created"]) for user in users)
    expected = {"gt": 1, "ge": 2, "lt": 1, "le": 2, "eq": 1, "ne": 2}[operator]
    middle = created[1].astimezone(timezone(timedelta(hours=hours))).isoformat()

    assert len(found(people, f'meta.created {operator} "{middle}"')) == expected


def test_what_changed_since_a_time_is_found(people: Bridge) -> None:
    """What clients that read incrementally send."""
    since = datetime.fromtimestamp(people.clock(), UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    abel = people.send("GET", "/Users?filter=" + quote('userName sw "abel"')).get_json(force=True)["Resources"][0]

    people.patch(f"/Users/{abel['id']}", {"op": "add", "path": "nickName", "value": "A"})

    assert found(people, f'meta.lastModified gt "{since}"') == ["abel"]


def test_what_identity_providers_look_for_is_found(people: Bridge) -> None:
    user = people.send("GET", "/Users?filter=" + quote('externalId eq "A1"')).get_json(force=True)["Resources"][0]
    group = people.post_group("Tour Guides", user["id"], externalId="G1")

    for filter in (
        f'id eq "{group["id"]}"',
        'displayName eq "tour guides"',
        'externalId eq "G1"',
        f'members.value eq "{user["id"]}"',
        f'members[value eq "{user["id"]}"]',
        f'members eq "{user["id"]}" and id eq "{group["id"]}"',
        'displayName eq "Tour Guides" and externalId eq "G1"',
    ):
        assert found(people, filter, "/Groups") == ["Tour Guides"], filter
    for filter in (
        f'id eq "{user["id"]}"',
        'emails[type eq "work"].value eq "abel@example.com"',
        f'groups eq "{group["id"]}"',
    ):
        assert found(people, filter) == ["abel"], filter


def test_an_id_in_another_case_is_another_id(people: Bridge) -> None:
    id = people.send("GET", "/Users").get_json(force=True)["Resources"][0]["id"]

    assert found(people, f'id eq "{id.upper()}"') == ([] if id != id.upper() else ["abel"])


@pytest.mark.parametrize(
    ("filter", "word"),
    [
        ('userName like "x"', "operator"),
        ('userName = "x"', "operator"),
        ("active gt true", "boolean"),
        ("active le false", "boolean"),
        ('x509Certificates.value gt "aGk="', "binary"),
        ('active co "t"', "boolean"),
        ("userName eq bjensen", "quotes"),
        ("userName eq 'bjensen'", "quotes"),
        ('meta.created gt "yesterday"', "date"),
        ('name eq "x"', "complex"),
        ('addresses co "x"', "complex"),
        ('not userName eq "x"', "parentheses"),
        ('userName eq "a" and', "attribute"),
        ('userName eq "a" xor title pr', "and"),
        ("", "early"),
    ],
)
@pytest.mark.parametrize("way", ["GET", ".search"])
def test_what_has_no_answer_is_an_invalid_filter_that_says_why(
    people: Bridge, way: str, filter: str, word: str
) -> None:
    if way == "GET":
        answer = people.send("GET", f"/Users?filter={quote(filter)}")
    else:
        answer = people.send("POST", "/Users/.search", {"schemas": [SEARCH], "filter": filter})

    body: dict[str, Any] = answer.get_json(force=True)
    assert (answer.status_code, body["scimType"]) == (400, "invalidFilter")
    assert word in body["detail"]
