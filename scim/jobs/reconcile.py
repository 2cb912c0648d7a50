"""Reconcile: find what was changed in the target by hand, and report it, or do what is chosen for its kind.

It reads without the lease, and takes it to decide: then it looks again at what it would act on. It has no effect on the
target of its own; what it owes is settled (docs/drift.md, docs/adr/0016).
"""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from scim.jobs import spending
from scim.jobs.comparison import Comparison, Implausible, Incomplete
from scim.jobs.corrections import Corrections
from scim.jobs.drift import Drift, Policy, action, is_accepted
from scim.jobs.drift_list import Keeper, Remarked
from scim.jobs.lease import Lease
from scim.jobs.wanted import Wanted, is_settled
from scim.jobs.work import Runner, Work, instant
from scim.records import Report, TargetError

log = logging.getLogger("scim.reconcile")

SOURCE = "Reconcile"
DEADLINE_SECONDS = 1500.0
CALL_SECONDS = 60.0
EVERY_SECONDS = 6 * 3600.0
LOOKS = 10
"""Groups that one pass asks for one by one, in turn: what protects a group is in no listing."""


def run(runner: Runner, policy: Policy | None = None, every: float = EVERY_SECONDS) -> Report:
    """What cannot be read whole changes nothing. `every`: seconds between two passes, for when the report expires."""
    ends = runner.clock() + DEADLINE_SECONDS
    this = _Pass(runner, policy or {}, runner.work(ends, ends + CALL_SECONDS), every)
    state, detail = this.result()
    now = runner.clock()
    report = Report(SOURCE, instant(now), instant(now + 2 * every + 3600), state, detail)  # type: ignore[arg-type]
    runner.store.put_report(report)
    spending.note(runner)
    return report


@dataclass(slots=True)
class _Pass:
    runner: Runner
    policy: Policy
    work: Work
    every: float
    detail: dict[str, object] = field(default_factory=dict)

    def result(self) -> tuple[str, dict[str, object]]:
        try:
            before, drifts = self._compare()
            return self._conclude(before, drifts), self.detail
        except Implausible as error:
            log.error("drift.implausible", extra={"reason": str(error)})  # noqa: TRY400 - a finding, not a crash
            return "unhealthy", {"reason": str(error)}
        except (TargetError, Incomplete) as error:
            log.warning("reconcile.incomplete", extra={"reason": str(error)})
            return "unhealthy", {"reason": str(error)}

    # ── looking ───────────────────────────────────────────────────────────────────────────────────────────

    def _compare(self) -> tuple[Wanted, list[Drift]]:
        wanted = Wanted.read(self.runner.store)
        comparison = Comparison(self.work, wanted, self._in_turn(wanted), lambda: not self.work.is_over())
        found = [drift for drift in comparison.whole() if not is_accepted(self.policy, drift)]
        self.detail = {"people": len(wanted.users), "groups": len(wanted.groups)}
        self.detail |= {f"unmanaged_{what}": count for what, count in comparison.unmanaged.items()}
        before = replace(wanted, users={**wanted.users, **comparison.former})
        return before, _still(before, Wanted.again(self.runner.store, found), found) if found else []

    def _in_turn(self, wanted: Wanted) -> list[str]:
        """The next ones at each pass, without a word kept of where the last one was."""
        ids = sorted(id for id, group in wanted.groups.items() if is_settled(group))
        start = int(self.runner.clock() // max(self.every, 1)) * LOOKS
        return [ids[(start + number) % len(ids)] for number in range(min(LOOKS, len(ids)))]

    # ── deciding ──────────────────────────────────────────────────────────────────────────────────────────

    def _conclude(self, before: Wanted, drifts: Sequence[Drift]) -> str:
        chosen = [drift for drift in drifts if action(self.policy, drift) != "report"]
        keeper = Keeper(self.runner)
        left = [Remarked(drift) for drift in drifts]
        if chosen or not keeper.is_current(left):
            lease = self.runner.lease()
            if not lease.acquire_by(self.work.ends, self.runner.pause):
                self.detail |= {"skipped": "another runner is at work", "drift": len(left)}
                return "degraded"
            try:
                left = self._decide(before, drifts, keeper, lease)
            finally:
                lease.release()
        self.detail |= {"drift": len(left), "new": keeper.new, "gone": keeper.gone}
        kinds = Counter(each.drift.kind for each in left)
        self.detail |= {"kinds": dict(sorted(kinds.items()))} if kinds else {}
        return "degraded" if left else "healthy"

    def _decide(self, before: Wanted, drifts: Sequence[Drift], keeper: Keeper, lease: Lease) -> list[Remarked]:
        chosen = [drift for drift in drifts if action(self.policy, drift) != "report"]
        reported = [Remarked(drift) for drift in drifts if action(self.policy, drift) == "report"]
        if not chosen:
            keeper.keep(reported)
            return reported
        sure = self._looked_at_again(before, chosen, lease)
        keeper.keep([*reported, *map(Remarked, sure)])
        corrections = Corrections(self.work, self.policy, lambda: not self.work.is_over() and lease.keep())
        left = [*reported, *corrections.carry_out(sure)]
        keeper.keep(left)
        self.detail |= {past: corrections.done[past] for past in ("enforced", "adopted")}
        return left

    def _looked_at_again(self, before: Wanted, drifts: Sequence[Drift], lease: Lease) -> list[Drift]:
        """Those that are there yet, now that no job is at work. TargetError, Incomplete, Implausible."""
        work = self.runner.work(self.work.ends, self.work.ends + CALL_SECONDS)
        Comparison(work, before).require_plausible()
        now = Wanted.again(self.runner.store, drifts)
        found = Comparison(work, now, goes_on=lambda: not work.is_over() and lease.keep()).part()
        asked = {drift.key for drift in drifts}
        return _still(now, Wanted.again(self.runner.store, found), [each for each in found if each.key in asked])


def _still(before: Wanted, after: Wanted, drifts: Sequence[Drift]) -> list[Drift]:
    """Those nobody wished or settled anything about while the target was read: of the others it is not known whether
    the target differs, or was only read too early or too late.
    """
    return [drift for drift in drifts if after.is_as_in(before, drift)]
