"""Connections: who may provision through this bridge, by which token, and when each was last heard of."""

from collections.abc import Mapping

from flask import Blueprint, Response, abort, make_response, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from scim.admin import connections_known, forms, one
from scim.admin.connections_known import Connection
from scim.admin.services import services
from scim.dialects import DIALECTS
from scim.operations import NotDone

blueprint = Blueprint("connections", __name__)

WATCH_SECONDS = 5
PROVIDERS: Mapping[str, str] = {
    "entra": "Microsoft Entra ID",
    "okta": "Okta",
    "onelogin": "OneLogin",
    "jumpcloud": "JumpCloud",
    "rippling": "Rippling",
    "rfc": "Another one, by the standard",
}
DAYS = (90, 180, 365)


@blueprint.get("/connections")
def index() -> str:
    known = services().connections.all()
    now = services().clock()
    live = [(each, _used(each)) for each in known if each.is_live(now)]
    ended = [each for each in known if not each.is_live(now)]
    return render_template(
        "connections.html", live=live, ended=ended, writable=services().connections.writable, providers=PROVIDERS
    )


@blueprint.get("/connections/new")
def new() -> str:
    return _form()


@blueprint.post("/connections/new")
def mint() -> str | tuple[str, int]:
    """The one form that answers with a page of its own: the token is shown there, once, and kept nowhere."""
    _require_writable()
    client, dialect, days = (request.form.get(name, "") for name in ("client", "dialect", "days"))
    if dialect not in DIALECTS or not (days == "" or (days.isascii() and days.isdigit() and 0 < len(days) < 6)):
        abort(400)
    return _minted(client.strip(), dialect, float(days) if days else None)


@blueprint.get("/connections/<id>")
def connection(id: str) -> Response:
    """`watch` asks again by itself until the first request has come."""
    found = _require(id)
    used = _used(found)
    watching = request.args.get("watch") == "1" and used is None
    page = render_template(
        "connection.html", connection=found, used=used, watching=watching, seconds=WATCH_SECONDS, providers=PROVIDERS,
        writable=services().connections.writable,
    )  # fmt: skip
    response = make_response(page)
    if watching:
        response.headers["Refresh"] = str(WATCH_SECONDS)
    return response


@blueprint.get("/connections/<id>/rotate")
def rotation(id: str) -> str:
    found = _require(id)
    return _form(found)


@blueprint.get("/connections/<id>/revoke")
def revocation(id: str) -> str:
    found = _require(id)
    others = [each for each in services().connections.all() if each.client == found.client and each.id != found.id]
    now = services().clock()
    return render_template(
        "revoke.html", connection=found, used=_used(found), others=[each for each in others if each.is_live(now)],
        writable=services().connections.writable,
    )  # fmt: skip


@blueprint.post("/connections/<id>/revoke")
def revoke(id: str) -> BaseResponse:
    _require_writable()
    found = _require(id)
    services().connections.revoke(found.id)
    one.tell("token.revoked", None, {"token": found.id, "client": found.client})
    return forms.done("/connections", f"The token {found.id} of {found.client} is revoked; refused within a minute.")


def _minted(client: str, dialect: str, days: float | None) -> str | tuple[str, int]:
    try:
        token, made = services().connections.mint(client, dialect, days)
    except ValueError as error:
        return _form(problem=str(error)), 400
    one.tell("token.minted", None, {"token": made.id, "client": made.client, "dialect": made.dialect})
    return render_template("minted.html", token=str(token), connection=made, providers=PROVIDERS)


def _form(replaced: Connection | None = None, problem: str = "") -> str:
    """`replaced`: whose place the new one takes; both are live until the old one is revoked."""
    given = {
        "client": request.form.get("client", replaced.client if replaced else ""),
        "dialect": request.form.get("dialect", replaced.dialect if replaced else "entra"),
        "days": request.form.get("days", ""),
    }
    return render_template(
        "mint.html", given=given, replaced=replaced, problem=problem, providers=PROVIDERS, days=DAYS,
        writable=services().connections.writable,
    )  # fmt: skip


def _require_writable() -> None:
    if not services().connections.writable:
        raise NotDone("Tokens are changed from the command line here: this page may not read the secret that has them.")


def _require(id: str) -> Connection:
    found = next((each for each in services().connections.all() if each.id == id), None)
    if found is None:
        abort(404)
    return found


def _used(connection: Connection) -> float | None:
    """When a request with it came last, to ten minutes."""
    note = services().store.note(connections_known.used(connection.id))
    return float(note["at"]) if note else None
