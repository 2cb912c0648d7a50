"""Who asks: the metadata server's token, what IAM Credentials signs, and the token that is given for it. Each refuses
as Google does; `seen` keeps the claims.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from google.auth import jwt

from tests.directory import recorded
from tests.directory.reply import Reply
from tests.directory.world import ADMIN

Document = dict[str, Any]
ACCOUNT = "bridge@example-project.iam.gserviceaccount.com"
AUDIENCE = "https://oauth2.googleapis.com/token"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
RUNTIME_TOKEN = recorded.answer("metadata server: access token of the runtime service account")[1]["access_token"]
KEY = b"the stand-in's own"


@dataclass
class Identity:
    """`delegated`: the scopes the Admin console gives the account; `admins`: who has the rights; `role`: whether the
    account itself has them; `may_sign`: whether it may sign for itself; `public_key`: of its key file, if it has one.
    """

    clock: Callable[[], float]
    delegated: set[str] = field(default_factory=lambda: set(recorded.scopes()))
    admins: set[str] = field(default_factory=lambda: {ADMIN})
    people: set[str] = field(default_factory=lambda: {ADMIN})
    role: bool = False
    may_sign: bool = True
    public_key: bytes | None = None
    lifetime: int = 3599
    seen: list[Document] = field(default_factory=list)
    _tokens: dict[str, tuple[str, float]] = field(default_factory=dict)

    def metadata(self, headers: Mapping[str, str]) -> Reply:
        if headers.get("Metadata-Flavor") != "Google":
            return Reply(403, {"error": "Missing Metadata-Flavor:Google header."})
        return Reply(*recorded.answer("metadata server: access token of the runtime service account"))

    def sign(self, account: str, headers: Mapping[str, str], body: bytes) -> Reply:
        if headers.get("Authorization") != f"Bearer {RUNTIME_TOKEN}":
            return Reply(*recorded.answer("bearer token expired"))
        if not self.may_sign or account != ACCOUNT:
            return Reply(*recorded.answer("signJwt refused"))
        payload = json.loads(body)["payload"]
        if not isinstance(payload, str) or json.loads(payload)["iss"] != account:
            return Reply(400, {"error": {"code": 400, "message": "Invalid payload", "status": "INVALID_ARGUMENT"}})
        return Reply(200, {"keyId": "0123456789abcdef", "signedJwt": _signed(payload)})

    def exchange(self, body: bytes) -> Reply:
        given = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        claims = self._claims(given.get("assertion", "")) if given.get("grant_type") == GRANT else None
        if claims is None or not self._timely(claims) or (claims["iss"], claims["aud"]) != (ACCOUNT, AUDIENCE):
            return Reply(400, {"error": "invalid_grant", "error_description": "Invalid JWT Signature."})
        self.seen.append(claims)
        subject = claims.get("sub", claims["iss"])
        if subject != claims["iss"] and not set(claims["scope"].split()) <= self.delegated:
            return Reply(*recorded.answer("exchange refused: delegation or scopes missing"))
        if subject != claims["iss"] and subject not in self.people:
            return Reply(*recorded.answer("exchange refused: subject unknown"))
        token = f"ya29.token-{len(self.seen)}"
        self._tokens[token] = subject, self.clock() + self.lifetime
        return Reply(200, {"access_token": token, "expires_in": self.lifetime, "token_type": "Bearer"})

    def refusal(self, headers: Mapping[str, str]) -> Reply | None:
        """Why whoever asks the Directory API is not answered; None if they are."""
        token = headers.get("Authorization", "").removeprefix("Bearer ")
        subject, ends = self._tokens.get(token, ("", 0.0))
        if not subject or self.clock() >= ends:
            return Reply(*recorded.answer("bearer token expired"))
        if subject not in self.admins and not (subject == ACCOUNT and self.role):
            return Reply(*recorded.answer("not an admin, or a scope missing"))
        return None

    def revoke(self) -> None:
        """Every token that was given out is worth nothing any more."""
        self._tokens.clear()

    def _claims(self, assertion: str) -> Document | None:
        if self.public_key:
            return dict(jwt.decode(assertion, certs=self.public_key, verify=True, audience=AUDIENCE))
        payload = _decoded(assertion)
        return json.loads(payload) if payload is not None else None

    def _timely(self, claims: Document) -> bool:
        return claims["iat"] <= self.clock() + 60 and self.clock() < claims["exp"] <= claims["iat"] + 3600


def _signed(payload: str) -> str:
    head = _base64(b'{"alg": "RS256", "typ": "JWT"}')
    content = f"{head}.{_base64(payload.encode())}"
    return f"{content}.{_base64(hmac.digest(KEY, content.encode(), hashlib.sha256))}"


def _decoded(assertion: str) -> str | None:
    """The payload, if it was signed here."""
    parts = assertion.split(".")
    if len(parts) != 3:
        return None
    payload = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)).decode()
    return payload if hmac.compare_digest(_signed(payload), assertion) else None


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
