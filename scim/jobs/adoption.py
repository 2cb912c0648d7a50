"""Taking over what is in the target already, without changing it: people and groups become users and groups of SCIM.

Used to let a chosen group be managed, to move in where another bridge was, and to rebuild a store that was lost. What
is taken over is nobody's until an identity provider names it: then it is that one's, instead of a second one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from scim import identity, keys
from scim.jobs import groups
from scim.jobs.people import UNKNOWN_STATE
from scim.jobs.work import Work, instant
from scim.ports import Ids
from scim.protocol.errors import InvalidValue
from scim.records import Document, Event, KeyTaken, Kind, Link, Record, Ref, TargetGroup, TargetState, TargetUser

NOBODY = ""
"""The `client` of a record that no identity provider has named yet."""

DEPROVISIONED = "deprovisioned by the bridge"

How = Literal["adopted", "linked", "left"]


@dataclass(frozen=True, slots=True)
class Taken:
    """One person or group of the target, and what becomes of it: `adopted`, a new user or group stands for it;
    `linked`, one that was there does; `left`, it stays as it is, `why` says for what reason. `id`: the SCIM id.
    """

    kind: Kind
    target_id: str
    name: str
    how: How
    id: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What a backup knows of records that are gone, by the ids of the target."""

    records: dict[tuple[Kind, str], Record] = field(default_factory=dict)

    def of(self, kind: Kind, target_id: str) -> Record | None:
        return self.records.get((kind, target_id))

    def was_deprovisioned(self, kind: Kind, target_id: str) -> bool:
        record = self.of(kind, target_id)
        return record is not None and not record.wanted


@dataclass(slots=True)
class Adoption:
    """`by`: who asked for it, as events name them. The caller holds the target's lease. `dry`: only says what it would
    do.
    """

    work: Work
    new_id: Ids
    by: str
    dry: bool = False
    known: Known = field(default_factory=Known)
    _user_ids: dict[str, str] = field(default_factory=dict)

    # ── people ────────────────────────────────────────────────────────────────────────────────────────────

    def person(self, person: TargetUser) -> Taken:
        taken = self._person(person)
        if taken.id:
            self._user_ids[person.id] = taken.id
        return taken

    def _person(self, person: TargetUser) -> Taken:
        left = Taken("User", person.id, person.email, "left")
        if reason := person.protected or self.work.protection(person.id):
            return replace(left, why=reason)
        if users := self.work.store.linked("User", person.id):
            return replace(left, how="linked", id=users[0].id)
        try:
            record = self._user(person)
        except InvalidValue as invalid:
            return replace(left, why=invalid.detail)
        if self._was_deprovisioned(record, person):
            return replace(left, why=DEPROVISIONED)
        if there := self._holder(record):
            return replace(left, how="linked", id=there.id)
        return replace(left, how="adopted", id=self._create(record, ()))

    def _user(self, person: TargetUser) -> Record:
        """InvalidValue for an address or name that SCIM cannot show."""
        before = self.known.of("User", person.id)
        if before:
            return self._again(before, person.state)
        suspended = person.state is TargetState.SUSPENDED
        document: Document = {
            "userName": person.email,
            "active": not suspended,
            "emails": [{"value": person.email, "type": "work", "primary": True}],
        }
        if person.name.strip():
            document["displayName"] = person.name
        identity.display_name(document)
        waiting = UNKNOWN_STATE if person.state is TargetState.UNKNOWN else None
        link = Link(person.id, person.state, settled_version=1, unsettled=False, waiting=waiting)
        return self._record("User", self.new_id(), document, link)

    def _was_deprovisioned(self, record: Record, person: TargetUser) -> bool:
        """Who was taken away here, and is still suspended, is not brought back by that."""
        if self.known.was_deprovisioned("User", person.id):
            return True
        if person.state is not TargetState.SUSPENDED:
            return False
        former = self.work.store.find_former("User", keys.person_keys(record.document, {}))
        return any(each.link.target_id == person.id for each in former)

    # ── groups ────────────────────────────────────────────────────────────────────────────────────────────

    def group(self, group: TargetGroup) -> Taken:
        """With its members, as far as they are people the bridge may touch; who is unknown yet is taken over too."""
        left = Taken("Group", group.id, group.name, "left")
        if found := self.work.store.linked("Group", group.id):
            return replace(left, how="linked", id=found[0].id)
        if self.known.was_deprovisioned("Group", group.id):
            return replace(left, why=DEPROVISIONED)
        shown = self.work.group(group.id)
        if shown is None or shown.protected:
            return replace(left, why=shown.protected if shown else "gone")
        try:
            record = self._group(shown)
        except InvalidValue as invalid:
            return replace(left, why=invalid.detail)
        members = self._members(shown.id)
        if there := self._holder(record):
            return self._claim(there, shown, members)
        return replace(left, how="adopted", id=self._create(record, members))

    def _group(self, group: TargetGroup) -> Record:
        """Who carries our mark was made by the bridge, and keeps the id it had. InvalidValue for a name SCIM cannot
        show.
        """
        before = self.known.of("Group", group.id)
        if before:
            return self._again(before, None)
        link = Link(group.id, "active", settled_version=1, unsettled=False)
        ours = groups.marked_id(group)
        if ours and self.work.store.get(Ref("Group", ours)) is None:
            return self._record("Group", ours, {"displayName": group.name}, link, made_here=True)
        return self._record("Group", self.new_id(), {"displayName": group.name}, link)

    def _members(self, target_id: str) -> list[str]:
        """SCIM ids. Nobody is taken over who is not in the listing of people."""
        people, found = self.work.people(), []
        for member in self.work.members(target_id):
            person = people.get(member)
            if person and member not in self._user_ids:
                self.person(person)
            found.append(self._user_ids.get(member, ""))
        return [id for id in found if id]

    def _claim(self, there: Record, group: TargetGroup, members: Sequence[str]) -> Taken:
        """A group that is wanted under this name and has none in the target yet gets this one."""
        taken = Taken("Group", group.id, group.name, "linked", there.id)
        if there.link.target_id:
            return replace(taken, how="left", id="", why="another managed group has its name")
        if not self.dry:
            link = replace(there.link, target_id=group.id, target_state="active", unsettled=True, next_attempt_at=None)
            claimed = replace(there, origin="adopted", link=replace(link, last_error=None, attempts=0))
            self.work.store.replace(there, claimed, self._event("group.adopted", there), members)
        return taken

    # ── both ──────────────────────────────────────────────────────────────────────────────────────────────

    def _record(self, kind: Kind, id: str, document: Document, link: Link, *, made_here: bool = False) -> Record:
        now = instant(self.work.clock())
        origin: Literal["created", "adopted"] = "created" if made_here else "adopted"
        record = Record(kind, id, document, NOBODY, now, now, origin=origin, link=link)
        return replace(record, unique_keys=keys.unique_keys(kind, document), lookup_keys=keys.lookup_keys(document, {}))

    def _again(self, before: Record, state: TargetState | None) -> Record:
        """As the backup knew it. What differs from the target since is owed."""
        link = Link(before.link.target_id, state or before.link.target_state, unsettled=True)
        return replace(before, link=link, group_ids=(), stamp=None)

    def _holder(self, record: Record) -> Record | None:
        """Who has one of its unique keys already."""
        found = (self.work.store.find(record.kind, key) for key in record.unique_keys)
        return next((each[0] for each in found if each), None)

    def _create(self, record: Record, members: Sequence[str]) -> str:
        if self.dry:
            return record.id
        event = self._event(f"{record.kind.lower()}.adopted", record)
        try:
            return self.work.store.create(record, members, event).id
        except KeyTaken:  # just now, by a client
            holder = self._holder(record)
            return holder.id if holder else ""

    def _event(self, action: str, record: Record) -> Event:
        facts = {"name": record.document.get("displayName") or record.document.get("userName", "")}
        facts["target_id"] = record.link.target_id or ""
        return Event(
            self.work.runner.event_id(), instant(self.work.clock()), self.by, action, record.ref, [facts], "done"
        )
