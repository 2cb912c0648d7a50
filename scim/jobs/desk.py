"""What people ask of the jobs, done here: `Operations` where the target can be reached (docs/admin.md)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from scim.jobs import manageable
from scim.jobs.choosing import Choosing, NotChosen
from scim.jobs.holds import Hold, HoldChanged, Holds
from scim.jobs.managed import ManagedGroups, NotManageable
from scim.jobs.pull import NothingWaits
from scim.jobs.work import Busy, Runner, instant
from scim.operations import (
    FIRST,
    PAGE,
    ActualGroup,
    ActualPerson,
    Checked,
    Choice,
    Chosen,
    HeldList,
    HeldRemoval,
    ListedGroup,
    NotDone,
    OfferedGroups,
)
from scim.ports import Ids, Settler, Store
from scim.records import Event, Outcome, Ref, Refused, Report, Settled, TargetError
from scim.source_records import SourceError

SETTLE_SECONDS = 20.0
CALL_SECONDS = 20.0

DECLINES = (HoldChanged, NotManageable, Busy, NothingWaits, NotChosen, TargetError, SourceError)

ApprovePlan = Callable[[str, str], object]


@dataclass(frozen=True, slots=True)
class Desk:
    """`jobs` by name. `approve_plan` takes the digest and who approves; it and `choosing` are None without a
    source.
    """

    runner: Runner
    settler: Settler
    holding: Holds
    managing: ManagedGroups
    jobs: Mapping[str, Callable[[], Report]]
    approve_plan: ApprovePlan | None = None
    choosing: Choosing | None = None

    @property
    def store(self) -> Store:
        return self.runner.store

    @property
    def event_id(self) -> Ids:
        return self.runner.event_id

    # ── one resource ──────────────────────────────────────────────────────────────────────────────────────

    def settle(self, ref: Ref, by: str) -> Outcome:
        record = self.store.get(ref)
        if record and record.link.held_at is not None:
            raise NotDone("This removal is held: let it through or keep it under Holds.")
        self.runner.work().owe_again(ref)
        outcome = self.settler.settle(ref, SETTLE_SECONDS)
        reason = {"reason": outcome.reason} if isinstance(outcome, Refused) else {}
        if isinstance(outcome, Refused):
            self._keep(ref, outcome.reason)
        done = "done" if isinstance(outcome, Settled) else "refused" if reason else "deferred"
        self._tell(by, "settle.asked", ref, reason, done)
        return outcome

    def _keep(self, ref: Ref, reason: str) -> None:
        """As the pass would, which tries again when it was to."""
        record = self.store.get(ref)
        if record and record.link.unsettled:
            self.store.save_link(ref, replace(record.link, last_error=reason), None, None)

    def look(self, ref: Ref) -> ActualPerson | ActualGroup | None:
        record = self.runner.store.get(ref)
        target_id = record.link.target_id if record else None
        if target_id is None:
            return None
        with _declining():
            return self._person(target_id) if ref.kind == "User" else self._group(target_id)

    def _person(self, target_id: str) -> ActualPerson | None:
        target = self.runner.target.until(self.runner.clock() + CALL_SECONDS)
        person = target.user(target_id)
        if person is None:
            return None
        protected = person.protected or target.protected().get(person.id, "")
        return ActualPerson(person.id, person.email, person.name, str(person.state), protected)

    def _group(self, target_id: str) -> ActualGroup | None:
        target = self.runner.target.until(self.runner.clock() + CALL_SECONDS)
        group = target.group(target_id)
        if group is None:
            return None
        return ActualGroup(group.id, group.name, len(target.members(group.id)), group.protected)

    # ── groups of the target ──────────────────────────────────────────────────────────────────────────────

    def groups(self) -> list[ListedGroup]:
        with _declining():
            return self.managing.all()

    def manageable(self, target_ids: Sequence[str]) -> dict[str, str]:
        with _declining():
            return manageable.judge(self.managing, target_ids)

    def manage(self, target_id: str, by: str) -> ListedGroup:
        with _declining():
            return self.managing.manage(target_id, by)

    def unmanage(self, target_id: str, by: str) -> ListedGroup:
        with _declining():
            return self.managing.unmanage(target_id, by)

    # ── holds ─────────────────────────────────────────────────────────────────────────────────────────────

    def holds(self) -> list[HeldList]:
        return [_held(hold, 0, FIRST) for hold in self.holding.all()]

    def hold(self, scope: str, offset: int) -> HeldList | None:
        return next((_held(hold, offset, PAGE) for hold in self.holding.all() if hold.scope == scope), None)

    def approve(self, scope: str, digest: str, by: str) -> None:
        with _declining():
            self.holding.approve(scope, digest, by)

    def discard(self, scope: str, digest: str, by: str) -> list[str]:
        with _declining():
            return self.holding.discard(scope, digest, by)

    # ── jobs ──────────────────────────────────────────────────────────────────────────────────────────────

    def run(self, job: str, by: str) -> Report:
        if job not in self.jobs:
            raise NotDone(f"There is no job {job!r} here; there are {', '.join(sorted(self.jobs))}.")
        with _declining():
            report = self.jobs[job]()
        self._tell(by, "job.asked", None, {"job": job, "state": report.state}, "done")
        return report

    def approve_pull(self, digest: str, by: str) -> None:
        if self.approve_plan is None:
            raise NotDone("No source is configured, so there is no plan to approve.")
        with _declining():
            self.approve_plan(digest, by)

    # ── what is chosen of the source ──────────────────────────────────────────────────────────────────────

    def selection(self) -> Chosen:
        return self._chooser().selection()

    def check_choice(self, choice: Choice) -> Checked:
        return self._chooser().check(choice)

    def choose(self, choice: Choice, digest: str, by: str) -> None:
        with _declining():
            self._chooser().choose(choice, digest, by)

    def source_groups(self, text: str, offset: int) -> OfferedGroups:
        with _declining():
            return self._chooser().groups(text, offset)

    def _chooser(self) -> Choosing:
        if self.choosing is None:
            raise NotDone("No source is configured, so there is nothing to choose from.")
        return self.choosing

    def _tell(self, by: str, action: str, ref: Ref | None, facts: Mapping[str, str], outcome: str) -> None:
        runner = self.runner
        changes = [dict(facts)] if facts else []
        runner.store.append_event(Event(runner.event_id(), instant(runner.clock()), by, action, ref, changes, outcome))


@contextmanager
def _declining() -> Iterator[None]:
    """What an administrator can read is told; the rest is a crash."""
    try:
        yield
    except DECLINES as error:
        raise NotDone(str(error)) from error


def _held(hold: Hold, offset: int, count: int) -> HeldList:
    shown = hold.items[offset : offset + count]
    removals = [
        HeldRemoval(item.what, item.ref.kind, item.ref.id, item.user_id, item.name, item.since) for item in shown
    ]
    return HeldList(hold.scope, hold.title, hold.digest, len(hold.items), hold.since, offset, removals)
