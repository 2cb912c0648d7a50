"""What identity providers do most, timed; what each step left behind, checked."""

import statistics
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from tests.bench.connection import Connection

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
LOOK_UPS = 300
RACERS = 8

Request = tuple[str, str, Any]


@dataclass
class Workload:
    connection: Connection
    size: int
    figures: dict[str, dict[str, float]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def run(self) -> None:
        users = self.people()
        self.look_ups(users)
        self.changes(users)
        self.groups(users)
        self.listing(users)
        self.leavers(users)

    def people(self) -> list[str]:
        self.timed("warm up", [("GET", "/Users?count=1", None)] * 30)
        made = self.timed("create user", (("POST", "/Users", _user(n)) for n in range(self.size)))
        status, _, _ = self.connection.send("POST", "/Users", _user(0))
        self.expect("a second user of the same name is 409", status == 409)
        return [document["id"] for document in made]

    def look_ups(self, users: list[str]) -> None:
        hits = self.timed(
            "find by userName", (("GET", _filter("Users", "userName", _name(n)), None) for n in self._some())
        )
        self.expect("each search finds one", all(document["totalResults"] == 1 for document in hits))
        misses = self.timed(
            "find nobody", (("GET", _filter("Users", "userName", f"x{n}@example.com"), None) for n in self._some())
        )
        self.expect("a search for nobody is empty", all(document["totalResults"] == 0 for document in misses))
        self.timed("get user", (("GET", f"/Users/{users[n]}", None) for n in self._some()))

    def changes(self, users: list[str]) -> None:
        off = {"op": "replace", "path": "active", "value": False}
        changed = self.timed("deactivate", (("PATCH", f"/Users/{users[n]}", _patch(off)) for n in self._some()))
        self.expect("who is deactivated is not active", not any(document["active"] for document in changed))
        put = self.timed("replace user", (("PUT", f"/Users/{users[n]}", _user(n, "Manager")) for n in self._some()))
        self.expect("who is replaced has the new title", all(document["title"] == "Manager" for document in put))

    def groups(self, users: list[str]) -> None:
        _, group, _ = self.connection.send("POST", "/Groups", {"schemas": [GROUP], "displayName": "Everybody"})
        path = f"/Groups/{group['id']}"
        self.timed("add one member", (("PATCH", path, _joins(user)) for user in users))
        edge = min(100, len(users))
        self.timed("add one again", (("PATCH", path, _joins(user)) for user in users[:edge]))
        self._members(path, len(users))
        self.timed("remove by filter", (("PATCH", path, _leaves(user)) for user in users[:edge]))
        self._members(path, len(users) - edge)
        self.timed("get group with members", [("GET", path, None)] * 20)
        self.timed("get group without members", [("GET", f"{path}?excludedAttributes=members", None)] * 50)
        _, other, _ = self.connection.send("POST", "/Groups", {"schemas": [GROUP], "displayName": "All at once"})
        self.timed("add all members at once", [("PATCH", f"/Groups/{other['id']}", _joins(*users))])
        self._members(f"/Groups/{other['id']}", len(users))
        self.race(users[: min(200, len(users))])

    def race(self, users: list[str]) -> None:
        """Eight clients fill one group at once: no member may be lost."""
        _, group, _ = self.connection.send("POST", "/Groups", {"schemas": [GROUP], "displayName": "Race"})
        path = f"/Groups/{group['id']}"
        with ThreadPoolExecutor(RACERS) as clients:
            answers = list(clients.map(lambda user: self.connection.send("PATCH", path, _joins(user)), users))
        self._note(f"add one member, {RACERS} clients", answers)
        self._members(path, len(users))

    def listing(self, users: list[str]) -> None:
        pages = range(1, len(users) + 1, 100)
        read = self.timed("list 100 users", (("GET", f"/Users?startIndex={start}&count=100", None) for start in pages))
        seen = {user["id"] for page in read for user in page["Resources"]}
        self.expect("paging shows everybody once", seen == set(users))

    def leavers(self, users: list[str]) -> None:
        self.timed("delete user", (("DELETE", f"/Users/{user}", None) for user in users))
        status, _, _ = self.connection.send("GET", f"/Users/{users[0]}")
        self.expect("who is deleted is 404", status == 404)

    def timed(self, name: str, requests: Iterable[Request]) -> list[Any]:
        answers = [self.connection.send(*request) for request in requests]
        self._note(name, answers)
        return [document for _, document, _ in answers]

    def expect(self, fact: str, holds: bool) -> None:
        if not holds:
            self.wrong.append(fact)

    def _note(self, name: str, answers: list[tuple[int, Any, float]]) -> None:
        times = sorted(seconds * 1000 for _, _, seconds in answers)
        refused = sum(status >= 300 for status, _, _ in answers)
        self.expect(f"{name}: every request succeeds", refused == 0)
        self.figures[name] = {
            "requests": len(times),
            "median_ms": round(statistics.median(times), 3),
            "p99_ms": round(times[max(0, -(-len(times) * 99 // 100) - 1)], 3),
            "first_100_ms": round(statistics.median(seconds * 1000 for _, _, seconds in answers[:100]), 3),
            "last_100_ms": round(statistics.median(seconds * 1000 for _, _, seconds in answers[-100:]), 3),
        }

    def _members(self, path: str, expected: int) -> None:
        _, group, _ = self.connection.send("GET", path)
        found = len(group.get("members", ()))
        self.expect(f"the group has {expected} members, not {found}", found == expected)

    def _some(self) -> range:
        return range(min(LOOK_UPS, self.size))


def _name(n: int) -> str:
    return f"user{n:06d}@example.com"


def _user(n: int, title: str = "Engineer") -> dict[str, Any]:
    return {
        "schemas": [USER, ENTERPRISE],
        "userName": _name(n),
        "externalId": f"external-{n:06d}",
        "name": {"givenName": f"Given{n}", "familyName": f"Family{n}"},
        "displayName": f"Given{n} Family{n}",
        "title": title,
        "active": True,
        "emails": [{"value": _name(n), "type": "work", "primary": True}],
        "phoneNumbers": [{"value": f"+1555{n:07d}", "type": "work"}],
        "addresses": [{"type": "work", "streetAddress": f"{n} Main St", "locality": "Springfield", "country": "US"}],
        ENTERPRISE: {"employeeNumber": str(n), "department": "Tour Operations"},
    }


def _patch(*operations: dict[str, Any]) -> dict[str, Any]:
    return {"schemas": [PATCH], "Operations": list(operations)}


def _joins(*users: str) -> dict[str, Any]:
    return _patch({"op": "add", "path": "members", "value": [{"value": user} for user in users]})


def _leaves(user: str) -> dict[str, Any]:
    return _patch({"op": "remove", "path": f'members[value eq "{user}"]'})


def _filter(endpoint: str, attribute: str, value: str) -> str:
    wanted = f'{attribute} eq "{value}"'
    return f"/{endpoint}?filter={quote(wanted)}"
