"""A bearer token for each identity provider. It is shown once and kept nowhere; its hash is in Secret Manager.

What is shown is what the cloud accepts, wherever a run was interrupted: the id of a token is noted before it is stored
and struck out when it was shown, so that one that nobody ever saw is revoked and made anew.
"""

import time
from collections.abc import Sequence

from scim import tokens
from scim.cli.console import Problem
from scim.cli.deploy.record import Place, Record
from scim.ports import Clock, Secrets
from scim.records import Secret
from scim.tokens import TokenRecord, TooManyLive
from scim.wiring import TOKENS_SECRET

Minted = tuple[str, Secret]
"""A client and its new token."""


def ensure(secrets: Secrets, place: Place, clients: Sequence[str], clock: Clock = time.time) -> list[Minted]:
    """New tokens for the clients that have none, or none that was shown."""
    revoke_unseen(secrets, place, clock)
    live = {each.client for each in tokens.read(secrets, TOKENS_SECRET) if each.is_live(clock())}
    return [(client, mint(secrets, place, client, clock)) for client in clients if client not in live]


def mint(secrets: Secrets, place: Place, client: str, clock: Clock = time.time) -> Secret:
    """One more for the client, named like its dialect. Problem if two are live."""
    token, record = tokens.mint(client, client, now=clock())
    place.set_pending((*(place.read() or Record()).pending, record.id))
    try:
        tokens.add(secrets, TOKENS_SECRET, record, clock())
    except TooManyLive as problem:
        raise Problem(f"{problem} Or: python -m scim deploy rotate token {client} --finish") from problem
    return token


def shown(place: Place) -> None:
    """All that were made are on the screen."""
    place.set_pending(())


def revoke_unseen(secrets: Secrets, place: Place, clock: Clock = time.time) -> list[TokenRecord]:
    """Tokens of a run that ended before it showed them."""
    pending = (place.read() or Record()).pending
    if not pending:
        return []
    unseen = [each for each in tokens.read(secrets, TOKENS_SECRET) if each.id in pending and each.is_live(clock())]
    for each in unseen:
        tokens.revoke(secrets, TOKENS_SECRET, each.id, clock())
    place.set_pending(())
    return unseen


def live(secrets: Secrets, client: str, clock: Clock = time.time) -> list[TokenRecord]:
    """Oldest first."""
    found = [each for each in tokens.read(secrets, TOKENS_SECRET) if each.client == client and each.is_live(clock())]
    return sorted(found, key=_made)


def clients(secrets: Secrets) -> list[str]:
    """Everybody who has, or had, a token."""
    return sorted({each.client for each in tokens.read(secrets, TOKENS_SECRET)})


def revoke(secrets: Secrets, record: TokenRecord, clock: Clock = time.time) -> None:
    tokens.revoke(secrets, TOKENS_SECRET, record.id, clock())


def _made(each: TokenRecord) -> float:
    return each.created
