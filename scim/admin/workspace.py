"""Google Workspace: the plan that waits for approval, whom the pull provisions and how that is changed, which groups
there are, what the last runs did.
"""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, render_template, request
from werkzeug.wrappers import Response

from scim.admin import choice, forms, kept
from scim.admin.services import services
from scim.admin.words import counted
from scim.operations import Choice, Chosen, JobsAway, NotDone

blueprint = Blueprint("workspace", __name__)

SHOWN_SETTINGS = ("SOURCE", "GOOGLE_", "PULL_")
STALE = (
    "What is chosen has changed since you looked at it. Nothing was stored. What you typed is below; going on compares "
    "it with what is chosen now."
)

Page = str | tuple[str, int]


@blueprint.url_value_preprocessor
def take_long_forms(endpoint: str | None, _: dict[str, Any] | None) -> None:
    """Before the gate reads the form."""
    if endpoint in ("workspace.preview", "workspace.store"):
        request.max_content_length = choice.MOST_BYTES


@blueprint.before_request
def require_source() -> None:
    if not services().installation.source:
        abort(404)


@blueprint.get("/workspace")
def index() -> str:
    given = services()
    shown = [each for each in given.installation.settings() if each.name.startswith(SHOWN_SETTINGS)]
    chosen, unknown = _selection()
    return render_template(
        "workspace.html",
        settings=shown,
        chosen=chosen,
        unknown=unknown,
        plan=given.store.note(kept.PLAN),
        approval=given.store.note(kept.APPROVAL),
        state=given.store.note(kept.STATE),
        report=next((each for each in given.store.reports() if each.source == "Pull"), None),
        runs=(given.store.note(kept.RUNS) or {}).get("runs", []),
        titles=choice.TITLES,
    )


@blueprint.post("/workspace/approve")
def approve() -> Response:
    services().operations.approve_pull(forms.digest(), forms.actor())
    return forms.done("/workspace", "Approved: the next pull carries exactly this plan out, if it still comes to it.")


# ── whom the pull provisions ──────────────────────────────────────────────────────────────────────────────


@blueprint.get("/workspace/choice")
def edit() -> str:
    chosen = _editable()
    return _form(chosen, chosen.choice)


@blueprint.post("/workspace/choice")
def preview() -> Page:
    """What will happen, before it happens. `again` goes back to the form."""
    chosen, typed = _editable(), choice.typed()
    if refused := _refused(chosen, typed):
        return refused
    after = services().operations.check_choice(typed)
    if after.problems:
        return _form(chosen, typed, after.problems), 400
    if "again" in request.form:
        return _form(chosen, typed)
    return render_template(
        "choice_confirm.html",
        digest=chosen.digest,
        after=after.choice,
        differences=choice.differences(chosen.choice, after.choice),
        consequences=choice.consequences(chosen.choice, after.choice),
    )


@blueprint.post("/workspace/choice/store")
def store() -> Response | Page:
    chosen, typed = _editable(), choice.typed()
    if refused := _refused(chosen, typed):
        return refused
    services().operations.choose(typed, chosen.digest, forms.actor())
    return forms.done(
        "/workspace", f"Stored: {_told(typed)}. The next pull shows its plan and waits for your approval."
    )


def _told(typed: Choice) -> str:
    groups = counted(len(typed.groups), "group or pattern", "groups or patterns")
    return f"{groups}, {counted(len(typed.units), 'unit')}, {len(typed.exclude):,} excluded"


def _refused(chosen: Chosen, typed: Choice) -> Page | None:
    """The form again if somebody else was faster."""
    return (_form(chosen, typed, [STALE]), 409) if forms.digest() != chosen.digest else None


def _form(chosen: Chosen, typed: Choice, problems: Sequence[str] = ()) -> str:
    wrong = {name for name in choice.LISTS for problem in problems if problem.startswith((f"{name}:", f"{name} "))}
    return render_template(
        "choice.html", chosen=chosen, typed=typed, problems=problems, wrong=wrong, titles=choice.TITLES
    )


# ── which groups there are ────────────────────────────────────────────────────────────────────────────────


@blueprint.get("/workspace/groups")
def groups() -> Page:
    """The source is asked, but never because another site says so."""
    text = request.args.get("q", "").strip()[:100]
    text = text if text.isprintable() else ""
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        return render_template("source_groups.html", found=None, text=text, problem="")
    try:
        found = services().operations.source_groups(text, forms.offset())
    except NotDone as error:
        return render_template("source_groups.html", found=None, text=text, problem=str(error)), 409
    chosen, _ = _selection()
    following = found.offset + len(found.groups)
    return render_template(
        "source_groups.html",
        found=found,
        text=text,
        editable=chosen is not None and chosen.is_editable,
        next_offset=following if following < found.total else None,
    )


@blueprint.post("/workspace/groups")
def tick() -> str:
    """The form, with the groups that were ticked added to it. Nothing is stored."""
    chosen = _editable()
    added = tuple(each for each in request.form.getlist("add") if each.isprintable() and each.strip())
    before = chosen.choice
    ticked = tuple(dict.fromkeys((*before.groups, *added)))
    return _form(chosen, Choice(ticked, before.units, before.exclude, before.unlisted))


def _selection() -> tuple[Chosen | None, str]:
    """What chooses now; else why that cannot be told."""
    try:
        return services().operations.selection(), ""
    except (NotDone, JobsAway) as error:
        return None, str(error)


def _editable() -> Chosen:
    chosen = services().operations.selection()
    if not chosen.is_editable:
        raise NotDone(f"{chosen.path} chooses here: edit the file. The next pull shows its plan and waits.")
    return chosen
