"""What stands before a private door: which header counts, and a lock for an application that has none of its own."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Response

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
    """Lets through to `app` whom `authorised` believes, with `cookie` (its name and value) as their only one."""

    app: Wsgi
    authorised: Callable[[str | None], bool]
    cookie: tuple[str, str]

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if not self.authorised(proof(environ)):
            refusal = Response("This page is for people whom the project lets in: gcloud run services proxy\n", 401)
            refusal.headers["WWW-Authenticate"] = "Bearer"
            refusal.headers["Cache-Control"] = "no-store"
            return refusal(environ, start_response)
        name, value = self.cookie
        return self.app({**environ, "HTTP_COOKIE": f"{name}={value}"}, start_response)
