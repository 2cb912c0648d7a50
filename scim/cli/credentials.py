"""What a desk needs to be let in: a token for each dialect and a key for each private face, minted once."""

import secrets as randomness
import time

from scim import tokens, wiring
from scim.cli import desk
from scim.cli.desk import Bridge
from scim.dialects import DIALECTS
from scim.ports import Secrets
from scim.records import Secret, SecretMissing
from scim.settings import Settings


def ensure_bridge(settings: Settings) -> Bridge:
    """Whatever of the last run's credentials is still valid, the rest anew; kept in `bridge.json`."""
    secrets = wiring.secrets(settings)
    gate = wiring.tokens(settings)
    held = desk.read(settings)
    given = {
        dialect: token for dialect, token in (held.tokens if held else {}).items() if gate.verify(f"Bearer {token}")
    }
    for dialect in DIALECTS:
        given[dialect] = given.get(dialect) or _mint(secrets, dialect)
    origin = f"http://{desk.HOST}:{settings.port}"
    ensure_key(secrets, wiring.JOBS_SECRET)
    admin_key = ensure_key(secrets, wiring.ADMIN_SECRET)
    admin_url = Secret(f"{origin}/admin/?key={admin_key}")
    bridge = Bridge(f"{origin}/scim/v2", given["rfc"], given, admin_url, settings.target)
    desk.write(settings, bridge)
    return bridge


def _mint(secrets: Secrets, dialect: str) -> Secret:
    """At a desk a client is named like its dialect. Of two live tokens nobody here can show, the older one ends."""
    now = time.time()
    token, record = tokens.mint(dialect, dialect, now=now)
    try:
        tokens.add(secrets, wiring.TOKENS_SECRET, record, now)
    except tokens.TooManyLive:
        records = tokens.read(secrets, wiring.TOKENS_SECRET)
        oldest = min(
            (each for each in records if each.client == dialect and each.is_live(now)), key=lambda each: each.created
        )
        tokens.revoke(secrets, wiring.TOKENS_SECRET, oldest.id, now)
        tokens.add(secrets, wiring.TOKENS_SECRET, record, now)
    return token


def ensure_key(secrets: Secrets, name: str) -> Secret:
    try:
        return secrets.get(name)
    except SecretMissing:
        key = randomness.token_urlsafe(32)
        secrets.add_version(name, key)
        return Secret(key)
