"""Names and addresses in a plan: who needs which, who gives it up, and who cannot have it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from scim.jobs.pull_plan import Step
from scim.records import Record


@dataclass(slots=True, eq=False)
class Pending:
    """A step, the unique keys it needs and those it gives up. `blocked`: it cannot have one of them.
    `is_partly_possible`: what it does beside its names is done all the same.
    """

    step: Step
    needs: Sequence[str] = ()
    frees: Sequence[str] = ()
    is_partly_possible: bool = False
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class Blocked:
    """`by`: the SCIM id of the owner, empty if another step of the plan needs the same."""

    pending: Pending
    by: str


@dataclass(slots=True)
class Claims:
    pending: list[Pending] = field(default_factory=list)
    _owners: dict[str, str] = field(default_factory=dict)
    _claimed: dict[str, Pending] = field(default_factory=dict)

    def owned_by(self, record: Record) -> None:
        for key in record.unique_keys:
            self._owners[key] = record.id

    def add(self, pending: Pending) -> Pending:
        self.pending.append(pending)
        return pending

    def owners(self, needs: Sequence[str]) -> list[str]:
        """SCIM ids of who has any of the keys now, each once."""
        return list(dict.fromkeys(self._owners[key] for key in needs if key in self._owners))

    def is_taken(self, key: str) -> bool:
        return key in self._owners or key in self._claimed

    def resolve(self, is_takeable: Callable[[Pending, str], bool]) -> Iterator[Blocked]:
        """Blocks whoever cannot have what they need, and tells the others whom to come after. Who is blocked gives
        nothing up, which may block others. `is_takeable`: whether the step may take over that user or group.
        """
        while found := self._blocked(is_takeable):
            for blocked in found:
                yield blocked
                self._block(blocked.pending)
        for pending in self.pending:
            if pending.needs and not pending.blocked:
                freed = self._freed()
                break
        else:
            return
        for pending in self.pending:
            if pending.needs and not pending.blocked:
                pending.step.after = self._after(pending, freed)

    def _blocked(self, is_takeable: Callable[[Pending, str], bool]) -> list[Blocked]:
        freed, found = self._freed(), []
        self._claimed = {}
        for pending in self.pending:
            if not pending.needs or pending.blocked:
                continue
            by = self._obstacle(pending, freed, is_takeable)
            if by is not None:
                found.append(Blocked(pending, by))
        return found

    def _obstacle(
        self, pending: Pending, freed: dict[str, Pending], is_takeable: Callable[[Pending, str], bool]
    ) -> str | None:
        """Who is in the way; None if nobody is, and then it has them."""
        taken = set()
        for key in pending.needs:
            owner = self._owners.get(key)
            if key in self._claimed:
                return ""
            if owner is None or key in freed:
                continue
            if not is_takeable(pending, owner):
                return owner
            taken.add(owner)
        if len(taken) > 1:
            return taken.pop()
        self._claimed.update(dict.fromkeys(pending.needs, pending))
        return None

    def _freed(self) -> dict[str, Pending]:
        return {key: pending for pending in self.pending if not pending.blocked for key in pending.frees}

    def _after(self, pending: Pending, freed: dict[str, Pending]) -> tuple[str, ...]:
        first = dict.fromkeys(freed[key].step.id for key in pending.needs if key in freed and freed[key] is not pending)
        return tuple(first)

    @staticmethod
    def _block(pending: Pending) -> None:
        pending.needs = pending.frees = ()
        if pending.is_partly_possible:
            pending.step.only_active = True
        else:
            pending.blocked = True
