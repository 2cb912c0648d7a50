"""What people do in the account by hand: each deed is marked, for the bridge need not undo it before it looks again."""

from dataclasses import replace

from scim.jobs.groups import MARK
from tests.stateful.accounts import ACCEPTED, INVITED, Person, Team
from tests.stateful.known import Known
from tests.stateful.tally import seen

RESUMES = {"ACTIVE": "SUSPENDED", "TRANSFER_PENDING": "TRANSFER_SUSPENDED", ACCEPTED: "TRANSFER_SUSPENDED"}


class Hands:
    """Each does nothing where there is nobody to do it to."""

    def __init__(self, known: Known) -> None:
        self._account, self._known = known.rig.account, known
        self._spared = set(self._account.view().people)

    def touch_person(self, place: int, how: str) -> None:
        """accept, suspend, reactivate, rename, delete or promote: by the method of that name."""
        people = [each for each in self._people() if each.id not in self._known.beyond or how in {"delete", "rename"}]
        if people:
            seen[how] += 1
            getattr(self, f"_{how}")(people[place % len(people)])

    def _accept(self, person: Person) -> None:
        if person.state in INVITED:
            self._account.change_person(person.id, state=ACCEPTED)

    def _suspend(self, person: Person) -> None:
        if not person.suspended:
            self._account.change_person(person.id, state=RESUMES[person.state], resumes=person.state)
            self._known.marks.add(("state", person.id))

    def _reactivate(self, person: Person) -> None:
        if person.suspended:
            state = "ACTIVE" if person.state == "SUSPENDED" else "TRANSFER_PENDING"
            self._account.change_person(person.id, state=state)
            self._known.marks.add(("state", person.id))

    def _rename(self, person: Person) -> None:
        self._account.change_person(person.id, name="By hand")
        self._known.marks.add(("name", person.id))
        self._see_beyond(person.id)

    def _delete(self, person: Person) -> None:
        self._account.remove_person(person.id)
        self._known.beyond.pop(person.id, None)
        self._known.marks.add(("gone", person.id))

    def _promote(self, person: Person) -> None:
        """To an owner, whom the bridge must not touch from then on."""
        if person.state != "ACTIVE":
            return
        owners = next(group for group in self._account.view().groups.values() if group.type == "OWNERS")
        self._account.set_role(owners.id, person.id, "MEMBER")
        self._known.beyond[person.id] = person

    def change_own_email(self, place: int, email: str) -> None:
        """Only who is confirmed has a profile to change it on."""
        people = [each for each in self._people() if each.state == "ACTIVE"]
        if not people or self._account.view().at(email):
            return
        person = people[place % len(people)]
        self._account.change_person(person.id, email=email)
        self._known.marks.add(("email", person.id))
        self._see_beyond(person.id)

    def add_person(self, email: str, state: str) -> None:
        if not self._account.view().at(email):
            self._account.add_person(email, "A Stranger", state)

    def rename_group(self, place: int, name: str) -> None:
        if group := self._group(place):
            self._account.rename_group(group.id, name)
            self._known.marks.add(("group name", group.id))

    def delete_group(self, place: int) -> None:
        if group := self._group(place):
            self._account.remove_group(group.id)
            self._known.marks.add(("group gone", group.id))

    def set_role(self, place: int, person: int, role: str | None) -> None:
        group, people = self._group(place), self._people()
        if group and people:
            person_id = people[person % len(people)].id
            self._account.set_role(group.id, person_id, role)
            self._known.marks.add(("edge", group.id, person_id))

    def _see_beyond(self, id: str) -> None:
        if id in self._known.beyond:
            self._known.beyond[id] = replace(self._account.view().people[id])

    def _people(self) -> list[Person]:
        """Whom the account did not begin with, by address."""
        people = [each for each in self._account.view().people.values() if each.id not in self._spared]
        return sorted(people, key=lambda each: each.email)

    def _group(self, place: int) -> Team | None:
        """One that the bridge made."""
        groups = [each for each in self._account.view().groups.values() if each.description.startswith(MARK)]
        return sorted(groups, key=lambda each: each.description)[place % len(groups)] if groups else None
