"""Connections: minted and shown once, heard of, rotated, revoked; read-only where the list is out of reach."""

import re
from pathlib import Path

import pytest

from scim import tokens
from scim.admin import connections_known
from scim.admin.connections import PROVIDERS
from scim.admin.connections_known import KNOWN, ToldTokens, used
from scim.dialects import DIALECTS
from scim.secrets.local import LocalSecrets
from scim.stores.sqlite import SqliteStore
from scim.web import uses
from scim.web.uses import EVERY_SECONDS, Uses
from tests.admin.screens import Screens, make_screens
from tests.bridge import Clock

TOKEN = re.compile(r"scimb_[0-9A-Za-z]{49}")


def minted(screens: Screens, **fields: str) -> str:
    given = {"client": "sales", "dialect": "okta", "days": "", **fields}
    answer = screens.send("/connections/new", "/connections/new", **given)
    assert answer.status_code == 200, answer.text
    return answer.text


def id_of(screens: Screens, client: str = "sales") -> str:
    return next(each.id for each in screens.services.connections.all() if each.client == client)


def test_every_dialect_has_a_name():
    assert set(PROVIDERS) == set(DIALECTS)


def test_live_tokens_are_listed(screens: Screens):
    text = screens.words("/connections")

    assert "https://bridge.example.com/scim/v2" in text
    assert re.search(r"okta \w{10} Okta 2027-01-15 \d\d:\d\d UTC never not yet", text)


def test_a_token_is_minted_and_shown_once(screens: Screens, tmp_path: Path):
    page = minted(screens, days="90")
    token = TOKEN.search(page)[0]
    gate = tokens.Tokens(LocalSecrets(tmp_path / "secrets"), "tokens", screens.bridge.clock)

    found = gate.verify(f"Bearer {token}")
    assert (found.client, found.dialect, found.expires - found.created) == ("sales", "okta", 90 * 86400)
    assert TOKEN.search(screens.get("/connections")) is None
    assert TOKEN.search(screens.get(f"/connections/{found.id}")) is None
    event = screens.bridge.store.events(1)[0]
    assert (event.actor, event.action) == ("admin", "token.minted")
    assert event.changes == [{"token": found.id, "client": "sales", "dialect": "okta"}]


@pytest.mark.parametrize(
    ("client", "told"), [("Sales", "lower-case letters"), ("", "lower-case letters"), ("a b", "lower-case letters")]
)
def test_a_name_that_cannot_be_is_told_in_the_form(screens: Screens, client: str, told: str):
    answer = screens.send("/connections/new", "/connections/new", client=client, dialect="okta", days="")

    assert answer.status_code == 400
    assert told in answer.text
    assert "<form" in answer.text


def test_a_third_live_token_of_a_client_is_refused(screens: Screens):
    minted(screens)
    minted(screens)

    answer = screens.send("/connections/new", "/connections/new", client="sales", dialect="okta", days="")

    assert (answer.status_code, "has 2 live tokens already" in answer.text) == (400, True)


@pytest.mark.parametrize("fields", [{"dialect": "x"}, {"days": "-1"}, {"days": "1e3"}, {"days": "999999"}])
def test_what_the_form_does_not_offer_is_not_taken(screens: Screens, fields: dict[str, str]):
    given = {"client": "sales", "dialect": "okta", "days": "", **fields}

    assert screens.send("/connections/new", "/connections/new", **given).status_code == 400


def test_a_token_is_waited_for_until_its_first_request(screens: Screens):
    minted(screens)
    path = f"/connections/{id_of(screens)}"

    quiet, watching = screens.http.get(path), screens.http.get(f"{path}?watch=1")
    assert ("Refresh" in quiet.headers, watching.headers["Refresh"]) == (False, "5")
    assert "Waiting for the first request…" in screens.words(f"{path}?watch=1")

    screens.bridge.store.put_note(used(id_of(screens)), {"at": screens.bridge.clock.at})
    received = screens.http.get(f"{path}?watch=1")
    assert "Refresh" not in received.headers
    assert "A request was received less than a minute ago" in screens.words(path)


def test_a_rotation_says_its_steps_and_keeps_the_name(screens: Screens):
    minted(screens)
    path = f"/connections/{id_of(screens)}/rotate"

    assert "The old one goes on working." in screens.words(path)
    assert 'value="sales"' in screens.get(path)


def test_a_token_is_revoked_after_it_was_said_what_that_does(screens: Screens):
    minted(screens)
    id = id_of(screens)
    path = f"/connections/{id}"

    assert "sales has no other live token, so it cannot provision any more." in screens.words(f"{path}/revoke")
    assert f"The token {id} of sales is revoked" in screens.done(f"{path}/revoke", f"{path}/revoke")
    assert "1 token that ended" in screens.words("/connections")
    assert "Revoke…" not in screens.words(path)
    assert screens.bridge.store.events(1)[0].action == "token.revoked"


def test_with_another_live_token_revoking_is_harmless(screens: Screens):
    minted(screens)
    minted(screens)

    assert "goes on with its other live token" in screens.words(f"/connections/{id_of(screens)}/revoke")


@pytest.mark.parametrize("path", ["", "/rotate", "/revoke"])
def test_a_token_that_is_not_there_is_not_found(screens: Screens, path: str):
    screens.get(f"/connections/nothing{path}", 404)
    assert screens.send("/connections/nothing/revoke").status_code == 404


def test_without_a_token_it_is_said_that_nobody_can_provision(tmp_path: Path):
    screens = make_screens(tmp_path)
    for each in screens.services.connections.all():
        screens.services.connections.revoke(each.id)

    assert "None, so nobody can provision." in screens.words("/connections")


# ── where the list is out of reach ────────────────────────────────────────────────────────────────────────


@pytest.fixture
def told(tmp_path: Path) -> Screens:
    store = SqliteStore(":memory:")
    return make_screens(tmp_path, store=store, connections=ToldTokens(store))


def test_before_anything_is_told_the_commands_are(told: Screens):
    text = told.words("/connections")

    assert "make rotate" in text
    assert "None has been told of." in text
    assert "make rotate" in told.words("/connections/new")
    assert told.send("/connections/new", client="sales", dialect="okta", days="").status_code == 409


def test_what_the_public_function_told_is_shown(told: Screens):
    store, clock = told.bridge.store, told.bridge.clock
    _, record = tokens.mint("sales", "okta", now=clock())
    Uses(store, clock, lambda: (record,)).note(record)

    text = told.words("/connections")

    assert f"sales {record.id} Okta" in text
    assert "never less than a minute ago" in text
    assert f"python -m scim token revoke {record.id}" in told.words(f"/connections/{record.id}/revoke")
    assert told.send(f"/connections/{record.id}/revoke").status_code == 409
    assert record.digest not in str(store.note(KNOWN))


def test_neither_end_writes_a_list_it_may_not(told: Screens):
    for act in (
        lambda: told.services.connections.mint("a", "okta", None),
        lambda: told.services.connections.revoke("x"),
    ):
        with pytest.raises(ValueError, match="command line"):
            act()


def test_both_ends_agree_on_the_names():
    assert uses.KNOWN == connections_known.KNOWN
    assert uses.note_name("x") == connections_known.used("x")


@pytest.mark.parametrize(("seconds", "written"), [(1.0, 1), (EVERY_SECONDS - 1, 1), (EVERY_SECONDS + 1, 2)])
def test_a_use_is_written_every_ten_minutes(seconds: float, written: int):
    store, clock = SqliteStore(":memory:"), Clock()
    _, record = tokens.mint("sales", "okta", now=clock())
    noted = Uses(store, clock, lambda: (record,))

    times = []
    for _ in range(2):
        noted.note(record)
        times.append(store.note(used(record.id))["at"])
        clock.advance(seconds)
    store.close()

    assert len(set(times)) == written
