"""A status page: health, what is owed, who is in the embedded target, what happened last.

Closed by default: the key in the link that `make run` prints opens a session cookie; forms carry the same proof, and
only a page of this origin may send them.
"""

import hmac
from collections.abc import Callable
from typing import Any, Protocol

from flask import Flask, Response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from scim import __version__
from scim.ports import Store
from scim.records import SecretMissing, SecretsUnavailable, TargetError

COOKIE = "bridge_admin"
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self' 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class Account(Protocol):
    """What the page shows of an embedded target, and the one thing a person can do there."""

    def world(self) -> dict[str, Any]: ...
    def accept(self, email: str) -> None: ...


def create_app(store: Store, key: Callable[[], str], account: Account | None) -> Flask:
    """`key` is asked for at each request, so that a new one closes old sessions. `account`: the embedded target."""
    app = Flask("scim.admin", template_folder="admin/templates", root_path=_root(), static_folder=None)

    @app.before_request
    def gate() -> BaseResponse | tuple[str, int] | None:
        return _admit(key)

    @app.get("/")
    def status() -> str:
        return _status_page(store, account)

    @app.post("/accept")
    def accept() -> BaseResponse | tuple[str, int]:
        if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            return "Only this page may accept an invitation.", 403
        if account is None:
            return "Invitations are accepted by the people themselves.", 404
        try:
            account.accept(request.form.get("email", ""))
        except TargetError as error:
            return str(error), 409
        return redirect(f"{request.script_root}/", 303)

    @app.after_request
    def harden(response: Response) -> Response:
        response.headers.update(SECURITY_HEADERS)
        return response

    return app


def _admit(ask: Callable[[], str]) -> BaseResponse | tuple[str, int] | None:
    """None lets the request pass. A key in the address moves into a cookie that no other site can send. Without a key
    there is nothing that could be proven, so nobody passes (threats: A2).
    """
    try:
        key = ask().encode()
    except (SecretMissing, SecretsUnavailable):
        key = b""
    if not key.strip():
        return "This page has no key yet, so it is closed: start the bridge with `make run`.", 401
    if hmac.compare_digest(request.cookies.get(COOKIE, "").encode(), key):
        return None
    given = request.args.get("key", "")
    if request.method != "GET" or not hmac.compare_digest(given.encode(), key):
        return "Open the link that `make run` printed: it carries the key to this page.", 401
    response = redirect(f"{request.script_root}/", 303)
    response.set_cookie(COOKIE, given, httponly=True, samesite="Strict", secure=request.is_secure, path="/")
    return response


def _status_page(store: Store, account: Account | None) -> str:
    return render_template(
        "status.html",
        version=__version__,
        reports=store.reports(),
        backlog=store.backlog(),
        counts={"users": store.count("User"), "groups": store.count("Group")},
        world=account.world() if account else None,
        events=store.events(50),
    )


def _root() -> str:
    return __file__.rpartition("/admin/")[0]
