"""What a new administrator does on the first day, with nothing but the screens: an identity provider is connected,
people arrive, somebody is refused, a removal is decided, a token is rotated. 1Password is the stand-in.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from scim.cli.client import Client
from scim.records import Secret
from scim.tokens.gate import FRESH_SECONDS
from tests.bridge import PATCH, USER
from tests.browser.conftest import Place, Visit
from tests.browser.running import ROOT, Running, environment, eventually, running
from tests.replay import replay

OKTA = ROOT / "tests" / "exchanges" / "okta.json"
CLIENT = "okta-hq"
TEST_OF_CREDENTIALS, ASSIGNMENT = slice(0, 2), slice(2, 4)
LEAVERS = 7
AT_ONCE = 5
"""How many of so few people the removal limit lets through unasked."""
REFRESH_MS = 20_000


@pytest.fixture
def first_day(browser: Browser, place: Callable[[], Place]) -> Iterator[Running]:
    here = place()
    with running(environment(here.state, here.account, ALLOWED_DOMAINS=""), here.account) as bridge:
        here.account.set_account(domains=["example.com"])
        yield bridge


def test_a_new_administrator_gets_through_the_first_day(
    first_day: Running, visiting: Callable[..., Visit], tmp_path: Path
) -> None:
    visit = visiting(first_day)
    token = _connect(visit)
    okta = Client(replace(first_day.bridge, token=Secret(token)))

    _see_the_connection(visit, first_day, token, tmp_path)
    email = _see_the_first_person(visit, first_day, token, tmp_path)
    _see_the_confirmation(visit, first_day, email)
    _understand_a_refusal_and_mend_it(visit, first_day, okta)
    _decide_a_hold(visit, first_day, okta)
    _rotate(visit)


def _connect(visit: Visit) -> str:
    visit.opens("/")
    visit.page.get_by_role("link", name="Connections").click()
    visit.follows("Connect an identity provider…")
    visit.page.get_by_label("Name of the client").fill(CLIENT)
    visit.page.get_by_label("Identity provider").select_option(label="Okta")
    visit.page.get_by_label("Expires after").select_option(label="180 days")
    visit.presses("Mint a token")
    token = _token_shown(visit)
    visit.follows("I have entered it: wait for the first request")
    assert visit.shows("Waiting for the first request…")
    return token


def _see_the_connection(visit: Visit, bridge: Running, token: str, directory: Path) -> None:
    """The page looks again by itself."""
    _okta_sends(TEST_OF_CREDENTIALS, bridge, token, directory)
    expect(visit.page.get_by_text("A request was received")).to_be_visible(timeout=REFRESH_MS)


def _see_the_first_person(visit: Visit, bridge: Running, token: str, directory: Path) -> str:
    _okta_sends(ASSIGNMENT, bridge, token, directory)
    (email,) = bridge.account.mails()
    visit.opens("/people")
    assert email in visit.page.inner_text("tbody")
    visit.follows("Bea Moreau")
    assert visit.shows("has not accepted yet")
    return email


def _see_the_confirmation(visit: Visit, bridge: Running, email: str) -> None:
    person = visit.page.url
    bridge.account.accept(email)
    visit.opens("/")
    visit.presses("Run confirm now")
    visit.page.goto(person)
    assert visit.shows("Active")
    assert visit.shows("Confirmed")


def _understand_a_refusal_and_mend_it(visit: Visit, bridge: Running, okta: Client) -> None:
    """A domain that the account does not allow: Okta is told, and so is whoever looks here."""
    answer = okta.send("POST", "/Users", _person("ann@subsidiary.example.net"), expect={400})
    visit.opens("/activity")
    visit.page.get_by_role("link", name="Refused, and taken back").click()
    assert visit.shows("does not allow the e-mail domain 'subsidiary.example.net'")
    assert "subsidiary.example.net" in answer.document["detail"]

    bridge.account.set_account(domains=["example.com", "subsidiary.example.net"])
    okta.send("POST", "/Users", _person("ann@subsidiary.example.net"), expect={201})
    visit.opens("/people?q=ann")
    assert "Invited" in visit.page.inner_text("tbody")


def _decide_a_hold(visit: Visit, bridge: Running, okta: Client) -> None:
    joined = [
        okta.send("POST", "/Users", _person(f"leaver{number}@example.com"), expect={201}).document["id"]
        for number in range(LEAVERS)
    ]
    for id in joined:
        leaves = {"op": "replace", "value": {"active": False}}
        okta.send("PATCH", f"/Users/{id}", {"schemas": [PATCH], "Operations": [leaves]}, expect={200, 204})
    assert _suspended(bridge) == AT_ONCE
    visit.opens("/")
    assert visit.shows(f"{LEAVERS - AT_ONCE} removals waiting for your decision")
    visit.follows("Look and decide")
    visit.follows("Let them through…")
    visit.presses(f"Let exactly these {LEAVERS - AT_ONCE} through")
    assert visit.shows("Nothing is held.")
    assert eventually(lambda: _suspended(bridge) == LEAVERS)


def _rotate(visit: Visit) -> None:
    """The old token goes on until it is revoked."""
    visit.opens("/connections")
    visit.page.get_by_role("link", name=CLIENT).click()
    old = visit.page.url
    visit.follows("Rotate…")
    visit.presses("Mint a token")
    assert _token_shown(visit)
    visit.follows("I have entered it: wait for the first request")
    assert visit.shows("Waiting for the first request…")
    visit.page.goto(old)
    visit.follows("Revoke…")
    assert visit.shows(f"{CLIENT} goes on with its other live token.")
    visit.presses("Revoke it")
    assert visit.shows("is revoked")
    assert visit.page.locator("tbody tr", has_text=CLIENT).count() == 1


def _token_shown(visit: Visit) -> str:
    """Once, on the page that follows its making."""
    shown = visit.page.locator("code[data-copy]").all_inner_texts()
    return next(text for text in shown if text.startswith("scimb_"))


def test_a_rotated_token_opens_within_seconds(first_day: Running, visiting: Callable[..., Visit]) -> None:
    visit = visiting(first_day)
    Client(first_day.bridge).send("GET", "/Users?count=1", expect={200})
    visit.opens("/connections")
    visit.page.get_by_role("link", name="okta").click()
    visit.follows("Rotate…")
    visit.presses("Mint a token")
    okta = Client(replace(first_day.bridge, token=Secret(_token_shown(visit))))

    assert eventually(lambda: okta.send("GET", "/Users?count=1", expect={200, 401}).status == 200, FRESH_SECONDS / 4)


def test_a_refusal_by_the_bridges_own_setting_is_shown(bridge: Running, visiting: Callable[..., Visit]) -> None:
    visit = visiting(bridge)
    answer = Client(bridge.bridge).send("POST", "/Users", _person("ann@not-allowed.example.net"), expect={400})
    visit.opens("/activity")

    assert "not-allowed.example.net" in answer.document["detail"]
    assert visit.page.get_by_role("link", name="Refused").count() > 0


# ── what happens elsewhere ────────────────────────────────────────────────────────────────────────────────


def _okta_sends(steps: slice, bridge: Running, token: str, directory: Path) -> None:
    """Those steps of the recorded conversation."""
    conversation: dict[str, Any] = json.loads(OKTA.read_text())
    path = directory / "okta.json"
    path.write_text(json.dumps({**conversation, "steps": conversation["steps"][steps]}))
    results = replay(bridge.bridge.base_url, token, path)
    assert [result.problems for result in results] == [()] * 2


def _person(email: str) -> dict[str, Any]:
    name = email.partition("@")[0].title()
    return {"schemas": [USER], "userName": email, "displayName": name, "emails": [{"value": email, "primary": True}]}


def _suspended(bridge: Running) -> int:
    return sum("SUSPENDED" in person["state"] for person in bridge.account.world()["people"])
