"""Settle: make the target match what is wanted, people before groups before memberships, one runner at a time."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby

from scim.jobs import groups, memberships, people
from scim.jobs.lease import Lease
from scim.jobs.trouble import Trouble, meet
from scim.jobs.work import Work, instant
from scim.ports import Clock, Ids, Store, Target
from scim.records import Deferred, Kind, Membership, Outcome, Record, Ref, Refused, Report, Settled

DEADLINE_SECONDS = 50.0
REPORT_SECONDS = 600.0
BATCH = 200
EDGE_BATCH = 1000
MOST_UNAVAILABLE = 3

_STEPS: dict[Kind, Callable[[Work, Record], None]] = {"User": people.settle, "Group": groups.settle}


def run(  # noqa: PLR0913, PLR0917 -- the ports a pass needs, each under its own name
    store: Store, target: Target, clock: Clock, event_id: Ids, holder: str, chance: Callable[[], float] = random.random
) -> Report:
    """One pass, at most DEADLINE_SECONDS long. Does nothing while another runner is at work."""
    work = Work(store, target, clock, event_id, clock() + DEADLINE_SECONDS, chance)
    lease = Lease(store, holder, clock)
    if not lease.acquire():
        return _report(clock(), "healthy", {"skipped": "another runner is at work"})
    this = _Pass(work, lease)
    try:
        this.walk()
    finally:
        lease.release()
    report = _report(clock(), "degraded" if this.is_troubled() else "healthy", this.counts())
    store.put_report(report)
    return report


def settle_one(work: Work, ref: Ref) -> Outcome:
    """One resource and, for a group, its memberships, now. The caller holds the lease. A refusal leaves the record as
    it is: whoever asked takes the wish back.
    """
    record = work.store.get(ref)
    if record is None:
        return Settled()
    if record.link.unsettled:
        trouble = meet(lambda: _STEPS[ref.kind](work, record), ref)
        if isinstance(trouble, Trouble):
            return _outcome(trouble)
    return _settle_members(work, ref) if ref.kind == "Group" else Settled()


def _settle_members(work: Work, ref: Ref) -> Outcome:
    """A refusal that was met before is not this request's: it is kept and tried again on its own."""
    edges = work.store.unsettled_memberships(work.clock(), EDGE_BATCH, ref.id)
    group = work.store.get(ref) if edges else None
    refused, deferred = None, len(edges) == EDGE_BATCH
    for edge in sorted(edges, key=_revokes_first):
        if work.is_over():
            deferred = True
            break
        outcome = _settle_member(work, group, edge)
        if not isinstance(outcome, Trouble):
            deferred = deferred or not outcome
        elif outcome.kind != "refused":
            deferred = True
            break
        else:
            memberships.postpone(work, edge, outcome)
            refused = refused or (_outcome(outcome) if edge.attempts == 0 else None)
    return refused or (Deferred() if deferred else Settled())


def _settle_member(work: Work, group: Record | None, edge: Membership) -> bool | Trouble:
    return meet(lambda: memberships.settle(work, group, edge), Ref("Group", edge.group_id))


def _outcome(trouble: Trouble) -> Outcome:
    return Refused(trouble.reason, denied=trouble.denied) if trouble.kind == "refused" else Deferred()


@dataclass(slots=True)
class _Pass:
    """One walk over everything that is owed. `seen` keeps what cannot be settled yet from being met twice."""

    work: Work
    lease: Lease
    count: Counter[str] = field(default_factory=Counter)
    unavailable: int = 0
    seen: set[tuple[str, str]] = field(default_factory=set)

    def walk(self) -> None:
        for kind in _STEPS:
            for record in self._records(kind):
                self._settle(record)
        for group, edge in self._edges():
            self._settle_edge(group, edge)

    def is_over(self) -> bool:
        return self.unavailable >= MOST_UNAVAILABLE or self.work.is_over() or not self.lease.keep()

    def is_troubled(self) -> bool:
        return any(self.count[kind] for kind in ("refused", "deferred", "crashed"))

    def counts(self) -> dict[str, object]:
        return {kind: self.count[kind] for kind in ("settled", "waiting", "refused", "deferred", "crashed")}

    def _records(self, kind: Kind) -> Iterator[Record]:
        while not self.is_over():
            due = self.work.store.unsettled(kind, self.work.clock(), BATCH)
            fresh = [record for record in due if (kind, record.id) not in self.seen]
            for record in fresh:
                if self.is_over():
                    return
                self.seen.add((kind, record.id))
                yield record
            if not fresh:
                return

    def _edges(self) -> Iterator[tuple[Record | None, Membership]]:
        while not self.is_over():
            due = self.work.store.unsettled_memberships(self.work.clock(), EDGE_BATCH)
            fresh = [edge for edge in due if (edge.group_id, edge.user_id) not in self.seen]
            for group_id, edges in groupby(sorted(fresh, key=_revokes_first), lambda edge: edge.group_id):
                group = self.work.store.get(Ref("Group", group_id))
                for edge in edges:
                    if self.is_over():
                        return
                    self.seen.add((group_id, edge.user_id))
                    yield group, edge
            if not fresh:
                return

    def _settle(self, record: Record) -> None:
        trouble = meet(lambda: _STEPS[record.kind](self.work, record), record.ref)
        self._note(trouble)
        if isinstance(trouble, Trouble):
            _postpone(self.work, record, trouble)

    def _settle_edge(self, group: Record | None, edge: Membership) -> None:
        outcome = _settle_member(self.work, group, edge)
        if outcome is False:
            self.count["waiting"] += 1
            memberships.wait(self.work, edge)
            return
        self._note(outcome)
        if isinstance(outcome, Trouble):
            memberships.postpone(self.work, edge, outcome)

    def _note(self, outcome: object) -> None:
        trouble = outcome if isinstance(outcome, Trouble) else None
        self.count[trouble.kind if trouble else "settled"] += 1
        self.unavailable = self.unavailable + 1 if trouble and trouble.unavailable else 0
        if trouble and trouble.kind != "refused":
            self.work.forget()


def _revokes_first(edge: Membership) -> tuple[str, bool]:
    return edge.group_id, edge.wanted


def _postpone(work: Work, record: Record, trouble: Trouble) -> None:
    """Kept, shown and tried again. A new reason is an event; the same one again is not. A newer wish is not kept
    waiting for what an older one met.
    """
    current = work.store.get(record.ref)  # the link may have been made before the error
    if current is None or current.version != record.version:
        return
    event = None
    if record.link.last_error != trouble.reason:
        event = work.event(f"settle.{trouble.kind}", record.ref, "failed", reason=trouble.reason)
    due = work.next_attempt(record.link.attempts, trouble.first_seconds)
    tried = replace(current.link, attempts=record.link.attempts + 1, next_attempt_at=due, last_error=trouble.reason)
    work.store.save_link(record.ref, tried, None, event)


def _report(now: float, state: str, detail: dict[str, object]) -> Report:
    return Report("Settle", instant(now), instant(now + REPORT_SECONDS), state, detail)  # type: ignore[arg-type]
