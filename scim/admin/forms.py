"""What a form has to prove: that these screens made it, for this session, and that no other site sends it."""

import base64
import hmac
import json
from typing import Any
from urllib.parse import urlencode

from flask import abort, g, redirect, request
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response

from scim.admin.door import Session, sign
from scim.admin.services import services

FIELD = "form_token"
TOLD = "told"
FORM_SECONDS = 12 * 3600.0
TOLD_SECONDS = 300.0
LONGEST_TOLD = 500

STALE = "This form is too old, or is not from this session. Nothing was done. Go back, reload the page and try again."
FOREIGN = "Another site sent this form. Nothing was done."


def session() -> Session:
    found: Session = g.session
    return found


def actor() -> str:
    return session().actor


def token() -> str:
    return _stamped("form", session().id)


def require_own() -> None:
    """Before anything of a POST is looked at. Forbidden."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site != "same-origin":
        raise Forbidden(FOREIGN)
    origin = request.headers.get("Origin")
    # a page that sends no referrer has the origin `null`; whoever names one has to be us
    if site is None and origin not in (None, "null", request.host_url.rstrip("/")):
        raise Forbidden(FOREIGN)
    given = request.form.get(FIELD, "")
    if not _is_stamped("form", session().id, given, FORM_SECONDS):
        raise Forbidden(STALE)


def done(path: str, text: str, *, well: bool = True) -> Response:
    """To a page that tells what came of it: the sentence travels in the address, signed, so that nobody else's does."""
    message = json.dumps([int(well), text[:LONGEST_TOLD]], separators=(",", ":"))
    encoded = base64.urlsafe_b64encode(message.encode()).decode().rstrip("=")
    stamped = _stamped("told", f"{session().id}\n{encoded}")
    joint = "&" if "?" in path else "?"
    return redirect(f"{request.script_root}{path}{joint}{urlencode({TOLD: f'{encoded}.{stamped}'})}", 303)


def told() -> dict[str, Any] | None:
    """What the page before had to say."""
    encoded, _, stamped = request.args.get(TOLD, "").partition(".")
    if not encoded or not _is_stamped("told", f"{session().id}\n{encoded}", stamped, TOLD_SECONDS):
        return None
    well, text = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    return {"well": bool(well), "text": text}


def _stamped(purpose: str, text: str) -> str:
    at = str(int(services().clock()))
    return f"{at}.{_signature(purpose, at, text)}"


def _is_stamped(purpose: str, text: str, given: str, seconds: float) -> bool:
    at, _, signature = given.partition(".")
    if not (at.isascii() and at.isdigit() and len(at) <= 12):
        return False
    good = hmac.compare_digest(signature.encode(), _signature(purpose, at, text).encode())
    return good and -60 <= services().clock() - int(at) <= seconds


def _signature(purpose: str, at: str, text: str) -> str:
    return sign(session().key, purpose, f"{at}\n{text}")


def offset() -> int:
    """Where a list goes on, counted from 0: `from` of the query."""
    given = request.args.get("from", "0")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 9 else 0


def digest() -> str:
    """What names exactly the list that was looked at."""
    given = request.form.get("digest", "")
    if not (given.isascii() and given.isalnum()):
        abort(400)
    return given
