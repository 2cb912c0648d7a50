"""Access to Google Workspace without a key: Google itself signs an assertion for the service account (IAM Credentials,
`signJwt`) and gives an access token for it (RFC 7523). With `sub` that is domain-wide delegation; without, the account
reads with a role of its own, and everything else is the same.

`google.auth.impersonated_credentials` goes the same way, but to addresses that cannot be set.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlencode

import google.auth
from google.auth import crypt, jwt
from google.auth.credentials import Credentials
from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError, TransportError

from scim.ports import Clock
from scim.records import Document
from scim.source_records import SourceDenied
from scim.sources.google_refusals import SCOPES, Passing, exchange_refusal, pause_of, signing_refusal

AUDIENCE = "https://oauth2.googleapis.com/token"
"""Whom an assertion is for, wherever GOOGLE_TOKEN_URL leads."""
LIFETIME_SECONDS = 3600  # Google allows no more
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
CLOUD = "https://www.googleapis.com/auth/cloud-platform"

Send = Callable[..., Any]
"""`google.auth.transport.requests.Request`: (url, method, body, headers) → an answer with status, headers, data."""


class Signer(Protocol):
    @property
    def account(self) -> str: ...

    def sign(self, claims: Document, send: Send) -> str:
        """The claims as a signed JWT. SourceDenied, Passing."""
        ...


class AssertionCredentials(Credentials):
    """Of `signer.account`, acting for `admin`, or for itself if that is empty. Reads nothing until it is asked."""

    def __init__(self, signer: Signer, admin: str, token_url: str, clock: Clock = time.time) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.token: str | None = None
        self._signer = signer
        self._admin = admin
        self._token_url = token_url
        self._clock = clock

    @property
    def reader(self) -> str:
        return self._admin or self._signer.account

    def refresh(self, request: Send) -> None:
        """SourceDenied, Passing."""
        body = urlencode({"grant_type": GRANT, "assertion": self._signer.sign(self._claims(), request)}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = _sent(request, self._token_url, body, headers, "gives out no access token")
        if answer.status != 200:
            raise exchange_refusal(answer.status, answer.data, answer.headers, self._signer.account, self._admin)
        self.token, self.expiry = _token(answer.data, "Google gave out no access token in its answer.")

    def _claims(self) -> Document:
        now = int(self._clock())
        claims = {
            "iss": self._signer.account,
            "scope": " ".join(SCOPES),
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + LIFETIME_SECONDS,
        }
        return claims | ({"sub": self._admin} if self._admin else {})


@dataclass(frozen=True, slots=True)
class IamSigner:
    """`source`: the credentials of whoever runs this, always the same, who may sign for `account`
    (roles/iam.serviceAccountTokenCreator).
    """

    account: str
    url: str
    source: Callable[[], Credentials]

    def sign(self, claims: Document, send: Send) -> str:
        headers = {"Content-Type": "application/json"}
        try:
            self.source().before_request(send, "POST", self.url, headers)  # type: ignore[no-untyped-call]
        except TransportError as trouble:
            raise Passing("Google's own credentials of the bridge cannot be had just now.") from trouble
        except GoogleAuthError as refusal:
            raise SourceDenied(
                "The Google credentials the bridge runs with are not accepted any more. At a desk: gcloud auth "
                "application-default login"
            ) from refusal
        url = f"{self.url}/v1/projects/-/serviceAccounts/{self.account}:signJwt"
        body = json.dumps({"payload": json.dumps(claims)}).encode()
        answer = _sent(send, url, body, headers, f"does not sign for {self.account}")
        if answer.status != 200:
            raise signing_refusal(answer.status, answer.data, answer.headers, self.account)
        return str(_understood(answer.data, "signedJwt", "Google signed nothing in its answer."))


@dataclass(frozen=True)
class KeySigner:
    """With a key file, which whoever reads it may use from anywhere, for as long as it is not withdrawn."""

    path: Path

    @property
    def account(self) -> str:
        return self._key[0]

    def sign(self, claims: Document, send: Send) -> str:  # noqa: ARG002 - nobody has to be asked
        return str(jwt.encode(self._key[1], claims).decode())  # type: ignore[no-untyped-call]

    @cached_property
    def _key(self) -> tuple[str, crypt.RSASigner]:
        try:
            key: Any = json.loads(self.path.read_text())
            account = str(key["client_email"])
            signer = crypt.RSASigner.from_service_account_info(key)  # type: ignore[no-untyped-call]
        except (OSError, ValueError, KeyError, TypeError, GoogleAuthError):
            # no cause: it might quote the key
            raise SourceDenied(
                f"GOOGLE_KEY_FILE is no key of a service account that can be read: {self.path}"
            ) from None
        return account, signer


class MetadataCredentials(Credentials):
    """Of the account a function of the cloud runs as. One call to `host`, plain HTTP as everywhere in Google's cloud;
    google.auth's own would make three, and reads the host when it is imported.
    """

    def __init__(self, host: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.token: str | None = None
        self._url = f"http://{host}/computeMetadata/v1/instance/service-accounts/default/token"

    def refresh(self, request: Send) -> None:
        """Passing."""
        answer = _sent(request, self._url, None, {"Metadata-Flavor": "Google"}, "has no metadata server here")
        if answer.status != 200:
            why = f"The metadata server gives out no access token ({answer.status})."
            raise Passing(why, pause_of(answer.headers))
        self.token, self.expiry = _token(answer.data, "The metadata server gave out no access token in its answer.")


def default_credentials() -> Credentials:
    """Whatever is found on this machine, such as those of `gcloud auth application-default login`. SourceDenied."""
    try:
        credentials, _ = google.auth.default(scopes=[CLOUD])
    except DefaultCredentialsError as nothing:
        raise SourceDenied(
            "There are no Google credentials on this machine. Make some with: gcloud auth application-default login"
        ) from nothing
    return credentials


def _sent(send: Send, url: str, body: bytes | None, headers: Document, does_not: str) -> Any:
    try:
        return send(url=url, method="POST" if body else "GET", body=body, headers=headers, allow_redirects=False)
    except TransportError as trouble:
        raise Passing(f"Google {does_not}: it does not answer.") from trouble


def _token(body: bytes, otherwise: str) -> tuple[str, datetime]:
    """The token and when it ends, in UTC without saying so, as google.auth counts."""
    token = str(_understood(body, "access_token", otherwise))
    seconds = _understood(body, "expires_in", otherwise)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise Passing(otherwise)
    return token, datetime.now(UTC).replace(tzinfo=None) + timedelta(seconds=min(seconds, LIFETIME_SECONDS))


def _understood(body: bytes, name: str, otherwise: str) -> Any:
    try:
        found = json.loads(body)[name]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Passing(otherwise) from None  # no cause: it might quote a token
    if not found:
        raise Passing(otherwise)
    return found
