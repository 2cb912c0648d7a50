"""Managed groups: what the target has, which of it the identity provider may have, and what choosing changes."""

from flask import Blueprint, abort, render_template
from werkzeug.wrappers import Response

from scim.admin import forms
from scim.admin.services import services
from scim.admin.words import counted
from scim.operations import ListedGroup

blueprint = Blueprint("managed", __name__)


@blueprint.get("/managed")
def index() -> str:
    """Those an identity provider asked for come first."""
    listed = services().operations.groups()
    listed.sort(key=lambda group: (group.asked is None, -(group.asked or 0)))
    return render_template("managed.html", groups=listed)


@blueprint.get("/managed/<target_id>")
def group(target_id: str) -> str:
    """What will happen, before it happens."""
    return render_template("managed_group.html", group=_require(target_id))


@blueprint.post("/managed/<target_id>/manage")
def manage(target_id: str) -> Response:
    found = services().operations.manage(target_id, forms.actor())
    return forms.done(
        "/managed",
        f"“{found.name}” is managed now, with {counted(found.members, 'member')}. Let the identity provider try again.",
    )


@blueprint.post("/managed/<target_id>/unmanage")
def unmanage(target_id: str) -> Response:
    found = services().operations.unmanage(target_id, forms.actor())
    return forms.done("/managed", f"“{found.name}” is yours again; nothing changed in the account.")


def _require(target_id: str) -> ListedGroup:
    found = next((each for each in services().operations.groups() if each.target_id == target_id), None)
    if found is None:
        abort(404)
    return found
