"""People: who is wanted, how each stands, and everything about one of them."""

from collections.abc import Sequence

from flask import Blueprint, abort, render_template, request
from werkzeug.wrappers import Response

from scim import identity
from scim.admin import forms, listing, one
from scim.admin.listing import address_of, name_of
from scim.admin.services import services
from scim.admin.words import STANDINGS
from scim.operations import ActualPerson, NotDone
from scim.protocol.errors import InvalidValue
from scim.records import Record, Ref, TargetError

blueprint = Blueprint("people", __name__)

MOST_GROUPS = 25

Row = tuple[str, str, str, str]


@blueprint.get("/people")
def index() -> str:
    page = listing.read(services().store, "User", listing.asked())
    rows = [(record, name_of(record), address_of(record.document)) for record in page.records]
    return render_template("people.html", page=page, rows=rows, standings=STANDINGS)


@blueprint.get("/people/<id>")
def person(id: str) -> str:
    given = services()
    record = listing.require(given.store, "User", id)
    looked = one.look(record.ref)
    actual = looked.actual if isinstance(looked.actual, ActualPerson) else None
    groups = [(each, given.store.get(Ref("Group", each))) for each in record.group_ids[:MOST_GROUPS]]
    return render_template(
        "person.html",
        record=record,
        name=name_of(record),
        address=address_of(record.document),
        looked=looked,
        compared=compare(record, actual) if actual else None,
        actual=actual,
        attributes=one.attributes(record.document),
        groups=[(each, name_of(group)) for each, group in groups],
        more_groups=len(record.group_ids) - len(groups),
        history=one.history(record.ref),
        may_accept=given.account is not None and record.link.target_state == "invited",
    )


@blueprint.post("/people/<id>/settle")
def settle(id: str) -> Response:
    record = listing.require(services().store, "User", id)
    return one.settle(record.ref, f"/people/{record.id}")


@blueprint.post("/accept")
def accept() -> Response:
    """For the embedded target alone: at a desk nobody else can."""
    given, email = services(), request.form.get("email", "")
    if given.account is None:
        abort(404)
    try:
        given.account.accept(email)
    except TargetError as error:
        raise NotDone(str(error)) from error
    record = next(iter(given.store.find("User", f"email={email.casefold()}")), None)
    one.tell("invitation.accepted", record.ref if record else None)
    return forms.done(f"/people/{record.id}" if record else "/people", f"{email} has accepted; confirmed in a moment.")


def compare(record: Record, actual: ActualPerson) -> Sequence[Row]:
    """What is wanted beside what there is; the last says `same` or `differs`."""
    active = record.wanted and bool(record.document.get("active", True))
    stands = actual.state != "suspended" if active else actual.state == "suspended"
    wanted_state = "in the account" if active else "suspended"
    address = address_of(record.document)
    name = _display_name(record)
    return [
        ("State", wanted_state, actual.state, _verdict(stands)),
        ("Name", name, actual.name, _verdict(name == actual.name)),
        ("Address", address, actual.email,
         _verdict(identity.email_key(address) == identity.email_key(actual.email))),
    ]  # fmt: skip


def _display_name(record: Record) -> str:
    try:
        return identity.display_name(record.document)
    except InvalidValue:
        return name_of(record)


def _verdict(same: bool) -> str:
    return "same" if same else "differs"
