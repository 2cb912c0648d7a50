"""The form of a token: `scimb_`, 256 random bits in base 62, and a CRC-32 that tells a real token from a slip or junk
before anything is looked up (threats: A5, A12).
"""

import hashlib
import re
import secrets
import string
import zlib
from collections.abc import Callable

from scim.records import Secret
from scim.tokens.record import TokenRecord

PREFIX = "scimb_"

_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_RANDOM_BYTES = 32
_RANDOM_LENGTH = 43  # 62 ** 43 > 2 ** 256
_CHECK_LENGTH = 6  # 62 ** 6 > 2 ** 32
_HEADER = re.compile(rf"[Bb][Ee][Aa][Rr][Ee][Rr] ({PREFIX}[0-9A-Za-z]{{{_RANDOM_LENGTH + _CHECK_LENGTH}}})")
_CLIENT = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_ID_LENGTH = 10
_DAY = 86_400


def mint(
    client: str,
    dialect: str,
    *,
    now: float,
    ttl_days: float | None = None,
    random: Callable[[int], bytes] = secrets.token_bytes,
) -> tuple[Secret, TokenRecord]:
    """A new token, to be shown once, and the record to keep of it. ValueError says what is wrong with an argument."""
    if not _CLIENT.fullmatch(client):
        raise ValueError("The client's name must be at most 63 lower-case letters, digits and hyphens, such as sales.")
    if ttl_days is not None and ttl_days <= 0:
        raise ValueError("A token must live for more than 0 days; leave the number of days out for one without an end.")
    # Every value of the 256 bits has its own text: nothing is rejected, nothing is more likely than anything else.
    body = PREFIX + _base62(int.from_bytes(random(_RANDOM_BYTES)), _RANDOM_LENGTH)
    token = Secret(body + _check(body))
    expires = None if ttl_days is None else now + ttl_days * _DAY
    digest = digest_of(token)
    return token, TokenRecord(digest[:_ID_LENGTH], client, dialect, digest, now, expires)


def presented(header: str | None) -> str | None:
    """The well-formed token of an Authorization header (RFC 6750 §2.1); None for anything else, at no cost."""
    found = _HEADER.fullmatch(header) if header else None
    if found is None:
        return None
    token = found[1]
    body, check = token[:-_CHECK_LENGTH], token[-_CHECK_LENGTH:]
    return token if _check(body) == check else None


def digest_of(token: str) -> str:
    """One pass of SHA-256 is enough: nobody can guess 256 random bits, so there is nothing to slow down."""
    return hashlib.sha256(token.encode()).hexdigest()


def _check(body: str) -> str:
    return _base62(zlib.crc32(body.encode()), _CHECK_LENGTH)


def _base62(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, 62)
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))
