"""Audit lines as people read them: of whom each is, by name, and in a few words what it says of itself."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scim.admin.listing import name_of
from scim.ports import Store
from scim.records import Event, Record, Ref

MOST_NAMED = 3
LONGEST = 200
SAID: Mapping[str, tuple[str, ...]] = {
    "refused": ("reason",),
    "settle.refused": ("reason",),
    "settle.deferred": ("reason",),
    "settle.crashed": ("reason",),
    "settle.asked": ("reason",),
    "removal.held": ("reason",),
    "membership.left_alone": ("reason",),
    "user.invited": ("email",),
    "user.adopted": ("email", "name"),
    "user.renamed": ("name",),
    "user.email_waits": ("wanted",),
    "user.email_changed": ("wanted",),
    "group.created": ("name",),
    "group.adopted": ("name",),
    "group.renamed": ("name",),
    "group.unmanaged": ("name",),
    "drift.found": ("shown",),
    "job.asked": ("job", "state"),
    "token.minted": ("client",),
    "token.revoked": ("client",),
}
"""By action: which of its facts are told in a list."""


@dataclass(frozen=True, slots=True)
class Somebody:
    """`name` is empty if nobody has the id any more. `how`: what became of their membership, where that is told."""

    ref: Ref
    name: str
    how: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """`members`: whose memberships it is about; `more` of them are not named."""

    event: Event
    resource: Somebody | None
    said: str
    members: Sequence[Somebody] = ()
    more: int = 0


def rows(store: Store, events: Sequence[Event]) -> list[Row]:
    """Everybody in them is looked up at once."""
    members = [list(_members(event)) for event in events]
    named = [ref for each in members for ref, _ in each[:MOST_NAMED]]
    known = store.get_all([*(event.resource for event in events if event.resource), *named])
    return [_row(event, each, known) for event, each in zip(events, members, strict=True)]


def _row(event: Event, members: Sequence[tuple[Ref, str]], known: Mapping[Ref, Record]) -> Row:
    resource = Somebody(event.resource, _name(event.resource, known)) if event.resource else None
    named = [Somebody(ref, _name(ref, known), how) for ref, how in members[:MOST_NAMED]]
    said = [text for text in _said(event) if resource is None or text != resource.name]
    return Row(event, resource, ", ".join(said)[:LONGEST], named, len(members) - len(named))


def _name(ref: Ref, known: Mapping[Ref, Record]) -> str:
    return name_of(known[ref]) if ref in known else ""


def _said(event: Event) -> Iterator[str]:
    facts = [change for change in event.changes if "op" not in change]
    for name in SAID.get(event.action, ()):
        yield from (str(each[name]) for each in facts if each.get(name))


def _members(event: Event) -> Iterator[tuple[Ref, str]]:
    """With what became of the membership, unless the action says it."""
    if event.resource is None or event.resource.kind != "Group":
        return
    for change in event.changes:
        for id, how in _memberships(change):
            if isinstance(id, str) and id:
                yield Ref("User", id), how


def _memberships(change: Mapping[str, Any]) -> Iterator[tuple[object, str]]:
    """As `scim.groups`, `scim.recorder` and the jobs write them down."""
    match change:
        case {"op": "add" | "remove" as op, "path": str(path), "value": {"value": id}} if path.startswith("/members"):
            yield id, "added" if op == "add" else "removed"
        case {"member": id, "wanted": wanted}:
            yield id, "added" if wanted else "removed"
        case {"users": [*ids]}:
            yield from ((id, "") for id in ids)
        case {"user": id}:
            yield id, ""
