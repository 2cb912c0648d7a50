"""Groups: which the identity provider has, how each stands, and everything about one of them."""

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from scim.admin import listing, one
from scim.admin.listing import name_of
from scim.admin.services import services
from scim.admin.words import STANDINGS
from scim.operations import ActualGroup
from scim.ports import Store
from scim.records import Membership, Record, Ref

blueprint = Blueprint("groups", __name__)

MEMBERS = 25
MOST_OWED = 100


@blueprint.get("/groups")
def index() -> str:
    page = listing.read(services().store, "Group", listing.asked())
    rows = [(record, name_of(record)) for record in page.records]
    return render_template("groups.html", page=page, rows=rows, standings=STANDINGS)


@blueprint.get("/groups/<id>")
def group(id: str) -> str:
    store = services().store
    record = listing.require(store, "Group", id)
    looked = one.look(record.ref)
    members = store.members(record.id)
    first = _offset(len(members))
    shown = [(each, store.get(Ref("User", each))) for each in members[first : first + MEMBERS]]
    return render_template(
        "group.html",
        record=record,
        name=name_of(record),
        looked=looked,
        actual=looked.actual if isinstance(looked.actual, ActualGroup) else None,
        attributes=one.attributes(record.document),
        members=[(each, name_of(user)) for each, user in shown],
        total=len(members),
        first=first,
        next_members=first + MEMBERS if first + MEMBERS < len(members) else None,
        owed=_owed(store, record),
        history=one.history(record.ref),
    )


@blueprint.post("/groups/<id>/settle")
def settle(id: str) -> Response:
    record = listing.require(services().store, "Group", id)
    return one.settle(record.ref, f"/groups/{record.id}")


def _offset(total: int) -> int:
    given = request.args.get("members", "0")
    found = int(given) if given.isascii() and given.isdigit() and len(given) < 9 else 0
    return found if found < total else 0


def _owed(store: Store, record: Record) -> list[tuple[Membership, str]]:
    """Memberships the target does not match yet, with whose they are."""
    edges = store.unsettled_memberships(float("inf"), MOST_OWED, record.id)
    troubled = sorted(edges, key=lambda edge: (edge.last_error is None, edge.user_id))[:MEMBERS]
    return [(edge, name_of(store.get(Ref("User", edge.user_id)))) for edge in troubled]
