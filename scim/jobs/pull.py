"""Pull: read the source whole or not at all, compare, and ask of the services what an identity provider would push.

It has no effect on the target of its own: what it wants is recorded, and settled like any other wish (docs/pull.md,
docs/adr/0017).
"""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from scim.jobs import pull_planning
from scim.jobs.lease import Lease
from scim.jobs.pull_guards import Unbelievable
from scim.jobs.pull_limit import Excess
from scim.jobs.pull_notes import Approval, KeptPlan, Notes, Run, State
from scim.jobs.pull_plan import Notice, Plan
from scim.jobs.pull_planning import Planned
from scim.jobs.pull_writing import Writing
from scim.jobs.puller import Puller
from scim.jobs.selection import SelectionError
from scim.jobs.work import instant
from scim.records import Event, Report, TargetError
from scim.source_records import SourceError

log = logging.getLogger("scim.pull")

SOURCE = "Pull"
LEASE = "pull"
DEADLINE_SECONDS = 1500.0

Outcome = Literal["done", "planned", "waits", "stopped", "unread", "skipped", "incomplete"]
STATES: Mapping[Outcome, str] = {
    "waits": "degraded", "stopped": "unhealthy", "unread": "unhealthy", "incomplete": "degraded",
}  # fmt: skip


class NothingWaits(Exception):
    """What is to be approved is not the plan that waits. Nothing was done. The text says what to do."""


@dataclass(frozen=True, slots=True)
class Order:
    """`dry`: only looks. `yes`: does not wait for approval, but stops where a scheduled run would."""

    dry: bool = False
    yes: bool = False


@dataclass(frozen=True, slots=True)
class Pulled:
    """What came of one run. `why`: what kept it from more, a sentence each. `excesses`: the scopes whose removals are
    beyond the limit, and therefore all of the plan's are held, or would be. `done`: how many of each kind of step.
    """

    outcome: Outcome
    why: tuple[str, ...] = ()
    plan: Plan | None = None
    excesses: Sequence[Excess] = ()
    done: Mapping[str, int] = field(default_factory=dict)
    notices: Sequence[Notice] = ()
    seen: Mapping[str, int] = field(default_factory=dict)


def run(puller: Puller) -> Report:
    """A scheduled run."""
    return report(puller, pull(puller, Order()))


def pull(puller: Puller, order: Order) -> Pulled:
    """One run. Does nothing while another one is at work."""
    if order.dry:
        return _pass(puller, order, None)
    runner = puller.runner
    lease = Lease(runner.store, f"{runner.holder} {runner.event_id()}", runner.clock, LEASE)
    if not lease.acquire():
        return Pulled("skipped", ("Another pull is at work.",))
    try:
        return _pass(puller, order, lease)
    finally:
        lease.release()


def approve(puller: Puller, digest: str, by: str) -> KeptPlan:
    """Let exactly the plan that waits through: the next run carries it out, if it comes to the same. NothingWaits."""
    runner, notes = puller.runner, Notes(puller.runner.store)
    kept = notes.plan()
    if kept is None or kept.digest != digest:
        now = f"it is {kept.digest} now" if kept else "none waits"
        raise NothingWaits(
            f"That is not the plan that waits: {now}. Nothing was done; look with `python -m scim pull`."
        )
    at = runner.clock()
    notes.approve(Approval(digest, by, at))
    facts = [{"digest": digest, **kept.counts}]
    runner.store.append_event(Event(runner.event_id(), instant(at), by, "pull.approved", None, facts, "done"))
    return kept


def report(puller: Puller, pulled: Pulled) -> Report:
    """Kept for whoever watches; a run that another one kept from working leaves that one's."""
    runner = puller.runner
    now = runner.clock()
    noticed = Counter(notice.what for notice in pulled.notices)
    troubled = bool(pulled.excesses or noticed["clash"] or noticed["refused"] or noticed["doubt"])
    state = STATES.get(pulled.outcome, "degraded" if troubled else "healthy")
    detail: dict[str, object] = {
        "outcome": pulled.outcome,
        **pulled.seen,
        **pulled.done,
        **dict(sorted(noticed.items())),
    }
    held = sum(pulled.plan.removals.values()) if pulled.excesses and pulled.plan else 0
    reason = " ".join(pulled.why)
    detail |= ({"held": held} if held else {}) | ({"reason": reason} if reason else {})
    if pulled.plan and pulled.outcome in ("waits", "stopped"):
        detail |= {"digest": pulled.plan.digest, **pulled.plan.counts}
    expires = instant(now + 2 * puller.every + 3600)
    made = Report(SOURCE, instant(now), expires, state, detail)  # type: ignore[arg-type]
    if pulled.outcome != "skipped":
        runner.store.put_report(made)
        Notes(runner.store).remember(
            Run(made.at, pulled.outcome, state, dict(pulled.seen), dict(pulled.done), held, reason)
        )
    return made


# ── one pass ──────────────────────────────────────────────────────────────────────────────────────────────


def _pass(puller: Puller, order: Order, lease: Lease | None) -> Pulled:
    calls = puller.source.calls_made()
    try:
        planned = pull_planning.make(puller)
    except Unbelievable as stop:
        return _stopped(order, "stopped", str(stop))
    except (SelectionError, SourceError, TargetError) as error:
        return _stopped(order, "unread", str(error))
    scope = planned.scope
    seen = {"users": len(scope.people), "wanted": len(scope.wanted), "groups": len(scope.chosen)}
    return _Decision(puller, order, planned, {**seen, "calls": puller.source.calls_made() - calls}).taken(lease)


def _stopped(order: Order, outcome: Outcome, *why: str) -> Pulled:
    if not order.dry:
        log.error("pull.stopped", extra={"reason": " ".join(why)})
    return Pulled(outcome, why)


@dataclass(frozen=True, slots=True)
class _Decision:
    """What becomes of a plan."""

    puller: Puller
    order: Order
    planned: Planned
    seen: Mapping[str, int]

    def taken(self, lease: Lease | None) -> Pulled:
        plan, notes = self.planned.plan, Notes(self.puller.runner.store)
        waits = self._waits_for()
        if lease is None:
            outcome: Outcome = "stopped" if plan.stops else "waits" if waits else "planned"
            return self._came_to(outcome, (*plan.stops, *waits), Writing(self.puller, self.planned).excesses())
        if not lease.acquire() or notes.state() != self.planned.before:
            return Pulled("skipped", ("Another pull came first.",))
        approved = self._is_approved(notes.approval())
        if (plan.stops or (waits and not self.order.yes)) and not approved:
            return self._kept(notes, (*plan.stops, *waits))
        return self._carried_out(lease)

    def _waits_for(self) -> tuple[str, ...]:
        """Why a person has to approve the plan although nothing is wrong with it."""
        before = self.planned.before
        if before is None:
            return ("This is the first run, so its plan waits for approval.",)
        if before.selection != self.planned.plan.selection:
            return ("What is chosen has changed, so the plan waits for approval.",)
        return ()

    def _is_approved(self, approval: Approval | None) -> bool:
        if approval is None or approval.digest != self.planned.plan.digest:
            return False
        return self.puller.runner.clock() < approval.at + self.puller.approval_seconds

    def _kept(self, notes: Notes, why: tuple[str, ...]) -> Pulled:
        plan = self.planned.plan
        notes.keep(KeptPlan.of(plan, why, self.puller.runner.clock()))
        if plan.stops:
            log.error("pull.stopped", extra={"reason": " ".join(plan.stops), "digest": plan.digest})
        excesses = Writing(self.puller, self.planned).excesses()
        return self._came_to("stopped" if plan.stops else "waits", why, excesses)

    def _carried_out(self, lease: Lease) -> Pulled:
        runner = self.puller.runner
        writing = Writing(self.puller, self.planned)
        excesses = writing.begin(State.of(self.planned.scope, runner.clock()))
        ends = runner.clock() + DEADLINE_SECONDS
        steps = writing.steps(bool(excesses), lambda: runner.clock() < ends and lease.keep())
        ended = steps.carry_out(self.planned.plan)
        if ended:
            writing.end()
        why = () if ended else ("Time was over before everything was recorded; the next run goes on.",)
        log.info("pull.done", extra={"ended": ended, **dict(steps.done)})
        outcome: Outcome = "done" if ended else "incomplete"
        return self._came_to(outcome, why, excesses, steps.done, steps.notices)

    def _came_to(
        self,
        outcome: Outcome,
        why: tuple[str, ...],
        excesses: Sequence[Excess] = (),
        done: Mapping[str, int] | None = None,
        notices: Sequence[Notice] = (),
    ) -> Pulled:
        plan = self.planned.plan
        return Pulled(outcome, why, plan, excesses, dict(done or {}), [*plan.notices, *notices], self.seen)
