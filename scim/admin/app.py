"""The screens for people: one gate before every path, one set of headers after it, one page for what went wrong.

Every screen is a module with a blueprint. Nothing is drawn from another site, no script or style stands in a page, and
what is shown is text whatever it holds: names and errors come from outside.
"""

import logging
import secrets as randomness

from flask import Flask, Response, current_app, g, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from scim import __version__
from scim.admin import forms, screens, words
from scim.admin.door import Door, Session
from scim.admin.listing import Gone
from scim.admin.services import Services, services
from scim.operations import JobsAway, NotDone
from scim.records import SecretsUnavailable, StoreUnavailable
from scim.tokens import TokenListInvalid

log = logging.getLogger("scim.admin")

MOST_FORM_BYTES = 16_384
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "script-src 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def create_app(given: Services, door: Door) -> Flask:
    """Nothing is connected to here; the store and the secrets are first touched by a request."""
    app = Flask("scim.admin", root_path=_root(), template_folder="admin/templates", static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=MOST_FORM_BYTES, PROVIDE_AUTOMATIC_OPTIONS=False)
    app.static_folder = "admin/static"
    app.add_url_rule("/static/<path:filename>", "static", app.send_static_file)
    app.extensions["admin"] = given
    for blueprint in screens.BLUEPRINTS:
        app.register_blueprint(blueprint)
    _teach(app)

    @app.before_request
    def gate() -> BaseResponse | tuple[str, int] | None:
        return _admit(door)

    @app.after_request
    def harden(response: Response) -> Response:
        response.headers.update(SECURITY_HEADERS)
        return response

    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(NotDone, _not_done)
    app.register_error_handler(JobsAway, _jobs_away)
    app.register_error_handler(Gone, _gone)
    app.register_error_handler(StoreUnavailable, _store_down)
    app.register_error_handler(SecretsUnavailable, _tokens_down)
    app.register_error_handler(TokenListInvalid, _tokens_down)
    app.register_error_handler(Exception, _crashed)
    return app


def _admit(door: Door) -> BaseResponse | tuple[str, int] | None:
    """None lets the request pass."""
    found = door.admit()
    if not isinstance(found, Session):
        return found
    g.session = found
    if request.method not in ("GET", "HEAD"):
        forms.require_own()
    return None


def _teach(app: Flask) -> None:
    """What every template knows."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters |= words.FILTERS

    @app.context_processor
    def shared() -> dict[str, object]:
        installation = services().installation
        return {
            "version": __version__,
            "actor": forms.actor(),
            "form_token": forms.token,
            "told": forms.told(),
            "installation": installation,
            "now": services().clock(),
            "screens": screens.navigation(installation),
        }


# ── what went wrong ───────────────────────────────────────────────────────────────────────────────────────


def _page(title: str, text: str, status: int) -> tuple[str, int]:
    if "session" not in g:
        return f"{title}. {text}", status
    return render_template("problem.html", title=title, text=text), status


def _refused(error: HTTPException) -> BaseResponse | tuple[str, int]:
    titles = {403: "Refused", 404: "Nothing here", 405: "Not that way", 413: "Too large"}
    code = error.code or 500
    texts = {
        404: "There is no such page, or what it showed is gone.",
        405: "This page cannot be asked for like that.",
        413: "The form is larger than any of these pages sends.",
    }
    page, status = _page(titles.get(code, error.name), texts.get(code, error.description or ""), code)
    response = current_app.make_response((page, status))
    if code == 405 and getattr(error, "valid_methods", None):
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))  # type: ignore[attr-defined]
    return response


def _not_done(error: NotDone) -> tuple[str, int]:
    return _page("Nothing was done", str(error), 409)


def _gone(_: Gone) -> tuple[str, int]:
    return _page("The list has changed", "The place you were at is gone. Begin the list again.", 404)


def _jobs_away(error: JobsAway) -> tuple[str, int]:
    log.warning("admin.jobs_away", extra={"reason": str(error)[:300]})
    return _page("The jobs did not answer", str(error), 502)


def _store_down(error: StoreUnavailable) -> tuple[str, int]:
    log.error("store.unavailable", exc_info=error)
    return _page("The store does not answer", "Nothing is lost. Reload the page in a moment.", 503)


def _tokens_down(error: Exception) -> tuple[str, int]:
    log.warning("tokens.unreadable", extra={"reason": str(error)[:300]})
    return _page("The tokens cannot be read", str(error), 503)


def _crashed(error: Exception) -> tuple[str, int]:
    number = randomness.token_hex(6)
    log.error("admin.crashed", exc_info=error, extra={"number": number})
    return _page("This page failed", f"The log of the bridge says why, under {number}.", 500)


def _root() -> str:
    return __file__.rpartition("/admin/")[0]
