"""Nothing is answered without a token (threats A1-A3, A7), however the path or the header is spelt."""

import itertools
from urllib.parse import unquote_to_bytes

import pytest

from tests.bridge import Bridge

PATHS = [
    "/Users", "/Groups", "/Users/x", "/Groups/x", "/Users/.search", "/Groups/.search", "/.search", "/", "/Bulk", "/Me",
    "/Schemas", "/ResourceTypes", "/ServiceProviderConfig", "/health", "/nowhere", "/scim/v2/Users",
    "/scim/Users", "/v2/Users",
]  # fmt: skip
SPELLINGS = [
    lambda path: path,
    lambda path: path.replace("U", "%55").replace("G", "%47"),
    lambda path: path.replace("/", "%2F"),
    lambda path: "/" + path,
    lambda path: "/." + path,
    lambda path: path + ";x=1",
    lambda path: path + "/",
    lambda path: path + "/..",
    lambda path: path.lower(),
    lambda path: path + "%00",
    lambda path: path + "%c0%af",
    lambda path: "/ping/.." + path,
    lambda path: path + "?x=/ping",
]
HEADERS = [
    None, "", "Bearer", "Bearer ", "bearer x", "Basic eDp5", "Bearer a b", "Bearer\tx", "Bearer \u00a0x", "Token x",
    "Bearer " + "x" * 5000, "Bearer null", "Bearer undefined", "x",
]  # fmt: skip
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]


def status_of(bridge: Bridge, method: str, target: str) -> int:
    """As a server hands the request on: the path decoded once, whatever it looks like."""
    path, _, query = target.partition("?")
    environ = {"PATH_INFO": unquote_to_bytes(path).decode("latin-1"), "QUERY_STRING": query}
    return bridge.http.open("/", method=method, environ_overrides=environ).status_code


def test_no_spelling_of_a_path_is_answered_without_a_token(bridge: Bridge) -> None:
    answers = {
        (method, spell(path)): status_of(bridge, method, spell(path))
        for method, path, spell in itertools.product(METHODS, PATHS, SPELLINGS)
    }

    assert {key: status for key, status in answers.items() if status not in (401, 404)} == {}


@pytest.mark.parametrize("header", HEADERS)
def test_no_bad_header_opens_the_door(bridge: Bridge, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header.encode("latin-1", "replace").decode("latin-1")}

    answer = bridge.http.get("/Users", headers=headers)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.get_json(force=True)["status"] == "401"


def test_every_route_of_the_application_but_ping_needs_a_token(bridge: Bridge) -> None:
    rules = [rule for rule in bridge.http.application.url_map.iter_rules() if rule.rule != "/ping"]

    answers = {
        (method, rule.rule): bridge.http.open(
            rule.rule.replace("<any(Users, Groups):endpoint>", "Users").replace("<id>", "x"), method=method
        ).status_code
        for rule in rules
        for method in rule.methods or ()
    }

    assert set(answers.values()) == {401}


def test_ping_is_open_and_says_nothing_else(bridge: Bridge) -> None:
    answer = bridge.http.get("/ping")

    assert (answer.status_code, answer.data) == (200, b"pong")


def test_a_token_of_one_alphabet_is_not_taken_in_another_case(bridge: Bridge) -> None:
    token = bridge.tokens["rfc"].swapcase()

    answer = bridge.http.get("/Users", headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 401
