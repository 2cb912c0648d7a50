"""What is wanted, read once for a comparison: little of each user, so that a hundred thousand fit into memory."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from scim import identity
from scim.jobs.drift import GROUP_ORPHAN, Drift
from scim.ports import Store
from scim.protocol.errors import InvalidValue
from scim.records import Record, Ref

MOST_EDGES = 1_000_000


@dataclass(frozen=True, slots=True)
class WantedUser:
    """`active` is False of whoever is deprovisioned. `settled`: nothing is owed, nothing is held. `name` and `address`
    are None where the target cannot show them.
    """

    id: str
    wanted: bool
    active: bool
    settled: bool
    target_id: str | None
    name: str | None
    address: str | None
    waiting: str | None
    shown: str = field(compare=False)
    group_ids: tuple[str, ...] = field(default=(), compare=False)

    @classmethod
    def of(cls, record: Record) -> Self:
        name, address = _name_and_address(record)
        return cls(
            id=record.id,
            wanted=record.wanted,
            active=record.wanted and bool(record.document.get("active", True)),
            settled=is_settled(record),
            target_id=record.link.target_id,
            name=name,
            address=address,
            waiting=record.link.waiting,
            shown=str(record.document["userName"]),
            group_ids=record.group_ids,
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    """`owed`: memberships the target does not match yet, or that are held, as (group, user)."""

    users: Mapping[str, WantedUser]
    groups: Mapping[str, Record]
    owed: frozenset[tuple[str, str]]

    @classmethod
    def read(cls, store: Store) -> Self:
        users = {record.id: WantedUser.of(record) for record in store.scan("User")}
        groups = {record.id: record for record in store.scan("Group")}
        return cls(users, groups, _owed(store))

    @classmethod
    def again(cls, store: Store, drifts: Iterable[Drift]) -> Self:
        """Only whom and what the drifts are about, as it is now; those who are deprovisioned too."""
        refs = {drift.ref for drift in drifts} | {Ref("User", drift.user_id) for drift in drifts if drift.user_id}
        found = [record for ref in refs if (record := store.get(ref))]
        users = {record.id: WantedUser.of(record) for record in found if record.kind == "User"}
        groups = {record.id: record for record in found if record.kind == "Group"}
        return cls(users, groups, _owed(store))

    def by_target(self) -> dict[str, WantedUser]:
        return {user.target_id: user for user in self.users.values() if user.wanted and user.target_id}

    def members(self) -> dict[str, set[str]]:
        """Ids of the wanted members by group."""
        found: dict[str, set[str]] = defaultdict(set)
        for user in self.users.values():
            for group_id in user.group_ids:
                found[group_id].add(user.id)
        return found

    def is_as_in(self, before: "Wanted", drift: Drift) -> bool:
        """Whether nobody wished or settled anything about it meanwhile: else the difference may be of another time."""
        if drift.kind == GROUP_ORPHAN:
            return True  # its record, if there is one, was read after the target was
        if drift.ref.kind == "User":
            return _is_same(before.users.get(drift.ref.id), self.users.get(drift.ref.id))
        was, now = before.groups.get(drift.ref.id), self.groups.get(drift.ref.id)
        if was is None or now is None:
            return was is now
        if (was.link.target_id, was.document, was.wanted) != (now.link.target_id, now.document, now.wanted):
            return False
        return is_settled(now) and (not drift.user_id or self._is_edge_as_in(before, drift))

    def _is_edge_as_in(self, before: "Wanted", drift: Drift) -> bool:
        was, now = before.users.get(drift.user_id), self.users.get(drift.user_id)
        if not _is_same(was, now) or (drift.ref.id, drift.user_id) in self.owed:
            return False
        return (
            was is not None and now is not None and (drift.ref.id in was.group_ids) is (drift.ref.id in now.group_ids)
        )


def is_settled(record: Record) -> bool:
    return not record.link.unsettled and record.link.held_at is None


def _is_same(was: WantedUser | None, now: WantedUser | None) -> bool:
    return was is not None and was == now and was.settled


def _owed(store: Store) -> frozenset[tuple[str, str]]:
    return frozenset((edge.group_id, edge.user_id) for edge in store.unsettled_memberships(float("inf"), MOST_EDGES))


def _name_and_address(record: Record) -> tuple[str | None, str | None]:
    try:
        return identity.display_name(record.document), identity.address(record.document)
    except InvalidValue:
        return None, None
