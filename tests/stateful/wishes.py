"""The model: what the identity provider was promised, as plain values, and what each request does to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from tests.bridge import GROUP, PATCH, USER

Verb = Literal["POST", "PUT", "PATCH", "DELETE"]


@dataclass(frozen=True, slots=True)
class User:
    user_name: str
    name: str | None = None
    active: bool = True
    email: str | None = None
    external_id: str | None = None

    @property
    def address(self) -> str | None:
        """Where the invitation goes."""
        return self.email or (self.user_name if "@" in self.user_name else None)

    @property
    def called(self) -> str:
        return self.name or (self.address or self.user_name).partition("@")[0]

    def keys(self) -> set[str]:
        """No two users have one of them in common."""
        address = {f"address {self.address.lower()}"} if self.address else set()
        return {f"userName {self.user_name.lower()}"} | address


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    members: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Everybody and every group the identity provider may see, by id."""

    users: Mapping[str, User] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)

    def with_user(self, id: str, user: User) -> "Wanted":
        return replace(self, users={**self.users, id: user})

    def with_group(self, id: str, group: Group) -> "Wanted":
        return replace(self, groups={**self.groups, id: group})

    def without(self, id: str) -> "Wanted":
        users = {each: user for each, user in self.users.items() if each != id}
        groups = {each: replace(g, members=g.members - {id}) for each, g in self.groups.items() if each != id}
        return Wanted(users, groups)

    def groups_of(self, user_id: str) -> set[str]:
        return {id for id, group in self.groups.items() if user_id in group.members}


NEW = "new"
"""The id of what a POST makes, until it is known."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request; it can be sent again, and late. Of `changes` None clears, and what is absent is not stated."""

    verb: Verb
    kind: Literal["User", "Group"]
    id: str = NEW
    changes: Mapping[str, Any] = field(default_factory=dict)
    members: tuple[str, ...] | None = None
    how: Literal["add", "remove", "one", "replace", "clear"] = "replace"

    @property
    def path(self) -> str:
        return f"/{self.kind}s" + ("" if self.verb == "POST" else f"/{self.id}")

    def body(self) -> dict[str, Any] | None:
        if self.verb == "DELETE":
            return None
        stated = _document(self.changes)
        if self.verb == "PATCH":
            operations = [{"op": "replace", "path": path, "value": value} for path, value in stated.items()]
            return {"schemas": [PATCH], "Operations": operations + self._member_operations()}
        if self.members is not None:
            stated["members"] = _refs(self.members)
        return {"schemas": [USER if self.kind == "User" else GROUP], **stated}

    def _member_operations(self) -> list[dict[str, Any]]:
        if self.members is None:
            return []
        match self.how:
            case "clear":
                return [{"op": "remove", "path": "members"}]
            case "one":
                return [{"op": "remove", "path": f'members[value eq "{id}"]'} for id in self.members]
            case how:
                return [{"op": how, "path": "members", "value": _refs(self.members)}]

    # ── what it does ──────────────────────────────────────────────────────────────────────────────────────

    def applied(self, before: Wanted) -> Wanted | int:
        """What is wanted afterwards if nobody refuses, or the status with which the bridge itself refuses."""
        kept = before.users if self.kind == "User" else before.groups
        if self.verb != "POST" and self.id not in kept:
            return 404
        if self.verb == "DELETE":
            return before.without(self.id)
        return self._user(before) if self.kind == "User" else self._group(before)

    def _user(self, before: Wanted) -> Wanted | int:
        known = before.users.get(self.id)
        match self.verb, known:
            case "PATCH", User():
                after = replace(known, **self.changes)
            case "PUT", User():  # what is not stated is cleared, save `active` and `externalId` (docs/adr/0009)
                after = User(**{"active": known.active, "external_id": known.external_id, **self.changes})
            case _:
                after = User(**self.changes)
        others = (user for id, user in before.users.items() if id != self.id)
        if any(after.keys() & each.keys() for each in others):
            return 409
        return before.with_user(self.id, after)

    def _group(self, before: Wanted) -> Wanted | int:
        known = before.groups.get(self.id, Group(""))
        after = Group(self.changes.get("name", known.name), self._members(known.members, set(before.users)))
        others = (group for id, group in before.groups.items() if id != self.id)
        if any(_folded(after.name) == _folded(each.name) for each in others):
            return 409
        return before.with_group(self.id, after)

    def _members(self, known: frozenset[str], users: set[str]) -> frozenset[str]:
        if self.members is None:
            return known
        named = frozenset(self.members) & users
        if self.verb != "PATCH":
            return named
        match self.how:
            case "add":
                return known | named
            case "remove" | "one":
                return known - named
            case "replace":
                return named
            case "clear":
                return frozenset()


def _document(changes: Mapping[str, Any]) -> dict[str, Any]:
    words = {"user_name": "userName", "name": "displayName", "active": "active", "external_id": "externalId"}
    stated = {words[key]: value for key, value in changes.items() if key in words and value is not None}
    if changes.get("email"):
        stated["emails"] = [{"value": changes["email"], "type": "work", "primary": True}]
    return stated


def _refs(ids: tuple[str, ...]) -> list[dict[str, str]]:
    return [{"value": id} for id in ids]


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def shown(users: list[dict[str, Any]], groups: list[dict[str, Any]]) -> Wanted:
    """What SCIM's answers say, in the model's words."""
    return Wanted(
        {
            each["id"]: User(
                each["userName"], each.get("displayName"), each["active"],
                each["emails"][0]["value"] if each.get("emails") else None, each.get("externalId"),
            )
            for each in users
        },
        {
            each["id"]: Group(each["displayName"], frozenset(member["value"] for member in each.get("members", ())))
            for each in groups
        },
    )  # fmt: skip
