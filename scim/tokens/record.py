"""What is kept of a token: everything but the token. The list of records is one JSON secret."""

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

_DIGEST = re.compile(r"[0-9a-f]{64}")


class TokenListInvalid(ValueError):
    """The secret that holds the token records does not parse. Nobody is let in by it."""


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """`id` is public: a piece of the hash, enough to find a token again in a list or a log. `digest` is the SHA-256 of
    the token in hex; times are seconds since the epoch.
    """

    id: str
    client: str
    dialect: str
    digest: str
    created: float
    expires: float | None = None
    revoked: float | None = None

    def is_live(self, now: float) -> bool:
        return self.revoked is None and (self.expires is None or now < self.expires)


def dump(records: Iterable[TokenRecord]) -> str:
    return json.dumps([asdict(record) for record in records], indent=1)


def parse(text: str) -> tuple[TokenRecord, ...]:
    """A blank secret holds no records. Raises TokenListInvalid, whose text holds nothing of the secret."""
    if not text.strip():
        return ()
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        # no cause: it would carry the secret's text
        raise TokenListInvalid("The secret with the token records is not JSON. Mint a token anew.") from None
    if not isinstance(found, list):
        raise TokenListInvalid("The secret with the token records is not a JSON list. Mint a token anew.")
    return tuple(_record(position, entry) for position, entry in enumerate(found, 1))


def _record(position: int, entry: Any) -> TokenRecord:
    match entry:
        case {
            "id": str(id),
            "client": str(client),
            "dialect": str(dialect),
            "digest": str(digest),
            "created": float() | int() as created,
            "expires": float() | int() | None as expires,
            "revoked": float() | int() | None as revoked,
        } if _DIGEST.fullmatch(digest):
            return TokenRecord(id, client, dialect, digest, created, expires, revoked)
    raise TokenListInvalid(f"Token record number {position} is not complete. Revoke it or mint a token anew.")
