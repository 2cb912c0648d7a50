"""Every path there is: its headers, its methods, its door; none of it is on the public entry point."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from scim.admin.app import create_app
from scim.records import StoreUnavailable
from tests.admin.screens import Screens, make_screens
from tests.bridge import Bridge, make_bridge

SNAPSHOT = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "script-src 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
HTML = "text/html; charset=utf-8"
PAGES = {
    "/": HTML,
    "/people": HTML,
    "/people/<id>": HTML,
    "/groups": HTML,
    "/groups/<id>": HTML,
    "/managed": HTML,
    "/managed/<target_id>": HTML,
    "/holds": HTML,
    "/holds/<scope>": HTML,
    "/drift": HTML,
    "/activity": HTML,
    "/activity/<id>": HTML,
    "/activity.csv": "text/csv; charset=utf-8; header=present",
    "/activity.jsonl": "application/jsonl; charset=utf-8",
    "/connections": HTML,
    "/connections/new": HTML,
    "/connections/<id>": HTML,
    "/connections/<id>/rotate": HTML,
    "/connections/<id>/revoke": HTML,
    "/workspace": HTML,
    "/workspace/choice": HTML,
    "/workspace/groups": HTML,
    "/settings": HTML,
    "/metrics": "application/openmetrics-text; version=1.0.0; charset=utf-8",
    "/static/<path:filename>": "text/css; charset=utf-8",
}
FORMS = [
    "/run/settle", "/people/x/settle", "/accept", "/groups/x/settle", "/managed", "/managed/changes/save",
    "/holds/people/approve", "/holds/people/discard", "/connections/new", "/connections/x/revoke", "/workspace/approve",
    "/workspace/choice", "/workspace/choice/store", "/workspace/groups",
]  # fmt: skip
ALSO_PAGES = {"/managed", "/connections/new", "/connections/<id>/revoke", "/workspace/choice", "/workspace/groups"}
OWN = ("X-Frame-Options", "Content-Length", "Content-Type", "Allow", "Content-Disposition", "Vary", "Set-Cookie")
STATIC = ("Last-Modified", "ETag", "Date", "Accept-Ranges")


@pytest.fixture(scope="module")
def screens(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screens]:
    """One for all, for nothing here changes anything."""
    made = make_screens(tmp_path_factory.mktemp("screens"), source="Google Workspace")
    made.bridge.target.add_group("Guides")
    made.bridge.post_group("Drivers", made.bridge.post_user()["id"])
    yield made
    made.bridge.store.close()


def application(screens: Screens) -> Flask:
    return create_app(screens.services, screens.door)


def address(screens: Screens, rule: str) -> str:
    """An address of that form which shows something."""
    store = screens.bridge.store
    ids = {
        "/people/<id>": next(store.scan("User")).id,
        "/groups/<id>": next(store.scan("Group")).id,
        "/activity/<id>": store.events(1)[0].id,
        "/connections/<id>": screens.services.connections.all()[0].id,
    }
    form = next((known for known in ids if rule.startswith(known)), "")
    path = rule.replace("<id>", ids.get(form, "x"))
    path = path.replace("<target_id>", screens.bridge.target.groups()[0].id)
    return path.replace("<scope>", "people").replace("<path:filename>", "admin.css").replace("<job>", "settle")


def test_every_path_is_known_here(screens: Screens):
    rules = {rule.rule for rule in application(screens).url_map.iter_rules()}
    posts = {re.sub(r"<\w+>", "x", rule).replace("/holds/x/", "/holds/people/").replace("/run/x", "/run/settle")
             for rule in rules - set(PAGES) | ALSO_PAGES}  # fmt: skip

    assert rules > set(PAGES)
    assert posts == set(FORMS)


@pytest.mark.parametrize("rule", PAGES)
def test_each_page_has_exactly_these_headers(screens: Screens, rule: str):
    answer = screens.http.get(address(screens, rule))
    given = {name: value for name, value in answer.headers.items() if name not in (*OWN, *STATIC)}
    answer.close()

    assert given == SNAPSHOT
    assert answer.headers["Content-Type"] == PAGES[rule]
    assert answer.status_code == (404 if rule == "/holds/<scope>" else 200)


@pytest.mark.parametrize("path", ["/nothing", "/people/x", "/static/nothing", "/static/../app.py", "/run/settle"])
def test_what_is_refused_has_them_too(screens: Screens, path: str):
    answer = screens.http.get(path)

    assert answer.status_code in (404, 405)
    assert {name: answer.headers.get(name) for name in SNAPSHOT} == SNAPSHOT


def test_a_stranger_gets_them_too(screens: Screens):
    answer = screens.new_browser().get("/")

    assert (answer.status_code, {name: answer.headers.get(name) for name in SNAPSHOT}) == (401, SNAPSHOT)


@pytest.mark.parametrize("rule", sorted({*PAGES, *FORMS} - {"/connections/x/revoke"}))
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_each_path_takes_its_methods_and_no_others(screens: Screens, rule: str, method: str):
    path = address(screens, rule)
    page, form = rule in PAGES, rule in FORMS or rule in ALSO_PAGES
    offered = {*(("GET", "HEAD") if page else ()), *(("POST",) if form else ())}
    data = {"form_token": screens.token()} if method not in ("GET", "HEAD") else None

    answer = screens.http.open(path, method=method, data=data)
    answer.close()

    assert (answer.status_code == 405) is (method not in offered)
    if answer.status_code == 405:
        assert set(answer.headers["Allow"].split(", ")) == offered


@pytest.mark.parametrize("path", [*(rule for rule in PAGES if "<" not in rule), *FORMS])
@pytest.mark.parametrize("base", ["", "/admin", "/scim/v2", "/scim", "/v2", "/scim/v2/admin"])
def test_no_screen_is_on_the_public_entry_point(public: Bridge, path: str, base: str):
    """Whoever has a token finds nothing but SCIM; whoever has none finds nothing."""
    for method in ("GET", "POST"):
        stranger = public.http.open(f"{base}{path}", method=method)
        client = public.send(method, f"{base}{path}")

        assert stranger.status_code == 401
        assert client.content_type == "application/scim+json"
        assert "form_token" not in client.text


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    bridge = make_bridge(tmp_path_factory.mktemp("public"))
    yield bridge
    bridge.store.close()


# ── what went wrong ───────────────────────────────────────────────────────────────────────────────────────


def test_a_store_that_is_away_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    screens = make_screens(tmp_path)

    def away(*_: object) -> None:
        raise StoreUnavailable("database is locked at some path")

    monkeypatch.setattr(type(screens.bridge.store), "reports", away)

    text = screens.words("/", 503)
    assert "Nothing is lost." in text
    assert "locked" not in text


def test_a_crash_says_where_its_cause_is_and_not_what_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    screens = make_screens(tmp_path)

    def crash(*_: object) -> None:
        raise ZeroDivisionError("hush")

    monkeypatch.setattr(type(screens.bridge.store), "reports", crash)

    text = screens.words("/", 500)
    (record,) = [record for record in caplog.records if record.message == "admin.crashed"]
    assert record.number in text
    assert "hush" not in text
