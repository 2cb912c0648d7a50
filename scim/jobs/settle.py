"""Settle: make the target match what is wanted, people before groups before memberships, one runner at a time."""

import logging
import random
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace

from scim.jobs import groups, memberships, people
from scim.jobs.work import FIRST_SECONDS, FIRST_SECONDS_UNAVAILABLE, Work, instant
from scim.ports import Clock, Ids, Store, Target
from scim.protocol.errors import InvalidValue
from scim.records import (
    Deferred,
    DeniedByTarget,
    Kind,
    Membership,
    MissingInTarget,
    Outcome,
    Record,
    Ref,
    Refused,
    RefusedByTarget,
    Report,
    Settled,
    TargetError,
    TargetUnavailable,
    UnsupportedByTarget,
)

log = logging.getLogger("scim.settle")

LEASE = "target"
LEASE_SECONDS = 90.0
DEADLINE_SECONDS = 50.0
REPORT_SECONDS = 600.0
BATCH = 200
MOST_UNAVAILABLE = 3
REFUSALS = (RefusedByTarget, DeniedByTarget, UnsupportedByTarget, InvalidValue)

_STEPS: dict[Kind, Callable[[Work, Record], None]] = {"User": people.settle, "Group": groups.settle}


@dataclass(slots=True)
class Count:
    settled: int = 0
    refused: int = 0
    deferred: int = 0
    crashed: int = 0


@dataclass(slots=True)
class _Pass:
    """One walk over everything that is owed. `seen` keeps what cannot be settled yet from being met twice."""

    work: Work
    holder: str
    count: Count = field(default_factory=Count)
    unavailable: int = 0
    seen: set[tuple[str, str]] = field(default_factory=set)

    def is_over(self) -> bool:
        return self.unavailable >= MOST_UNAVAILABLE or self.work.is_over()

    def walk(self) -> None:
        for kind in _STEPS:
            for record in self._records(kind):
                self._settle(record)
        for group_id, edges in self._edges():
            self._settle_edges(group_id, edges)

    def _records(self, kind: Kind) -> Iterator[Record]:
        while not self.is_over():
            due = self.work.store.unsettled(kind, self.work.clock(), BATCH)
            fresh = [record for record in due if (kind, record.id) not in self.seen]
            if not fresh:
                return
            self._renew()
            for record in fresh:
                self.seen.add((kind, record.id))
                if self.is_over():
                    return
                yield record

    def _edges(self) -> Iterator[tuple[str, list[Membership]]]:
        while not self.is_over():
            due = self.work.store.unsettled_memberships(self.work.clock(), BATCH * 5)
            by_group: dict[str, list[Membership]] = {}
            for edge in due:
                if (edge.group_id, edge.user_id) not in self.seen:
                    by_group.setdefault(edge.group_id, []).append(edge)
                    self.seen.add((edge.group_id, edge.user_id))
            if not by_group:
                return
            self._renew()
            yield from by_group.items()

    def _settle(self, record: Record) -> None:
        try:
            _STEPS[record.kind](self.work, record)
            self.count.settled += 1
            self.unavailable = 0
        except REFUSALS as refusal:
            self.count.refused += 1
            _postpone(self.work, record, str(refusal), FIRST_SECONDS)
        except (TargetUnavailable, MissingInTarget) as error:
            self.count.deferred += 1
            self.unavailable += isinstance(error, TargetUnavailable)
            self.work.forget()
            _postpone(self.work, record, str(error), FIRST_SECONDS_UNAVAILABLE)
        except Exception:  # one record that nobody foresaw must not stop the others
            log.exception("settle.crashed", extra={"resource": record.kind, "id": record.id})
            self.count.crashed += 1
            _postpone(self.work, record, "The bridge failed on this record; its log says why.", FIRST_SECONDS)

    def _settle_edges(self, group_id: str, edges: list[Membership]) -> None:
        try:
            refusals = memberships.settle(self.work, self.work.store.get(Ref("Group", group_id)), edges)
            self.count.refused += len(refusals)
            self.count.settled += len(edges) - len(refusals)
        except TargetUnavailable as error:
            self.count.deferred += len(edges)
            self.unavailable += 1
            self.work.forget()
            for edge in edges:
                memberships.postpone(self.work, edge, str(error), FIRST_SECONDS_UNAVAILABLE)

    def _renew(self) -> None:
        self.work.store.acquire_lease(LEASE, self.holder, self.work.clock(), LEASE_SECONDS)


def run(  # noqa: PLR0913, PLR0917 -- the ports a pass needs, each under its own name
    store: Store, target: Target, clock: Clock, event_id: Ids, holder: str, chance: Callable[[], float] = random.random
) -> Report:
    """One pass, at most DEADLINE_SECONDS long. Does nothing while another runner is at work."""
    work = Work(store, target, clock, event_id, clock() + DEADLINE_SECONDS, chance)
    if not store.acquire_lease(LEASE, holder, clock(), LEASE_SECONDS):
        return _report(clock(), "healthy", {"skipped": "another runner is at work"})
    this = _Pass(work, holder)
    try:
        this.walk()
    finally:
        store.release_lease(LEASE, holder)
    troubled = this.count.refused or this.count.deferred or this.count.crashed
    report = _report(clock(), "degraded" if troubled else "healthy", asdict(this.count))
    store.put_report(report)
    return report


def settle_one(work: Work, ref: Ref) -> Outcome:
    """One resource and, for a group, its memberships, now. The caller holds the lease. A refusal leaves the record as
    it is: whoever asked takes the wish back.
    """
    record = work.store.get(ref)
    if record is None:
        return Settled()
    try:
        if record.link.unsettled:
            _STEPS[ref.kind](work, record)
        return _settle_members(work, ref) if ref.kind == "Group" else Settled()
    except REFUSALS as refusal:
        return Refused(str(refusal), denied=isinstance(refusal, DeniedByTarget))
    except TargetError as error:
        log.warning("settle.deferred", extra={"resource": ref.kind, "id": ref.id, "reason": str(error)})
        return Deferred()


def _settle_members(work: Work, ref: Ref) -> Outcome:
    edges = work.store.unsettled_memberships(work.clock(), BATCH * 5, ref.id)
    if not edges:
        return Settled()
    refusals = memberships.settle(work, work.store.get(ref), edges)
    if refusals:
        return refusals[0]
    return Deferred() if work.is_over() else Settled()


def _postpone(work: Work, record: Record, error: str, first: float) -> None:
    """Kept, shown and tried again. A new reason is an event; the same one again is not."""
    current = work.store.get(record.ref) or record  # the link may have been made before the error
    event = (
        None if record.link.last_error == error else work.event("settle.refused", record.ref, "failed", reason=error)
    )
    due = work.next_attempt(record.link.attempts, first)
    link = replace(current.link, attempts=record.link.attempts + 1, next_attempt_at=due, last_error=error)
    work.store.save_link(record.ref, link, None, event)


def _report(now: float, state: str, detail: dict[str, object]) -> Report:
    return Report("Settle", instant(now), instant(now + REPORT_SECONDS), state, detail)  # type: ignore[arg-type]
