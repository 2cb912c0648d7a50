"""DELETE over HTTP (RFC 7644 §3.6; facts 78-81)."""

from typing import Any
from urllib.parse import quote

import pytest

from tests.bridge import GROUP, USER, Bridge

SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"


def test_a_deleted_user_is_in_no_list_no_search_no_filter_and_no_group(bridge: Bridge) -> None:
    user = bridge.post_user(externalId="701984", emails=[{"value": "b@example.com"}])
    group = bridge.post_group("Tour Guides", user["id"])

    answer = bridge.send("DELETE", f"/Users/{user['id']}")

    id, member = user["id"], f'members.value eq "{user["id"]}"'
    filters = [
        f'id eq "{id}"',
        'userName eq "bjensen@example.com"',
        'externalId eq "701984"',
        'emails eq "b@example.com"',
    ]
    queries = ["/Users", "/Users?cursor=", *(f"/Users?filter={quote(filter)}" for filter in filters)]
    queries += [f"/Groups?filter={quote(member)}", f"/?filter={quote(filters[0])}"]
    assert (answer.status_code, answer.data) == (204, b"")
    assert [bridge.send("GET", query).get_json(force=True)["totalResults"] for query in queries] == [0] * len(queries)
    for endpoint in ("/Users/.search", "/.search"):
        found = bridge.send("POST", endpoint, {"schemas": [SEARCH]}).get_json(force=True)["Resources"]
        assert id not in [each["id"] for each in found]
    assert "members" not in bridge.send("GET", f"/Groups/{group['id']}").get_json(force=True)


@pytest.mark.parametrize("endpoint", ["Users", "Groups"])
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_what_was_deleted_is_404_on_every_verb(bridge: Bridge, method: str, endpoint: str) -> None:
    made = bridge.post_user() if endpoint == "Users" else bridge.post_group()
    path = f"/{endpoint}/{made['id']}"
    bridge.send("DELETE", path)

    if method == "PATCH":
        answer = bridge.patch(path, {"op": "replace", "path": "externalId", "value": "x"})
    else:
        answer = bridge.send(method, path, made if method == "PUT" else None)

    assert (answer.status_code, answer.get_json(force=True)["status"]) == (404, "404")


@pytest.mark.parametrize("endpoint", ["Users", "Groups"])
def test_a_name_is_free_again_after_a_delete_and_the_new_resource_has_its_own_id(bridge: Bridge, endpoint: str) -> None:
    make: Any = bridge.post_user if endpoint == "Users" else bridge.post_group
    first = make("again@example.com")
    bridge.send("DELETE", f"/{endpoint}/{first['id']}")

    second = make("again@example.com")

    assert second["id"] != first["id"]
    assert bridge.send("GET", f"/{endpoint}/{first['id']}").status_code == 404


def test_a_deleted_user_is_suspended_in_the_target_and_never_destroyed(bridge: Bridge) -> None:
    """docs/safety.md: people are suspended, never deleted."""
    user = bridge.post_user()
    bridge.target.accept("bjensen@example.com")
    bridge.confirm()

    bridge.send("DELETE", f"/Users/{user['id']}")
    bridge.settle()

    person = bridge.target.find_user("bjensen@example.com")
    assert person is not None
    assert person.state == "suspended"


def test_a_group_that_is_deleted_leaves_its_members(bridge: Bridge) -> None:
    user = bridge.post_user()
    group = bridge.post_group("Tour Guides", user["id"])

    bridge.send("DELETE", f"/Groups/{group['id']}")

    read = bridge.send("GET", f"/Users/{user['id']}").get_json(force=True)
    assert "groups" not in read
    assert read["schemas"] == [USER]
    answer = bridge.send("POST", "/Groups", {"schemas": [GROUP], "displayName": "Tour Guides"})
    assert "members" not in answer.get_json(force=True)
