"""The form of tokens: randomness, check digits, and what an Authorization header may look like."""

import string
from collections import Counter
from typing import Any

import pytest

from scim import tokens
from scim.tokens import form

NOW = 1_800_000_000.0
ALPHABET = string.digits + string.ascii_letters


def minted(**options: Any) -> str:
    return tokens.mint("entra", "entra", now=NOW, **options)[0]


def test_a_token_is_prefix_256_bits_and_check() -> None:
    token = minted()

    assert token.startswith("scimb_")
    assert len(token) == len("scimb_") + 43 + 6
    assert set(token.removeprefix("scimb_")) <= set(ALPHABET)


@pytest.mark.parametrize("byte", [b"\x00", b"\xff"], ids=["the smallest", "the largest"])
def test_every_256_bit_number_has_a_token_of_the_same_length(byte: bytes) -> None:
    token = minted(random=lambda count: byte * count)

    assert form.presented(f"Bearer {token}") == token


def test_the_largest_and_the_smallest_number_keep_their_own_text() -> None:
    bodies = {minted(random=lambda count, byte=byte: bytes([byte]) * count) for byte in range(256)}

    assert len(bodies) == 256


def test_mint_asks_for_32_random_bytes() -> None:
    asked = []

    minted(random=lambda count: asked.append(count) or bytes(count))

    assert asked == [32]


def test_minted_characters_are_even() -> None:
    """Chi-square over 1e5 characters with 61 degrees of freedom: above 120 in about 1 of 100,000 fair runs. The first
    character is left out, for 2**256 is no power of 62; so are the check digits.
    """
    length = 42
    counts = Counter("".join(minted()[7 : 7 + length] for _ in range(100_000 // length)))

    expected = counts.total() / len(ALPHABET)
    chi_square = sum((counts[character] - expected) ** 2 / expected for character in ALPHABET)
    assert chi_square < 120


def test_the_record_holds_the_hash_and_not_the_token() -> None:
    token, record = tokens.mint("entra", "entra", now=NOW)

    assert record.digest == form.digest_of(token)
    assert token not in repr(record)


def test_the_public_id_is_a_piece_of_the_hash() -> None:
    token, record = tokens.mint("entra", "entra", now=NOW)

    assert record.id == form.digest_of(token)[:10]


def test_a_minted_token_does_not_show_itself() -> None:
    token, _ = tokens.mint("entra", "entra", now=NOW)

    assert repr(token) == "********"


def test_a_token_ends_after_its_days() -> None:
    _, record = tokens.mint("entra", "entra", now=NOW, ttl_days=90)

    assert record.expires == NOW + 90 * 86_400


def test_a_token_without_days_does_not_end() -> None:
    _, record = tokens.mint("entra", "entra", now=NOW)

    assert record.expires is None


@pytest.mark.parametrize("days", [0, -1])
def test_a_token_that_has_ended_already_is_not_minted(days: int) -> None:
    with pytest.raises(ValueError, match="more than 0 days"):
        minted(ttl_days=days)


@pytest.mark.parametrize("client", ["", "Entra", "two words", "a=b", "-x", "x" * 64, "é"])
def test_a_client_has_a_plain_name(client: str) -> None:
    with pytest.raises(ValueError, match="client's name"):
        tokens.mint(client, "rfc", now=NOW)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
def test_the_scheme_has_no_case(scheme: str) -> None:
    token = minted()

    assert form.presented(f"{scheme} {token}") == token


TOKEN = minted()
BAD_HEADERS = {
    "none": None,
    "empty": "",
    "a blank": " ",
    "the scheme alone": "Bearer",
    "the scheme and a blank": "Bearer ",
    "the token alone": TOKEN,
    "another scheme": f"Basic {TOKEN}",
    "junk": "bearer x",
    "two headers folded into one": f"Bearer {TOKEN}, Bearer {TOKEN}",
    "two tokens": f"Bearer {TOKEN} {TOKEN}",
    "two blanks": f"Bearer  {TOKEN}",
    "a tab": f"Bearer\t{TOKEN}",
    "a no-break space": f"Bearer\u00a0{TOKEN}",
    "a blank before": f" Bearer {TOKEN}",
    "a blank after": f"Bearer {TOKEN} ",
    "a line end after": f"Bearer {TOKEN}\n",
    "a megabyte": "Bearer " + "x" * 1_000_000,
    "a megabyte after the token": f"Bearer {TOKEN}" + "x" * 1_000_000,
    "no ASCII": f"Bearer {TOKEN[:-1]}é",
    "digits of another script": f"Bearer {TOKEN[:-1]}٣",
    "another prefix": f"Bearer ghp_x_{TOKEN[6:]}",
    "the prefix in capitals": f"Bearer SCIMB_{TOKEN[6:]}",
    "one character less": f"Bearer {TOKEN[:-1]}",
    "one character more": f"Bearer {TOKEN}0",
    "quoted": f'Bearer "{TOKEN}"',
    "a NUL": f"Bearer {TOKEN[:-1]}\x00",
}


@pytest.mark.parametrize("header", BAD_HEADERS.values(), ids=BAD_HEADERS.keys())
def test_a_bad_header_presents_no_token(header: str | None) -> None:
    assert form.presented(header) is None


@pytest.mark.parametrize("position", range(6, len(TOKEN)))
def test_one_wrong_character_is_noticed(position: int) -> None:
    wrong = "A" if TOKEN[position] != "A" else "B"

    assert form.presented(f"Bearer {TOKEN[:position]}{wrong}{TOKEN[position + 1 :]}") is None
