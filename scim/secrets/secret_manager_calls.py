"""Every call to Secret Manager passes here: bounded in time, retried briefly, its checksum verified."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from google.api_core.exceptions import DeadlineExceeded, InternalServerError, ResourceExhausted, ServiceUnavailable
from google.api_core.retry import Retry, if_exception_type
from google.cloud.secretmanager_v1 import SecretManagerServiceClient
from google.cloud.secretmanager_v1.types import AccessSecretVersionResponse, SecretPayload, SecretVersion

from scim.secrets.crc32c import checksum
from scim.secrets.secret_manager_errors import Corrupted, translated

ATTEMPT_SECONDS = 3.0
PATIENCE_SECONDS = 6.0  # an identity provider gives up after some 30 s; the client's own default is 60 s
NEWEST_VERSIONS = 50

_PASSING = if_exception_type(ServiceUnavailable, DeadlineExceeded, InternalServerError, ResourceExhausted, Corrupted)
_WIRE_LOG = "google.cloud.secretmanager_v1.services.secret_manager_service.transports.grpc"

Connect = Callable[[], SecretManagerServiceClient]


@dataclass(frozen=True, slots=True)
class Version:
    number: int
    enabled: bool
    destroyed: bool


class Calls:
    """The client is built at the first call, never at import: it opens its channel at once, and gunicorn forks after
    importing (facts/google_cloud.md §1.4). `patience`: the last attempt of a read begins within so many seconds.
    """

    def __init__(self, project: str, connect: Connect, patience: float = PATIENCE_SECONDS) -> None:
        self._project = project
        self._connect = connect
        self._client: SecretManagerServiceClient | None = None
        self._connecting = threading.Lock()
        self._once: dict[str, Any] = {"retry": None, "timeout": min(ATTEMPT_SECONDS, patience)}
        self._retry = Retry(_PASSING, initial=0.1, maximum=1.0, timeout=patience)

    def access(self, secret: str, version: str) -> bytes:
        """The value as it was stored."""
        name = f"{self._name(secret)}/versions/{version}"

        def attempt() -> bytes:
            return _verified(self._connected().access_secret_version(name=name, **self._once))

        with translated(self._project, secret, "read"):
            return self._retry(attempt)()

    def add(self, secret: str, value: bytes) -> None:
        """Sent once: after a lost answer another attempt might make a second version."""
        payload = SecretPayload(data=value, data_crc32c=checksum(value))
        with translated(self._project, secret, "written"):
            self._connected().add_secret_version(parent=self._name(secret), payload=payload, **self._once)

    def versions(self, secret: str) -> list[Version]:
        """The newest fifty, newest first, whatever became of them."""

        def attempt() -> list[SecretVersion]:
            request = {"parent": self._name(secret), "page_size": NEWEST_VERSIONS}
            found = self._connected().list_secret_versions(request, **self._once)
            return list(next(iter(found.pages)).versions)

        with translated(self._project, secret, "listed"):
            return sorted(map(_version, self._retry(attempt)()), key=lambda each: -each.number)

    def disable(self, secret: str, number: int) -> None:
        with translated(self._project, secret, "retired"):
            self._connected().disable_secret_version(name=f"{self._name(secret)}/versions/{number}", **self._once)

    def destroy(self, secret: str, number: int) -> None:
        with translated(self._project, secret, "retired"):
            self._connected().destroy_secret_version(name=f"{self._name(secret)}/versions/{number}", **self._once)

    def _name(self, secret: str) -> str:
        return f"projects/{self._project}/secrets/{secret}"

    def _connected(self) -> SecretManagerServiceClient:
        if self._client is None:
            with self._connecting:
                # at DEBUG it writes whole messages, and the value with them
                logging.getLogger(_WIRE_LOG).setLevel(logging.INFO)
                self._client = self._client or self._connect()
        return self._client


def _verified(answer: AccessSecretVersionResponse) -> bytes:
    payload = answer.payload
    if "data_crc32c" not in payload or payload.data_crc32c != checksum(payload.data):
        raise Corrupted
    return bytes(payload.data)


def _version(found: SecretVersion) -> Version:
    state = found.state
    number = int(found.name.rpartition("/")[2])
    return Version(number, state == SecretVersion.State.ENABLED, state == SecretVersion.State.DESTROYED)
