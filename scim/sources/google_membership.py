"""Who is in a group, nested groups resolved.

Google can flatten by itself (`includeDerivedMembership`), but says nothing then by which a short answer could be told
from a whole one, and lists a group once for each group it is nested in. So each group is listed once, with its own
rows, which `directMembersCount` vouches for.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from scim.source_records import SourceMembers
from scim.sources.google_rows import Member


@dataclass(frozen=True, slots=True)
class Direct:
    """One group's own rows. `unknown`: people whom Google counts among the customer's but did not list there."""

    user_ids: tuple[str, ...] = ()
    nested: tuple[str, ...] = ()
    everybody: bool = False
    outsiders: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    doubt: str = ""


def direct(rows: Iterable[Member], people: Mapping[str, str], doubt: str = "") -> Direct:
    """`people`: every user's id, to itself, so that each id is kept once however many groups name it."""
    users: list[str] = []
    nested: list[str] = []
    unknown: list[str] = []
    outsiders: list[str] = []
    everybody = False
    for row in rows:
        if row.type == "group":
            nested.append(row.id)
        elif row.type == "everybody":
            everybody = True
        elif row.id in people:
            users.append(people[row.id])
        elif row.type == "user" and row.status:
            unknown.append(row.id)
        else:
            outsiders.append(row.id)
    return Direct(tuple(users), tuple(nested), everybody, tuple(outsiders), tuple(unknown), doubt)


def flattened(group_id: str, listed: Mapping[str, Direct], people: Collection[str]) -> SourceMembers:
    """`listed` has the group and every group that can be reached from it. A circle ends where it began."""
    reached, waiting = {group_id}, [group_id]
    users: set[str] = set()
    outsiders: list[str] = []
    doubts: list[str] = []
    while waiting:
        own = listed[waiting.pop()]
        users.update(people if own.everybody else own.user_ids)
        outsiders += own.outsiders
        doubts += [own.doubt] if own.doubt else []
        fresh = [each for each in own.nested if each not in reached]
        reached.update(fresh)
        waiting += fresh
    return SourceMembers(tuple(sorted(users)), tuple(sorted(outsiders)), " ".join(doubts))


def people_in(rows: Iterable[Member]) -> list[Member]:
    return [row for row in rows if row.type in ("user", "outsider")]


def vouched(rows: Sequence[Member], counted: int) -> bool:
    """Whether the rows are as many as Google counts: users only, as documented, or whatever else it may count. What it
    counts for a row that means everybody is documented nowhere.
    """
    inside = sum(1 for row in rows if row.type == "user")
    return counted in (inside, len(people_in(rows)), len(rows)) or any(row.type == "everybody" for row in rows)
