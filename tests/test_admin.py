"""The status page: closed without its key, harmless to whatever it shows, with one thing to do."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from scim.admin.app import create_app
from tests.bridge import Bridge

KEY = "the-key-of-the-page"


@pytest.fixture
def page(bridge: Bridge) -> FlaskClient:
    return create_app(bridge.store, lambda: KEY, bridge.target).test_client()


@pytest.fixture
def opened(page: FlaskClient) -> FlaskClient:
    assert page.get(f"/?key={KEY}").status_code == 303
    return page


@pytest.mark.parametrize("query", ["", "?key=", "?key=wrong", f"?Key={KEY}", f"?key={KEY}x"])
def test_without_the_key_nothing_is_shown(page: FlaskClient, query: str) -> None:
    answer = page.get(f"/{query}")

    assert answer.status_code == 401
    assert b"People" not in answer.data


def test_the_key_leaves_the_address_and_opens_a_session_no_other_site_can_use(page: FlaskClient) -> None:
    answer = page.get(f"/?key={KEY}")

    assert answer.headers["Location"] == "/"
    assert {"HttpOnly", "SameSite=Strict"} <= set(answer.headers["Set-Cookie"].split("; "))


def test_an_action_needs_the_session_not_the_key_in_the_address(page: FlaskClient) -> None:
    assert page.post(f"/accept?key={KEY}", data={"email": "bjensen@example.com"}).status_code == 401


def test_the_page_shows_people_and_their_invitation_is_accepted_there(bridge: Bridge, opened: FlaskClient) -> None:
    bridge.post_user(displayName="Barbara Jensen")
    before = opened.get("/").text

    answer = opened.post("/accept", data={"email": "bjensen@example.com"})

    assert "Barbara Jensen" in before
    assert answer.status_code == 303
    assert "TRANSFER_ACCEPTED" in opened.get("/").text


def test_another_site_cannot_send_the_form(opened: FlaskClient) -> None:
    answer = opened.post("/accept", data={"email": "x@example.com"}, headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403


def test_an_invitation_that_is_not_open_is_said_so(opened: FlaskClient) -> None:
    assert opened.post("/accept", data={"email": "nobody@example.com"}).status_code == 409


def test_names_are_shown_as_text(bridge: Bridge, opened: FlaskClient) -> None:
    bridge.post_user(displayName="<script>alert(1)</script>")

    answer = opened.get("/")

    assert "<script>alert" not in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_the_page_is_served_whatever_the_directory(
    bridge: Bridge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    page = create_app(bridge.store, lambda: KEY, None).test_client()
    page.get(f"/?key={KEY}")

    assert page.get("/").status_code == 200


def test_a_page_whose_key_is_blank_is_closed(bridge: Bridge) -> None:
    page = create_app(bridge.store, lambda: " ", bridge.target).test_client()

    assert page.get("/").status_code == page.get("/?key=%20").status_code == 401
