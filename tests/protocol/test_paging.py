import base64
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scim.protocol.errors import ExpiredCursor, InvalidCount, InvalidCursor, InvalidValue, ScimError
from scim.protocol.paging import CursorState, Page, open_cursor, parse_page, seal_cursor

KEY, QUERY = b"k" * 32, b"q" * 32
STATE = CursorState("2819c223-7f76-453a-919d-413861904646", 50, 1_700_000_000.25)

PAGES = {
    "nothing-asked": (None, None, Page(0, 100)),
    "1-based-becomes-0-based": ("11", "10", Page(10, 10)),
    "integers-of-a-search-request": (11, 10, Page(10, 10)),
    "startIndex-0-is-1": ("0", None, Page(0, 100)),
    "startIndex-below-1-is-1": ("-7", None, Page(0, 100)),
    "count-0-asks-for-the-total": (None, "0", Page(0, 0)),
    "count-below-0-is-0": (None, "-1", Page(0, 0)),
    "count-above-the-maximum": (None, "501", Page(0, 500)),
    "explicit-sign": ("+2", "+3", Page(1, 3)),
    "beyond-every-store": ("9" * 32, "9" * 32, Page(2**31 - 2, 500)),
}


@pytest.mark.parametrize(("start_index", "count", "expected"), PAGES.values(), ids=PAGES)
def test_page_is_read_by_rfc_7644_3_4_2_4(start_index, count, expected):
    assert parse_page(start_index, count, 100, 500) == expected


@pytest.mark.parametrize("value", ["", " 1", "1.0", "1e3", "ten", "0x1", "1_000", "٣", "9" * 5000, "--1", True, "\n"])
def test_what_is_no_integer_is_invalid_value(value):
    with pytest.raises(InvalidValue, match="startIndex"):
        parse_page(value, None, 100, 500)
    with pytest.raises(InvalidValue, match="count"):
        parse_page(None, value, 100, 500)


@given(st.text(max_size=60), st.integers(0, 2**32 - 1), st.floats(0, 2**40), st.binary())
def test_cursor_opens_to_what_was_sealed(position, count, issued_at, query):
    state = CursorState(position, count, issued_at)

    text = seal_cursor(KEY, state, query)

    assert open_cursor(KEY, text, query, count, issued_at, 60) == state


def test_cursor_has_unreserved_characters_only():
    text = seal_cursor(KEY, CursorState("?/=&ÿ~" * 9, 50, 0), QUERY)

    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def test_cursor_says_nothing_of_the_query():
    text = seal_cursor(KEY, STATE, b"userName eq bjensen")

    assert b"bjensen" not in base64.urlsafe_b64decode(text + "==")


@pytest.mark.parametrize(("key", "query"), [(b"K" * 32, QUERY), (KEY, b"Q" * 32), (KEY, b""), (QUERY, KEY)])
def test_cursor_of_another_client_or_query_does_not_open(key, query):
    text = seal_cursor(KEY, STATE, QUERY)

    with pytest.raises(InvalidCursor):
        open_cursor(key, text, query, 50, STATE.issued_at, 60)


def test_no_byte_passes_from_the_cursor_to_the_query():
    sealed = base64.urlsafe_b64decode(seal_cursor(KEY, STATE, QUERY) + "==")
    mac, payload = sealed[:16], sealed[16:]
    text = base64.urlsafe_b64encode(mac + payload[1:]).decode().rstrip("=")

    with pytest.raises(InvalidCursor):
        open_cursor(KEY, text, QUERY + payload[:1], 50, STATE.issued_at, 60)


GARBLED = {
    "empty": "",
    "short": "AAAA",
    "one-character": "A",
    "mac-alone": "A" * 22,
    "not-base64": "!" * 80,
    "not-ascii": "é" * 80,
    "surrogate": "\ud800" * 80,
    "padding": seal_cursor(KEY, STATE, QUERY) + "==",
    "newline-last": seal_cursor(KEY, STATE, QUERY) + "\n",
    "space-inside": seal_cursor(KEY, STATE, QUERY)[:40] + " " + seal_cursor(KEY, STATE, QUERY)[40:],
    "cut": seal_cursor(KEY, STATE, QUERY)[:-4],
    "twice": seal_cursor(KEY, STATE, QUERY) * 2,
    "huge": "A" * 1_000_000,
}


@pytest.mark.parametrize("text", GARBLED.values(), ids=GARBLED)
def test_garbled_cursor_is_refused_in_the_words_for_a_foreign_one(text):
    with pytest.raises(InvalidCursor) as foreign:
        open_cursor(b"another", seal_cursor(KEY, STATE, QUERY), QUERY, 50, 0, 60)

    with pytest.raises(InvalidCursor) as garbled:
        open_cursor(KEY, text, QUERY, 50, 0, 60)

    assert garbled.value.detail == foreign.value.detail


def opens(text):
    try:
        open_cursor(KEY, text, QUERY, 50, STATE.issued_at, 60)
    except ScimError:
        return False
    return True


def test_no_flipped_bit_opens():
    sealed = base64.urlsafe_b64decode(seal_cursor(KEY, STATE, QUERY) + "==")
    flips = [
        base64.urlsafe_b64encode(bytes([*sealed[:at], sealed[at] ^ 1 << bit, *sealed[at + 1 :]])).decode().rstrip("=")
        for at in range(len(sealed))
        for bit in range(8)
    ]

    assert opens(seal_cursor(KEY, STATE, QUERY))
    assert not any(map(opens, flips))


def test_no_changed_characters_open():
    random, text = Random(9865), seal_cursor(KEY, STATE, QUERY)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ \n"

    for _ in range(20_000):
        forged = list(text)
        for _ in range(random.randint(1, 3)):
            forged[random.randrange(len(forged))] = random.choice(alphabet)

        assert "".join(forged) == text or not opens("".join(forged))


def test_cursor_expires_after_its_time_to_live():
    text = seal_cursor(KEY, STATE, QUERY)

    assert open_cursor(KEY, text, QUERY, 50, STATE.issued_at + 3600, 3600) == STATE
    with pytest.raises(ExpiredCursor, match="3600 seconds"):
        open_cursor(KEY, text, QUERY, 50, STATE.issued_at + 3600.5, 3600)


@pytest.mark.parametrize("count", [49, 51, 0])
def test_changed_count_is_invalid_count(count):
    text = seal_cursor(KEY, STATE, QUERY)

    with pytest.raises(InvalidCount, match="50"):
        open_cursor(KEY, text, QUERY, count, STATE.issued_at, 60)
