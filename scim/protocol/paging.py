"""Which part of a list is asked for: by index (RFC 7644 §3.4.2.4) or by cursor (RFC 9865).

A cursor is an authenticated note to ourselves: where the page before ended, for which query, of what size, and when.
It grants nothing. Sealed under a key of its client, it opens for nobody else and for no other query (RFC 9865 §5).
"""

import base64
import hmac
import re
import struct
from dataclasses import dataclass

from scim.protocol.errors import ExpiredCursor, InvalidCount, InvalidCursor, InvalidValue

# Far beyond any list, and within what every store takes for an offset.
_LARGEST = 2**31 - 1
_INTEGER = re.compile(r"[+-]?[0-9]{1,32}")

_LONGEST_CURSOR = 1024
_MAC_BYTES = 16
_HEAD = struct.Struct(">dI")  # issued_at, count; the rest is `position`


@dataclass(frozen=True, slots=True)
class Page:
    """0-based; a limit of 0 asks for the total alone."""

    offset: int
    limit: int


@dataclass(frozen=True, slots=True)
class CursorState:
    """`position`: where the next page begins, as the caller spells it (an id, or an offset)."""

    position: str
    count: int
    issued_at: float


def parse_page(start_index: str | int | None, count: str | int | None, default: int, maximum: int) -> Page:
    """Raises InvalidValue for what is no integer. startIndex < 1 counts as 1, count < 0 as 0 (RFC 7644 §3.4.2.4)."""
    start = 1 if start_index is None else _integer("startIndex", start_index)
    limit = default if count is None else _integer("count", count)
    return Page(max(start, 1) - 1, min(max(limit, 0), maximum))


def parse_cursor_count(count: str | int | None, default: int, maximum: int) -> int:
    """The limit of a page asked for by cursor. Raises InvalidCount for what is no integer (RFC 9865 §2.1)."""
    try:
        return parse_page(None, count, default, maximum).limit
    except InvalidValue as error:
        raise InvalidCount(error.detail) from error


def seal_cursor(key: bytes, state: CursorState, query: bytes) -> str:
    """`query` is a digest of all that decides which resources there are, and in which order; it takes no room in the
    cursor, which has unreserved characters only (RFC 9865 §2).
    """
    payload = _HEAD.pack(state.issued_at, state.count) + state.position.encode()
    return _encode(_mac(key, query, payload) + payload)


def open_cursor(  # noqa: PLR0913, PLR0917 -- each argument is one thing a cursor is bound to
    key: bytes, text: str, query: bytes, count: int, now: float, ttl: int
) -> CursorState:
    """Raises InvalidCursor, in the same words for a forged, foreign, garbled or misused one; ExpiredCursor after `ttl`
    seconds; InvalidCount if the count is not that of the page before (RFC 9865 §2.1).
    """
    state = _opened(key, text, query)
    if state is None:
        raise InvalidCursor("The cursor is not valid for this query: take it unchanged from the page before.")
    if now - state.issued_at > ttl:
        raise ExpiredCursor(f"The cursor has expired after {ttl} seconds: start again with the first page.")
    if count != state.count:
        raise InvalidCount(f"count must stay {state.count}, as it was for the page before.")
    return state


def _integer(parameter: str, value: str | int) -> int:
    if not _INTEGER.fullmatch(str(value)):
        raise InvalidValue(f"{parameter} must be an integer.")
    return max(-_LARGEST, min(int(value), _LARGEST))


def _opened(key: bytes, text: str, query: bytes) -> CursorState | None:
    if len(text) > _LONGEST_CURSOR:
        return None
    try:
        sealed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None
    mac, payload = sealed[:_MAC_BYTES], sealed[_MAC_BYTES:]
    # Base64 spells the same bytes in several ways; only ours is accepted.
    if not hmac.compare_digest(mac, _mac(key, query, payload)) or _encode(sealed) != text:
        return None
    issued_at, count = _HEAD.unpack_from(payload)
    return CursorState(payload[_HEAD.size :].decode(), count, issued_at)


def _mac(key: bytes, query: bytes, payload: bytes) -> bytes:
    """Two steps, so that no byte can pass from the query to the payload."""
    return hmac.digest(hmac.digest(key, query, "sha256"), payload, "sha256")[:_MAC_BYTES]


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
