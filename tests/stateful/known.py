"""What is known beside the model: every id that SCIM gave out, its record, and what people did in the account by hand.

What they did is theirs until the resource is next settled. A mark remembers it until then: a drift that is marked is
allowed, one that is not is a promise broken.
"""

from dataclasses import dataclass, field

from scim.jobs.groups import MARK, mark
from scim.jobs.holds import Hold
from scim.records import Membership, Record, Ref
from tests.stateful.accounts import DOMAINS, Person, Team, View
from tests.stateful.rig import Rig
from tests.stateful.wishes import Wanted

Mark = tuple[str, ...]


@dataclass
class Known:
    """`beyond`: who is out of the bridge's reach, as they were when they got there."""

    rig: Rig
    marks: set[Mark] = field(default_factory=set)
    ever: dict[str, Ref] = field(default_factory=dict)
    beyond: dict[str, Person] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.beyond = dict(self.rig.account.view().people)

    def record(self, id: str) -> Record | None:
        found: Record | None = self.rig.store.get(self.ever[id])
        return found

    def records(self, kind: str) -> list[Record]:
        found = [self.record(id) for id, ref in self.ever.items() if ref.kind == kind]
        return [record for record in found if record]

    def owed_edges(self) -> dict[tuple[str, str], Membership]:
        edges = self.rig.store.unsettled_memberships(float("inf"), 10**6)
        return {(edge.group_id, edge.user_id): edge for edge in edges}

    def remember(self, shown: Wanted) -> None:
        """Every id that was ever shown."""
        for kind, ids in (("User", shown.users), ("Group", shown.groups)):
            for id in ids:
                self.ever.setdefault(id, Ref(kind, id))  # type: ignore[arg-type]

    def linked_to(self, person_id: str) -> list[Record]:
        return [record for record in self.records("User") if record.link.target_id == person_id]

    def same_people(self, user_ids: set[str]) -> set[str]:
        """These users, and those who are the same person in the account."""
        people = {record.link.target_id for id in user_ids if (record := self.record(id)) and record.link.target_id}
        return user_ids | {record.id for person in people for record in self.linked_to(person)}

    def marked(self, group: Team) -> Record | None:
        return next((record for record in self.records("Group") if mark(record) == group.description), None)

    def is_refused(self, user_id: str, target_id: str | None, address: str | None, view: View) -> bool:
        """Whether the account has a reason not to let this user be."""
        if target_id in self.beyond and target_id in view.people:
            return True
        if address is None:
            return False
        person = view.at(address)
        if person is None:
            return address.rpartition("@")[2] not in DOMAINS
        others = [record for record in self.linked_to(person.id) if record.wanted and record.id != user_id]
        return person.id in self.beyond or bool(others)

    def has_foreign_name(self, name: str, view: View) -> bool:
        return any(
            group.name.casefold() == name.casefold() and not group.description.startswith(MARK)
            for group in view.groups.values()
        )

    def leave_be(self, hold: Hold) -> None:
        """Who cannot be wanted again stays as they are in the account, with what they had."""
        for item in hold.items:
            record = self.record(item.ref.id)
            person_id = record and record.link.target_id
            if item.what == "suspend" and person_id and record and not record.wanted:
                self.marks.add(("state", person_id))
                self.marks |= {("edge", id, person_id) for id in self.rig.account.view().groups_of(person_id)}
            if item.what == "delete":
                self.marks.add(("left", item.ref.id))
