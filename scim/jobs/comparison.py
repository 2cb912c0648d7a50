"""Comparing what is wanted with what the target shows, by lists. It only reads.

Compared is what is settled: what is owed or held is being worked on. People and groups whom no user or group stands
for are none of the bridge's business; they are counted.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from scim import keys
from scim.identity import email_key
from scim.jobs import drift as kinds
from scim.jobs import groups
from scim.jobs.drift import Drift
from scim.jobs.wanted import Wanted, WantedUser, is_settled
from scim.jobs.work import Work
from scim.protocol.errors import InvalidValue
from scim.records import Record, Ref, TargetGroup, TargetMember, TargetState, TargetUser

FORMER_KEYS = 300


class Implausible(Exception):
    """So many people seem gone that the listing cannot be believed. Nothing may be concluded from it."""

    def __init__(self, missing: int, linked: int) -> None:
        super().__init__(
            f"{missing} of {linked} people seem deleted at once, which cannot be believed. Nothing was concluded. "
            "Look at the account: is it the right one, and may the bridge still see everybody?"
        )


class Incomplete(Exception):
    """Time was over, or somebody else's turn came, before everything was read."""


@dataclass(slots=True)
class Comparison:
    """`looked_at`: ids of groups to be asked for one by one, since no listing says what is out of reach.
    `goes_on`: whether there is time for the next call. `former`: who is deprovisioned, and yet not suspended.
    """

    work: Work
    wanted: Wanted
    looked_at: Collection[str] = ()
    goes_on: Callable[[], bool] = lambda: True
    unmanaged: Counter[str] = field(default_factory=Counter)
    former: dict[str, WantedUser] = field(default_factory=dict)
    _users: dict[str, WantedUser] = field(default_factory=dict)
    _members: dict[str, set[str]] = field(default_factory=dict)

    def whole(self) -> list[Drift]:
        """TargetError, Incomplete, Implausible: then nothing is known."""
        self._prepare()
        self.require_plausible()
        people = self.work.people()
        self.unmanaged["people"] = sum(id not in self._users for id in people)
        found = list(self._people(self.wanted.users.values()))
        self.former = former_users(self.work, self._users)
        if self.former:  # they were read after the listing, and only a later one can contradict them
            self.work.forget_people()
            found += self._people(self.former.values())
        return [*found, *self._groups(), *self._orphans()]

    def part(self) -> list[Drift]:
        """The same about nobody and nothing but what is in `wanted`."""
        self._prepare()
        return [*self._people(self.wanted.users.values()), *self._groups()]

    def require_plausible(self) -> None:
        self._prepare()
        people = self.work.people()
        missing = sum(id not in people for id in self._users)
        if missing > 1 and missing * 2 > len(self._users):
            raise Implausible(missing, len(self._users))

    def _prepare(self) -> None:
        if not self._users:
            self._users, self._members = self.wanted.by_target(), self.wanted.members()

    # ── people ────────────────────────────────────────────────────────────────────────────────────────────

    def _people(self, users: Iterable[WantedUser]) -> Iterator[Drift]:
        people = self.work.people()
        for user in users:
            if user.settled:
                person = people.get(user.target_id or "")
                yield from of_person(user, person, self._protection(person))

    def _protection(self, person: TargetUser | None) -> str:
        return (person.protected or self.work.protection(person.id)) if person else ""

    # ── groups ────────────────────────────────────────────────────────────────────────────────────────────

    def _groups(self) -> Iterator[Drift]:
        self._require_time()
        listed = {group.id: group for group in self.work.groups()}
        for record in self.wanted.groups.values():
            if record.wanted and is_settled(record):
                yield from self._group(record, listed)

    def _group(self, record: Record, listed: Mapping[str, TargetGroup]) -> Iterator[Drift]:
        self._require_time()
        target_id, name = record.link.target_id or "", str(record.document["displayName"])
        found = Drift("", record.ref, name, target_id=target_id)
        if not target_id:
            yield replace(found, kind=kinds.GROUP_UNLINKED, wanted="there")
            return
        group = listed.get(target_id) or self.work.group(target_id)
        if group is None:
            yield replace(found, kind=kinds.GROUP_DELETED, wanted="there", shown="gone")
            return
        differences = list(_of_group(found, record, group))
        if protection := self._group_protection(record, group, bool(differences)):
            yield replace(found, kind=kinds.GROUP_PROTECTED, shown=protection)
            return
        yield from differences
        yield from self._memberships(found, record)

    def _group_protection(self, record: Record, group: TargetGroup, differs: bool) -> str:
        if not differs and record.id not in self.looked_at:
            return ""
        shown = self.work.group(group.id)
        return shown.protected if shown else ""

    def _orphans(self) -> Iterator[Drift]:
        """Groups with our mark that none of ours is linked to. What is owed finds its own by itself."""
        linked = {record.link.target_id for record in self.wanted.groups.values()}
        strangers = [group for group in self.work.groups() if group.id not in linked]
        self.unmanaged["groups"] = len(strangers)
        for group in strangers:
            id = groups.marked_id(group)
            if id and (why := self._orphaned(id, group)):
                yield Drift(kinds.GROUP_ORPHAN, Ref("Group", id), group.name, why, "there", target_id=group.id)

    def _orphaned(self, id: str, group: TargetGroup) -> str:
        record = self.work.store.get(Ref("Group", id))
        if record is None:
            return "no group of the bridge"
        if not is_settled(record):
            return ""
        if not record.wanted:
            return "the group was deleted"
        return "" if record.link.target_id in (None, group.id) else "the group is another one"

    # ── memberships ───────────────────────────────────────────────────────────────────────────────────────

    def _memberships(self, found: Drift, record: Record) -> Iterator[Drift]:
        wanted, members = self._members.get(record.id, set()), self.work.members(found.target_id)
        for target_id, member in members.items():
            user = self._users.get(target_id)
            self.unmanaged["members"] += user is None
            if user and self._is_comparable(user, record):
                yield from _of_member(_edge(found, user), member, is_wanted=user.id in wanted)
        for user_id in sorted(wanted):
            user = self.wanted.users[user_id]
            if user.target_id not in members and self._is_comparable(user, record):
                yield replace(_edge(found, user), kind=kinds.MEMBERSHIP_REVOKED, wanted="member", shown="no member")

    def _is_comparable(self, user: WantedUser, group: Record) -> bool:
        """Whoever is gone, out of reach or in a state nobody knows is told of as a person."""
        if not user.wanted or not user.settled or (group.id, user.id) in self.wanted.owed:
            return False
        person = self.work.people().get(user.target_id or "")
        return person is not None and person.state is not TargetState.UNKNOWN and not self._protection(person)

    def _require_time(self) -> None:
        if not self.goes_on():
            raise Incomplete("Not everything could be read in time. Nothing was concluded.")


def of_person(user: WantedUser, person: TargetUser | None, protection: str) -> Iterator[Drift]:
    """Of whoever is deprovisioned nothing is wanted but that they are suspended, or gone."""
    found = Drift("", Ref("User", user.id), user.shown, target_id=user.target_id or "")
    if person is None:
        if user.active and (user.target_id or user.address):
            kind = kinds.PERSON_DELETED if user.target_id else kinds.PERSON_UNLINKED
            yield replace(found, kind=kind, wanted="there", shown="gone")
        return
    if protection:
        if user.wanted:
            yield replace(found, kind=kinds.PERSON_PROTECTED, shown=protection)
        return
    if person.state is TargetState.UNKNOWN:
        yield replace(found, kind=kinds.PERSON_UNKNOWN, shown=person.state)
        return
    if user.active is (person.state is TargetState.SUSPENDED):
        kind = kinds.PERSON_SUSPENDED if user.active else kinds.PERSON_REACTIVATED
        yield replace(found, kind=kind, wanted=_spoken(user), shown=person.state)
    if user.wanted:
        yield from _of_profile(found, user, person)


def _of_profile(found: Drift, user: WantedUser, person: TargetUser) -> Iterator[Drift]:
    if user.name is not None and user.name != person.name:
        yield replace(found, kind=kinds.PERSON_RENAMED, wanted=user.name, shown=person.name)
    if user.address and not user.waiting and email_key(user.address) != email_key(person.email):
        yield replace(found, kind=kinds.PERSON_ADDRESS, wanted=user.address, shown=person.email)


def _spoken(user: WantedUser) -> str:
    if not user.wanted:
        return "deprovisioned"
    return "active" if user.active else "inactive"


def _of_group(found: Drift, record: Record, group: TargetGroup) -> Iterator[Drift]:
    if group.name != found.name:
        yield replace(found, kind=kinds.GROUP_RENAMED, wanted=found.name, shown=group.name)
    mark = groups.mark(record)
    if record.origin == "created" and group.description != mark:
        yield replace(found, kind=kinds.GROUP_MARK, wanted=mark, shown=group.description)


def _edge(found: Drift, user: WantedUser) -> Drift:
    return replace(found, user_id=user.id, name=f"{user.shown} in {found.name}")


def _of_member(edge: Drift, member: TargetMember, *, is_wanted: bool) -> Iterator[Drift]:
    wanted = "member" if is_wanted else "no member"
    if member.role == "manager":
        yield replace(edge, kind=kinds.MEMBERSHIP_MANAGER, wanted=wanted, shown="manager")
    elif not is_wanted:
        yield replace(edge, kind=kinds.MEMBERSHIP_GRANTED, wanted=wanted, shown="member")


def former_users(work: Work, known: Collection[str]) -> dict[str, WantedUser]:
    """Deprovisioned users, settled, whose person is not suspended and none of the `known` (ids of the target)."""
    strangers = {
        person.id: person
        for person in work.people().values()
        if person.id not in known and person.state not in (TargetState.SUSPENDED, TargetState.UNKNOWN)
    }
    asked = [key for person in strangers.values() for key in _keys(person)]
    found: dict[str, WantedUser] = {}
    for start in range(0, len(asked), FORMER_KEYS):
        for record in work.store.find_former("User", asked[start : start + FORMER_KEYS]):
            if record.link.target_id in strangers and is_settled(record):
                found[record.id] = WantedUser.of(record)
    return found


def _keys(person: TargetUser) -> tuple[str, ...]:
    try:
        return keys.person_keys({"userName": person.email}, {})
    except InvalidValue:
        return ()
