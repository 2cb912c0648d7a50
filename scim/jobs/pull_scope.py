"""Who of a reading is to be provisioned, and why somebody is not."""

from dataclasses import dataclass
from typing import Self

from scim.jobs.selection import Selection
from scim.source_records import SourceGroup, SourceReading, SourceUser

NOWHERE = "in no chosen group"


@dataclass(frozen=True, slots=True)
class Scope:
    """`chosen`: the chosen groups by address. `inside`: ids of everybody who is in one of them. `wanted`: ids of those
    who are to be active in the target.
    """

    selection: Selection
    reading: SourceReading
    people: dict[str, SourceUser]
    chosen: tuple[SourceGroup, ...]
    inside: frozenset[str]
    wanted: frozenset[str]

    @classmethod
    def of(cls, selection: Selection, reading: SourceReading) -> Self:
        people = {user.id: user for user in reading.users}
        chosen = sorted(filter(selection.chooses, reading.groups), key=lambda group: (group.email.lower(), group.id))
        inside = frozenset(id for group in chosen for id in reading.members[group.id].user_ids)
        wanted = frozenset(
            id for id in inside if (user := people.get(id)) and user.active and not _narrowed(selection, user)
        )
        return cls(selection, reading, people, tuple(chosen), inside, wanted)

    def why_not(self, user: SourceUser) -> str:
        """Of somebody who is not wanted."""
        if not user.active:
            return "suspended or archived in the source"
        return _narrowed(self.selection, user) or NOWHERE

    def found(self, address: str) -> SourceGroup | None:
        """The chosen group that has the address; one whose own it is before one who has it as another."""
        address = address.lower()
        own = (group for group in self.chosen if group.email.lower() == address)
        other = (group for group in self.chosen if address in map(str.lower, group.aliases))
        return next(own, None) or next(other, None)


def _narrowed(selection: Selection, user: SourceUser) -> str:
    """Why somebody is left out whatever groups they are in; empty if they are not."""
    if selection.excludes(user.email, *user.aliases):
        return "excluded"
    if not selection.has_unit(user):
        return f"in the organizational unit {user.unit or '(none)'}, which is not chosen"
    return ""
