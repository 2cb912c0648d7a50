"""Adding, rotating and revoking tokens."""

import json

import pytest

from scim import tokens
from scim.records import Secret
from tests.tokens.fakes import CountedSecrets

NOW = 1_800_000_000.0
DAY = 86_400


@pytest.fixture
def secrets() -> CountedSecrets:
    return CountedSecrets()


def added(secrets: CountedSecrets, client: str = "okta", now: float = NOW, ttl_days: float | None = None) -> str:
    _, record = tokens.mint(client, "okta", now=now, ttl_days=ttl_days)
    tokens.add(secrets, "tokens", record, now)
    return record.id


def ids(secrets: CountedSecrets) -> list[str]:
    return [record.id for record in tokens.read(secrets, "tokens")]


def test_a_missing_secret_holds_no_tokens(secrets: CountedSecrets) -> None:
    assert tokens.read(secrets, "tokens") == ()


def test_an_added_token_is_read_back_as_it_was(secrets: CountedSecrets) -> None:
    _, record = tokens.mint("okta", "okta", now=NOW, ttl_days=30)

    tokens.add(secrets, "tokens", record, NOW)

    assert tokens.read(secrets, "tokens") == (record,)


def test_the_secret_holds_no_token(secrets: CountedSecrets) -> None:
    token, record = tokens.mint("okta", "okta", now=NOW)

    tokens.add(secrets, "tokens", record, NOW)

    assert token not in secrets.values["tokens"]


def test_a_client_may_have_two_live_tokens(secrets: CountedSecrets) -> None:
    first, second = added(secrets), added(secrets)

    assert ids(secrets) == [first, second]


def test_a_third_live_token_is_refused_in_a_sentence(secrets: CountedSecrets) -> None:
    first, second = added(secrets), added(secrets)

    with pytest.raises(tokens.TooManyLive, match=f"{first} and {second}. Revoke the one"):
        added(secrets)

    assert ids(secrets) == [first, second]


def test_clients_do_not_count_for_each_other(secrets: CountedSecrets) -> None:
    added(secrets), added(secrets)

    added(secrets, client="entra")

    assert len(ids(secrets)) == 3


def test_a_revoked_token_makes_room(secrets: CountedSecrets) -> None:
    first, second = added(secrets), added(secrets)
    tokens.revoke(secrets, "tokens", first, NOW)

    third = added(secrets)

    assert ids(secrets) == [first, second, third]


def test_an_expired_token_makes_room(secrets: CountedSecrets) -> None:
    added(secrets, ttl_days=1), added(secrets)

    added(secrets, now=NOW + DAY)

    assert len(ids(secrets)) == 3


def test_revoke_marks_the_record_and_keeps_it(secrets: CountedSecrets) -> None:
    known = added(secrets)

    tokens.revoke(secrets, "tokens", known, NOW + 7)

    assert [record.revoked for record in tokens.read(secrets, "tokens")] == [NOW + 7]


def test_revoke_is_idempotent(secrets: CountedSecrets) -> None:
    known = added(secrets)
    tokens.revoke(secrets, "tokens", known, NOW + 7)

    again = tokens.revoke(secrets, "tokens", known, NOW + 9)

    assert again.revoked == NOW + 7


def test_revoking_an_unknown_token_says_so(secrets: CountedSecrets) -> None:
    with pytest.raises(tokens.UnknownToken, match="no token with the id '0123456789'"):
        tokens.revoke(secrets, "tokens", "0123456789", NOW)


def test_tokens_dead_for_90_days_are_forgotten(secrets: CountedSecrets) -> None:
    first = added(secrets)
    tokens.revoke(secrets, "tokens", first, NOW)

    last = added(secrets, now=NOW + 91 * DAY)

    assert ids(secrets) == [last]


BROKEN = {
    "no JSON": "scimb_",
    "no list": "{}",
    "a record of nothing": "[{}]",
    "a digest that is none": json.dumps(
        [{"id": "a", "client": "a", "dialect": "a", "digest": "", "created": 1, "expires": None, "revoked": None}]
    ),
    "too deep": "[" * 100_000,
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_secret_is_an_error_that_does_not_quote_it(secrets: CountedSecrets, text: str) -> None:
    secrets.values["tokens"] = Secret(text)

    with pytest.raises(tokens.TokenListInvalid) as caught:
        tokens.read(secrets, "tokens")

    assert text[:6] not in str(caught.value)
