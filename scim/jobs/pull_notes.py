"""What a pull remembers between two runs: the last good one, the plan that waits for approval, the approval."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Self

from scim.jobs.pull_plan import Notice, Plan, Step
from scim.jobs.pull_scope import Scope
from scim.ports import Store
from scim.records import Document

STATE = "pull.state"
PLAN = "pull.plan"
APPROVAL = "pull.approval"
SELECTION = "pull.selection"
RUNS = "pull.runs"

MOST_BYTES_OF_STEPS = 600_000
MOST_BYTES_OF_NOTICES = 150_000
MOST_NAMES = 20
LONGEST = 200
"""So that a plan of a hundred thousand people fits into a note; the digest is of all of it."""
MOST_RUNS = 20
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class State:
    """The last run that read everything and was let through. `selection`: the digest of what chose then, which a person
    approved. `users`: how many the source had, `wanted`: how many of them were to be active. `groups`: the chosen ones,
    address to id of the source; `former` the same as of the last run that was seen to end, where it differs.
    `holding`: that run held its removals and was not seen to end.
    """

    at: float
    selection: str
    users: int
    wanted: int
    groups: Mapping[str, str]
    former: Mapping[str, str] | None = None
    holding: bool = False

    @classmethod
    def of(cls, scope: Scope, at: float) -> Self:
        """Each group by its address, and by the one it was chosen by."""
        groups = {group.email.lower(): group.id for group in scope.chosen}
        for address in scope.selection.addresses:
            if found := scope.found(address):
                groups[address] = found.id
        return cls(at, scope.selection.digest, len(scope.people), len(scope.wanted), groups)

    @property
    def carried_out(self) -> Mapping[str, str]:
        """The groups as the store may still have them: what became of one is planned from this."""
        return self.groups if self.former is None else self.former

    def begun(self, before: Self | None, *, holding: bool) -> Self:
        """As it is remembered until the run ends."""
        former = {**self.groups, **before.carried_out} if before else self.groups
        return replace(self, former=None if former == self.groups else former, holding=holding)

    def ended(self) -> Self:
        return replace(self, former=None, holding=False)


@dataclass(frozen=True, slots=True)
class KeptPlan:
    """As it is shown. `steps` and `notices` are cut short, `counts` are not. `since`: when this very plan was first
    made.
    """

    digest: str
    since: float
    why: tuple[str, ...]
    counts: Mapping[str, int]
    removals: Mapping[str, int]
    steps: Sequence[Document]
    notices: Sequence[Document]

    @classmethod
    def of(cls, plan: Plan, why: Sequence[str], at: float) -> Self:
        """Removals first: they are what somebody has to look at."""
        first = sorted(plan.steps, key=lambda step: not (step.removal or step.taken_over))
        notices = _fitting(map(_shown_notice, plan.notices), MOST_BYTES_OF_NOTICES)
        steps = _fitting(map(_shown_step, first), MOST_BYTES_OF_STEPS)
        return cls(plan.digest, at, tuple(why), plan.counts, plan.removals, steps, notices)


@dataclass(frozen=True, slots=True)
class Approval:
    """A person's word for exactly one plan."""

    digest: str
    by: str
    at: float


@dataclass(frozen=True, slots=True)
class Run:
    """One run as it is remembered. `read`: how much of the source; `done`: how many of each kind of step; `held`: how
    many removals the limit holds, or would.
    """

    at: str
    outcome: str
    state: str
    read: Mapping[str, int]
    done: Mapping[str, int]
    held: int
    reason: str


@dataclass(frozen=True, slots=True)
class Notes:
    store: Store

    def state(self) -> State | None:
        note = self.store.note(STATE)
        return State(**note) if note else None

    def put_state(self, state: State) -> None:
        self.store.put_note(STATE, asdict(state))

    def plan(self) -> KeptPlan | None:
        note = self.store.note(PLAN)
        return KeptPlan(**{**note, "why": tuple(note["why"])}) if note else None

    def keep(self, plan: KeptPlan) -> KeptPlan:
        """Since when it waits is since when it was first made."""
        before = self.plan()
        kept = replace(plan, since=before.since) if before and before.digest == plan.digest else plan
        if kept != before:
            self.store.put_note(PLAN, asdict(kept))
        return kept

    def approval(self) -> Approval | None:
        note = self.store.note(APPROVAL)
        return Approval(**note) if note else None

    def approve(self, approval: Approval) -> None:
        self.store.put_note(APPROVAL, asdict(approval))

    def runs(self) -> list[Run]:
        """The last ones, newest first."""
        note = self.store.note(RUNS) or {}
        return [Run(**each) for each in note.get("runs", ())]

    def remember(self, run: Run) -> None:
        runs = [replace(run, reason=run.reason[:LONGEST_REASON]), *self.runs()][:MOST_RUNS]
        self.store.put_note(RUNS, {"runs": [asdict(each) for each in runs]})

    def end_waiting(self) -> None:
        """What waited is carried out now."""
        for name in (APPROVAL, PLAN):
            if self.store.note(name) is not None:
                self.store.put_note(name, None)


def _shown_step(step: Step) -> Document:
    names = [name[:LONGEST] for name in step.names[:MOST_NAMES]]
    count = len(step.members)
    shown: Document = {"what": step.what, "kind": step.kind, "name": step.name[:LONGEST], "why": step.why[:LONGEST]}
    shown |= {"removal": True} if step.removal else {}
    return shown | ({"members": count, "names": names} if count else {})


def _shown_notice(notice: Notice) -> Document:
    return {"what": notice.what, "name": notice.name[:LONGEST], "why": notice.why[:LONGEST]}


def _fitting(shown: Iterable[Document], most_bytes: int) -> list[Document]:
    """As many of them, from the first on, as that many bytes of JSON hold."""
    fitting: list[Document] = []
    for each in shown:
        most_bytes -= len(json.dumps(each)) + 1
        if most_bytes < 0:
            break
        fitting.append(each)
    return fitting
