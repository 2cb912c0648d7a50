"""Managed groups: which groups of the target the identity provider may have (docs/managed-groups.md).

Groups that the bridge made are managed; one that was there before is managed if a person chose it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scim import identity
from scim.jobs import groups, notices
from scim.jobs.adoption import Adoption, Taken
from scim.jobs.notices import UnmanagedGroup
from scim.jobs.work import Runner, Work, instant
from scim.operations import ListedGroup
from scim.ports import Ids
from scim.records import Event, Record, Ref, Stale, TargetGroup

CALL_SECONDS = 600.0


class NotManageable(Exception):
    """Why a group cannot be managed, or not any more. Nothing was done. The text says what to do."""


@dataclass(frozen=True, slots=True)
class ManagedGroups:
    runner: Runner
    new_id: Ids

    def all(self) -> list[ListedGroup]:
        """Every group of the target by name; `members` as SCIM shows them. One listing. TargetError."""
        work = self.work()
        managed = {record.link.target_id: record for record in self.runner.store.scan("Group")}
        asked = {each.target_id: each.at for each in self.asked()}
        return sorted(self._shown(work.groups(), managed, asked), key=lambda group: identity.fold(group.name))

    def asked(self) -> list[UnmanagedGroup]:
        """Groups an identity provider pushed the name of, and was refused."""
        return notices.unmanaged(self.runner.store, self.runner.clock())

    def manage(self, name_or_id: str, by: str) -> ListedGroup:
        """Import the group with its members; nothing changes in the target. NotManageable, Busy, TargetError."""
        with self.runner.alone():
            work = self.work()
            group = require(work, name_or_id)
            taken = Adoption(work, self.new_id, by).group(group)
            require_taken(taken)
            notices.end_unmanaged(self.runner.store, group.id, self.runner.clock())
            record = self.runner.store.get(Ref("Group", taken.id))
            members = len(self.runner.store.members(taken.id))
        origin = record.origin if record else "adopted"
        return ListedGroup(group.id, group.name, origin, taken.id, members)

    def unmanage(self, name_or_id: str, by: str) -> ListedGroup:
        """SCIM forgets the group; the target keeps it and its members as they are. NotManageable, Busy."""
        with self.runner.alone():
            record = self._managed(name_or_id)
            shown = ListedGroup(record.link.target_id or "", str(record.document["displayName"]), "")
            event = Event(
                self.runner.event_id(), instant(self.runner.clock()), by, "group.unmanaged", record.ref,
                [{"name": shown.name, "target_id": shown.target_id}], "done",
            )  # fmt: skip
            try:
                self.runner.store.discard(record, event)
            except Stale:
                raise NotManageable(f"The group {shown.name!r} was changed just now. Try again.") from None
        return shown

    # ── which ─────────────────────────────────────────────────────────────────────────────────────────────

    def work(self) -> Work:
        """What one order needs of the target, each listing read once."""
        work = self.runner.work(call_ends=self.runner.clock() + CALL_SECONDS)
        work.listed = True
        return work

    def _shown(
        self, listed: Iterable[TargetGroup], managed: dict[str | None, Record], asked: dict[str, float]
    ) -> Iterator[ListedGroup]:
        for group in listed:
            record = managed.get(group.id)
            if record is None:
                yield ListedGroup(group.id, group.name, "", asked=asked.get(group.id))
            else:
                members = len(self.runner.store.members(record.id))
                yield ListedGroup(group.id, group.name, record.origin, record.id, members)

    def _managed(self, name_or_id: str) -> Record:
        folded = identity.fold(name_or_id)
        for record in self.runner.store.scan("Group"):
            if name_or_id in (record.id, record.link.target_id):
                return record
            if identity.fold(str(record.document["displayName"])) == folded:
                return record
        raise NotManageable(f"No managed group is called {name_or_id!r}: `python -m scim groups list` shows all.")


def require(work: Work, name_or_id: str) -> TargetGroup:
    """The one that is meant. NotManageable."""
    found = fitting(work.groups(), name_or_id)
    if not found:
        raise NotManageable(f"The target has no group {name_or_id!r}: `python -m scim groups list` shows all.")
    if len(found) > 1:
        ids = ", ".join(group.id for group in found)
        raise NotManageable(f"The target has {len(found)} groups named {name_or_id!r}: choose by id, {ids}.")
    if groups.marked(work, found[0]) and not work.store.linked("Group", found[0].id):
        raise NotManageable(f"The group {name_or_id!r} is being deleted or made just now. Try again in a minute.")
    return found[0]


def require_taken(taken: Taken) -> None:
    """NotManageable."""
    if taken.how == "left":
        raise NotManageable(f"The group {taken.name!r} cannot be managed: it is {taken.why}.")


def fitting(listed: Iterable[TargetGroup], name_or_id: str) -> list[TargetGroup]:
    """Whoever has the id, else all that have the name."""
    listed = list(listed)
    folded = identity.fold(name_or_id)
    return [group for group in listed if group.id == name_or_id] or [
        group for group in listed if identity.fold(group.name) == folded
    ]
