"""The tokens these screens know of, and whether they may change them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from scim import tokens
from scim.ports import Clock, Secrets, Store
from scim.records import Document, Secret
from scim.tokens import TokenRecord

KNOWN = "tokens"
"""The note in which the public function, which alone may read the list, says what is in it: everything but digests."""


def used(token_id: str) -> str:
    """The name of the note that says when a token was used last."""
    return f"token.used.{token_id}"


@dataclass(frozen=True, slots=True)
class Connection:
    """What may be shown of a token. Times are seconds since the epoch."""

    id: str
    client: str
    dialect: str
    created: float
    expires: float | None
    revoked: float | None

    def is_live(self, now: float) -> bool:
        return self.revoked is None and (self.expires is None or now < self.expires)

    @classmethod
    def of(cls, record: TokenRecord) -> "Connection":
        shown = asdict(record)
        shown.pop("digest")
        return cls(**shown)


class Connections(Protocol):
    @property
    def writable(self) -> bool: ...

    def all(self) -> Sequence[Connection]:
        """Every token, dead ones too. SecretsUnavailable, TokenListInvalid."""
        ...

    def mint(self, client: str, dialect: str, days: float | None) -> tuple[Secret, Connection]:
        """A new token, to be shown once. ValueError says what is wrong; TooManyLive is one."""
        ...

    def revoke(self, id: str) -> Connection:
        """UnknownToken."""
        ...


@dataclass(frozen=True, slots=True)
class OwnTokens:
    """Where this process may read and write the list itself: at a desk."""

    secrets: Secrets
    secret_name: str
    clock: Clock
    writable: bool = True

    def all(self) -> Sequence[Connection]:
        return [Connection.of(record) for record in tokens.read(self.secrets, self.secret_name)]

    def mint(self, client: str, dialect: str, days: float | None) -> tuple[Secret, Connection]:
        now = self.clock()
        token, record = tokens.mint(client, dialect, now=now, ttl_days=days)
        tokens.add(self.secrets, self.secret_name, record, now)
        return token, Connection.of(record)

    def revoke(self, id: str) -> Connection:
        return Connection.of(tokens.revoke(self.secrets, self.secret_name, id, self.clock()))


@dataclass(frozen=True, slots=True)
class ToldTokens:
    """Where the list is out of reach, as it should be: what the public function told of it when it was used last."""

    store: Store
    writable: bool = False

    def all(self) -> Sequence[Connection]:
        known: list[Document] = (self.store.note(KNOWN) or {}).get("tokens", [])
        return [Connection(**_fields(each)) for each in known]

    def mint(self, client: str, dialect: str, days: float | None) -> tuple[Secret, Connection]:  # noqa: ARG002
        raise ValueError(_READ_ONLY)

    def revoke(self, id: str) -> Connection:  # noqa: ARG002
        raise ValueError(_READ_ONLY)


_READ_ONLY = "Tokens are changed from the command line here: this page may not read the secret that holds them."


def _fields(told: Document) -> dict[str, Any]:
    return {name: told.get(name) for name in ("id", "client", "dialect", "created", "expires", "revoked")}
