"""Media types, versions in the URL, the words of errors (RFC 7644 §1.3, §3.8, §3.12, §3.13; facts 1-12)."""

import json
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from werkzeug.test import TestResponse

from tests.bridge import GROUP, USER, Bridge

SCIM = "application/scim+json"
SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
TABLE_9 = {
    "invalidFilter", "tooMany", "uniqueness", "mutability", "invalidSyntax", "invalidPath", "noTarget", "invalidValue",
    "invalidVers", "sensitive",
}  # fmt: skip


def post_raw(bridge: Bridge, data: bytes, **headers: str) -> TestResponse:
    return bridge.http.post(
        "/Users",
        data=data,
        headers={
            "Authorization": f"Bearer {bridge.tokens['rfc']}",
            **{k.replace("_", "-"): v for k, v in headers.items()},
        },
    )


@pytest.mark.parametrize(
    "content_type",
    [SCIM, "application/json", f"{SCIM}; charset=utf-8", "application/json;charset=UTF-8", "APPLICATION/SCIM+JSON", ""],
)
def test_both_json_media_types_are_read_as_utf_8(bridge: Bridge, content_type: str) -> None:
    body = {"schemas": [USER], "userName": "bjensen@example.com", "name": {"givenName": "Bärbel 😀"}}
    headers = {"Content_Type": content_type} if content_type else {}

    answer = post_raw(bridge, json.dumps(body, ensure_ascii=False).encode(), **headers)

    assert answer.status_code == 201
    assert json.loads(answer.data.decode("utf-8"))["name"]["givenName"] == "Bärbel 😀"


@pytest.mark.parametrize(
    "accept", [None, SCIM, "application/json", "*/*", f"{SCIM}, application/json;q=0.5", "text/html"]
)
def test_whatever_is_accepted_the_answer_is_scim_json(bridge: Bridge, accept: str | None) -> None:
    answer = bridge.send("GET", "/Users", **({} if accept is None else {"Accept": accept}))

    assert (answer.status_code, answer.content_type) == (200, SCIM)


def faulty(bridge: Bridge) -> dict[str, TestResponse]:
    """One request for each way to be a 400."""
    user, group = bridge.post_user(), bridge.post_group()
    path = f"/Users/{user['id']}"
    return {
        "invalidFilter": bridge.send("GET", "/Users?filter=userName zz 1"),
        "mutability": bridge.patch(path, {"op": "replace", "path": "id", "value": "x"}),
        "invalidSyntax": bridge.send("POST", "/Users", {"userName": "x@example.com"}),
        "invalidPath": bridge.patch(path, {"op": "replace", "path": "emails[0]", "value": "x"}),
        "noTarget": bridge.patch(path, {"op": "remove"}),
        "invalidValue": bridge.send("POST", "/Users", {"schemas": [USER], "userName": "x@example.com", "active": 7}),
        "invalidVers": bridge.send("GET", "/v1/Users"),
        "invalidValue of a group": bridge.send("PUT", f"/Groups/{group['id']}", {"schemas": [GROUP]}),
        "invalidCursor": bridge.send("GET", "/Users?cursor=x"),
    }


def test_a_400_says_which_fault_it_is_in_the_words_of_table_9(bridge: Bridge) -> None:
    answers = faulty(bridge)

    found = {name: answer.get_json(force=True)["scimType"] for name, answer in answers.items()}
    assert {answer.status_code for answer in answers.values()} == {400}
    assert found == {name: name.partition(" ")[0] for name in answers}
    assert set(found.values()) <= TABLE_9 | {
        "invalidCursor",
        "expiredCursor",
        "invalidCount",
    }  # RFC 9865 §2.1 adds three


def test_the_status_in_the_body_is_the_status_as_text(bridge: Bridge) -> None:
    for answer in faulty(bridge).values():
        assert answer.get_json(force=True)["status"] == str(answer.status_code)


def test_an_error_never_repeats_what_was_sent(bridge: Bridge) -> None:
    canary = "canary-3141592653"
    bridge.post_user(password=canary)
    filters = [
        f'userName eq "{canary}',
        f'password eq "{canary}"',
        f'userName zz "{canary}"',
        f'emails[type eq "{canary}"',
    ]
    bodies: list[Any] = [{"schemas": [USER], "password": canary, "userName": 7}, {"password": canary}]

    texts = [bridge.send("GET", f"/Users?filter={filter}").text for filter in filters]
    texts += [bridge.send("POST", "/Users/.search", {"schemas": [SEARCH], "filter": filter}).text for filter in filters]
    texts += [bridge.send("POST", "/Users", body).text for body in bodies]
    texts += [bridge.http.get("/Users", headers={"Authorization": f"Bearer {canary}"}).text]
    texts += [post_raw(bridge, f'{{"password": "{canary}'.encode()).text]

    assert [text for text in texts if canary in text or "Traceback" in text] == []


@pytest.mark.parametrize(
    "path", ["/v1/Users", "/scim/v1/Users", "/v3", "/v2.1/Users", "/scim/v10/Users", "/scim/v1.1", "/scim/v2/v1/Users"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_another_version_is_never_served(bridge: Bridge, method: str, path: str) -> None:
    answer = bridge.send(method, path)

    assert (answer.status_code, answer.get_json(force=True)["scimType"]) == (400, "invalidVers")


@pytest.mark.parametrize("base", ["", "/scim", "/v2", "/scim/v2"])
def test_every_base_url_that_is_told_leads_to_the_same_resource(bridge: Bridge, base: str) -> None:
    user = bridge.post_user()

    answer = bridge.send("GET", f"{base}/Users/{user['id']}")

    assert answer.get_json(force=True) == user


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/%55sers/{id}", 200),
        ("/%2555sers/{id}", 404),
        ("/Users/%2e%2e/Users/{id}", 404),
        ("/Users%2F{id}", 200),
        ("/Users/{id}%00", 404),
        ("/Users/{id}%2520", 404),
    ],
)
def test_a_path_is_decoded_once(bridge: Bridge, target: str, status: int) -> None:
    """As a server hands it on (PEP 3333): decoded, and never a second time."""
    path = target.format(id=bridge.post_user()["id"])
    environ = {"PATH_INFO": unquote_to_bytes(path).decode("latin-1")}

    answer = bridge.http.get(
        "/", environ_overrides=environ, headers={"Authorization": f"Bearer {bridge.tokens['rfc']}"}
    )

    assert answer.status_code == status


def test_a_query_does_not_belong_to_the_base_url(bridge: Bridge) -> None:
    """RFC 7644 §1.3: locations are built from a base without a query, whatever query the request had."""
    answer = bridge.send("POST", "/scim/v2/Users?tenant=x", {"schemas": [USER], "userName": "bjensen@example.com"})

    assert "?" not in answer.headers["Location"]


@pytest.mark.parametrize("prefer", ["respond-async", "respond-async, wait=10", "return=minimal"])
def test_nobody_is_answered_later_who_asks_for_it(bridge: Bridge, prefer: str) -> None:
    """`Prefer: respond-async` is not offered; a preference may be ignored (RFC 7240 §2)."""
    body = {"schemas": [USER], "userName": "bjensen@example.com"}

    answer = bridge.send("POST", "/Users", body, Prefer=prefer)

    assert (answer.status_code, answer.get_json(force=True)["userName"]) == (201, "bjensen@example.com")
    assert "Preference-Applied" not in answer.headers
