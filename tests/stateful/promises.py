"""What the bridge promises of each thing it does, checked on the account before and after."""

from dataclasses import dataclass, field

from scim.jobs.groups import MARK
from scim.records import Record, Ref
from tests.stateful.accounts import ACCEPTED, INVITED, Person, View
from tests.stateful.known import Known, Mark
from tests.stateful.scene import Scene
from tests.stateful.tally import seen


@dataclass
class Promises:
    """`invited`: the people who were invited for a user."""

    known: Known
    invited: dict[str, list[str]] = field(default_factory=dict)

    def check(self, scene: Scene) -> None:
        self._forgive_no_more(scene.after)
        self.nobody_is_deleted_or_readdressed(scene)
        self.who_is_beyond_reach_stays_as_they_are(scene)
        self.foreign_groups_stay_as_they_are(scene)
        self.each_invitation_is_the_first(scene)
        self.only_who_is_wanted_becomes_active(scene)

    def _forgive_no_more(self, view: View) -> None:
        """What was settled is as it is wanted, whatever people did to it before."""
        for ref in self.known.rig.watch.resources:
            record = self.known.rig.store.get(ref)
            if record is None:
                continue
            target_id = record.link.target_id or ""
            if ref.kind == "User" and record.wanted:
                assert not target_id or target_id in view.people, f"settled, and linked to nobody: {record}"
            self.known.marks -= self._matched(record, target_id)
            self.known.marks -= {("group name", target_id), ("group gone", target_id), ("address", ref.id)}
        for group_id, user_id in self.known.rig.watch.edges:
            group, user = (
                self.known.rig.store.get(Ref("Group", group_id)),
                self.known.rig.store.get(Ref("User", user_id)),
            )
            if group and user:
                self.known.marks.discard(("edge", group.link.target_id or "", user.link.target_id or ""))

    def _matched(self, record: Record, target_id: str) -> set[Mark]:
        """What the target matches of a person now. Who is deprovisioned is suspended and has no name any more; if they
        are another user meanwhile, that one was not looked at.
        """
        if record.kind == "User" and not record.wanted:
            lives_on = any(each.wanted for each in self.known.linked_to(target_id))
            return set() if lives_on else {("state", target_id)}
        return {("state", target_id), ("name", target_id), ("email", target_id)}

    def nobody_is_deleted_or_readdressed(self, scene: Scene) -> None:
        for id, person in scene.before.people.items():
            assert id in scene.after.people, f"deleted: {person}"
            assert scene.after.people[id].email == person.email
            assert scene.after.people[id].type == person.type

    def who_is_beyond_reach_stays_as_they_are(self, scene: Scene) -> None:
        for id, person in self.known.beyond.items():
            assert scene.after.people[id] == person
            groups = {g: role for g, role in scene.before.groups_of(id).items() if g in scene.after.groups}
            assert scene.after.groups_of(id) == groups, f"memberships of {person} changed"

    def foreign_groups_stay_as_they_are(self, scene: Scene) -> None:
        before, after = (
            {id: group for id, group in view.groups.items() if not group.description.startswith(MARK)}
            for view in (scene.before, scene.after)
        )
        assert before == after

    def each_invitation_is_the_first(self, scene: Scene) -> None:
        for id in scene.after.people.keys() - scene.before.people.keys():
            person = scene.after.people[id]
            assert person.state in INVITED
            user_id = self._who_asked_for(person, scene)
            living = [each for each in self.invited.get(user_id, ()) if each in scene.before.people]
            assert not living, f"invited twice: {person}, already {[scene.before.people[each] for each in living]}"
            self.invited.setdefault(user_id, []).append(id)
            seen["invited"] += 1

    def _who_asked_for(self, person: Person, scene: Scene) -> str:
        for wanted in (scene.wanted, scene.wanted_before):
            for id, user in wanted.users.items():
                if user.active and (user.address or "").lower() == person.email.lower():
                    return id
        raise AssertionError(f"invited, and nobody asked for it: {person}")

    def only_who_is_wanted_becomes_active(self, scene: Scene) -> None:
        for id, before in scene.before.people.items():
            after = scene.after.people[id]
            if before.state == after.state or after.suspended:
                continue
            seen["reactivated" if before.suspended else "confirmed"] += 1
            assert before.suspended or (before.state, after.state) == (ACCEPTED, "ACTIVE"), f"{before} became {after}"
            assert any(self._is_active(record, scene) for record in self.known.linked_to(id)), (
                f"{before} became {after}"
            )

    def _is_active(self, record: Record, scene: Scene) -> bool:
        """Before a request or after it: one that was refused may have been acted on."""
        return any(w.users[record.id].active for w in (scene.wanted, scene.wanted_before) if record.id in w.users)
