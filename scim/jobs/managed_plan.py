"""What lies between the groups that are managed and those that `[groups]` of `bridge.toml` lists, and carrying it out.

The list decides about groups that were there before. One that the bridge made is the identity provider's, listed or
not; and an entry that cannot be told apart from another group takes nothing away (docs/adr/0018).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from scim import identity
from scim.jobs.adoption import Adoption
from scim.jobs.managed import ManagedGroups, NotManageable, fitting, require, require_taken
from scim.jobs.managed_choice import ManagedChoice
from scim.operations import ListedGroup
from scim.ports import Store
from scim.records import Record, TargetGroup

LISTED = "groups.listed"
"""The note of which group each entry meant last, by its id: an identity provider may have renamed it since."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A group of the target, and the entry that means it. `target_id` is empty while the bridge is making it."""

    entry: str
    target_id: str
    name: str

    @property
    def is_renamed(self) -> bool:
        return self.entry != self.target_id and identity.fold(self.entry) != identity.fold(self.name)


@dataclass(frozen=True, slots=True)
class Unlisted:
    """A managed group that was there before, and that is not listed. `id`: its SCIM id. `client`: whose it is, empty if
    no identity provider has named it yet.
    """

    id: str
    target_id: str
    name: str
    client: str


@dataclass(frozen=True, slots=True)
class Left:
    """What is not done, of what entry or group, and why."""

    entry: str
    why: str


@dataclass(frozen=True, slots=True)
class Done:
    what: Literal["managed", "unmanaged"]
    group: ListedGroup


@dataclass(frozen=True, slots=True)
class ManagedPlan:
    """`stay`: listed and managed already. `left`: listed, but cannot be managed."""

    manage: tuple[Listed, ...]
    unmanage: tuple[Unlisted, ...]
    stay: tuple[Listed, ...]
    left: tuple[Left, ...]

    @property
    def is_empty(self) -> bool:
        return not self.manage and not self.unmanage


def plan(managing: ManagedGroups, choice: ManagedChoice) -> ManagedPlan:
    """Nothing is done. TargetError."""
    return _Planning.begin(managing).plan(choice)


def carry_out(managing: ManagedGroups, plan: ManagedPlan, by: str) -> Iterator[Done | Left]:
    """One by one; cut off anywhere, it can be done again. What is unlisted goes first, for a listed one may need its
    name. Busy, TargetError.
    """
    _remember(managing, plan)
    for unlisted in plan.unmanage:
        try:
            yield Done("unmanaged", managing.unmanage(unlisted.id, by))
        except NotManageable as error:
            yield Left(unlisted.name, str(error))
    for listed in plan.manage:
        try:
            yield Done("managed", managing.manage(listed.target_id, by))
        except NotManageable as error:
            yield Left(listed.entry, str(error))


def _remember(managing: ManagedGroups, plan: ManagedPlan) -> None:
    store = managing.runner.store
    meant = {identity.fold(each.entry): each.target_id for each in (*plan.stay, *plan.manage) if each.target_id}
    if meant != _remembered(store):
        with managing.runner.alone():
            store.put_note(LISTED, {"meant": meant})


def _remembered(store: Store) -> Mapping[str, str]:
    found: Mapping[str, str] = (store.note(LISTED) or {}).get("meant", {})
    return found


@dataclass(slots=True)
class _Planning:
    """`managed`: the groups SCIM shows, by their names as compared. `meant`: what is remembered. `spared`: ids, of the
    target and of SCIM, that some entry may mean.
    """

    adoption: Adoption
    managed: Mapping[str, Record]
    meant: Mapping[str, str]
    target_ids: frozenset[str | None]
    spared: set[str | None] = field(default_factory=set)

    @classmethod
    def begin(cls, managing: ManagedGroups) -> "_Planning":
        store = managing.runner.store
        managed = {identity.fold(_name(record)): record for record in store.scan("Group")}
        target_ids = frozenset(record.link.target_id for record in managed.values())
        return cls(Adoption(managing.work(), managing.new_id, "", dry=True), managed, _remembered(store), target_ids)

    def plan(self, choice: ManagedChoice) -> ManagedPlan:
        manage: dict[str, Listed] = {}
        stay: dict[str, Listed] = {}
        left = []
        for entry in choice.manage:
            try:
                listed, is_managed = self._listed(entry)
            except NotManageable as error:
                left.append(Left(entry, str(error)))
            else:
                (stay if is_managed else manage).setdefault(listed.target_id or listed.name, listed)
        return ManagedPlan(tuple(manage.values()), self._unlisted(), tuple(stay.values()), tuple(left))

    def _unlisted(self) -> tuple[Unlisted, ...]:
        """In the order of names, so that the same is shown the same."""
        return tuple(
            Unlisted(record.id, record.link.target_id or "", _name(record), record.client)
            for _, record in sorted(self.managed.items())
            if record.origin == "adopted" and not self.spared & {record.id, record.link.target_id}
        )

    def _listed(self, entry: str) -> tuple[Listed, bool]:
        """With whether it is managed. NotManageable."""
        found = fitting(self.adoption.work.groups(), entry)
        named, former = self.managed.get(identity.fold(entry)), self._former(entry)
        self.spared |= {group.id for group in (*found, *former)} | ({named.id} if named else set())
        if named and not found:
            return Listed(entry, named.link.target_id or "", _name(named)), True
        if found and former and former[0] not in found:
            raise NotManageable(
                f"The group that {entry!r} meant is called {former[0].name!r} now, and another one has that name: "
                f"list the one you mean by its id, {', '.join(group.id for group in (*former, *found))}."
            )
        group = former[0] if former and not found else require(self.adoption.work, entry)
        return Listed(entry, group.id, group.name), self._is_managed(group)

    def _former(self, entry: str) -> list[TargetGroup]:
        """The group it meant, as long as that one is managed."""
        meant = self.meant.get(identity.fold(entry))
        return [group for group in self.adoption.work.groups() if group.id == meant and meant in self.target_ids]

    def _is_managed(self, group: TargetGroup) -> bool:
        """NotManageable if it is not, and cannot be."""
        if group.id in self.target_ids:
            return True
        require_taken(self.adoption.group(group))
        return False


def _name(record: Record) -> str:
    return str(record.document["displayName"])
