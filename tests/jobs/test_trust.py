"""Who comes in by an identity token: whoever the issuer vouches for, for this door, now, and is on the list."""

import json
import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from scim.jobs import certificates
from scim.jobs.certificates import LEAST_SECONDS, STALE_SECONDS, Certificates
from scim.jobs.https import pool
from scim.jobs.trust import LONGEST_SECONDS, MOST_CHARACTERS, REMOVED, Trust
from tests.bridge import Clock
from tests.issuer import NAME, Issuer, encoded, key, serving, signed, signed_as_if_shared, unsigned

DOOR = "https://jobs.example.com"
CALLER = "scim@example.com"
NOW = int(time.time())  # when this was imported: a test may run much later
YEAR = 31_536_000


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with Issuer() as running:
        yield running


def trusting(issuer: Issuer, **changed: Any) -> Trust:
    given = {"audiences": (DOOR,), "callers": (CALLER, "scheduler@example.com"), "issuers": (NAME,)}
    known = changed.pop("certificates", None) or Certificates(pool(), issuer.certificates_url)
    return Trust(**{**given, **changed}, certificates=known)


@pytest.fixture
def trust(issuer: Issuer) -> Trust:
    return trusting(issuer)


def bearer(token: str) -> str:
    return f"Bearer {token}"


# ── who comes in ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("caller", [CALLER, "scheduler@example.com", "Scim@Example.com"])
def test_a_caller_of_the_list_comes_in(issuer: Issuer, trust: Trust, caller: str):
    assert trust(bearer(issuer.token(DOOR, caller)))


def test_a_domain_lets_all_of_it_in_and_nobody_else(issuer: Issuer):
    trust = trusting(issuer, callers=("@example.com",))

    callers = ["ann@example.com", "ann@evil.com", "ann@sub.example.com", "@example.com", "ann@example.com@evil.com"]
    assert [trust(bearer(issuer.token(DOOR, caller))) for caller in callers] == [True, False, False, False, False]


def test_letters_that_become_others_in_lower_case_are_not_those(issuer: Issuer):
    trust = trusting(issuer, callers=("kim@example.com",))

    assert [trust(bearer(issuer.token(DOOR, f"{k}im@example.com"))) for k in ("K", "\N{KELVIN SIGN}")] == [True, False]


def test_a_clock_that_is_slightly_off_does_no_harm(issuer: Issuer):
    now = time.time()
    at = {seconds: trusting(issuer, clock=lambda ahead=seconds: now + ahead) for seconds in (-20, -8, 3608, 3620)}
    token = bearer(issuer.token(DOOR, CALLER, iat=int(now), exp=int(now) + 3600))
    removed = bearer(
        unsigned(issuer.claims(DOOR, CALLER, iat=int(now), exp=int(now) + 3600), REMOVED, alg="RS256", kid="first")
    )

    assert {seconds: trust(token) for seconds, trust in at.items()} == {-20: False, -8: True, 3608: True, 3620: False}
    assert replace(at[-8], checked_before=True)(removed)
    assert not replace(at[3620], checked_before=True)(removed)


def test_ten_thousand_tokens_cost_one_fetch(issuer: Issuer, trust: Trust):
    token = bearer(issuer.token(DOOR, CALLER))

    assert {trust(token) for _ in range(10_000)} == {True}
    assert issuer.asked == {"/certs": 1}


# ── who does not ──────────────────────────────────────────────────────────────────────────────────────────

CLAIMS: dict[str, dict[str, Any]] = {
    "another audience": {"aud": "https://admin.example.com"},
    "the audience and a slash": {"aud": f"{DOOR}/"},
    "several audiences": {"aud": [DOOR]},
    "no audience": {"aud": None},
    "another issuer": {"iss": "https://accounts.example.net"},
    "no issuer": {"iss": None},
    "expired": {"iat": NOW - 3700, "exp": NOW - 100},
    "never expires": {"exp": None},
    "expires in a year": {"exp": NOW + YEAR},
    "expires after an hour and a little": {"iat": NOW - 100, "exp": NOW + int(LONGEST_SECONDS)},
    "issued in the future": {"iat": NOW + YEAR, "exp": NOW + YEAR + 3600},
    "not valid before later": {"nbf": NOW + YEAR},
    "not valid before a truth": {"nbf": True},
    "never issued": {"iat": None},
    "issued as text": {"iat": str(NOW)},
    "issued as a truth": {"iat": True},
    "an endless number": {"exp": 10**400, "iat": 1.5},
    "not a number": {"exp": float("nan")},
    "for ever": {"exp": float("inf")},
    "not on the list": {"email": "mallory@example.com"},
    "on the list of another domain": {"email": "scim@example.net"},
    "an address that is not verified": {"email_verified": False},
    "an address that is verified in words": {"email_verified": "true"},
    "no word of verifying": {"email_verified": None},
    "no address": {"email": None},
    "two addresses": {"email": [CALLER]},
    "a subject that is named like a caller": {"email": None, "sub": CALLER},
}


@pytest.mark.parametrize("changed", CLAIMS.values(), ids=CLAIMS)
def test_a_good_signature_is_not_enough(issuer: Issuer, trust: Trust, changed: dict[str, Any]):
    assert not trust(bearer(issuer.token(DOOR, CALLER, **changed)))


@pytest.mark.parametrize("changed", CLAIMS.values(), ids=CLAIMS)
def test_nor_is_a_signature_that_was_checked_before(issuer: Issuer, changed: dict[str, Any]):
    trust = trusting(issuer, checked_before=True)

    assert not trust(bearer(unsigned(issuer.claims(DOOR, CALLER, **changed), REMOVED, alg="RS256", kid="first")))


def test_signatures_that_are_none(issuer: Issuer, trust: Trust):
    claims = issuer.claims(DOOR, CALLER)
    good = issuer.token(DOOR, CALLER)
    head, _, signature = good.split(".")
    forged = {
        "none": unsigned(claims),
        "none with a signature": unsigned(claims, signature),
        "none in capitals": unsigned(claims, signature, alg="NONE", kid="first"),
        "RS256 without one": unsigned(claims, alg="RS256", kid="first"),
        "RS256 with another's": unsigned(claims, signature, alg="RS256", kid="first"),
        "HS256 with the certificate": signed_as_if_shared(key("first"), claims),
        "ES256": unsigned(claims, signature, alg="ES256", kid="first"),
        "a list of algorithms": unsigned(claims, signature, alg=["RS256"], kid="first"),
        "another key": signed(key("stolen"), claims),
        "another key under a known name": f"{head}.{'.'.join(signed(key('stolen'), claims).split('.')[1:])}",
        "no key": unsigned(claims, signature, alg="RS256"),
        "a key that is no name": unsigned(claims, signature, alg="RS256", kid={"x": 1}),
        "removed by nobody": unsigned(claims, REMOVED, alg="RS256", kid="first"),
        "changed claims": f"{head}.{encoded({**claims, 'email': 'scheduler@example.com'})}.{signature}",
        "a cut signature": good[:-8],
        "twice": f"{good}.{signature}",
    }

    assert trust(bearer(good))
    assert [name for name, token in forged.items() if trust(bearer(token))] == []


HEADERS: dict[str, str | None] = {
    "none": None,
    "empty": "",
    "the scheme alone": "Bearer",
    "the scheme and a blank": "Bearer ",
    "basic": "Basic c2NpbTpzY2lt",
    "two words": "Bearer a.b.c a.b.c",
    "a word": "Bearer abc",
    "points": "Bearer ..",
    "no JSON": f"Bearer {encoded('x')}.{encoded('y')}.eA",
    "no object": f"Bearer {encoded([])}.{encoded('[]')}.eA",
    "no Base64": "Bearer a.b.c",
    "deep": f"Bearer {encoded({})}.{encoded('[' * 5000)}.eA",
    "an endless number": f"Bearer {encoded({})}.{encoded('9' * 5000)}.eA",
    "no UTF-8": "Bearer _w._w._w",
    "a line break": "Bearer a.b.c\n",
    "huge": f"Bearer {'a' * 2_000_000}.b.c",
    "a bearer token of this bridge": f"Bearer scimb_{'0' * 49}",
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_junk_opens_nothing_and_costs_no_fetch(issuer: Issuer, trust: Trust, header: str | None):
    assert not trust(header)
    assert not issuer.asked


def test_a_huge_token_is_refused_though_it_is_good(issuer: Issuer, trust: Trust):
    token = issuer.token(DOOR, CALLER, note="x" * MOST_CHARACTERS)

    assert not trust(bearer(token))


def test_a_removed_signature_counts_where_it_was_checked_before(issuer: Issuer):
    removed = unsigned(issuer.claims(DOOR, CALLER), REMOVED, alg="RS256", kid="first")

    assert trusting(issuer, checked_before=True)(bearer(removed))
    assert not trusting(issuer)(bearer(removed))


def test_where_it_was_checked_before_a_signature_that_is_there_has_to_be_good(issuer: Issuer):
    trust = trusting(issuer, checked_before=True)

    assert trust(bearer(issuer.token(DOOR, CALLER)))
    assert not trust(bearer(signed(key("stolen"), issuer.claims(DOOR, CALLER))))


@pytest.mark.parametrize("missing", ["audiences", "callers", "issuers"])
def test_without_a_list_nobody_comes_in(issuer: Issuer, missing: str):
    assert not trusting(issuer, **{missing: ()})(bearer(issuer.token(DOOR, CALLER)))


def test_what_is_logged_holds_no_token(issuer: Issuer, trust: Trust, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    token = issuer.token(DOOR, "mallory@example.com")
    for each in (token, signed(key("stolen"), issuer.claims(DOOR, CALLER)), token[:-9]):
        trust(bearer(each))

    said = "".join(str(vars(record)) for record in caplog.records if record.name == "scim.jobs")
    assert "mallory@example.com" in said
    assert not any(part in said for part in token.split("."))


# ── certificates ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def clock() -> Clock:
    return Clock(float(NOW))


@pytest.fixture
def known(issuer: Issuer, clock: Clock) -> Certificates:
    return Certificates(pool(), issuer.certificates_url, clock)


def test_nothing_is_fetched_before_the_first_question(issuer: Issuer, known: Certificates):
    assert not issuer.asked


def test_a_new_key_is_found_as_soon_as_a_minute_has_passed(issuer: Issuer, known: Certificates, clock: Clock):
    trust = trusting(issuer, certificates=known)
    assert trust(bearer(issuer.token(DOOR, CALLER)))

    issuer.rotate("second")

    assert not trust(bearer(issuer.token(DOOR, CALLER)))
    clock.advance(LEAST_SECONDS)
    assert trust(bearer(issuer.token(DOOR, CALLER)))


def test_a_key_that_was_withdrawn_serves_until_its_list_is_old(issuer: Issuer, known: Certificates, clock: Clock):
    trust = trusting(issuer, certificates=known)
    old = bearer(issuer.token(DOOR, CALLER))
    assert trust(old)

    issuer.rotate("second", keep=0)
    clock.advance(issuer.max_age)

    assert not trust(old)


@pytest.mark.parametrize("status", [500, 404, 302])
def test_an_issuer_that_is_silent_leaves_what_was_known_for_a_day(
    issuer: Issuer, known: Certificates, clock: Clock, status: int
):
    known.find("first")
    issuer.status = status

    clock.advance(issuer.max_age + STALE_SECONDS - 60)
    assert known.find("first")

    clock.advance(60)
    assert known.find("first") is None


def test_an_issuer_that_was_never_reached_lets_nobody_in(issuer: Issuer):
    trust = trusting(issuer, certificates=Certificates(pool(), "http://127.0.0.1:1/certs"))

    assert not trust(bearer(issuer.token(DOOR, CALLER)))


def test_an_issuer_that_is_back_is_asked_again(issuer: Issuer, known: Certificates, clock: Clock):
    issuer.status = 503
    assert known.find("first") is None
    issuer.status = 200
    assert known.find("first") is None

    clock.advance(LEAST_SECONDS)

    assert known.find("first")


def test_who_invents_keys_causes_one_fetch_in_a_minute(issuer: Issuer, known: Certificates, clock: Clock):
    for invented in range(1000):
        known.find(f"invented {invented}")

    assert issuer.asked["/certs"] == 1
    clock.advance(LEAST_SECONDS)
    known.find("invented")
    assert issuer.asked["/certs"] == 2


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"first": 1}', b"<html>", b"[" * 100_000, b"x" * 300_000], ids=lambda body: body[:12]
)
def test_what_is_no_list_of_certificates_replaces_none(body: bytes, clock: Clock):
    answers = [json.dumps({"first": "PEM"}).encode(), body]
    with serving(lambda _path, _headers: (200, {}, answers.pop(0))) as host:
        known = Certificates(pool(), f"http://{host}/certs", clock)
        known.find("first")
        clock.advance(LEAST_SECONDS)

        assert known.find("first") == "PEM"
    assert answers == []


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("public, max-age=21000, must-revalidate", 21_000),
        ("max-age=5", 60),
        ("max-age=999999999", 86_400),
        ("no-store", 60),
        ("x-max-age=500", 60),
        ("", 60),
    ],
)
def test_a_list_is_good_as_long_as_it_says_within_reason(header: str, seconds: float, clock: Clock):
    asked: list[str] = []

    def answer(path: str, _headers: Any) -> tuple[int, dict[str, str], bytes]:
        asked.append(path)
        return 200, {"Cache-Control": header}, b'{"first": "PEM"}'

    with serving(answer) as host:
        known = Certificates(pool(), f"http://{host}/certs", clock)
        known.find("first")
        clock.advance(seconds - 1)
        known.find("first")
        before = len(asked)
        clock.advance(1)
        known.find("first")

    assert (before, len(asked)) == (1, 2)


def test_a_clock_that_is_set_back_asks_again(issuer: Issuer, known: Certificates, clock: Clock):
    known.find("first")

    clock.advance(-86_400)

    assert known.find("first")
    assert issuer.asked["/certs"] == 2


def test_nobody_waits_for_a_fetch_they_can_do_without(clock: Clock):
    go, asked = threading.Event(), threading.Event()
    go.set()
    in_time: list[bool] = []

    def answer(_path: str, _headers: Any) -> tuple[int, dict[str, str], bytes]:
        asked.set()
        in_time.append(go.wait(3))
        return 200, {}, b'{"first": "PEM"}'

    with serving(answer) as host:
        known = Certificates(pool(), f"http://{host}/certs", clock)
        known.find("first")
        clock.advance(LEAST_SECONDS)
        go.clear()
        asked.clear()
        fetching = threading.Thread(target=known.find, args=["first"])
        fetching.start()
        assert asked.wait(5)

        assert known.find("first") == "PEM"
        go.set()
        fetching.join(5)
    assert in_time == [True, True]


@pytest.mark.parametrize("url", ["http://example.com/certs", "https://me:word@example.com", "ftp://example.com", ""])
def test_certificates_come_from_a_safe_place_only(url: str):
    with pytest.raises(ValueError, match="must be https://host"):
        Certificates(pool(), url)


def test_googles_own_place_is_what_google_publishes():
    assert certificates.GOOGLE == "https://www.googleapis.com/oauth2/v1/certs"
