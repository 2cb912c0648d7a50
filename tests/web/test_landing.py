"""What a browser shows of the bridge's address: that it is up, and nothing of the installation."""

import pytest

import scim
from tests.admin.html import faults
from tests.bridge import BASE_URL, Bridge

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def test_a_browser_is_told_what_this_is(bridge: Bridge):
    answer = bridge.http.get("/", headers={"Accept": BROWSER})

    assert answer.status_code == 200
    assert "This is a SCIM 2.0 bridge, and it is up." in answer.text
    assert "documentation" in answer.text
    assert faults(answer.text) == []


def test_nothing_of_the_installation_is_told(bridge: Bridge):
    answer = bridge.http.get("/", headers={"Accept": BROWSER})

    assert not {scim.__version__, BASE_URL} & set(answer.text.split())
    assert dict(answer.headers) == {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Length": answer.headers["Content-Length"],
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        "Referrer-Policy": "no-referrer",
        "Vary": "Accept",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
        "X-Request-Id": answer.headers["X-Request-Id"],
    }


@pytest.mark.parametrize("accept", [None, "*/*", "application/json", "application/scim+json", "text/html;q=0, */*"])
def test_for_everything_else_the_door_is_as_closed_as_before(bridge: Bridge, accept: str | None):
    assert bridge.http.get("/", headers={"Accept": accept} if accept else {}).status_code == 401


@pytest.mark.parametrize(("method", "path"), [("POST", "/"), ("GET", "/Users"), ("GET", "/admin/"), ("DELETE", "/")])
def test_the_page_is_at_one_place_only(bridge: Bridge, method: str, path: str):
    assert bridge.http.open(path, method=method, headers={"Accept": BROWSER}).status_code == 401


def test_a_client_with_a_token_is_answered_as_before(bridge: Bridge):
    assert bridge.send("GET", "/", Accept=BROWSER).content_type == "application/scim+json"
