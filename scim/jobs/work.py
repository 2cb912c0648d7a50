"""What the steps of one pass share: the ports, what was already read of the target, and how an effect is told."""

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from scim.jobs import trouble
from scim.ports import Clock, Ids, Store, Target
from scim.records import Event, Ref, TargetGroup, TargetMember

log = logging.getLogger("scim.settle")

ACTOR = "settle"


@dataclass(slots=True)
class Work:
    """One pass, by one runner, that begins nothing more at `ends` (seconds on `clock`). `chance` returns a number from
    0 to 1 and spreads repetitions.
    """

    store: Store
    target: Target
    clock: Clock
    event_id: Ids
    ends: float = float("inf")
    chance: Callable[[], float] = random.random
    _groups: list[TargetGroup] | None = None
    _members: dict[str, dict[str, TargetMember]] = field(default_factory=dict)

    def is_over(self) -> bool:
        return self.clock() >= self.ends

    def groups(self) -> list[TargetGroup]:
        """The target's groups, listed once in a pass until one changes."""
        if self._groups is None:
            self._groups = self.target.groups()
        return self._groups

    def members(self, target_group_id: str) -> dict[str, TargetMember]:
        """The members of a target group by id: listed once in a pass, then kept up by whoever changes them."""
        if target_group_id not in self._members:
            listed = self.target.members(target_group_id)
            self._members[target_group_id] = {member.user_id: member for member in listed}
        return self._members[target_group_id]

    def forget(self) -> None:
        """What was read of groups is true no longer."""
        self._groups = None
        self._members.clear()

    def event(self, action: str, ref: Ref, outcome: str = "done", **facts: str) -> Event:
        """The audit line of an effect; the log gets the same without addresses and names."""
        log.info(action, extra={"resource": ref.kind, "id": ref.id, "outcome": outcome})
        changes = [facts] if facts else []
        return Event(self.event_id(), instant(self.clock()), ACTOR, action, ref, changes, outcome)

    def tell(self, action: str, ref: Ref, **facts: str) -> None:
        self.store.append_event(self.event(action, ref, **facts))

    def next_attempt(self, attempts: int, first_seconds: float) -> float:
        return self.clock() + trouble.pause(attempts, first_seconds, self.chance())


def instant(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
