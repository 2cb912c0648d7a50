"""Drift: what was changed in the target by hand, and since when."""

from flask import Blueprint, render_template

from scim.admin import kept
from scim.admin.services import services

blueprint = Blueprint("drift", __name__)

KINDS = {
    "person_suspended": "suspended by hand",
    "person_reactivated": "reactivated by hand",
    "person_renamed": "renamed by hand",
    "person_deleted": "deleted by hand",
    "person_address": "has another address",
    "person_unknown": "in a state the bridge does not know",
    "person_protected": "out of the bridge's reach now",
    "person_unlinked": "never invited",
    "membership_granted": "member by hand",
    "membership_revoked": "taken out by hand",
    "membership_manager": "a manager of the group",
    "group_renamed": "renamed by hand",
    "group_deleted": "deleted by hand",
    "group_mark": "description changed by hand",
    "group_protected": "out of the bridge's reach now",
    "group_unlinked": "never made",
    "group_orphan": "carries the bridge's mark, but is nobody's",
}
"""What each is, as a person says it: the same words as `scim.jobs.drift` (tests/admin/test_kept.py)."""


@blueprint.get("/drift")
def index() -> str:
    store = services().store
    items, more = kept.drift(store)
    report = next((each for each in store.reports() if each.source == "Reconcile"), None)
    return render_template("drift.html", items=items, more=more, report=report, kinds=KINDS)
