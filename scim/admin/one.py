"""What the pages of one person and of one group share."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import request
from werkzeug.wrappers import Response

from scim.admin import forms
from scim.admin.services import services
from scim.operations import ActualGroup, ActualPerson, JobsAway, NotDone
from scim.records import Document, Event, Ref, Refused, Settled

HISTORY = 50
LOOK = "look"


@dataclass(frozen=True, slots=True)
class Looked:
    """What the target shows, if it was asked: `actual` None if there is nothing; `failed` why it could not be told."""

    asked: bool = False
    actual: ActualPerson | ActualGroup | None = None
    failed: str = ""


def look(ref: Ref) -> Looked:
    """Only if the page is asked to, for each look is a call of the target; never because another site says so."""
    if request.args.get(LOOK) != "1" or request.headers.get("Sec-Fetch-Site") == "cross-site":
        return Looked()
    try:
        return Looked(asked=True, actual=services().operations.look(ref))
    except (NotDone, JobsAway) as error:
        return Looked(asked=True, failed=str(error))


def settle(ref: Ref, path: str) -> Response:
    outcome = services().operations.settle(ref, forms.actor())
    if isinstance(outcome, Settled):
        return forms.done(path, "Looked at and in order: the account has what is wanted.")
    if isinstance(outcome, Refused):
        return forms.done(path, f"The account refuses: {outcome.reason}", well=False)
    return forms.done(path, "Not in order yet; the next pass goes on with it, within a minute.", well=False)


def tell(action: str, ref: Ref | None, facts: Mapping[str, Any] | None = None) -> None:
    """An audit line of what was done here."""
    given = services()
    at = datetime.fromtimestamp(given.clock(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    changes = [dict(facts)] if facts else []
    given.store.append_event(Event(given.event_id(), at, forms.actor(), action, ref, changes, "done"))


def history(ref: Ref) -> tuple[list[Event], str | None]:
    """Newest first, and the id to go on before."""
    before = request.args.get("before", "")
    found = services().store.history(ref, HISTORY + 1, before if before.isalnum() and len(before) <= 64 else None)
    return found[:HISTORY], found[HISTORY - 1].id if len(found) > HISTORY else None


def attributes(document: Document) -> list[tuple[str, str]]:
    """Every attribute with its path, as the identity provider gave it."""
    return list(_flat("", document))


def _flat(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from _flat(f"{path}.{name}" if path else str(name), part)
    elif isinstance(value, list):
        for place, part in enumerate(value, 1):
            yield from _flat(f"{path}[{place}]", part)
    else:
        yield path, str(value).lower() if isinstance(value, bool) else str(value)
