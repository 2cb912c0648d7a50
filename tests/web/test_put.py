"""PUT over HTTP (RFC 7644 §3.5.1; facts 7, 54-58) and versions (§3.14; facts 82-85)."""

from itertools import pairwise
from typing import Any

import pytest

from tests.bridge import ENTERPRISE, GROUP, USER, Bridge


@pytest.fixture
def user(bridge: Bridge) -> dict[str, Any]:
    return bridge.post_user(title="Guide", externalId="701984", **{ENTERPRISE: {"department": "Tours"}})


def read(bridge: Bridge, path: str) -> dict[str, Any]:
    found: dict[str, Any] = bridge.send("GET", path).get_json(force=True)
    return found


# ── 7, 54-57 ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("method", "endpoint"),
    [("POST", "Users"), ("PUT", "Users"), ("PATCH", "Users"), ("PUT", "Groups"), ("PATCH", "Groups")],
)
def test_a_name_that_is_taken_is_a_409_on_every_verb_and_changes_nothing(
    bridge: Bridge, method: str, endpoint: str
) -> None:
    """RFC 7644 §3.3, Table 9."""
    name, urn = ("userName", USER) if endpoint == "Users" else ("displayName", GROUP)
    make = bridge.post_user if endpoint == "Users" else bridge.post_group
    make("taken@example.com")
    mine = make("mine@example.com")
    path = f"/{endpoint}/{mine['id']}"
    taken = "Taken@EXAMPLE.com"

    if method == "PATCH":
        answer = bridge.patch(path, {"op": "replace", "path": name, "value": taken})
    else:
        answer = bridge.send(method, path if method == "PUT" else "/Users", {"schemas": [urn], name: taken})

    assert (answer.status_code, answer.get_json(force=True)["scimType"]) == (409, "uniqueness")
    assert read(bridge, path) == mine
    assert read(bridge, f"/{endpoint}")["totalResults"] == 2


def test_put_answers_the_whole_resource_with_a_new_version_at_the_same_place(
    bridge: Bridge, user: dict[str, Any]
) -> None:
    bridge.clock.advance(60)
    body = {**user, "title": "Lead"}

    answer = bridge.send("PUT", f"/Users/{user['id']}", body)

    after = answer.get_json(force=True)
    assert (answer.status_code, after) == (200, read(bridge, f"/Users/{user['id']}"))
    assert answer.headers["ETag"] == after["meta"]["version"] != user["meta"]["version"]
    assert after["meta"]["lastModified"] > user["meta"]["lastModified"]
    assert {name: after["meta"][name] for name in ("location", "created", "resourceType")} == {
        name: user["meta"][name] for name in ("location", "created", "resourceType")
    }


@pytest.mark.parametrize("endpoint", ["Users", "Groups"])
def test_put_without_what_is_required_is_refused_and_changes_nothing(bridge: Bridge, endpoint: str) -> None:
    made = bridge.post_user() if endpoint == "Users" else bridge.post_group()
    path = f"/{endpoint}/{made['id']}"

    answer = bridge.send("PUT", path, {"schemas": made["schemas"], "externalId": "x"})

    assert (answer.status_code, answer.get_json(force=True)["scimType"]) == (400, "invalidValue")
    assert read(bridge, path) == made


@pytest.mark.parametrize("endpoint", ["Users", "Groups"])
def test_put_to_an_unknown_id_creates_nothing_at_either_endpoint(bridge: Bridge, endpoint: str) -> None:
    body = {"schemas": [USER], "userName": "x@example.com"}
    if endpoint == "Groups":
        body = {"schemas": [GROUP], "displayName": "x"}

    answer = bridge.send("PUT", f"/{endpoint}/{'0' * 36}", body)

    assert answer.status_code == 404
    assert read(bridge, f"/{endpoint}")["totalResults"] == 0


def test_put_ignores_what_is_read_only(bridge: Bridge, user: dict[str, Any]) -> None:
    strange = {"id": "mine", "meta": {"created": "1970-01-01T00:00:00Z", "version": "x"}, "groups": [{"value": "g"}]}

    after = bridge.send("PUT", f"/Users/{user['id']}", {**user, **strange}).get_json(force=True)

    assert after == user


def test_put_of_a_group_states_its_members_as_a_whole(bridge: Bridge) -> None:
    """`members.value` is immutable: another value is another member."""
    one, two = bridge.post_user("a@example.com"), bridge.post_user("b@example.com")
    group = bridge.post_group("Tour Guides", one["id"])
    body = {"schemas": [GROUP], "displayName": "Tour Guides", "members": [{"value": two["id"]}]}

    after = bridge.send("PUT", f"/Groups/{group['id']}", body).get_json(force=True)

    assert [member["value"] for member in after["members"]] == [two["id"]]
    assert "groups" not in read(bridge, f"/Users/{one['id']}")


# ── 82, 83, 85: versions ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("method", ["POST", "GET", "PUT", "PATCH"])
def test_a_version_is_the_same_in_header_and_body_and_weak(bridge: Bridge, method: str) -> None:
    user = bridge.post_user("other@example.com")
    path = f"/Users/{user['id']}"
    if method == "PATCH":
        answer = bridge.patch(path, {"op": "add", "path": "title", "value": "Guide"})
    else:
        body = None if method == "GET" else {"schemas": [USER], "userName": "b@example.com"}
        answer = bridge.send(method, "/Users" if method == "POST" else path, body)

    assert answer.headers["ETag"] == answer.get_json(force=True)["meta"]["version"]
    assert answer.headers["ETag"].startswith('W/"')


def test_a_version_is_a_header_even_if_meta_is_not_asked_for(bridge: Bridge, user: dict[str, Any]) -> None:
    answer = bridge.send("GET", f"/Users/{user['id']}?attributes=userName")

    assert answer.headers["ETag"] == user["meta"]["version"]


def test_a_version_changes_with_the_representation_and_only_then(bridge: Bridge, user: dict[str, Any]) -> None:
    path = f"/Users/{user['id']}"
    group = bridge.post_group()
    versions = [user["meta"]["version"]]
    changes = [
        lambda: bridge.patch(path, {"op": "replace", "path": "title", "value": "Lead"}),
        lambda: bridge.send("PUT", path, {"schemas": [USER], "userName": user["userName"]}),
        lambda: bridge.patch(
            f"/Groups/{group['id']}", {"op": "add", "path": "members", "value": [{"value": user["id"]}]}
        ),
        lambda: bridge.patch(f"/Groups/{group['id']}", {"op": "remove", "path": "members"}),
        lambda: bridge.patch(path, {"op": "replace", "path": "externalId", "value": "other"}),
    ]
    silent = [
        lambda: bridge.patch(path, {"op": "replace", "path": "active", "value": True}),
        lambda: bridge.patch(f"/Groups/{group['id']}", {"op": "replace", "path": "displayName", "value": "Guides"}),
        lambda: bridge.send("GET", path),
        lambda: bridge.target.accept("bjensen@example.com"),
        bridge.settle,
        bridge.confirm,
    ]

    for change in changes:
        change()
        versions.append(read(bridge, path)["meta"]["version"])
    for event in silent:
        event()
        assert read(bridge, path)["meta"]["version"] == versions[-1]

    assert all(before != after for before, after in pairwise(versions))


@pytest.mark.parametrize("header", ['W/"other"', '"other"', 'W/"x", W/"y"'])
def test_if_none_match_of_other_versions_is_a_full_answer(bridge: Bridge, user: dict[str, Any], header: str) -> None:
    answer = bridge.send("GET", f"/Users/{user['id']}", If_None_Match=header)

    assert (answer.status_code, answer.get_json(force=True)) == (200, user)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("{}", 200),
        ('W/"x", {}', 200),
        ("*", 200),
        ('W/"x"', 412),
        ('"x", "y"', 412),
        ("", 400),
        ("x", 400),
        ('W/"', 400),
    ],
)
def test_if_match_lets_through_what_it_names_on_every_verb(
    bridge: Bridge, user: dict[str, Any], method: str, header: str, status: int
) -> None:
    path, condition = f"/Users/{user['id']}", {"If_Match": header.format(user["meta"]["version"])}
    if method == "PATCH":
        answer = bridge.patch(path, {"op": "replace", "path": "title", "value": "Lead"}, **condition)
    else:
        answer = bridge.send(method, path, {**user, "title": "Lead"} if method == "PUT" else None, **condition)

    assert answer.status_code == (204 if (method, status) == ("DELETE", 200) else status)
    assert status == 200 or read(bridge, path) == user


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "GET"])
@pytest.mark.parametrize("header", ['W/"1"', "*"])
def test_an_unknown_id_is_404_whatever_version_is_named(bridge: Bridge, method: str, header: str) -> None:
    path = "/Users/unknown"
    if method == "PATCH":
        answer = bridge.patch(path, {"op": "remove", "path": "title"}, If_Match=header)
    else:
        body = {"schemas": [USER], "userName": "x@example.com"} if method == "PUT" else None
        answer = bridge.send(method, path, body, If_Match=header)

    assert answer.status_code == 404
