"""What stands before a private door: which header counts, and a lock for an application that has none of its own."""

import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Response

from scim.records import SecretMissing, SecretsUnavailable

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


def proof(environ: Mapping[str, Any]) -> str | None:
    """Cloud Run checks `X-Serverless-Authorization` if there is one and then passes `Authorization` on unchecked: the
    header that was checked is the one that counts (cloud.google.com/run/docs/authenticating/service-to-service).
    """
    checked: str | None = environ.get("HTTP_X_SERVERLESS_AUTHORIZATION")
    given: str | None = environ.get("HTTP_AUTHORIZATION")
    return given if checked is None else checked


@dataclass(frozen=True, slots=True)
class Guard:
    """Lets through to `app` whom `caller` names for the header they prove themselves with. `app` finds the name in its
    environment under `key`, where no header can put one.
    """

    app: Wsgi
    caller: Callable[[str | None], str | None]
    key: str

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        name = self.caller(proof(environ))
        if not name:
            refusal = Response("This page is for people whom the project lets in: gcloud run services proxy\n", 401)
            refusal.headers["WWW-Authenticate"] = "Bearer"
            refusal.headers["Cache-Control"] = "no-store"
            return refusal(environ, start_response)
        return self.app({**environ, self.key: name}, start_response)


def bearer(ask: Callable[[], str]) -> Callable[[str | None], bool]:
    """Whether an Authorization header carries the secret that `ask` gives; a missing or blank one opens nothing."""

    def authorised(header: str | None) -> bool:
        scheme, _, given = (header or "").partition(" ")
        try:
            key = ask()
        except (SecretMissing, SecretsUnavailable):
            return False
        return scheme.lower() == "bearer" and bool(key.strip()) and hmac.compare_digest(given.encode(), key.encode())

    return authorised
