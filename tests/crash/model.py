"""What an account has to show once everything is settled, and how what it shows differs from that."""

from collections import Counter
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from scim.jobs.groups import MARK

SUSPENDED = ("SUSPENDED", "TRANSFER_SUSPENDED")
BRIDGE = "bridge@example.com"


@dataclass
class Person:
    """`address`: by which the target knows them; None if it does not. `listed`: SCIM shows them. `state`: theirs in the
    target while they are not suspended. `mails`: invitations they were sent. `gone`: deleted there by hand, which
    nobody has noticed.
    """

    user_name: str
    name: str
    address: str | None
    active: bool = True
    listed: bool = True
    state: str = "TRANSFER_PENDING"
    mails: int = 1
    stranger: bool = False
    gone: bool = False

    @property
    def expected_state(self) -> str:
        if self.stranger:
            return self.state
        if not (self.listed and self.active):
            return "suspended"
        return "ACTIVE" if self.state == "TRANSFER_ACCEPTED" else self.state


@dataclass
class Model:
    """`called`: the name in the target of a group that it did not rename. `owed`: users, groups and memberships
    that the target refuses or that wait for somebody, so that they stay owed and shown.
    """

    people: list[Person] = field(default_factory=list)
    groups: dict[str, set[str]] = field(default_factory=dict)
    called: dict[str, str] = field(default_factory=dict)
    owed: tuple[int, int, int] = (0, 0, 0)

    def copy(self) -> "Model":
        return deepcopy(self)

    def person(self, user_name: str) -> Person:
        return next(person for person in self.people if person.listed and person.user_name == user_name)

    def listed(self) -> list[str]:
        return [person.user_name for person in self.people if person.listed]

    def join(self, user_name: str, name: str) -> None:
        """A newcomer; or who is in the target already, as a stranger or from an earlier time."""
        known = next((each for each in self.people if each.address == user_name and not each.listed), None)
        if known is None:
            self.people.append(Person(user_name, name, user_name))
            return
        if known.stranger and known.state in SUSPENDED:
            known.state = "ACTIVE"
        known.stranger, known.listed, known.active = False, True, True
        known.user_name, known.name = user_name, name

    def leave(self, user_name: str) -> None:
        self.person(user_name).listed = False
        for members in self.groups.values():
            members.discard(user_name)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a bridge and its target show. `users` and `groups`: what SCIM does. `links`: the ids in the target by user
    name or display name.
    """

    world: Mapping[str, list[dict[str, Any]]]
    untouchable: Mapping[str, list[dict[str, Any]]]
    users: list[tuple[str, str, bool]]
    groups: list[tuple[str, tuple[str, ...]]]
    links: Mapping[str, str | None]
    mails: Mapping[str, int]
    backlog: tuple[int, int, int, int]


def differences(model: Model, shown: Shown) -> list[str]:
    """In sentences that begin with the kind: LOST, DUPLICATED, INVITED TWICE, NOT CONVERGED, TOUCHED."""
    return [
        *_people(model, shown),
        *_groups(model, shown),
        *_scim(model, shown),
        *_links(model, shown),
        *_mails(model, shown),
        *([] if shown.backlog == (*model.owed, 0) else [f"NOT CONVERGED: the backlog is {shown.backlog}"]),
        *_untouchable(shown),
    ]


def _people(model: Model, shown: Shown) -> Iterable[str]:
    known = {person["id"] for person in shown.untouchable["people"]}
    listed = [each for each in shown.world["people"] if each["id"] not in known]
    there = {each["email"]: each for each in listed}
    yield from (f"DUPLICATED: {each['email']}" for each in listed if each is not there[each["email"]])
    expected = {person.address: person for person in model.people if person.address and not person.gone}
    yield from (f"LOST: nobody has the address {email}" for email in sorted(expected.keys() - there.keys()))
    yield from (f"DUPLICATED: {email} should not be there" for email in sorted(there.keys() - expected.keys()))
    for email in expected.keys() & there.keys():
        person, found = expected[email], there[email]
        state = "suspended" if found["state"] in SUSPENDED and not person.stranger else found["state"]
        if state != person.expected_state:
            yield f"NOT CONVERGED: {email} is {found['state']}, not {person.expected_state}"
        if (person.listed or person.stranger) and found["name"] != person.name:
            yield f"NOT CONVERGED: {email} is called {found['name']!r}, not {person.name!r}"


def _groups(model: Model, shown: Shown) -> Iterable[str]:
    known = {group["id"] for group in shown.untouchable["groups"]}
    there = [each for each in shown.world["groups"] if each["id"] not in known]
    counts = Counter(each["name"] for each in there)
    expected = {model.called.get(name, name): members for name, members in model.groups.items()}
    yield from (f"LOST: there is no group {name!r}" for name in expected if not counts[name])
    yield from (f"DUPLICATED: {count} groups {name!r}" for name, count in counts.items() if count > 1)
    addresses = {
        each.user_name: each.address for each in model.people if each.listed and not each.gone and each.address
    }
    for each in there:
        if each["name"] not in expected:
            yield f"DUPLICATED: the group {each['name']!r} should not be there"
            continue
        if not each["description"].startswith(MARK):
            yield f"NOT CONVERGED: the group {each['name']!r} has lost its mark"
        wanted = {addresses[user_name] for user_name in expected[each["name"]] if user_name in addresses}
        members = Counter(member for member in each["members"] if member != BRIDGE)
        yield from (f"LOST: {email} is no member of {each['name']!r}" for email in wanted - members.keys())
        yield from (f"DUPLICATED: {email} is a member of {each['name']!r}" for email in members.keys() - wanted)


def _scim(model: Model, shown: Shown) -> Iterable[str]:
    users: list[object] = [(each.user_name, each.name, each.active) for each in model.people if each.listed]
    groups: list[object] = [(name, tuple(sorted(members))) for name, members in model.groups.items()]
    for wanted, seen in ((users, shown.users), (groups, shown.groups)):
        expected, there = Counter(wanted), Counter[object](seen)
        yield from (f"LOST: SCIM does not show {each}" for each in expected - there)
        yield from (f"DUPLICATED: SCIM shows {each}" for each in there - expected)


def _links(model: Model, shown: Shown) -> Iterable[str]:
    """Whoever is linked to nobody, or to somebody else, is not reached by the next change."""
    people = {each["email"]: each["id"] for each in shown.world["people"]}
    groups = {each["name"]: each["id"] for each in shown.world["groups"]}
    expected = {
        each.user_name: people.get(each.address or "") for each in model.people if each.listed and not each.gone
    }
    expected |= {name: groups.get(model.called.get(name, name)) for name in model.groups}
    for name, id in expected.items():
        if shown.links.get(name) != id:
            yield f"NOT CONVERGED: {name!r} is linked to {shown.links.get(name)}, not {id}"


def _mails(model: Model, shown: Shown) -> Iterable[str]:
    expected = Counter({each.address: each.mails for each in model.people if each.address and each.mails})
    for email, count in shown.mails.items():
        if count > expected[email]:
            yield f"INVITED TWICE: {email} {count} times, not {expected[email]}"
    yield from (f"LOST: {email} was not invited" for email in expected if email not in shown.mails)


def _untouchable(shown: Shown) -> Iterable[str]:
    for kind in ("people", "groups"):
        there = {each["id"]: each for each in shown.world[kind]}
        for before in shown.untouchable[kind]:
            after = there.get(before["id"], {})
            # whoever makes a group is in it: that one group says so, and is none of these
            if {**after, "groups": 0} != {**before, "groups": 0}:
                yield f"TOUCHED: {before['name']} is {after or 'gone'}"
