"""The list of drift that is kept between two passes: since when each was seen, and who was told of it."""

import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from scim.jobs.drift import KINDS, Drift
from scim.jobs.work import Runner, instant
from scim.ports import Store
from scim.records import Document, Event, Kind, Ref

log = logging.getLogger("scim.reconcile")

NOTE = "drift"
ACTOR = "reconcile"
MOST_ITEMS = 1000
MOST_BYTES = 350_000
"""Of what is there; what is gone since the last pass may be as much, and a note has room for 900,000 bytes."""
LONGEST_TEXT = 300


@dataclass(frozen=True, slots=True)
class Item:
    """A drift that is kept. `since`: when it was first seen, in seconds since the epoch. `event`: the id of the audit
    line that says so, chosen before it is written, so that whoever is killed in between writes the same one again.
    `remark`: why it was not done what is chosen for it.
    """

    drift: Drift
    since: float
    event: str
    told: bool = False
    remark: str = ""

    @property
    def kind(self) -> str:
        return KINDS.get(self.drift.kind, self.drift.kind)


@dataclass(frozen=True, slots=True)
class DriftList:
    """`more`: how many there are that the note has no room for. `gone`: what went since, and nobody was told yet."""

    items: tuple[Item, ...] = ()
    more: int = 0
    gone: tuple[Item, ...] = ()

    @property
    def total(self) -> int:
        return len(self.items) + self.more

    @property
    def is_told(self) -> bool:
        return not self.gone and all(item.told for item in self.items)


@dataclass(frozen=True, slots=True)
class Remarked:
    """What is left after a pass: a drift and why nothing was done about it."""

    drift: Drift
    remark: str = ""


@dataclass(slots=True)
class Keeper:
    """Keeps the list. Whoever calls `keep` holds the target's lease. `new` and `gone` count what came and went."""

    runner: Runner
    new: int = 0
    gone: int = 0

    def is_current(self, left: Sequence[Remarked]) -> bool:
        """Whether `keep` would write nothing."""
        before = read(self.runner.store)
        return before.is_told and self._merged(before, left) == before

    def keep(self, left: Sequence[Remarked]) -> None:
        """Exactly these are there now. Who is new or gone is told once, whatever is killed in between."""
        before = self._told(read(self.runner.store))
        after = self._merged(before, left)
        self.new += sum(not item.told for item in after.items)
        self.gone += len(after.gone)
        if after != before:
            _put(self.runner.store, after)
            self._told(after)

    def _merged(self, before: DriftList, left: Sequence[Remarked]) -> DriftList:
        found = {each.drift.key: each for each in left}
        known = {item.drift.key: item for item in before.items}
        items = [_item_of(found[key], item) for key, item in known.items() if key in found]
        now = self.runner.clock()
        for key, each in found.items():
            if key not in known:
                items.append(_item_of(each, Item(each.drift, now, self.runner.event_id())))
        gone = (replace(item, event=self.runner.event_id()) for key, item in known.items() if key not in found)
        fitting = tuple(_fitting(items))
        return DriftList(fitting, len(items) - len(fitting), tuple(gone))

    def _told(self, kept: DriftList) -> DriftList:
        """The same list when everybody was told: again with the same audit lines if a kill came in between."""
        if kept.is_told:
            return kept
        for item in kept.items:
            if not item.told:
                self._tell("drift.found", item, item.since)
        for item in kept.gone:
            self._tell("drift.gone", item, self.runner.clock())
        told = DriftList(tuple(replace(item, told=True) for item in kept.items), kept.more)
        _put(self.runner.store, told)
        return told

    def _tell(self, action: str, item: Item, at: float) -> None:
        drift = item.drift
        facts = {"kind": drift.kind, "name": drift.name, "wanted": drift.wanted, "shown": drift.shown}
        facts |= {"user": drift.user_id} if drift.user_id else {}
        self.runner.store.append_event(Event(item.event, instant(at), ACTOR, action, drift.ref, [facts], "done"))
        log.warning(action, extra={"resource": drift.ref.kind, "id": drift.ref.id, "drift": drift.kind})


def read(store: Store) -> DriftList:
    note = store.note(NOTE) or {}
    return DriftList(_items(note.get("items", ())), note.get("more", 0), _items(note.get("gone", ())))


def _put(store: Store, kept: DriftList) -> None:
    if not kept.items and not kept.gone:
        store.put_note(NOTE, None)
        return
    items, gone = [_document(item) for item in kept.items], [_document(item) for item in kept.gone]
    store.put_note(NOTE, {"items": items, "more": kept.more, "gone": gone})


def _fitting(items: Iterable[Item]) -> Iterator[Item]:
    """The oldest, as many as there is room for."""
    size = 0
    for number, item in enumerate(items):
        size += len(json.dumps(_document(item)))
        if number >= MOST_ITEMS or size > MOST_BYTES:
            return
        yield item


def _item_of(found: Remarked, item: Item) -> Item:
    texts = {name: getattr(found.drift, name)[:LONGEST_TEXT] for name in ("name", "wanted", "shown")}
    return replace(item, drift=replace(found.drift, **texts), remark=found.remark)


def _document(item: Item) -> Document:
    document = asdict(item)
    drift: Document = document.pop("drift")
    ref: Document = drift.pop("ref")
    return {**document, **drift, "resource": ref["kind"], "id": ref["id"]}


def _items(documents: Iterable[Document]) -> tuple[Item, ...]:
    return tuple(_item(dict(each)) for each in documents)


def _item(found: dict[str, Any]) -> Item:
    resource: Kind = found.pop("resource")
    ref = Ref(resource, found.pop("id"))
    own = {name: found.pop(name) for name in ("since", "event", "told", "remark")}
    return Item(Drift(ref=ref, **found), **own)
