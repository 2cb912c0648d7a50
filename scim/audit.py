"""Audit lines as people ask for them: by who, by what and by whose, newest first, whatever their number."""

from collections.abc import Iterator
from dataclasses import dataclass

from scim.ports import Store
from scim.records import Event, Kind, Ref

KINDS: dict[str, Kind] = {"User": "User", "Group": "Group"}


@dataclass(frozen=True, slots=True)
class Question:
    """Empty means any. `resource`: `User/ID` or `Group/ID`. `before`: the id of the last event that was looked at."""

    actor: str = ""
    action: str = ""
    resource: str = ""
    before: str | None = None

    @property
    def filters(self) -> dict[str, str]:
        asked = {"actor": self.actor, "action": self.action, "resource": self.resource}
        return {name: value for name, value in asked.items() if value}

    @property
    def ref(self) -> Ref | None:
        kind, _, id = self.resource.partition("/")
        return Ref(KINDS[kind], id) if kind in KINDS and id else None

    def fits(self, event: Event) -> bool:
        return self.actor.lower() in event.actor.lower() and event.action.startswith(self.action)


def newest(store: Store, question: Question, size: int) -> Iterator[Event]:
    """Those of the resource, or all: the caller picks who fits. `size` of them are in memory."""
    before, ref = question.before, question.ref
    while True:
        page = store.history(ref, size, before) if ref else store.events(size, before)
        yield from page
        if len(page) < size:
            return
        before = page[-1].id


def since(store: Store, question: Question, instant: str, size: int) -> Iterator[Event]:
    """Those that fit, back to `instant` (RFC 3339, UTC, without its Z)."""
    for event in newest(store, question, size):
        if event.at < instant:
            return
        if question.fits(event):
            yield event
