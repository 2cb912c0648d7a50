"""The records that cross the port `Source`, and the ways a source is not read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SourceUser:
    """One person as a source shows them. `id` never changes: with the same id and another `email` it is the same
    person, with another id and the same `email` somebody else. `active`: neither suspended nor archived there.
    `aliases`: further addresses of theirs, the source's own technical ones left out. `unit`: the path of their
    organizational unit, `/Staff/Sales`; empty where the source has none.
    """

    id: str
    email: str
    active: bool
    given_name: str = ""
    family_name: str = ""
    full_name: str = ""
    aliases: tuple[str, ...] = ()
    unit: str = ""
    title: str = ""
    department: str = ""
    cost_center: str = ""
    organization: str = ""
    employee_number: str = ""
    guest: bool = False


@dataclass(frozen=True, slots=True)
class SourceGroup:
    """One group as a source lists it. `id` never changes, everything else may. `direct_users`: how many people the
    source counts in it, those of nested groups left out; None if it does not say.
    """

    id: str
    email: str
    name: str
    description: str = ""
    aliases: tuple[str, ...] = ()
    direct_users: int | None = None


@dataclass(frozen=True, slots=True)
class SourceMembers:
    """Who is in one group, by nesting too. `user_ids`: sorted, each once, every one of them among the users of the
    same reading. `outsiders`: ids of rows that name nobody among them. `doubt`: empty, or why this list may be too
    short although the source repeats it, in a sentence: nobody should lose the group on its word.
    """

    user_ids: tuple[str, ...]
    outsiders: tuple[str, ...] = ()
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class SourceReading:
    """What a source holds. One exists only if every page of it was read and the pages agree with one another.

    `users` and `groups` are all there are; `members` has an entry for each chosen group, by its id.
    """

    users: Sequence[SourceUser]
    groups: Sequence[SourceGroup]
    members: Mapping[str, SourceMembers]


class SourceError(Exception):
    """Base of the three ways a source is not read. The text is a sentence for an administrator; nothing was read.

    SourceError
    ├── SourceUnavailable   no usable answer, also after asking again; try later
    ├── SourceIncomplete    it answered, but what it said is not whole or contradicts itself
    └── SourceDenied        the bridge may not read it; somebody has to change something first
    """


class SourceUnavailable(SourceError): ...


class SourceIncomplete(SourceError): ...


class SourceDenied(SourceError): ...
