"""The gate: closed without a key, a session for each browser, a caller that only the guard can name."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from scim.admin.app import create_app
from scim.admin.door import CALLER, COOKIE, SESSION_SECONDS, GuardedDoor, KeyDoor
from scim.records import SecretMissing, SecretsUnavailable
from tests.admin.screens import KEY, TOKEN, Screens

HTTPS = {"base_url": "https://localhost"}


@pytest.fixture
def stranger(screens: Screens) -> FlaskClient:
    return screens.new_browser()


@pytest.mark.parametrize("query", ["", "?key=", "?key=wrong", f"?Key={KEY}", f"?key={KEY}x"])
@pytest.mark.parametrize("path", ["/", "/people", "/metrics", "/static/admin.css", "/no-such-page"])
def test_without_the_key_nothing_is_shown(stranger: FlaskClient, path: str, query: str):
    answer = stranger.get(f"{path}{query}")

    assert answer.status_code == 401
    assert b"<" not in answer.data


def test_the_key_leaves_the_address_and_opens_a_session_no_other_site_can_use(stranger: FlaskClient):
    answer = stranger.get(f"/?key={KEY}")

    assert answer.headers["Location"] == "/"
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(answer.headers["Set-Cookie"].split("; "))
    assert KEY not in answer.headers["Set-Cookie"]


def test_over_https_the_cookie_belongs_to_this_host_alone(stranger: FlaskClient):
    cookie = stranger.get(f"/?key={KEY}", **HTTPS).headers["Set-Cookie"]

    assert cookie.startswith(f"__Host-{COOKIE}=")
    assert {"Secure", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert stranger.get("/", **HTTPS).status_code == 200


def test_a_cookie_of_plain_http_opens_nothing_over_https(stranger: FlaskClient):
    cookie = stranger.get(f"/?key={KEY}").headers["Set-Cookie"].partition(";")[0]

    assert stranger.get("/", headers={"Cookie": cookie}).status_code == 200
    assert stranger.get("/", headers={"Cookie": cookie}, **HTTPS).status_code == 401


def test_a_session_ends(screens: Screens):
    screens.bridge.clock.advance(SESSION_SECONDS - 60)
    screens.get("/")

    screens.bridge.clock.advance(120)

    assert screens.http.get("/").status_code == 401


@pytest.mark.parametrize("slip", ["{0}x", "9{0}", "", "{0}.{0}", "9999999999.aaaaaaaaaaaaaaaaaaaaaaaa.{1}"])
def test_a_session_that_was_altered_opens_nothing(screens: Screens, stranger: FlaskClient, slip: str):
    good = stranger.get(f"/?key={KEY}").headers["Set-Cookie"].partition(";")[0].partition("=")[2]
    forged = slip.format(good, good.rpartition(".")[2])

    assert screens.new_browser().get("/", headers={"Cookie": f"{COOKIE}={forged}"}).status_code == 401


def test_a_new_key_closes_every_session(screens: Screens):
    keys = iter(["one-key", "one-key", "another-key"])
    http = create_app(screens.services, KeyDoor(lambda: next(keys), screens.bridge.clock)).test_client()

    assert [http.get("/?key=one-key").status_code, http.get("/").status_code, http.get("/").status_code] == [
        303, 200, 401,
    ]  # fmt: skip


@pytest.mark.parametrize("blank", ["", " ", "\n"])
def test_a_page_whose_key_is_blank_is_closed(screens: Screens, blank: str):
    http = create_app(screens.services, KeyDoor(lambda: blank, screens.bridge.clock)).test_client()

    assert {http.get("/").status_code, http.get("/", query_string={"key": blank}).status_code} == {401}


@pytest.mark.parametrize("error", [SecretMissing("gone"), SecretsUnavailable("away")])
def test_a_page_whose_key_cannot_be_read_is_closed(screens: Screens, error: Exception):
    def ask() -> str:
        raise error

    assert create_app(screens.services, KeyDoor(ask, screens.bridge.clock)).test_client().get("/").status_code == 401


def test_an_action_needs_the_session_not_the_key_in_the_address(stranger: FlaskClient):
    assert stranger.post(f"/accept?key={KEY}", data={"email": "bjensen@example.com"}).status_code == 401


def test_a_monitor_reads_figures_with_the_key_and_nothing_else(stranger: FlaskClient):
    bearer = {"Authorization": f"Bearer {KEY}"}

    assert stranger.get("/metrics", headers=bearer).status_code == 200
    assert stranger.get("/metrics", headers={"Authorization": "Bearer x"}).status_code == 401
    assert {stranger.get(path, headers=bearer).status_code for path in ("/", "/people", "/metrics/", "/settings")} == {
        401
    }


def test_the_pages_are_served_whatever_the_directory(screens: Screens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)

    assert "SCIM bridge" in screens.get("/")
    assert ":root" in screens.get("/static/admin.css")


# ── behind the guard ──────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def guarded(screens: Screens) -> FlaskClient:
    return create_app(screens.services, GuardedDoor(screens.bridge.store, screens.bridge.clock)).test_client()


def test_who_the_guard_names_comes_in_and_acts_under_their_name(screens: Screens, guarded: FlaskClient):
    screens.bridge.post_user()
    page = guarded.get("/", environ_overrides={CALLER: "ann@example.com"})

    assert page.status_code == 200
    assert "ann@example.com" in page.text


@pytest.mark.parametrize(
    "headers",
    [{}, {"Scim.Caller": "ann@example.com"}, {"Scim-Caller": "ann@example.com"},
     {"X-Goog-Authenticated-User-Email": "ann@example.com"}, {"Cookie": f"{COOKIE}=x"}],
)  # fmt: skip
def test_no_header_names_a_caller(guarded: FlaskClient, headers: dict[str, str]):
    assert guarded.get("/", headers=headers).status_code == 401
    assert guarded.get(f"/?key={KEY}", headers=headers).status_code == 401


def test_a_form_of_one_instance_is_known_to_another(screens: Screens):
    doors = [GuardedDoor(screens.bridge.store, screens.bridge.clock) for _ in range(2)]
    one, other = (create_app(screens.services, door).test_client() for door in doors)
    ann = {"environ_overrides": {CALLER: "ann@example.com"}}
    token = TOKEN.search(one.get("/", **ann).text)[1]

    answer = other.post("/run/settle", data={"form_token": token}, **ann)
    stolen = other.post("/run/settle", data={"form_token": token}, environ_overrides={CALLER: "bob@example.com"})
    assert (answer.status_code, stolen.status_code) == (303, 403)
    assert screens.bridge.store.events(1)[0].actor == "ann@example.com"
