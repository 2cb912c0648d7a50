"""Holds: removals beyond the limit, exactly who and what, and a person's decision about exactly those."""

from flask import Blueprint, abort, render_template, request
from werkzeug.wrappers import Response

from scim.admin import forms
from scim.admin.services import services
from scim.admin.words import counted
from scim.operations import PAGE, HeldList

blueprint = Blueprint("holds", __name__)


@blueprint.get("/holds")
def index() -> str:
    return render_template("holds.html", holds=services().operations.holds())


@blueprint.get("/holds/<scope>")
def hold(scope: str) -> str:
    """The whole list, a page at a time; with a decision, what it will do and the form that does it."""
    found = _require(scope, forms.offset())
    decision = request.args.get("decision")
    following = found.offset + PAGE if found.offset + PAGE < found.total else None
    return render_template(
        "hold.html",
        hold=found,
        decision=decision if decision in ("approve", "discard") else None,
        next_offset=following,
    )


@blueprint.post("/holds/<scope>/approve")
def approve(scope: str) -> Response:
    digest = forms.digest()
    found = _require(scope, 0)
    services().operations.approve(scope, digest, forms.actor())
    return forms.done("/holds", f"Let through: {counted(found.total, 'removal')}. The next pass carries them out.")


@blueprint.post("/holds/<scope>/discard")
def discard(scope: str) -> Response:
    left = services().operations.discard(scope, forms.digest(), forms.actor())
    if left:
        names = ", ".join(left[:10])
        text = f"Kept, but not these, because somebody else has their userName or address now: {names}."
        return forms.done("/holds", text, well=False)
    return forms.done(
        "/holds",
        "Kept: what is there is wanted again. The identity provider may ask for the same at its next sync, "
        "so mend it there too.",
    )


def _require(scope: str, offset: int) -> HeldList:
    found = services().operations.hold(scope, offset)
    if found is None:
        abort(404)
    return found
