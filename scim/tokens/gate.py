"""Who may come in: the records in memory, read again every minute, compared in constant time."""

import hmac
import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace

from scim.ports import Clock, Secrets
from scim.protocol.errors import Unavailable
from scim.records import SecretsUnavailable
from scim.tokens import form, registry
from scim.tokens.record import TokenListInvalid, TokenRecord

log = logging.getLogger("scim.tokens")

FRESH_SECONDS = 60.0  # how long a revoked token may still open
STALE_SECONDS = 300.0  # how long the list last read is trusted while it cannot be read again
RETRY_SECONDS = 5.0
UNKNOWN_SECONDS = 5.0  # how old a list may be by which a well-formed token is turned away: it may have just been minted
EXPIRING_SECONDS = 14 * 86400.0
TOLD_SECONDS = 86400.0


class NoLiveToken(ValueError):
    """Nobody could ever come in: the bridge refuses to start."""


@dataclass(frozen=True, slots=True)
class _Known:
    """The records as last read, and when to read them again. `records` is None until a read succeeded."""

    records: tuple[TokenRecord, ...] | None = None
    read_at: float = 0.0
    tried_at: float = 0.0
    due_at: float = 0.0

    def is_fresh(self, now: float, seconds: float) -> bool:
        """Whether a read was tried within `seconds` and none is due."""
        # also false when the clock was set back
        return 0 <= now - self.tried_at < seconds and now < self.due_at

    def usable(self, now: float) -> tuple[TokenRecord, ...]:
        if self.records is None or not 0 <= now - self.read_at <= STALE_SECONDS:
            raise Unavailable("The bridge cannot read its list of tokens just now. Try again in a minute.")
        return self.records


class Tokens:
    """The gate for bearer tokens. Reads nothing until it is asked; safe for threads, one of which reads for all."""

    def __init__(self, secrets: Secrets, secret_name: str, clock: Clock) -> None:
        self._secrets = secrets
        self._secret_name = secret_name
        self._clock = clock
        self._reading = threading.Lock()
        self._known = _Known()
        self._told_at = float("-inf")

    def verify(self, header: str | None) -> TokenRecord | None:
        """The live token that an Authorization header carries, else None. What is not even formed like a token costs
        no read and no comparison; what is, but is unknown, one read each UNKNOWN_SECONDS. Raises Unavailable when the
        list has been out of reach for too long.
        """
        token = form.presented(header)
        if token is None:
            return None
        digest = form.digest_of(token)
        return self._live(self._records(FRESH_SECONDS), digest) or self._live(self._records(UNKNOWN_SECONDS), digest)

    def _live(self, records: Sequence[TokenRecord], digest: str) -> TokenRecord | None:
        now, found = self._clock(), None
        for record in records:  # all of them: the time taken tells nothing
            if hmac.compare_digest(record.digest, digest) and record.is_live(now):
                found = record
        return found

    def require_live(self) -> None:
        """Raises NoLiveToken, TokenListInvalid or SecretsUnavailable: closed by default (threats: A2)."""
        now = self._clock()
        records = registry.read(self._secrets, self._secret_name)
        if not any(record.is_live(now) for record in records):
            raise NoLiveToken(
                f"The secret {self._secret_name!r} holds no live bearer token, so nobody could use the bridge and it"
                " does not start. Mint a token first."
            )

    def listed(self) -> tuple[TokenRecord, ...]:
        """Every token as last read, dead ones too; none before the first reading."""
        return self._known.records or ()

    def _records(self, seconds: float) -> tuple[TokenRecord, ...]:
        """No older than `seconds`, if they can be read."""
        known, now = self._known, self._clock()
        if known.is_fresh(now, seconds):
            return known.usable(now)
        with self._reading:
            now = self._clock()
            if not self._known.is_fresh(now, seconds):
                self._known = self._read(now)
            return self._known.usable(now)

    def _read(self, now: float) -> _Known:
        try:
            records = registry.read(self._secrets, self._secret_name)
        except (SecretsUnavailable, TokenListInvalid) as error:
            log.warning("tokens.unreadable", extra={"reason": str(error)})
            return replace(self._known, tried_at=now, due_at=now + RETRY_SECONDS)
        self._tell_expiring(records, now)
        return _Known(records, now, now, now + FRESH_SECONDS)

    def _tell_expiring(self, records: tuple[TokenRecord, ...], now: float) -> None:
        """Once a day, while there is time: a client all of whose tokens end soon."""
        if now - self._told_at < TOLD_SECONDS:
            return
        live = [record for record in records if record.is_live(now)]
        lasting = {record.client for record in live if record.is_live(now + EXPIRING_SECONDS)}
        for client in sorted({record.client for record in live} - lasting):
            ends = max(record.expires or now for record in live if record.client == client)
            log.warning("tokens.expiring", extra={"client": client, "days": int((ends - now) // 86400)})
            self._told_at = now


def cursor_key(record: TokenRecord) -> bytes:
    """What signs this token's paging cursors, so that a cursor serves nobody else and dies with the token."""
    return hmac.digest(bytes.fromhex(record.digest), b"paging cursor", "sha256")
