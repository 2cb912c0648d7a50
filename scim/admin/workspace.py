"""Google Workspace: what is read and as whom, the plan that waits for approval, and what the last run did."""

from flask import Blueprint, abort, render_template, request
from werkzeug.wrappers import Response

from scim.admin import forms, kept
from scim.admin.services import services

blueprint = Blueprint("workspace", __name__)

SHOWN_SETTINGS = ("SOURCE", "GOOGLE_", "PULL_")


@blueprint.before_request
def require_source() -> None:
    if not services().installation.source:
        abort(404)


@blueprint.get("/workspace")
def index() -> str:
    given = services()
    shown = [each for each in given.installation.settings() if each.name.startswith(SHOWN_SETTINGS)]
    return render_template(
        "workspace.html",
        settings=shown,
        plan=given.store.note(kept.PLAN),
        approval=given.store.note(kept.APPROVAL),
        state=given.store.note(kept.STATE),
        report=next((each for each in given.store.reports() if each.source == "Pull"), None),
    )


@blueprint.post("/workspace/approve")
def approve() -> Response:
    digest = request.form.get("digest", "")
    if not (digest.isascii() and digest.isalnum()):
        abort(400)
    services().operations.approve_pull(digest, forms.actor())
    return forms.done("/workspace", "Approved: the next pull carries exactly this plan out, if it still comes to it.")
