"""The removal limit over a whole plan: within it, all of its removals go on; beyond it, none (docs/safety.md)."""

from collections.abc import Iterator
from dataclasses import dataclass

from scim.jobs.pull_plan import Plan
from scim.jobs.removals import GROUPS, PEOPLE, Removals
from scim.ports import Store
from scim.records import Record, TargetState

MOST_WAITING = 2000
"""Of what is recorded and not delivered yet so many are looked at. Beyond that settling, which counts them all, holds
what is too much.
"""


@dataclass(frozen=True, slots=True)
class Excess:
    """A scope in which the plan removes more than the limit lets through."""

    scope: str
    planned: int
    left: int


@dataclass(frozen=True, slots=True)
class PlanLimit:
    store: Store
    removals: Removals

    def excesses(self, plan: Plan) -> Iterator[Excess]:
        too_large = {step.removal for step in plan.steps if step.too_large}
        for scope, planned in sorted(plan.removals.items()):
            left = self.removals.left(scope, plan.sizes.get(scope, 0)) - self._waiting(scope)
            if planned > left or scope in too_large:
                yield Excess(scope, planned, 0 if scope in too_large else max(left, 0))

    def _waiting(self, scope: str) -> int:
        """Removals that are recorded, not held, and not applied yet: they will be counted when they are."""
        ever = float("inf")
        if scope == PEOPLE:
            return sum(map(self._suspends, self.store.unsettled("User", ever, MOST_WAITING)))
        if scope == GROUPS:
            return sum(map(_deletes, self.store.unsettled("Group", ever, MOST_WAITING)))
        edges = self.store.unsettled_memberships(ever, MOST_WAITING, scope.partition(":")[2])
        return sum(not edge.wanted and edge.held_at is None and edge.approved_until is None for edge in edges)

    def _suspends(self, user: Record) -> bool:
        active = user.wanted and user.document.get("active", True)
        if active or not _is_undecided(user) or user.link.target_state == TargetState.SUSPENDED:
            return False
        target_id = user.link.target_id
        return target_id is not None and all(each.id == user.id for each in self.store.linked("User", target_id))


def _deletes(group: Record) -> bool:
    return not group.wanted and group.origin == "created" and _is_undecided(group)


def _is_undecided(record: Record) -> bool:
    return record.link.held_at is None and record.link.approved_until is None
