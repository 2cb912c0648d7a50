"""Who is let in, what it costs, and how soon a revoked token is out."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from scim import tokens
from scim.protocol.errors import Unavailable
from scim.records import Secret, SecretsUnavailable
from scim.tokens import TokenRecord, Tokens
from tests.tokens.fakes import CountedSecrets
from tests.tokens.test_form import BAD_HEADERS

START = 1_800_000_000.0
DAY = 86_400


class Clock:
    now = START

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def secrets() -> CountedSecrets:
    return CountedSecrets()


@pytest.fixture
def gate(secrets: CountedSecrets, clock: Clock) -> Tokens:
    return Tokens(secrets, "tokens", clock)


@pytest.fixture
def given(secrets: CountedSecrets) -> Callable[..., tuple[str, TokenRecord]]:
    def give(client: str = "okta", ttl_days: float | None = None) -> tuple[str, TokenRecord]:
        token, record = tokens.mint(client, "okta", now=START, ttl_days=ttl_days)
        tokens.add(secrets, "tokens", record, START)
        secrets.reads = 0
        return f"Bearer {token}", record

    return give


Given = Callable[..., tuple[str, TokenRecord]]


def test_a_live_token_opens(gate: Tokens, given: Given) -> None:
    header, record = given()

    assert gate.verify(header) == record


def test_two_live_tokens_of_a_client_both_open(gate: Tokens, given: Given) -> None:
    old, new = given(), given()

    assert [gate.verify(header) for header, _ in (old, new)] == [old[1], new[1]]


def test_a_well_formed_token_nobody_was_given_does_not_open(gate: Tokens, given: Given) -> None:
    given()
    token, _ = tokens.mint("okta", "okta", now=START)

    assert gate.verify(f"Bearer {token}") is None


@pytest.mark.parametrize("header", BAD_HEADERS.values(), ids=BAD_HEADERS.keys())
def test_junk_costs_no_read(gate: Tokens, secrets: CountedSecrets, given: Given, header: str | None) -> None:
    given()

    assert gate.verify(header) is None
    assert secrets.reads == 0


def test_nothing_is_read_before_the_first_token(gate: Tokens, secrets: CountedSecrets) -> None:
    assert secrets.reads == 0


def test_many_requests_cost_one_read_a_minute(
    gate: Tokens, secrets: CountedSecrets, clock: Clock, given: Given
) -> None:
    header, _ = given()

    for _ in range(59):
        clock.now += 1
        gate.verify(header)

    assert secrets.reads == 1


def test_a_revoked_token_is_out_within_60_seconds(
    gate: Tokens, secrets: CountedSecrets, clock: Clock, given: Given
) -> None:
    header, record = given()
    gate.verify(header)
    tokens.revoke(secrets, "tokens", record.id, clock.now)

    clock.now += 60

    assert gate.verify(header) is None


def test_an_added_token_is_in_after_5_seconds(gate: Tokens, clock: Clock, given: Given) -> None:
    """An identity provider's test of its credentials, right after they were minted, has to succeed."""
    gate.verify(given()[0])
    header, record = given()

    clock.now += 5

    assert gate.verify(header) == record


def test_unknown_tokens_cost_one_read_each_5_seconds_and_delay_nobody_else(
    gate: Tokens, secrets: CountedSecrets, clock: Clock, given: Given
) -> None:
    header, record = given()
    unknown, _ = tokens.mint("okta", "okta", now=START)
    gate.verify(header)

    for _ in range(100):
        clock.now += 0.25
        assert gate.verify(f"Bearer {unknown}") is None

    assert secrets.reads == 1 + 5
    assert gate.verify(header) == record


def test_unknown_tokens_do_not_ask_failing_secrets_more_often(
    gate: Tokens, secrets: CountedSecrets, clock: Clock, given: Given
) -> None:
    gate.verify(given()[0])
    unknown, _ = tokens.mint("okta", "okta", now=START)
    secrets.failure = SecretsUnavailable("down")

    for _ in range(100):
        clock.now += 0.25
        assert gate.verify(f"Bearer {unknown}") is None

    assert secrets.reads == 1 + 5


def test_a_token_opens_until_it_expires_and_no_longer(gate: Tokens, clock: Clock, given: Given) -> None:
    header, record = given(ttl_days=1)

    clock.now = START + DAY - 0.001
    assert gate.verify(header) == record

    clock.now = START + DAY
    assert gate.verify(header) is None


def test_a_secret_that_disappears_closes_the_gate(
    gate: Tokens, secrets: CountedSecrets, clock: Clock, given: Given
) -> None:
    header, _ = given()
    gate.verify(header)
    secrets.values.clear()

    clock.now += 60

    assert gate.verify(header) is None


def test_while_the_secrets_fail_the_last_list_serves(
    gate: Tokens, secrets: CountedSecrets, clock: Clock, given: Given
) -> None:
    header, record = given()
    gate.verify(header)
    secrets.failure = SecretsUnavailable("down")

    clock.now += 299

    assert gate.verify(header) == record


def test_a_list_older_than_five_minutes_serves_nobody(
    gate: Tokens, secrets: CountedSecrets, clock: Clock, given: Given
) -> None:
    header, _ = given()
    gate.verify(header)
    secrets.failure = SecretsUnavailable("down")

    clock.now += 301

    with pytest.raises(Unavailable, match="Try again"):
        gate.verify(header)


def test_without_any_list_nobody_comes_in(gate: Tokens, secrets: CountedSecrets, given: Given) -> None:
    header, _ = given()
    secrets.failure = SecretsUnavailable("down")

    with pytest.raises(Unavailable):
        gate.verify(header)


def test_a_broken_list_lets_nobody_in(gate: Tokens, secrets: CountedSecrets, given: Given) -> None:
    header, _ = given()
    secrets.values["tokens"] = Secret("[{}]")

    with pytest.raises(Unavailable):
        gate.verify(header)


def test_failing_secrets_are_asked_again_after_five_seconds_not_at_each_request(
    gate: Tokens, secrets: CountedSecrets, clock: Clock, given: Given
) -> None:
    header, _ = given()
    secrets.failure = SecretsUnavailable("down")

    for _ in range(100):
        clock.now += 0.1
        with pytest.raises(Unavailable):
            gate.verify(header)

    assert secrets.reads == 2


def test_the_gate_opens_again_when_the_secrets_are_back(
    gate: Tokens, secrets: CountedSecrets, clock: Clock, given: Given
) -> None:
    header, record = given()
    secrets.failure = SecretsUnavailable("down")
    with pytest.raises(Unavailable):
        gate.verify(header)

    secrets.failure = None
    clock.now += 5

    assert gate.verify(header) == record


def test_a_clock_that_was_set_back_does_not_keep_an_old_list(
    gate: Tokens, secrets: CountedSecrets, clock: Clock, given: Given
) -> None:
    header, _ = given()
    gate.verify(header)

    clock.now -= DAY
    gate.verify(header)

    assert secrets.reads == 2


def test_threads_that_come_at_once_share_one_read(clock: Clock, given: Given, secrets: CountedSecrets) -> None:
    header, record = given()
    gate = Tokens(_Slow(secrets), "tokens", clock)
    found: list[TokenRecord | None] = []
    threads = [threading.Thread(target=lambda: found.append(gate.verify(header))) for _ in range(8)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [record] * 8
    assert secrets.reads == 1


class _Slow:
    def __init__(self, secrets: CountedSecrets) -> None:
        self._secrets = secrets
        self.add_version = secrets.add_version

    def get(self, name: str) -> Secret:
        time.sleep(0.05)
        return self._secrets.get(name)


@pytest.mark.parametrize("value", [None, "", " \n\t ", "[]"], ids=["missing", "empty", "blank", "no tokens"])
def test_the_bridge_does_not_start_without_a_live_token(
    gate: Tokens, secrets: CountedSecrets, value: str | None
) -> None:
    if value is not None:
        secrets.values["tokens"] = Secret(value)

    with pytest.raises(tokens.NoLiveToken, match="Mint a token first"):
        gate.require_live()


@pytest.mark.parametrize("value", ["", " \n\t "], ids=["empty", "blank"])
@pytest.mark.parametrize("header", BAD_HEADERS.values(), ids=BAD_HEADERS.keys())
def test_a_blank_secret_matches_no_header(
    gate: Tokens, secrets: CountedSecrets, value: str, header: str | None
) -> None:
    secrets.values["tokens"] = Secret(value)

    assert gate.verify(header) is None


def test_the_bridge_does_not_start_when_every_token_is_revoked_or_expired(
    gate: Tokens, secrets: CountedSecrets, clock: Clock, given: Given
) -> None:
    _, record = given()
    given(ttl_days=1)
    tokens.revoke(secrets, "tokens", record.id, START)
    clock.now += DAY

    with pytest.raises(tokens.NoLiveToken):
        gate.require_live()


def test_the_bridge_starts_with_a_live_token(gate: Tokens, given: Given) -> None:
    given()

    gate.require_live()


def test_a_broken_list_stops_the_start(gate: Tokens, secrets: CountedSecrets) -> None:
    secrets.values["tokens"] = Secret("junk")

    with pytest.raises(tokens.TokenListInvalid):
        gate.require_live()


def test_each_token_signs_cursors_with_its_own_key(given: Given) -> None:
    (_, one), (_, other) = given(), given()

    assert tokens.cursor_key(one) != tokens.cursor_key(other)


def test_a_cursor_key_follows_from_the_hash_alone(given: Given) -> None:
    _, record = given()

    assert tokens.cursor_key(replace(record, revoked=START)) == tokens.cursor_key(record)
    assert len(tokens.cursor_key(record)) == 32


def test_a_client_whose_tokens_all_end_soon_is_told_of_once_a_day(
    gate: Tokens, given: Given, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    header, _ = given("okta", ttl_days=10)
    given("entra", ttl_days=10)
    given("entra", ttl_days=90)
    given("rippling")

    for seconds in (0, 61, 3600, DAY + 1):
        clock.now = START + seconds
        gate.verify(header)

    told = [(each.client, each.days) for each in caplog.records if each.getMessage() == "tokens.expiring"]
    assert told == [("okta", 10), ("okta", 8)]
