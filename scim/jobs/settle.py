"""Settle: make the target match what is wanted, people before groups before memberships, one runner at a time."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby

from scim.jobs import figures, groups, memberships, people, spending
from scim.jobs.lease import Lease
from scim.jobs.removals import NEVER
from scim.jobs.trouble import Trouble, meet
from scim.jobs.work import Runner, Work, instant
from scim.records import Deferred, Kind, Membership, Outcome, Record, Ref, Refused, Report, Settled, Stale

log = logging.getLogger("scim.settle")

DEADLINE_SECONDS = 50.0
CALL_SECONDS = 20.0
REPORT_SECONDS = 600.0
BEHIND_SECONDS = 900.0
BATCH = 200
EDGE_BATCH = 1000
MOST_UNAVAILABLE = 3

_STEPS: dict[Kind, Callable[[Work, Record], bool]] = {"User": people.settle, "Group": groups.settle}


def run(runner: Runner) -> Report:
    """One pass that begins nothing more after DEADLINE_SECONDS. Does nothing while another runner is at work."""
    store, clock = runner.store, runner.clock
    ends = clock() + DEADLINE_SECONDS
    lease = runner.lease()
    if not lease.acquire():
        return _report(clock(), "healthy", {"skipped": "another runner is at work"})
    this = _Pass(runner.work(ends, ends + CALL_SECONDS), lease)
    try:
        this.walk()
        held = store.backlog().held
    finally:
        lease.release()
    this.tell_behind()
    troubled = held or this.is_troubled()
    report = _report(clock(), "degraded" if troubled else "healthy", {**this.counts(), "held": held})
    store.put_report(report)
    spending.note(runner)
    figures.note(runner)
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
            _hold(work, record, trouble)
            return _outcome(trouble)
    return _settle_members(work, ref) if ref.kind == "Group" else Settled()


def _settle_members(work: Work, ref: Ref) -> Outcome:
    """A refusal that was met before is not this request's: it is kept and tried again on its own."""
    edges = work.store.unsettled_memberships(work.clock(), EDGE_BATCH, ref.id)
    refused, done = None, 0
    for edge, outcome in memberships.settle_all(work, ref.id, sorted(edges, key=_revokes_first), work.is_over):
        if not isinstance(outcome, Trouble):
            done += outcome
            continue
        if outcome.kind in {"refused", "held"}:
            memberships.postpone(work, edge, outcome)
        if outcome.kind == "refused":
            done += 1
            refused = refused or (_outcome(outcome) if edge.attempts == 0 else None)
        elif outcome.kind != "held":
            break
    return refused or (Settled() if done == len(edges) < EDGE_BATCH else Deferred())


def _outcome(trouble: Trouble) -> Outcome:
    if trouble.kind != "refused":
        return Deferred()
    return Refused(trouble.reason, denied=trouble.denied, taken=trouble.taken)


@dataclass(slots=True)
class _Pass:
    """One walk over everything that is owed. `seen` keeps what cannot be settled yet from being met twice."""

    work: Work
    lease: Lease
    count: Counter[str] = field(default_factory=Counter)
    unavailable: int = 0
    reason: str = ""
    seen: set[tuple[str, str]] = field(default_factory=set)
    unverified: list[Record] = field(default_factory=list)
    behind: list[float] = field(default_factory=list)

    def walk(self) -> None:
        self.work.listed = True
        for kind in _STEPS:
            for record in self._records(kind):
                self._settle(record)
            self._verify()
        self._settle_edges()

    def is_over(self) -> bool:
        return self.unavailable >= MOST_UNAVAILABLE or self.work.is_over() or not self.lease.keep()

    def is_troubled(self) -> bool:
        return any(self.count[kind] for kind in ("refused", "deferred", "crashed"))

    def counts(self) -> dict[str, object]:
        counts = {kind: self.count[kind] for kind in ("settled", "waiting", "refused", "deferred", "crashed")}
        return {**counts, **({"reason": self.reason} if self.reason else {})}

    def tell_behind(self) -> None:
        """What the target keeps from being delivered, and for how long already."""
        if self.behind:
            log.error("settle.behind", extra={"count": len(self.behind), "seconds": round(max(self.behind))})

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

    def _settle_edges(self) -> None:
        while not self.is_over():
            due = self.work.store.unsettled_memberships(self.work.clock(), EDGE_BATCH)
            fresh = [edge for edge in due if (edge.group_id, edge.user_id) not in self.seen]
            self.seen.update((edge.group_id, edge.user_id) for edge in fresh)
            for group_id, edges in groupby(sorted(fresh, key=_revokes_first), lambda edge: edge.group_id):
                for edge, outcome in memberships.settle_all(self.work, group_id, edges, self.is_over):
                    self._note_edge(edge, outcome)
            if not fresh:
                return

    def _settle(self, record: Record) -> None:
        outcome = meet(lambda: _STEPS[record.kind](self.work, record), record.ref)
        if outcome is False:
            self.unverified.append(record)
            return
        self._note(outcome)
        if isinstance(outcome, Trouble):
            _hold(self.work, record, outcome)
            _postpone(self.work, record, outcome)
            waits = self.work.clock() - datetime.fromisoformat(record.last_modified).timestamp()
            if outcome.kind in {"deferred", "crashed"} and waits > BEHIND_SECONDS:
                self.behind.append(waits)

    def _verify(self) -> None:
        """Whether what was done came about: one listing for all, not a question for each. Who is not looked at any more
        in this pass, or was changed meanwhile, is still owed and has the next one.
        """
        acted, self.unverified = self.unverified, []
        self.work.forget_people()
        self.work.verifying = True
        for before in acted:
            record = None if self.work.is_over() else self.work.store.get(before.ref)
            if record and record.version == before.version:
                self._settle(record)
        self.work.verifying = False

    def _note_edge(self, edge: Membership, outcome: bool | Trouble) -> None:
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
        if trouble and trouble.unavailable:
            self.reason = trouble.reason
        if trouble and trouble.kind in {"deferred", "crashed"}:
            self.work.forget()


def _revokes_first(edge: Membership) -> tuple[str, bool]:
    return edge.group_id, edge.wanted


def _hold(work: Work, record: Record, trouble: Trouble) -> None:
    """Out of every pass until a person decides, unless a newer wish came."""
    current = work.store.get(record.ref) if trouble.kind == "held" else None
    if current is None or current.version != record.version:
        return
    link = replace(current.link, held_at=work.clock(), next_attempt_at=NEVER, last_error=trouble.reason)
    event = work.event("removal.held", record.ref, "held", reason=trouble.reason)
    with suppress(Stale):  # a newer wish came just now, and that one counts
        work.store.replace(current, replace(current, link=link), event)


def _postpone(work: Work, record: Record, trouble: Trouble) -> None:
    """Kept, shown and tried again. A new reason is an event; the same one again is not. A newer wish is not kept
    waiting for what an older one met.
    """
    current = work.store.get(record.ref)  # the link may have been made before the error
    if current is None or current.version != record.version or trouble.kind == "held":
        return
    event = None
    if record.link.last_error != trouble.reason:
        event = work.event(f"settle.{trouble.kind}", record.ref, "failed", reason=trouble.reason)
    due = work.next_attempt(record.link.attempts, trouble.first_seconds)
    tried = replace(current.link, attempts=record.link.attempts + 1, next_attempt_at=due, last_error=trouble.reason)
    work.store.save_link(record.ref, tried, None, event)


def _report(now: float, state: str, detail: dict[str, object]) -> Report:
    return Report("Settle", instant(now), instant(now + REPORT_SECONDS), state, detail)  # type: ignore[arg-type]
