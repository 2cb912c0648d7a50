"""Who and what is in the stand-in's Google Workspace. A test changes it between two reads, or in the midst of one."""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.directory import recorded

Document = dict[str, Any]
CUSTOMER = "C00example"
ADMIN = "scim-bridge-admin@example.com"
FIRST_ID = 101_000_000_000_000_000_000
USER_ROW = recorded.row("users.list, first page", "users")
DELETED = recorded.row("users.list, deleted in the last 20 days", "users")
GROUP_ROW = recorded.row("groups.list, first page", "groups")
MEMBER_ROWS = recorded.answer("members.list: user, nested group, manager, external, suspended")[1]["members"]
EVERYBODY_ROW = recorded.row("members.list: the whole customer", "members")


@dataclass
class Person:
    id: str
    email: str
    given: str = "Barbara"
    family: str = "Jensen"
    suspended: bool = False
    archived: bool = False
    unit: str = "/Staff"
    department: str = "Engineering"
    aliases: list[str] = field(default_factory=list)
    guest: bool = False
    deleted: bool = False  # in no list, but still shown to who asks by id

    def row(self) -> Document:
        full_name = f"{self.given} {self.family}"
        said = {
            "id": self.id,
            "primaryEmail": self.email,
            "name": {"givenName": self.given, "familyName": self.family, "fullName": full_name},
            "emails": [{"address": self.email, "primary": True}],
            "suspended": self.suspended,
            "archived": self.archived,
            "orgUnitPath": self.unit,
            "organizations": [{**USER_ROW["organizations"][0], "department": self.department}],
        }
        more: Document = {"aliases": self.aliases} if self.aliases else {}
        more |= {"isGuestUser": True} if self.guest else {}
        more |= {"deletionTime": DELETED["deletionTime"]} if self.deleted else {}
        return {**USER_ROW, **said, **more}


@dataclass
class Team:
    """`rows` by id: people, nested teams, outsiders, or everybody. `count`: what the group says, unless it is true."""

    id: str
    email: str
    name: str
    rows: dict[str, str] = field(default_factory=dict)
    count: str | None = None

    def row(self) -> Document:
        people = sum(1 for kind in self.rows.values() if kind in ("person", "outsider"))
        count = self.count if self.count is not None else str(people)
        return {**GROUP_ROW, "id": self.id, "email": self.email, "name": self.name, "directMembersCount": count}


@dataclass
class World:
    people: dict[str, Person] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    unlisted: set[str] = field(default_factory=set)  # teams that can be asked for, but are in no list
    _order: list[tuple[str, str]] = field(default_factory=list)
    _made: int = 0

    def hire(self, email: str, **said: Any) -> Person:
        self._made += 1
        person = Person(str(FIRST_ID + self._made), email, **said)
        self.people[person.id] = person
        self._order.clear()
        return person

    def dismiss(self, person: Person) -> None:
        del self.people[person.id]
        self._order.clear()
        for team in self.teams.values():
            team.rows.pop(person.id, None)

    def team(self, email: str, *members: Person | Team, name: str = "") -> Team:
        self._made += 1
        team = Team(f"00team{self._made:06}", email, name or email.partition("@")[0].title())
        self.teams[team.id] = team
        for member in members:
            self.join(team, member)
        return team

    def join(self, team: Team, member: Person | Team) -> None:
        team.rows[member.id] = "person" if isinstance(member, Person) else "team"

    def invite_outsider(self, team: Team, number: int, *, external: bool = False) -> None:
        team.rows[str(109_999_999_999_999_999_000 + number)] = "external" if external else "outsider"

    def invite_everybody(self, team: Team) -> None:
        team.rows[CUSTOMER] = "everybody"

    def renamed(self) -> None:
        """After an address was changed from outside: the lists are sorted by it."""
        self._order.clear()

    # ── what is listed ────────────────────────────────────────────────────────────────────────────────────

    def users_after(self, last: str, most: int) -> tuple[list[Document], str]:
        """Rows, and the address of the last of them if there are more, as for every list."""
        self._order = self._order or sorted(
            (person.email, person.id) for person in self.people.values() if not person.deleted
        )
        found, following = _page(self._order, last, most)
        return [self.people[id].row() for _, id in found], following

    def groups_after(self, last: str, most: int) -> tuple[list[Document], str]:
        order = sorted((team.email, team.id) for team in self.teams.values() if team.id not in self.unlisted)
        found, following = _page(order, last, most)
        return [self.teams[id].row() for _, id in found], following

    def members_after(self, team: Team, last: str, most: int, *, derived: bool) -> tuple[list[Document], str]:
        rows = self._derived(team) if derived else team.rows
        found, following = _page(sorted((id, id) for id in rows), last, most)
        return [self._member(id, rows[id]) for id, _ in found], following

    def _derived(self, team: Team) -> dict[str, str]:
        rows: dict[str, str] = {}
        waiting = [team]
        while waiting:
            fresh = {id: kind for id, kind in waiting.pop().rows.items() if id not in rows}
            rows |= fresh
            waiting += [self.teams[id] for id, kind in fresh.items() if kind == "team" and id in self.teams]
        return rows

    def _member(self, id: str, kind: str) -> Document:
        if kind == "everybody":
            return EVERYBODY_ROW
        row = {**MEMBER_ROWS[0], "id": id, "role": "MEMBER"}
        match kind:
            case "person":
                person = self.people.get(id)
                status = "SUSPENDED" if person and person.suspended else "ACTIVE"
                return {**row, "email": person.email if person else "gone@example.com", "status": status}
            case "team":
                email = self.teams[id].email if id in self.teams else "team@example.net"
                return {**row, "email": email, "type": "GROUP"}
            case _:
                del row["status"]
                return {**row, "email": f"{id}@example.net", "type": "EXTERNAL" if kind == "external" else "USER"}


def _page(order: list[tuple[str, str]], last: str, most: int) -> tuple[list[tuple[str, str]], str]:
    start = bisect_right(order, last, key=lambda each: each[0]) if last else 0
    found = order[start : start + most]
    return found, found[-1][0] if start + most < len(order) else ""


def company(people: int, teams: int, size: Callable[[int], int] = lambda _: 20) -> World:
    """`size(n)`: people in the n-th team. Every fifth team is nested in the one before it; the last two hold each
    other.
    """
    world = World()
    names = ("Ada", "Bo", "Cleo", "Dev"), ("Quist", "Lange", "Ferro", "Iyer", "Jensen")
    hired = [
        world.hire(
            f"person{number:06}@example.com",
            given=names[0][number % 4],
            family=names[1][number % 5],
            suspended=number % 50 == 49,
            department=f"Department {number % 40}",
            unit=f"/Staff/Unit {number % 25}",
        )
        for number in range(people)
    ]
    made: list[Team] = []
    for number in range(teams):
        first = number * people // max(teams, 1)
        team = world.team(f"team{number:04}@example.com", *(hired[(first + n) % people] for n in range(size(number))))
        if number % 5 == 4:
            world.join(made[-1], team)
        made.append(team)
    if teams > 1:
        world.join(made[-1], made[-2])
        world.join(made[-2], made[-1])
    return world
