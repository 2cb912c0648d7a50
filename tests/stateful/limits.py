"""Removals beyond the limit happen only if a person approved exactly these.

What is counted here may be less than what the bridge counts, and never more.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from scim.jobs.holds import Hold
from scim.records import Record
from tests.stateful.known import Known
from tests.stateful.rig import LIMIT
from tests.stateful.scene import Scene
from tests.stateful.tally import seen

Entries = list[tuple[float, str]]


@dataclass
class Limits:
    """`approved`: what a person let through, with the time it ends and the version it is of; edges as (group, user)."""

    known: Known
    approved: dict[tuple[str, ...], tuple[float, int]] = field(default_factory=dict)
    suspensions: Entries = field(default_factory=list)
    deletions: Entries = field(default_factory=list)
    revocations: Entries = field(default_factory=list)
    latest: float = 0.0

    def check(self, scene: Scene) -> None:
        self.latest = max(self.latest, scene.now)
        self.suspensions_keep_to_the_limit(scene)
        self.group_deletions_keep_to_the_limit(scene)
        self.revocations_keep_to_the_limit(scene)

    def approve(self, hold: Hold, until: float) -> None:
        for item in hold.items:
            what = (item.ref.id, item.user_id) if item.user_id else (item.ref.id,)
            record = self.known.record(item.ref.id)
            self.approved[what] = (until, 0 if item.user_id or record is None else record.version)

    def nothing_of_it_is_held(self, hold: Hold) -> None:
        held = {(item.ref.id, item.user_id) for each in self.known.rig.holds.all() for item in each.items}
        again = held & {(item.ref.id, item.user_id) for item in hold.items}
        assert not again, f"approved, and held again: {again}"

    def suspensions_keep_to_the_limit(self, scene: Scene) -> None:
        for id, before in scene.before.people.items():
            after = scene.after.people[id]
            if after.suspended and not before.suspended:
                seen["suspended"] += 1
                records = self.known.linked_to(id)
                assert records, f"suspended, and unknown to the bridge: {after}"
                if not any(self._is_approved((record.id,), record.version, scene.now) for record in records):
                    self.suspensions.append((scene.now, id))
            elif before.suspended and not after.suspended:
                self._give_back(id)
        self._require(self.suspensions, LIMIT.people_least, "suspensions")

    def _give_back(self, person_id: str) -> None:
        entry = next((each for each in reversed(self.suspensions) if each[1] == person_id), None)
        if entry:
            self.suspensions.remove(entry)

    def group_deletions_keep_to_the_limit(self, scene: Scene) -> None:
        for id in scene.before.groups.keys() - scene.after.groups.keys():
            seen["groups deleted"] += 1
            group = scene.before.groups[id]
            record = self.known.marked(group)
            assert record, f"deleted, and unknown to the bridge: {group}"
            assert (
                not record.wanted or record.id not in scene.wanted.groups or record.id not in scene.wanted_before.groups
            )
            if self._is_approved((record.id,), record.version, scene.now):
                continue
            size = sum(role == "MEMBER" for role in group.roles.values())
            assert size <= LIMIT.group_least, f"deleted with {size} members: {group}"
            self.deletions.append((scene.now, id))
        self._require(self.deletions, LIMIT.people_least, "deleted groups")

    def revocations_keep_to_the_limit(self, scene: Scene) -> None:
        for id, group in scene.after.groups.items():
            record = self.known.marked(group)
            before = scene.before.groups.get(id)
            if record is None or before is None:
                continue
            for person_id in before.roles.keys() - group.roles.keys():
                self._count_revocation(record, person_id, scene)
            counted = [entry for entry in self.revocations if entry[1] == record.id]
            self._require(counted, LIMIT.group_least, f"revocations from {group.name}")

    def _count_revocation(self, group: Record, person_id: str, scene: Scene) -> None:
        seen["revoked"] += 1
        users = self.known.linked_to(person_id)
        assert users, "revoked from somebody unknown to the bridge"
        wanted = [user for user in users if user.wanted and user.id in scene.wanted.users]
        if wanted and not any(self._is_approved((group.id, user.id), 0, scene.now) for user in wanted):
            self.revocations.append((scene.now, group.id))

    def _is_approved(self, what: tuple[str, ...], version: int, now: float) -> bool:
        ends, approved = self.approved.get(what, (0.0, 0))
        return now <= ends and version == approved

    def _require(self, entries: Iterable[tuple[float, str]], most: int, what: str) -> None:
        recent = [entry for entry in entries if entry[0] > self.latest - LIMIT.window_seconds]
        assert len(recent) <= most, f"{len(recent)} {what} within the window: {recent}"
