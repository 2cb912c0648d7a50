"""What a form has to prove: made here, for this session, lately, and sent by no other site."""

import base64

import pytest

from scim.admin.door import CALLER, GuardedDoor
from scim.admin.forms import FORM_SECONDS, TOLD_SECONDS
from tests.admin.screens import KEY, TOKEN, Screens, words
from tests.admin.test_headers import FORMS

SAME = {"Sec-Fetch-Site": "same-origin"}


def altered(token: str) -> str:
    at, _, signature = token.partition(".")
    return f"{int(at) + 1}.{signature}"


def other_session(screens: Screens) -> str:
    http = screens.new_browser()
    http.get(f"/?key={KEY}")
    return TOKEN.search(http.get("/").text)[1]


@pytest.mark.parametrize(
    "token",
    [None, "", "x", "1.x", lambda token: token[:-1], lambda token: f"{token}0", altered, lambda token: f" {token}",
     lambda token: token.upper(), "٣.x", "1." + "é"],
)  # fmt: skip
def test_a_form_that_was_not_made_here_does_nothing(screens: Screens, token: object):
    events = screens.bridge.store.events(99)
    given = token(screens.token()) if callable(token) else token
    for path in FORMS:
        answer = screens.http.post(path, data={} if given is None else {"form_token": given}, headers=SAME)

        assert (path, answer.status_code, "Nothing was done." in answer.text) == (path, 403, True)
    assert screens.bridge.store.events(99) == events


def test_a_form_of_another_session_does_nothing(screens: Screens):
    token = other_session(screens)

    for path in FORMS:
        assert screens.http.post(path, data={"form_token": token}, headers=SAME).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": site} for site in ("cross-site", "same-site", "none", "", "SAME-ORIGIN")]
    + [{"Origin": origin} for origin in ("https://evil.example", "http://localhost:1", "https://localhost", "")]
    + [{"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}],
)
def test_another_site_cannot_send_a_form(screens: Screens, headers: dict[str, str]):
    token = screens.token()
    for path in FORMS:
        answer = screens.http.post(path, data={"form_token": token}, headers=headers)

        assert (path, answer.status_code, "Another site" in answer.text) == (path, 403, True)


@pytest.mark.parametrize("headers", [SAME, {}, {"Origin": "null"}, {"Origin": "http://localhost"}])
def test_a_form_of_this_session_counts(screens: Screens, headers: dict[str, str]):
    answer = screens.http.post("/run/settle", data={"form_token": screens.token()}, headers=headers)

    assert answer.status_code == 303


def test_a_form_that_lay_too_long_does_nothing(screens: Screens):
    token = screens.token()
    screens.bridge.clock.advance(FORM_SECONDS + 10)
    screens.http.get(f"/?key={KEY}")

    assert screens.http.post("/run/settle", data={"form_token": token}, headers=SAME).status_code == 403


def test_a_form_that_lay_too_long_behind_the_guard_does_nothing_either(screens: Screens):
    screens.door = GuardedDoor(screens.bridge.store, screens.bridge.clock)
    http, ann = screens.new_browser(), {CALLER: "ann@example.com"}
    token = TOKEN.search(http.get("/", environ_overrides=ann).text)[1]

    def send() -> int:
        return http.post("/run/settle", data={"form_token": token}, headers=SAME, environ_overrides=ann).status_code

    screens.bridge.clock.advance(FORM_SECONDS - 10)
    assert send() == 303
    screens.bridge.clock.advance(20)
    assert send() == 403


def test_a_body_that_is_too_large_is_refused(screens: Screens):
    answer = screens.http.post("/run/settle", data={"form_token": "x" * 20_000}, headers=SAME)

    assert answer.status_code == 413


# ── what the next page says ───────────────────────────────────────────────────────────────────────────────


def told(screens: Screens) -> str:
    return screens.send("/run/settle").headers["Location"]


def test_what_was_done_is_told_on_the_next_page_for_a_while(screens: Screens):
    path = told(screens)
    assert "Settle ran: healthy." in screens.words(path)

    screens.bridge.clock.advance(TOLD_SECONDS + 5)

    assert "Settle ran" not in screens.words(path)


def test_nobody_else_puts_words_on_a_page(screens: Screens):
    path = told(screens)
    message, _, proof = path.partition("told=")[2].partition(".")
    forged = base64.urlsafe_b64encode(b'[1,"Call +1 555 0100 now."]').decode().rstrip("=")

    for query in (f"{forged}.{proof}", f"{forged}.", "x", ".", f"{message}x.{proof}", message, "%00.1.x"):
        assert "Call +1" not in screens.words(f"/?told={query}")
        assert "Settle ran" not in screens.words(f"/?told={query}")


def test_what_is_told_to_one_session_is_not_told_to_another(screens: Screens):
    path = told(screens)
    http = screens.new_browser()
    http.get(f"/?key={KEY}")

    assert "Settle ran" not in words(http.get(path).text)
