"""What was seen of the account a moment ago, so that nothing is listed twice for one purpose.

A listing counts for a minute. What the bridge changes in the meantime is taken along; a listing that was begun before a
change and ended after it is not kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from scim.ports import Clock
from scim.records import TargetGroup, TargetMember, TargetUser

Item = TypeVar("Item", TargetUser, TargetGroup)

SEEN_SECONDS = 60.0
KNOWN_SECONDS = 900.0


@dataclass(slots=True)
class Listing(Generic[Item]):
    """Everybody, or every group, by id. `stale`: of these no more is known than that they are there."""

    items: dict[str, Item]
    at: float
    stale: set[str] = field(default_factory=set)


class Memory:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._people: Listing[TargetUser] | None = None
        self._groups: Listing[TargetGroup] | None = None
        self._managers: dict[str, tuple[float, frozenset[str]]] = {}
        self._ids: dict[str, tuple[float, str]] = {}
        self.changes = 0

    # ── people and groups ─────────────────────────────────────────────────────────────────────────────────

    def keep_people(self, people: Sequence[TargetUser], began: int) -> None:
        """`began`: what `changes` was before they were listed."""
        if began == self.changes:
            self._people = Listing({person.id: person for person in people}, self._clock())

    def people(self) -> Listing[TargetUser] | None:
        return self._people if self._people and self._is_fresh(self._people.at) else None

    def keep_groups(self, groups: Sequence[TargetGroup], began: int) -> None:
        if began == self.changes:
            self._groups = Listing({group.id: group for group in groups}, self._clock())

    def groups(self) -> Listing[TargetGroup] | None:
        return self._groups if self._groups and self._is_fresh(self._groups.at) else None

    def change(self, id: str) -> None:
        """Something was done to this person or group."""
        self.changes += 1
        for listing in (self._people, self._groups):
            if listing:
                listing.stale.add(id)

    def add(self, made: TargetUser | TargetGroup) -> None:
        self.changes += 1
        if isinstance(made, TargetUser) and self._people:
            self._people.items[made.id] = made
        if isinstance(made, TargetGroup) and self._groups:
            self._groups.items[made.id] = made

    def forget(self) -> None:
        """Whether something was made is not known."""
        self.changes += 1
        self._people = self._groups = None

    # ── what hardly changes, and never by the bridge ──────────────────────────────────────────────────────

    def keep_managers(self, group_id: str, members: Sequence[TargetMember]) -> None:
        managers = frozenset(member.user_id for member in members if member.role == "manager")
        self._managers[group_id] = (self._clock(), managers)

    def managers(self, group_id: str) -> frozenset[str] | None:
        at, managers = self._managers.get(group_id, (float("-inf"), frozenset()))
        return managers if self._is_fresh(at) else None

    def keep_id(self, of: str, id: str) -> str:
        self._ids[of] = (self._clock(), id)
        return id

    def id(self, of: str) -> str | None:
        at, id = self._ids.get(of, (float("-inf"), ""))
        return id if self._is_fresh(at, KNOWN_SECONDS) else None

    def _is_fresh(self, at: float, seconds: float = SEEN_SECONDS) -> bool:
        return 0 <= self._clock() - at < seconds
