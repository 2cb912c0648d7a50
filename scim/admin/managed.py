"""Managed groups: what the target has, which of it the identity provider may have, and what choosing changes."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, render_template, request
from werkzeug.wrappers import Response

from scim.admin import forms, ticks
from scim.admin.services import services
from scim.admin.ticks import Carried, Change, Ticks
from scim.admin.words import counted
from scim.operations import ListedGroup

blueprint = Blueprint("managed", __name__)

MOST_NAMED = 3
OVERTAKEN = "Changed by somebody else since this page was shown: {}. Nothing was done. Your other ticks are below."

Page = str | tuple[str, int]


@blueprint.url_value_preprocessor
def take_long_forms(endpoint: str | None, _: dict[str, Any] | None) -> None:
    """Before the gate reads the form."""
    if endpoint in ("managed.preview", "managed.save"):
        request.max_content_length = ticks.MOST_BYTES


@blueprint.get("/managed")
def index() -> str:
    return _form(services().operations.groups(), Ticks())


@blueprint.post("/managed")
def preview() -> Page:
    """What will happen, before it happens. `again` goes back to the form."""
    listed, sent = services().operations.groups(), ticks.sent()
    if overtaken := ticks.overtaken(sent, listed):
        return _form(listed, sent, overtaken), 409
    if "again" in request.form:
        return _form(listed, sent)
    return _preview(ticks.change(sent, listed))


@blueprint.get("/managed/<target_id>")
def group(target_id: str) -> str:
    """What will happen if this one is chosen. It is looked at, but never because another site says so."""
    listed = services().operations.groups()
    found = next((each for each in listed if each.target_id == target_id), None)
    if found is None:
        abort(404)
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        return _form(listed, Ticks())
    return _preview(Change((), (found,)) if found.managed else Change((found,), ()))


@blueprint.post("/managed/changes/save")
def save() -> Response | Page:
    """Exactly what was shown, or nothing."""
    given, sent = services(), ticks.sent()
    listed = given.operations.groups()
    change, overtaken = ticks.change(sent, listed), ticks.overtaken(sent, listed)
    if overtaken or change.is_empty or change.digest != request.form.get("digest"):
        return _form(listed, sent, overtaken or ["the name of one of these groups"]), 409
    carried = ticks.carry_out(change, given.operations, forms.actor(), given.clock)
    if carried.failed or not carried.left.is_empty:
        return render_template("managed_saved.html", carried=carried), 409
    return forms.done("/managed", _told(carried))


def _form(listed: list[ListedGroup], sent: Ticks, overtaken: Sequence[str] = ()) -> str:
    """Those an identity provider asked for come first."""
    listed.sort(key=lambda group: (group.asked is None, -(group.asked or 0)))
    rows = [(each, sent.has(each), ticks.is_built_in(each)) for each in listed]
    problem = OVERTAKEN.format(", ".join(overtaken)) if overtaken else ""
    return render_template("managed.html", rows=rows, problem=problem)


def _preview(change: Change) -> str:
    return render_template("managed_change.html", change=change.judged(services().operations))


def _told(carried: Carried) -> str:
    """A sentence for what is managed now, one for what is not any more."""
    managed = [each for each in carried.done if each.managed]
    members = counted(sum(each.members for each in managed), "member")
    told = [f"Managed now, with {members}: {_names(managed)}. Let the identity provider try again."] if managed else []
    if taken_back := [each for each in carried.done if not each.managed]:
        told.append(f"Yours again: {_names(taken_back)}; nothing changed in the account.")
    return " ".join(told)


def _names(groups: Sequence[ListedGroup]) -> str:
    more = f" and {len(groups) - MOST_NAMED:,} more" if len(groups) > MOST_NAMED else ""
    return ", ".join(f"“{each.name[:60]}”" for each in groups[:MOST_NAMED]) + more
