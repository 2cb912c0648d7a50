"""Record, then settle (docs/adr/0003): the one way in which a wish becomes durable and is taken back if refused.

Each write is one commit decided on the record as it was read; if another writer came first, it is read and decided
again. After the commit the settler is asked to make the target match while the client waits: a refusal takes the wish
back and is told to the client, anything else is a success, for the tick finishes what is deferred.
"""

import logging
import random
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from scim.ports import Clock, Ids, Settler, Store
from scim.protocol.errors import Forbidden, InvalidValue, NotFound, Unavailable, Uniqueness
from scim.records import Document, Event, KeyTaken, Link, Record, Ref, Refused, Stale

log = logging.getLogger("scim.recorder")

TRIES = 12
PAUSE_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Change:
    """What one request does to one record. `owed`: the target has to hear of it. `members`: who a deleted group had, to
    be given back if the target refuses.
    """

    after: Record
    action: str
    steps: Sequence[Document] = ()
    grants: tuple[str, ...] = ()
    revokes: tuple[str, ...] = ()
    owed: bool = True
    members: tuple[str, ...] = ()

    def members_only(self, before: Record) -> bool:
        return bool(self.grants or self.revokes) and self.after is before


@dataclass(frozen=True, slots=True)
class Delay:
    """Keeps what is recorded from the target `until` then (seconds since the epoch). `held_at`: since when it waits for
    a person's decision, and `reason` why; None if it waits for time alone.
    """

    until: float
    held_at: float | None = None
    reason: str | None = None

    def of(self, before: Link, after: Record) -> Record:
        """A hold that goes on is as old as it was."""
        if not after.link.unsettled:
            return after
        held_at = before.held_at if self.held_at and before.held_at else self.held_at
        return replace(
            after, link=replace(after.link, next_attempt_at=self.until, held_at=held_at, last_error=self.reason)
        )


@dataclass(frozen=True, slots=True)
class Recorder:
    """`delay`: of everything it records, for who knows that the target must not match it yet."""

    store: Store
    settler: Settler
    clock: Clock
    new_id: Ids
    event_id: Ids
    settle_wait: float = 5.0
    pause: Callable[[float], None] = field(default=time.sleep)
    delay: Delay | None = None

    def now(self) -> str:
        """An RFC 3339 instant with milliseconds (RFC 7643 §2.3.5)."""
        return datetime.fromtimestamp(self.clock(), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def event(self, actor: str, action: str, ref: Ref, changes: Sequence[Document] = ()) -> Event:
        return Event(self.event_id(), self.now(), actor, action, ref, changes)

    def create(self, record: Record, members: Sequence[str], actor: str) -> Record:
        """Write a new record and settle it. Raises Uniqueness, and InvalidValue or Forbidden if refused."""
        steps = [{"op": "add", "path": "", "value": record.document}]
        event = self.event(actor, f"{record.kind.lower()}.created", record.ref, steps)
        delayed = self.delay.of(record.link, record) if self.delay else record
        try:
            saved = self.store.create(delayed, members, event)
        except KeyTaken as taken:
            raise _uniqueness(record, taken) from taken
        _tell(event)
        outcome = self.settler.settle(saved.ref, self.settle_wait)
        if isinstance(outcome, Refused):
            self._discard(saved, outcome)
            raise _refusal(outcome)
        return saved

    def change(self, read: Callable[[], Record], decide: Callable[[Record], Change | None], actor: str) -> Record:
        """Carry `decide`'s change out on what `read` returns; None changes nothing. Raises what they raise."""
        for attempt in range(TRIES):
            before = read()
            change = decide(before)
            if change is None:
                return before
            try:
                saved = self._commit(before, change, actor)
            except Stale:
                self.pause(random.uniform(0, PAUSE_SECONDS * 2 ** min(attempt, 5)))  # noqa: S311 - jitter, not a secret
                continue
            except KeyTaken as taken:
                raise _uniqueness(before, taken) from taken
            if change.owed:
                self._settle(before, saved, change, actor)
            return saved
        raise Unavailable("Other changes to the same resource came first each time. Send the request again.")

    def tell_refused(self, ref: Ref, actor: str, reason: str) -> None:
        """An audit line of what was refused before anything was recorded."""
        event = self.event(actor, "refused", ref, _facts(reason))
        self.store.append_event(event)
        _tell(event)

    def wanted(self, ref: Ref) -> Record:
        """The record, or 404 (RFC 7644 §3.6: what was deleted is gone on every verb)."""
        record = self.store.get(ref)
        if record is None or not record.wanted:
            raise NotFound(f"There is no {ref.kind} with the id {ref.id[:64]!r}.")
        return record

    def unclaimed(self, record: Record) -> Record | None:
        """Who has the unique keys of the record and is nobody's yet: taken over from the target. None if somebody else
        has one of them.
        """
        holders = {each.id: each for key in record.unique_keys for each in self.store.find(record.kind, key)}
        found = next(iter(holders.values()), None)
        return found if found and len(holders) == 1 and not found.client else None

    def change_member(self, group_id: str, user_id: str, actor: str, *, wanted: bool) -> None:
        """One membership that follows from what was done to the user: the group is at another version by it."""
        group = self.store.get(Ref("Group", group_id))
        if group is None or not group.wanted:
            return
        grants, revokes = ((user_id,), ()) if wanted else ((), (user_id,))
        event = self.event(actor, "group.members", group.ref, [{"member": user_id, "wanted": wanted}])
        with suppress(Stale):  # the group was deleted just now
            self.store.change_members(group, grants, revokes, self.now(), event)

    def _commit(self, before: Record, change: Change, actor: str) -> Record:
        event = self.event(actor, change.action, before.ref, change.steps)
        if change.members_only(before):
            held_at = (self.delay.held_at,) if self.delay else ()
            saved = self.store.change_members(before, change.grants, change.revokes, self.now(), event, *held_at)
        else:
            after = self.delay.of(before.link, change.after) if self.delay else change.after
            saved = self.store.replace(before, after, event, change.grants, change.revokes)
        _tell(event)
        return saved

    def _settle(self, before: Record, saved: Record, change: Change, actor: str) -> None:
        outcome = self.settler.settle(saved.ref, self.settle_wait)
        if isinstance(outcome, Refused):
            self._take_back(before, saved, change, self.event(actor, "refused", saved.ref, _facts(outcome.reason)))
            raise _refusal(outcome)

    def _discard(self, saved: Record, outcome: Refused) -> None:
        """Unless somebody changed the record meanwhile: then it is theirs, and the tick tells what the target says."""
        current = self.store.get(saved.ref)
        if current is None or current.version != saved.version:
            return
        event = self.event("settle", "refused", saved.ref, _facts(outcome.reason))
        with suppress(Stale):
            if current.kind == "Group" and current.link.target_id:  # made before a member was refused: it goes again
                link = replace(current.link, unsettled=True, next_attempt_at=None)
                gone = replace(current, wanted=False, version=current.version + 1, last_modified=self.now(), link=link)
                self.store.replace(current, gone, event)
            else:
                self.store.discard(current, event)

    def _take_back(self, before: Record, saved: Record, change: Change, event: Event) -> None:
        """What others changed meanwhile stays theirs; memberships commute, so they are taken back in any case."""
        if change.members_only(before):
            self.store.change_members(saved, change.revokes, change.grants, self.now(), event)
            return
        for _ in range(TRIES):
            current = self.store.get(saved.ref)
            if current is None or not _says_the_same(current, saved):
                return
            alone = current.version == saved.version  # else memberships changed too, and a version is never used twice
            restored = replace(
                current,
                document=before.document,
                client=before.client,
                version=before.version if alone else current.version + 1,
                last_modified=before.last_modified if alone else current.last_modified,
                wanted=before.wanted,
                external_ids=before.external_ids,
                unique_keys=before.unique_keys,
                lookup_keys=before.lookup_keys,
                link=replace(current.link, unsettled=True, next_attempt_at=None, **_UNDECIDED),
            )
            try:
                self.store.replace(current, restored, event, (*change.revokes, *change.members), change.grants)
            except Stale:
                continue
            except KeyTaken:
                return
            for group_id in set(before.group_ids) - set(current.group_ids):
                self.change_member(group_id, before.id, event.actor, wanted=True)
            return


def _says_the_same(current: Record, saved: Record) -> bool:
    return (current.document, current.external_ids, current.wanted) == (
        saved.document,
        saved.external_ids,
        saved.wanted,
    )


_UNDECIDED: dict[str, Any] = {"held_at": None, "approved_version": 0, "approved_until": None}
"""A hold and an approval are of one wish; with another one they end."""


def owe(before: Record, after: Record, *, seen_by_target: bool) -> Record:
    """`after` with the link that fits: owed if the target sees a difference or owed one before, matched otherwise."""
    if seen_by_target or before.link.unsettled:
        link = replace(before.link, unsettled=True, attempts=0, next_attempt_at=None, **_UNDECIDED)
    else:
        link = replace(before.link, settled_version=after.version)
    return replace(after, link=link)


def top_level_steps(before: Document, after: Document) -> list[Document]:
    """RFC 6902 steps between two documents, one for each attribute that differs: enough for an audit line."""
    steps: list[Document] = [{"op": "remove", "path": f"/{name}"} for name in before if name not in after]
    for name, value in after.items():
        if name not in before:
            steps.append({"op": "add", "path": f"/{name}", "value": value})
        elif before[name] != value:
            steps.append({"op": "replace", "path": f"/{name}", "value": value})
    return steps


def _tell(event: Event) -> None:
    ref = event.resource
    log.info(event.action, extra={"resource": ref and ref.kind, "id": ref and ref.id, "event": event.id})


def _uniqueness(record: Record, taken: KeyTaken) -> Uniqueness:
    attribute = taken.key.partition("=")[0]
    if attribute == "address":
        return Uniqueness("Another user already has this e-mail address; the target tells people apart by it (emails).")
    return Uniqueness(f"Another {record.kind} already has this {attribute} (compared without regard to case).")


def _refusal(outcome: Refused) -> InvalidValue | Forbidden | Uniqueness:
    if outcome.taken:
        return Uniqueness(outcome.reason)
    return Forbidden(outcome.reason) if outcome.denied else InvalidValue(outcome.reason)


def _facts(reason: str) -> list[Document]:
    return [{"reason": reason}]
