"""The two accounts a machine is run against, with the same things that people do there by hand."""

import hashlib
import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from scim.ports import Clock, Target
from scim.targets.embedded import EmbeddedTarget
from scim.targets.onepassword import OnePasswordTarget
from scim.targets.op import Op
from scim.targets.op_process import Answer
from tests.op import seed
from tests.op.account import InMemory
from tests.op.world import World
from tests.simulation.installation import KeptSecrets

FAST = 1e9  # calls per second: pace is not what is tried here
SUSPENDED = {"SUSPENDED", "TRANSFER_SUSPENDED"}
INVITED = {"TRANSFER_PENDING", "TRANSFER_STARTED"}
ACCEPTED = "TRANSFER_ACCEPTED"


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    email: str
    name: str
    state: str
    type: str

    @property
    def suspended(self) -> bool:
        return self.state in SUSPENDED


@dataclass(frozen=True, slots=True)
class Team:
    """`roles`: MEMBER or MANAGER by person; who made the group for the bridge is left out."""

    id: str
    name: str
    description: str
    type: str
    roles: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class View:
    """The account at one moment."""

    people: Mapping[str, Person]
    groups: Mapping[str, Team]

    def at(self, email: str) -> Person | None:
        return next((each for each in self.people.values() if each.email.lower() == email.lower()), None)

    def groups_of(self, person_id: str) -> dict[str, str]:
        return {group.id: group.roles[person_id] for group in self.groups.values() if person_id in group.roles}

    def owners(self) -> set[str]:
        return {id for group in self.groups.values() if group.type == "OWNERS" for id in group.roles}


class Account(Protocol):
    def target(self, clock: Clock) -> Target:
        """As a process that has just started sees it."""
        ...

    def view(self) -> View: ...
    def add_person(self, email: str, name: str, state: str) -> None: ...
    def change_person(self, id: str, **values: str) -> None: ...
    def remove_person(self, id: str) -> None: ...
    def rename_group(self, id: str, name: str) -> None: ...
    def remove_group(self, id: str) -> None: ...
    def set_role(self, group_id: str, person_id: str, role: str | None) -> None: ...


class Embedded:
    """The account that comes with the bridge, in memory."""

    def __init__(self, domains: tuple[str, ...]) -> None:
        self._target = EmbeddedTarget(":memory:", allowed_domains=domains)
        self._target.add_person("guest@example.org", "Gail Guest", type="GUEST")
        self._target.add_group("Stewards", "By hand")

    def target(self, _: Clock) -> Target:
        return self._target

    def view(self) -> View:
        with self._target._account.transaction() as db:
            people = [Person(*row) for row in db.execute("SELECT id, email, name, state, type FROM people")]
            roles: dict[str, dict[str, str]] = {}
            for group, user, role in db.execute("SELECT group_id, user_id, role FROM members"):
                roles.setdefault(group, {})[user] = role
            rows = db.execute("SELECT id, name, description, type FROM groups").fetchall()
        groups = {id: Team(id, name, about, type, roles.get(id, {})) for id, name, about, type in rows}
        return View({each.id: each for each in people}, groups)

    def add_person(self, email: str, name: str, state: str) -> None:
        self._target.add_person(email, name, state)

    def change_person(self, id: str, **values: str) -> None:
        for column, value in values.items():
            self._write(f"UPDATE people SET {column} = ? WHERE id = ?", value, id)

    def remove_person(self, id: str) -> None:
        self._target.remove_person(id)

    def rename_group(self, id: str, name: str) -> None:
        self._write("UPDATE groups SET name = ? WHERE id = ?", name, id)

    def remove_group(self, id: str) -> None:
        self._write("DELETE FROM members WHERE group_id = ?", id)
        self._write("DELETE FROM groups WHERE id = ?", id)

    def set_role(self, group_id: str, person_id: str, role: str | None) -> None:
        self._write("DELETE FROM members WHERE group_id = ? AND user_id = ?", group_id, person_id)
        if role:
            self._write("INSERT INTO members VALUES (?, ?, ?)", group_id, person_id, role)

    def _write(self, statement: str, *values: str) -> None:
        with self._target._account.transaction() as db:
            db.execute(statement, values)


class OnePassword:
    """The stand-in for `op`, without processes."""

    def __init__(self, clock: Clock, domains: tuple[str, ...]) -> None:
        self._account = InMemory(World(clock=clock, entropy=_entropy()))
        self._account.set_account(domains=list(domains))

    def target(self, clock: Clock) -> Target:
        secrets = KeptSecrets(scimsession=json.dumps(self._account.session))
        return OnePasswordTarget(Op("op", secrets, FAST, clock, run=self._run, sleep=_no_sleep, environ={}), clock)

    def _run(self, argv: Sequence[str], env: Mapping[str, str], stdin: bytes, _: float) -> Answer:
        answer = self._account.run(list(argv[1:]), dict(env), stdin)
        return Answer(answer.code, answer.stdout, answer.stderr)

    def view(self) -> View:
        kept = self._account.kept
        people = {
            id: Person(id, *(str(p[k]) for k in ("email", "name", "state", "type"))) for id, p in kept.people.items()
        }
        groups = {id: self._team(id) for id in kept.groups}
        return View(people, groups)

    def _team(self, id: str) -> Team:
        name, about, type = (str(self._account.kept.groups[id][key]) for key in ("name", "description", "type"))
        roles = self._account.kept.members.get(id, {})
        return Team(id, name, about, type, {user: role for user, role in roles.items() if user != seed.BRIDGE})

    def add_person(self, email: str, name: str, state: str) -> None:
        self._account.add_person(email, name, state)

    def change_person(self, id: str, **values: str) -> None:
        world = self._account.kept
        world.change_person(world.people[id], **values)

    def remove_person(self, id: str) -> None:
        self._account.remove_person(id)

    def rename_group(self, id: str, name: str) -> None:
        self._account.set_group(id, name=name)

    def remove_group(self, id: str) -> None:
        self._account.remove_group(id)

    def set_role(self, group_id: str, person_id: str, role: str | None) -> None:
        self._account.set_role(group_id, person_id, role)


def _entropy() -> Callable[[int], bytes]:
    """The same in each run, so that what was found is found again."""
    count = itertools.count()
    return lambda size: hashlib.shake_256(str(next(count)).encode()).digest(size)


def _no_sleep(_: float) -> None:
    """Whoever repeats does so at once."""


DOMAINS = ("example.com",)
AccountName = Literal["embedded", "onepassword"]
ACCOUNTS: Mapping[AccountName, Callable[[Clock], Account]] = {
    "embedded": lambda _: Embedded(DOMAINS),
    "onepassword": lambda clock: OnePassword(clock, DOMAINS),
}
