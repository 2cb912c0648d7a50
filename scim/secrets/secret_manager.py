"""Secrets in the cloud: Google's Secret Manager. What is read and what is asked for stands nowhere but in memory."""

import logging
import re
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import grpc
from google.cloud.secretmanager_v1 import SecretManagerServiceClient
from google.cloud.secretmanager_v1.services.secret_manager_service.transports import SecretManagerServiceGrpcTransport

from scim.ports import Secrets
from scim.records import Secret, SecretMissing, SecretsUnavailable
from scim.secrets.cached import CachedSecrets, SecretWithheld
from scim.secrets.secret_manager_calls import PATIENCE_SECONDS, Calls, Connect, Version
from scim.secrets.secret_manager_errors import NoUsableVersion, unusable

log = logging.getLogger("scim.secrets")

KEPT_ENABLED = 2  # the newest and the one before it
KEPT = 10  # the others of these are disabled and can be enabled again; older ones are destroyed
MOST_BYTES = 65_536

_NAME = re.compile(r"([A-Za-z0-9_-]{1,200})(?:@([1-9][0-9]{0,9}))?")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the secrets are: `prefix` begins their names there, `pinned` says which version of a name is read instead
    of the newest. `emulator_host` (`host:port`) is talked to without TLS and credentials, for tests.
    """

    project: str
    prefix: str = ""
    pinned: Mapping[str, str] = field(default_factory=dict)
    emulator_host: str | None = None

    def find(self, name: str) -> tuple[str, str]:
        """The secret's name and the version to read. ValueError."""
        found = _NAME.fullmatch(name)
        if found is None:
            raise ValueError("A secret's name must be letters, digits, hyphens and underscores, or such a name and @7.")
        return self.prefix + found[1], found[2] or self.pinned.get(found[1], "latest")


def open_secrets(place: Place) -> Secrets:
    """Read once a minute. Nothing is opened before the first read."""
    return CachedSecrets(open_uncached(place), time.time)


def open_uncached(place: Place, patience: float = PATIENCE_SECONDS) -> "SecretManagerSecrets":
    """For who keeps what it read itself: two caches would add up to more than a minute."""
    return SecretManagerSecrets(place, connection(place.emulator_host), patience)


def connection(emulator_host: str | None = None) -> Connect:
    if emulator_host is None:
        return SecretManagerServiceClient

    def connect() -> SecretManagerServiceClient:
        channel = grpc.insecure_channel(emulator_host)
        return SecretManagerServiceClient(transport=SecretManagerServiceGrpcTransport(channel=channel))

    return connect


class SecretManagerSecrets:
    """Each read is a call; `CachedSecrets` spares most of them. A name is that of the secret, or NAME@NUMBER for one
    version of it. Safe for threads.
    """

    def __init__(
        self, place: Place, connect: Connect = SecretManagerServiceClient, patience: float = PATIENCE_SECONDS
    ) -> None:
        self._place = place
        self._calls = Calls(place.project, connect, patience)

    def get(self, name: str) -> Secret:
        """The newest enabled version, or the one it is pinned to. Of a disabled newest one it finds the predecessor if
        it may list versions; otherwise, and for a pinned one, that is SecretMissing.
        """
        secret, version = self._place.find(name)
        try:
            return self._read(secret, version)
        except (SecretMissing, SecretsUnavailable) as problem:
            log.warning("secrets.unread", extra={"resource": secret, "reason": str(problem)})
            raise

    def _read(self, secret: str, version: str) -> Secret:
        try:
            data = self._access(secret, version)
        except NoUsableVersion:
            raise unusable(self._place.project, secret, version) from None
        try:
            value = data.decode()
        except UnicodeDecodeError:
            # no cause: it would carry the value
            raise SecretsUnavailable(f"The secret {secret!r} is not text in UTF-8. Give it a new value.") from None
        if not value.strip():
            raise SecretMissing(f"The secret {secret!r} is blank, which guards nothing. Give it a value.")
        return Secret(value)

    def add_version(self, name: str, value: str) -> None:
        """The version before stays enabled, so that who has just read it goes on; older ones are retired, as far as
        this process may. The secret itself must be there.
        """
        secret, version = self._place.find(name)
        if version != "latest":
            raise SecretsUnavailable(
                f"The secret {secret!r} is pinned to version {version}, so a new one would not be read: take it out of "
                "SECRET_VERSIONS first."
            )
        data = value.encode()
        if len(data) > MOST_BYTES:
            raise SecretsUnavailable(
                f"The secret {secret!r} may have {MOST_BYTES} bytes, its new value has {len(data)}."
            )
        try:
            self._add(secret, data)
        except SecretWithheld:
            raise
        except SecretsUnavailable:
            self._add_unless_landed(secret, data)
        self._retire(secret)

    def _access(self, secret: str, version: str) -> bytes:
        try:
            return self._calls.access(secret, version)
        except NoUsableVersion:
            enabled = self._newest_enabled(secret) if version == "latest" else None
            if enabled is None:
                raise
        return self._calls.access(secret, str(enabled.number))

    def _newest_enabled(self, secret: str) -> Version | None:
        try:
            return next((each for each in self._calls.versions(secret) if each.enabled), None)
        except SecretWithheld:  # an accessor may read a version, not list them
            return None

    def _add(self, secret: str, data: bytes) -> None:
        try:
            self._calls.add(secret, data)
        except (SecretMissing, NoUsableVersion) as problem:
            raise SecretWithheld(str(problem) or f"The secret {secret!r} takes no new version.") from problem

    def _add_unless_landed(self, secret: str, data: bytes) -> None:
        """After an answer that was lost: what is there now tells whether it was stored."""
        with suppress(SecretMissing, NoUsableVersion, SecretWithheld):
            if self._calls.access(secret, "latest") == data:
                return
        self._add(secret, data)

    def _retire(self, secret: str) -> None:
        """Never in the way of what was stored: the next write does what this one could not."""
        try:
            there = [each for each in self._calls.versions(secret) if not each.destroyed]
            enabled = [each for each in there if each.enabled]
            kept = enabled[:KEPT_ENABLED]
            for each in there:
                if each in there[KEPT:] and each not in kept:
                    self._calls.destroy(secret, each.number)
                elif each in enabled[KEPT_ENABLED:]:
                    self._calls.disable(secret, each.number)
        except (SecretMissing, NoUsableVersion, SecretsUnavailable) as problem:
            log.info("secrets.not_retired", extra={"resource": secret, "reason": str(problem)})
