"""Every error is a SCIM error (RFC 7644 §3.12), the framework's own and a crash too."""

import pytest

from scim.records import StoreUnavailable
from tests.bridge import PATCH, USER, Bridge

ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/Users/unknown", 404),
        ("PATCH", "/ServiceProviderConfig", 405),
        ("POST", "/Schemas", 405),
        ("DELETE", "/Users", 405),
        ("GET", "/Me", 501),
        ("GET", "/Schemas/urn:unknown", 404),
        ("GET", "/ResourceTypes/Robot", 404),
        ("GET", "/Schemas?filter=id%20pr", 403),
        ("GET", "/v1/Users", 400),
        ("GET", "/scim/v1/Users", 400),
    ],
)
def test_refusals_are_scim_errors(bridge: Bridge, method: str, path: str, status: int) -> None:
    answer = bridge.send(method, path)

    body = answer.get_json(force=True)
    assert answer.status_code == status
    assert answer.content_type == "application/scim+json"
    assert body["schemas"] == [ERROR]
    assert body["status"] == str(status)
    assert body["detail"]


def test_another_version_in_the_url_is_invalid_vers(bridge: Bridge) -> None:
    answer = bridge.send("GET", "/scim/v1/Users")

    assert answer.get_json(force=True)["scimType"] == "invalidVers"


def test_a_body_over_the_limit_is_413_and_names_the_limit(bridge: Bridge) -> None:
    answer = bridge.send("POST", "/Users", {"schemas": [USER], "userName": "a@example.com", "title": "x" * (4 << 20)})

    assert answer.status_code == 413
    assert str(4 << 20) in answer.get_json(force=True)["detail"]


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b'"x"', b"{not json", b'{"a":NaN}', b'{"schemas":[],"schemas":[]}',
        b'{"active":true,"Active":false}', b"[" * 100_000, b'{"a":"\\ud800"}', b"\xff\xfe", b'{"a":1e400}',
        b'{"a":"\\u0000"}',
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/Users"), ("PATCH", "/Users/x"), ("PUT", "/Groups/x"), ("POST", "/Bulk"), ("POST", "/.search")],
)
def test_a_body_that_is_no_json_object_is_a_400(bridge: Bridge, method: str, path: str, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {bridge.tokens['rfc']}", "Content-Type": "application/scim+json"}

    answer = bridge.http.open(path, method=method, data=body, headers=headers)

    assert answer.status_code in (400, 404)
    assert answer.get_json(force=True)["schemas"] == [ERROR]


def test_a_form_is_refused_by_its_media_type(bridge: Bridge) -> None:
    headers = {"Authorization": f"Bearer {bridge.tokens['rfc']}"}

    answer = bridge.http.post("/Users", data={"userName": "x"}, headers=headers)

    assert answer.status_code == 415


def test_a_crash_shows_a_fixed_sentence_and_the_request_id(bridge: Bridge, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        raise RuntimeError("a secret of the inside")

    monkeypatch.setattr(type(bridge.store), "get", crash)

    answer = bridge.send("GET", "/Users/x", X_Request_Id="request-4711")

    assert answer.status_code == 500
    assert "secret of the inside" not in answer.text
    assert "request-4711" in answer.get_json(force=True)["detail"]


def test_a_store_that_does_not_answer_is_a_503_to_try_again(bridge: Bridge, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_: object) -> None:
        raise StoreUnavailable("disk on fire")

    monkeypatch.setattr(type(bridge.store), "get", down)

    answer = bridge.send("GET", "/Users/x")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"
    assert "fire" not in answer.text


def test_an_unknown_operation_of_a_patch_is_never_ignored(bridge: Bridge) -> None:
    user = bridge.post_user()

    answer = bridge.send(
        "PATCH",
        f"/Users/{user['id']}",
        {"schemas": [PATCH], "Operations": [{"op": "frobnicate", "path": "title", "value": "x"}]},
    )

    assert answer.status_code == 400
