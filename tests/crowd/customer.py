"""An identity provider with people and groups of its own, and with groups that it shares with others.

What it owns nobody else changes, so what it wanted last is what must be there, whatever the others did meanwhile.
"""

import random
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.bridge import GROUP, PATCH, USER
from tests.op.account import StandIn

ATTEMPTS = 20
REQUEST_SECONDS = 60.0


class UnexpectedAnswer(Exception):
    """Not one of those a repeated request may get."""


@dataclass
class Person:
    """`id` is None while they are deleted."""

    address: str
    id: str | None = None
    name: str = ""
    active: bool = True
    known: bool = False


@dataclass
class Customer:
    """`shared`: id of a group → addresses of own people whom this one wants in it. Own groups go by their name."""

    chance: random.Random
    urls: Sequence[str]
    token: str
    account: StandIn
    people: list[Person]
    shared: dict[str, set[str]]
    groups: dict[str, tuple[str, set[str]]] = field(default_factory=dict)
    names: int = 0
    done: int = 0

    def __post_init__(self) -> None:
        self._http = requests.Session()
        self._http.headers.update(Authorization=f"Bearer {self.token}")

    def act(self) -> None:
        """One of all things an identity provider does, or somebody accepts who was invited."""
        acts: list[tuple[Callable[[], None], int]] = [
            (self.join, 5), (self.join_twice, 1), (self.rename, 3), (self.suspend, 2), (self.reactivate, 2),
            (self.leave, 1), (self.make_group, 1), (self.rename_group, 1), (self.drop_group, 1),
            (self.change_group, 4), (self.change_shared, 6), (self.accept, 3),
        ]  # fmt: skip
        done = self.done
        for _ in range(ATTEMPTS):  # not everything can be done at any time
            self.chance.choices([act for act, _ in acts], [weight for _, weight in acts])[0]()
            if self.done > done:
                return

    # ── people ────────────────────────────────────────────────────────────────────────────────────────────

    def join(self) -> None:
        if person := self._any(lambda each: each.id is None):
            person.name, person.active, person.known = f"{person.address[:3]} {self.chance.random():.3f}", True, True
            person.id = self._send("POST", "/Users", _user(person), 201, 409).get("id")
            person.id = person.id or self._found(person)  # sent again, because its answer was lost

    def join_twice(self) -> None:
        if person := self._any(lambda each: each.id is not None):
            self._send("POST", "/Users", _user(person), 409)

    def rename(self) -> None:
        if person := self._any(lambda each: each.id is not None):
            person.name = f"{person.address[:3]} {self.chance.random():.3f}"
            self._patch(f"/Users/{person.id}", {"op": "replace", "path": "displayName", "value": person.name})

    def suspend(self) -> None:
        self._switch(active=False)

    def reactivate(self) -> None:
        self._switch(active=True)

    def leave(self) -> None:
        if person := self._any(lambda each: each.id is not None):
            self._send("DELETE", f"/Users/{person.id}", None, 204, 404)
            person.id = None
            for members in (*self.shared.values(), *(members for _, members in self.groups.values())):
                members.discard(person.address)

    def accept(self) -> None:
        person = self.chance.choice(self.people)
        with suppress(LookupError, ValueError):  # not invited yet, or already there
            self.account.accept(person.address)
            self.done += 1

    def _switch(self, *, active: bool) -> None:
        if person := self._any(lambda each: each.id is not None and each.active is not active):
            person.active = active
            self._patch(f"/Users/{person.id}", {"op": "replace", "value": {"active": active}})

    # ── groups ────────────────────────────────────────────────────────────────────────────────────────────

    def make_group(self) -> None:
        name = self._new_name()
        body = {"schemas": [GROUP], "displayName": name}
        made = self._send("POST", "/Groups", body, 201, 409)
        id = (
            made.get("id")
            or self._send("GET", f'/Groups?filter=displayName eq "{name}"', None, 200)["Resources"][0]["id"]
        )
        self.groups[id] = (name, set())

    def rename_group(self) -> None:
        if self.groups:
            id = self.chance.choice(list(self.groups))
            name = self._new_name()
            self.groups[id] = (name, self.groups[id][1])
            self._patch(f"/Groups/{id}", {"op": "replace", "path": "displayName", "value": name})

    def drop_group(self) -> None:
        if len(self.groups) > 1:
            id = self.chance.choice(list(self.groups))
            del self.groups[id]
            self._send("DELETE", f"/Groups/{id}", None, 204, 404)

    def change_group(self) -> None:
        if self.groups:
            id = self.chance.choice(list(self.groups))
            self._change(id, self.groups[id][1])

    def change_shared(self) -> None:
        id = self.chance.choice(list(self.shared))
        self._change(id, self.shared[id])

    def _change(self, id: str, members: set[str]) -> None:
        there = [each for each in self.people if each.id is not None]
        if not there:
            return
        chosen = self.chance.sample(there, min(len(there), self.chance.randint(1, 3)))
        come = [each for each in chosen if each.address not in members]
        go = [each for each in chosen if each.address in members]
        operations: list[dict[str, Any]] = [
            {"op": "remove", "path": f'members[value eq "{person.id}"]'} for person in go
        ]
        if come:
            operations.append({"op": "add", "path": "members", "value": [{"value": person.id} for person in come]})
        members.difference_update(each.address for each in go)
        members.update(each.address for each in come)
        self._patch(f"/Groups/{id}", *operations)

    # ── how ───────────────────────────────────────────────────────────────────────────────────────────────

    def _any(self, fits: Callable[[Person], bool]) -> Person | None:
        fitting = [person for person in self.people if fits(person)]
        return self.chance.choice(fitting) if fitting else None

    def _found(self, person: Person) -> str:
        found = self._send("GET", f'/Users?filter=userName eq "{person.address}"', None, 200)["Resources"]
        id: str = found[0]["id"]
        return id

    def _new_name(self) -> str:
        self.names += 1
        return f"Group {self.people[0].address[:3]} {self.names}"

    def _patch(self, path: str, *operations: dict[str, Any]) -> None:
        self._send("PATCH", path, {"schemas": [PATCH], "Operations": list(operations)}, 200, 204)

    def _send(self, method: str, path: str, body: Any, *statuses: int) -> dict[str, Any]:
        """By any server; what is answered by a 429 or 503 is sent again, as identity providers do."""
        self.done += 1
        for attempt in range(ATTEMPTS):
            answer = self._http.request(
                method, f"{self.chance.choice(self.urls)}{path}", json=body, timeout=REQUEST_SECONDS
            )
            if answer.status_code in statuses:
                shown: dict[str, Any] = answer.json() if answer.content else {}
                return {} if answer.status_code == 409 else shown
            if answer.status_code not in (429, 503):
                break
            time.sleep(0.05 * attempt)
        raise UnexpectedAnswer(f"{method} {path}: {answer.status_code} {answer.text[:500]}")


def _user(person: Person) -> dict[str, Any]:
    return {"schemas": [USER], "userName": person.address, "displayName": person.name, "active": person.active}
