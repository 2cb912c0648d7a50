"""What the bridge says of itself is so (RFC 7643 §5-§7, RFC 7644 §3.11, §4; facts 39, 40, 87-91)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from scim.protocol.discovery import Limits
from tests.bridge import BASE_URL, ENTERPRISE, GROUP, USER, Bridge, make_bridge

LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
REQUEST = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
PLACES = ["/ServiceProviderConfig", "/ResourceTypes", "/ResourceTypes/User", "/Schemas", f"/Schemas/{USER}"]


def get(bridge: Bridge, path: str) -> dict[str, Any]:
    answer = bridge.send("GET", path)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.get_json(force=True)
    return body


# ── 39, 40, 89: how it is asked ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", PLACES)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_discovery_is_read_only(bridge: Bridge, method: str, path: str) -> None:
    answer = bridge.send(method, path, {})

    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize("path", PLACES)
def test_paging_and_sorting_of_discovery_are_ignored(bridge: Bridge, path: str) -> None:
    query = "startIndex=2&count=1&sortBy=id&sortOrder=descending&cursor=x&attributes=id"

    assert get(bridge, f"{path}?{query}") == get(bridge, path)


@pytest.mark.parametrize("path", PLACES)
def test_a_filter_on_discovery_is_forbidden(bridge: Bridge, path: str) -> None:
    answer = bridge.send("GET", f"{path}?filter={quote('id pr')}")

    assert (answer.status_code, answer.get_json(force=True)["status"]) == (403, "403")


@pytest.mark.parametrize("path", PLACES)
def test_discovery_too_needs_a_token(bridge: Bridge, path: str) -> None:
    answer = bridge.http.get(path)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/Me", "/scim/v2/Me", "/Me?attributes=userName"])
def test_me_is_not_offered(bridge: Bridge, method: str, path: str) -> None:
    answer = bridge.send(method, path, {"schemas": [USER]} if method != "GET" else None)

    assert (answer.status_code, answer.get_json(force=True)["status"]) == (501, "501")


# ── 87, 88: the configuration ─────────────────────────────────────────────────────────────────────────────


def test_every_required_member_of_the_configuration_is_there(bridge: Bridge) -> None:
    """RFC 7643 §5, RFC 9865 §4."""
    config = get(bridge, "/ServiceProviderConfig")

    assert config["schemas"] == ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"]
    for feature in ("patch", "bulk", "filter", "changePassword", "sort", "etag"):
        assert isinstance(config[feature]["supported"], bool)
    assert {type(config["bulk"][name]) for name in ("maxOperations", "maxPayloadSize")} == {int}
    assert type(config["filter"]["maxResults"]) is int
    assert all({"type", "name", "description"} <= scheme.keys() for scheme in config["authenticationSchemes"])
    assert {type(config["pagination"][name]) for name in ("cursor", "index")} == {bool}
    assert config["meta"] == {
        "resourceType": "ServiceProviderConfig",
        "location": f"{BASE_URL}/ServiceProviderConfig",
    }


LIMITS = Limits(default_page=2, max_page=3, bulk_operations=4, bulk_bytes=1500, body_bytes=3000, cursor_seconds=60)


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[Bridge]:
    bridge = make_bridge(tmp_path, limits=LIMITS)
    for n in range(5):
        bridge.post_user(f"u{n}@example.com", title=f"T{n}")
    yield bridge
    bridge.store.close()


def test_patch_is_supported_as_advertised(limited: Bridge) -> None:
    user = limited.post_user()

    answer = limited.patch(f"/Users/{user['id']}", {"op": "add", "path": "title", "value": "Guide"})

    assert get(limited, "/ServiceProviderConfig")["patch"] == {"supported": True}
    assert answer.status_code == 200


def test_bulk_is_limited_as_advertised(limited: Bridge) -> None:
    bulk = get(limited, "/ServiceProviderConfig")["bulk"]
    delete = {"method": "DELETE", "path": "/Users/x"}
    filler = {"schemas": [REQUEST], "Operations": [delete], "x": "x" * bulk["maxPayloadSize"]}

    at_most = limited.send("POST", "/Bulk", {"schemas": [REQUEST], "Operations": [delete] * bulk["maxOperations"]})
    more = limited.send("POST", "/Bulk", {"schemas": [REQUEST], "Operations": [delete] * (bulk["maxOperations"] + 1)})
    larger = limited.send("POST", "/Bulk", filler)

    assert bulk == {"supported": True, "maxOperations": 4, "maxPayloadSize": 1500}
    assert (at_most.status_code, more.status_code, larger.status_code) == (200, 413, 413)


def test_results_of_a_filter_are_limited_as_advertised(limited: Bridge) -> None:
    filter = get(limited, "/ServiceProviderConfig")["filter"]

    body = get(limited, f"/Users?count=1000&filter={quote('title pr')}")

    assert filter == {"supported": True, "maxResults": 3}
    assert (len(body["Resources"]), body["totalResults"]) == (3, 5)


def test_sorting_is_supported_as_advertised(limited: Bridge) -> None:
    body = get(limited, "/Users?sortBy=title&sortOrder=descending")

    assert get(limited, "/ServiceProviderConfig")["sort"] == {"supported": True}
    assert [user["title"] for user in body["Resources"]] == ["T4", "T3"]


def test_entity_tags_are_supported_as_advertised(limited: Bridge) -> None:
    user = limited.post_user()
    answer = limited.send("GET", f"/Users/{user['id']}")

    again = limited.send("GET", f"/Users/{user['id']}", If_None_Match=answer.headers["ETag"])

    assert get(limited, "/ServiceProviderConfig")["etag"] == {"supported": True}
    assert answer.headers["ETag"] == answer.get_json(force=True)["meta"]["version"]
    assert answer.headers["ETag"].startswith('W/"')
    assert again.status_code == 304


def test_passwords_cannot_be_changed_as_advertised(limited: Bridge) -> None:
    user = limited.post_user()

    answer = limited.patch(f"/Users/{user['id']}", {"op": "replace", "path": "password", "value": "t1meMa$heen"})

    assert get(limited, "/ServiceProviderConfig")["changePassword"] == {"supported": False}
    assert answer.get_json(force=True) == user


def test_pagination_is_as_advertised(limited: Bridge) -> None:
    pagination = get(limited, "/ServiceProviderConfig")["pagination"]
    first = get(limited, "/Users?cursor=")
    limited.clock.advance(LIMITS.cursor_seconds + 1)

    late = limited.send("GET", f"/Users?cursor={first['nextCursor']}").get_json(force=True)

    assert pagination == {
        "cursor": True, "index": True, "defaultPaginationMethod": "index", "defaultPageSize": 2, "maxPageSize": 3,
        "cursorTimeout": 60,
    }  # fmt: skip
    assert len(first["Resources"]) == len(get(limited, "/Users")["Resources"]) == 2
    assert len(get(limited, "/Users?count=100")["Resources"]) == 3
    assert "startIndex" in get(limited, "/Users")
    assert late["scimType"] == "expiredCursor"


def test_the_way_to_authenticate_that_is_advertised_opens_and_no_other_does(limited: Bridge) -> None:
    schemes = get(limited, "/ServiceProviderConfig")["authenticationSchemes"]

    basic = limited.http.get("/Users", auth=("u", limited.tokens["rfc"]))

    assert [scheme["type"] for scheme in schemes] == ["oauthbearertoken"]
    assert basic.status_code == 401


# ── 90, 91: schemas and resource types ────────────────────────────────────────────────────────────────────


def test_schemas_are_a_list_response_of_every_schema_in_use_and_of_no_message(bridge: Bridge) -> None:
    body = get(bridge, "/Schemas")

    assert (body["schemas"], body["totalResults"]) == ([LIST], 3)
    assert {schema["id"] for schema in body["Resources"]} == {USER, GROUP, ENTERPRISE}


@pytest.mark.parametrize("urn", [USER, GROUP, ENTERPRISE])
@pytest.mark.parametrize("spell", [str, str.upper, str.lower, lambda urn: quote(urn, safe="")])
def test_a_schema_is_found_by_its_urn_in_any_case(bridge: Bridge, spell: Any, urn: str) -> None:
    schema = get(bridge, f"/Schemas/{spell(urn)}")

    assert schema in get(bridge, "/Schemas")["Resources"]
    assert (schema["id"], schema["meta"]["location"]) == (urn, f"{BASE_URL}/Schemas/{urn}")


@pytest.mark.parametrize("urn", ["urn:unknown", REQUEST, LIST, "x", f"{USER}:userName"])
def test_a_schema_that_is_none_is_not_found(bridge: Bridge, urn: str) -> None:
    assert bridge.send("GET", f"/Schemas/{urn}").status_code == 404


def test_a_resource_type_names_schemas_that_exist_and_an_endpoint_that_works(bridge: Bridge) -> None:
    schemas = {schema["id"] for schema in get(bridge, "/Schemas")["Resources"]}
    types = get(bridge, "/ResourceTypes")["Resources"]

    assert [(type["id"], type["name"], type["endpoint"]) for type in types] == [
        ("User", "User", "/Users"), ("Group", "Group", "/Groups"),
    ]  # fmt: skip
    for type in types:
        assert {type["schema"], *(extension["schema"] for extension in type["schemaExtensions"])} <= schemas
        assert get(bridge, type["endpoint"])["schemas"] == [LIST]
        assert get(bridge, type["meta"]["location"].removeprefix(BASE_URL)) == type


@pytest.mark.parametrize("path", PLACES)
def test_every_location_that_discovery_gives_leads_to_what_it_is_the_location_of(bridge: Bridge, path: str) -> None:
    body = get(bridge, path)

    for resource in body.get("Resources", [body]):
        assert get(bridge, resource["meta"]["location"].removeprefix(BASE_URL)) == resource
