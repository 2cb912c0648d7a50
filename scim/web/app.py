"""The SCIM application: one gate for every path, one renderer for every error (RFC 7644 §3.12).

The gate stands before routing, so that a path which routes nowhere, or is spelt to look like another, is refused like
any other without a token (docs/security.md). Only `/ping` is open, and a fixed page for browsers.
"""

import logging
import re
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from scim import logs
from scim.protocol import errors
from scim.records import StoreUnavailable
from scim.web import answers, bulk, discovery, health, landing, resources
from scim.web.requests import service
from scim.web.service import Service

log = logging.getLogger("scim.web")

BASES = ("/scim/v2", "/scim", "/v2")
OTHER_VERSION = re.compile(r"^(?:/scim)?/v(?!2(?:/|$))[0-9.]+(?:/|$)")
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")

StartResponse = Callable[..., Any]
Wsgi = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


def create_app(services: Service) -> Flask:
    """Nothing is connected to here; the store and the secrets are first touched by a request."""
    app = Flask("scim.web", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = services.limits.body_bytes
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    app.extensions["scim"] = services
    for blueprint in (discovery.blueprint, health.blueprint, resources.blueprint, bulk.blueprint):
        app.register_blueprint(blueprint)
    app.before_request(_gate)
    app.after_request(_finish)
    app.register_error_handler(errors.ScimError, answers.error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(StoreUnavailable, _store_down)
    app.register_error_handler(Exception, _crash)
    app.wsgi_app = _one_base(app.wsgi_app)  # type: ignore[method-assign,assignment]
    return app


def _one_base(inner: Wsgi) -> Wsgi:
    """Identity providers are told different base URLs; all of them are the same API."""

    def outer(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        for base in BASES:
            if path == base or path.startswith(base + "/"):
                environ = {**environ, "PATH_INFO": path[len(base) :] or "/"}
                break
        given = environ.get("HTTP_X_REQUEST_ID", "")
        with logs.bind(request_id=given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex):
            return inner(environ, start_response)

    return outer


def _gate() -> Response | None:
    if request.path == "/ping":
        return None
    if landing.is_asked():
        return landing.page()
    token = service().tokens.verify(request.headers.get("Authorization"))
    if token is None:
        raise errors.Unauthorized("Send a valid bearer token of this bridge in the Authorization header.")
    g.token = token
    logs.add(token=token.id, client=token.client)
    if uses := service().uses:
        uses.note(token)
    if OTHER_VERSION.match(request.path):
        raise errors.InvalidVersion("This service provider speaks SCIM 2.0; use the base path /scim/v2.")
    return None


def _finish(response: Response) -> Response:
    response.headers["X-Request-Id"] = logs.bound("request_id")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    if response.status_code >= 400:
        log.info("http.refused", extra={"method": request.method, "path": request.path, "status": response.status_code})
    return response


def _http_error(error: HTTPException) -> Response:
    """The framework's own refusals, in SCIM's form."""
    response = answers.error(_HTTP.get(error.code or 500, _unexpected)(error))
    if error.code == 405 and error.valid_methods:  # type: ignore[attr-defined]
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))  # type: ignore[attr-defined]
    return response


def _crash(error: Exception) -> Response:
    """The cause goes to the log; the client gets one fixed sentence."""
    log.error("http.crashed", exc_info=error)
    request_id = logs.bound("request_id")
    return answers.error(
        errors.ServerError(f"The bridge failed on this request; its log says why, under {request_id}.")
    )


def _store_down(error: StoreUnavailable) -> Response:
    log.error("store.unavailable", exc_info=error)
    return answers.error(errors.Unavailable(answers.STORE_DOWN))


def _unexpected(error: HTTPException) -> errors.ScimError:
    log.warning("http.refused", extra={"status": error.code})
    return errors.BadRequest("The request could not be understood.")


def _not_found(_: HTTPException) -> errors.ScimError:
    return errors.NotFound("There is no such endpoint. The resources are at /Users and /Groups.")


def _not_allowed(_: HTTPException) -> errors.ScimError:
    return errors.MethodNotAllowed(f"{request.method} is not offered here.")


def _too_large(_: HTTPException) -> errors.ScimError:
    limit = service().limits.body_bytes
    return errors.PayloadTooLarge(f"The body is larger than {limit} bytes. Send it in parts.")


_HTTP: dict[int, Callable[[HTTPException], errors.ScimError]] = {
    404: _not_found,
    405: _not_allowed,
    413: _too_large,
}
