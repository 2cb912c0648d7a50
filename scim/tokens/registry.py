"""The list of tokens: read, add, revoke. Rotating is to add the new one, hand it over, and revoke the old one."""

from collections.abc import Sequence
from dataclasses import replace

from scim.ports import Secrets
from scim.records import SecretMissing
from scim.tokens.record import TokenRecord, dump, parse

MOST_LIVE = 2
_KEPT_DEAD_SECONDS = 90 * 86_400  # a secret's value is limited to 64 KiB


class TooManyLive(ValueError):
    """The client has as many live tokens as it may."""


class UnknownToken(ValueError):
    """No record has that id."""


def read(secrets: Secrets, secret_name: str) -> tuple[TokenRecord, ...]:
    """All records, dead ones too; none where the secret is missing. TokenListInvalid, SecretsUnavailable."""
    try:
        return parse(secrets.get(secret_name))
    except SecretMissing:
        return ()


def add(secrets: Secrets, secret_name: str, record: TokenRecord, now: float) -> None:
    """Keeps a minted token's record. TooManyLive: a client may have two live tokens, for the time of a rotation."""
    records = read(secrets, secret_name)
    live = [known.id for known in records if known.client == record.client and known.is_live(now)]
    if len(live) >= MOST_LIVE:
        raise TooManyLive(
            f"The client {record.client} has {len(live)} live tokens already, {' and '.join(live)}. Revoke the one that"
            " is no longer in use, then mint the new one."
        )
    _write(secrets, secret_name, [*(known for known in records if not _is_past(known, now)), record])


def revoke(secrets: Secrets, secret_name: str, id: str, now: float) -> TokenRecord:
    """The record, dead from now on; revoking twice changes nothing. UnknownToken."""
    records = read(secrets, secret_name)
    found = next((record for record in records if record.id == id), None)
    if found is None:
        raise UnknownToken(f"There is no token with the id {id!r}. List the tokens to see their ids.")
    if found.revoked is not None:
        return found
    revoked = replace(found, revoked=now)
    _write(secrets, secret_name, [revoked if record is found else record for record in records])
    return revoked


def _is_past(record: TokenRecord, now: float) -> bool:
    ended = [moment for moment in (record.revoked, record.expires) if moment is not None]
    return bool(ended) and now - min(ended) > _KEPT_DEAD_SECONDS


def _write(secrets: Secrets, secret_name: str, records: Sequence[TokenRecord]) -> None:
    secrets.add_version(secret_name, dump(records))
