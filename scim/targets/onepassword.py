"""A 1Password account as `ports.Target`, through `op`. Facts about its commands, states and answers: docs/1password.md.

What is there is read before it is made, since 1Password makes a second group of the same name, and what it says to a
second invitation is not known. Every other verb acts first and looks only if `op` objects: what is asked for may be so
already.
"""

import copy
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from scim.identity import email_key
from scim.ports import Clock
from scim.records import (
    Document,
    Finding,
    MissingInTarget,
    RefusedByTarget,
    TargetGroup,
    TargetMember,
    TargetState,
    TargetUnavailable,
    TargetUser,
    UnsupportedByTarget,
)
from scim.targets import onepassword_preflight as preflight
from scim.targets import onepassword_records as read
from scim.targets.onepassword_memory import Memory
from scim.targets.op import Op
from scim.targets.op_errors import Unknown, Unspeakable

Item = TypeVar("Item")

_OBJECTIONS = (MissingInTarget, RefusedByTarget, Unknown)
"""Answers about this one thing, not about the account or the bridge."""

OWN = "the bridge's own user"
OWNER = "an owner of the account"
_NOT_YET = "1Password does not suspend a person who has not finished signing up; the bridge tries again."


class OnePasswordTarget:
    """`ports.Target`. Views made by `until` share the session, the pace and what was seen lately."""

    def __init__(self, op: Op, clock: Clock = time.time) -> None:
        self._op = op
        self._memory = Memory(clock)

    def until(self, ends: float) -> "OnePasswordTarget":
        bounded = copy.copy(self)
        bounded._op = self._op.until(ends)  # noqa: SLF001 - its own
        return bounded

    def calls_made(self) -> int:
        return self._op.calls_made()

    def preflight(self) -> list[Finding]:
        return preflight.findings(self._op, self.protected)

    def protected(self) -> Mapping[str, str]:
        group_id = self._owners_id()
        if not group_id:
            return {self._own_id(): OWN}
        owners = {member.user_id: OWNER for member in self._all_members(group_id)}
        if not owners:
            raise TargetUnavailable("1Password shows no owner of the account, so the bridge cannot tell whom to spare.")
        return {**owners, self._own_id(): OWN}

    # ── people ────────────────────────────────────────────────────────────────────────────────────────────

    def user(self, id: str) -> TargetUser | None:
        try:
            raw = self._op.read("user", "get", "--", id)
        except MissingInTarget:
            return None
        found = _understood(read.user, raw)
        # `op` takes a name for an id, too: somebody may be called like the id of somebody who is gone
        return None if read.is_gone(raw) or found.id != id else found

    def find_user(self, email: str) -> TargetUser | None:
        return _with_address(self.users(), email)

    def users(self) -> list[TargetUser]:
        began = self._memory.changes
        raws = self._op.read_all("user", "list")
        listed = [_understood(read.user, raw) for raw in raws if not read.is_gone(raw)]
        if not listed and self.user(self._own_id()):  # nobody else need be there
            raise TargetUnavailable("1Password shows nobody in the account, which cannot be.")
        self._memory.keep_people(listed, began)
        return listed

    def invite(self, email: str, name: str) -> TargetUser:
        if known := self._known_by(email):
            return known
        try:
            made = _understood(read.user, self._op.create("user", "provision", f"--email={email}", f"--name={name}"))
        except Unspeakable:
            raise
        except _OBJECTIONS:
            if known := self.find_user(email):
                return known
            raise
        except TargetUnavailable:
            self._memory.forget()
            raise
        self._memory.add(made)
        return made

    def confirm(self, id: str) -> None:
        if not self._was_seen_accepted(id):
            state = self._fresh(id).state
            if state is TargetState.ACTIVE:
                return
            if state is not TargetState.ACCEPTED:
                raise RefusedByTarget(f"Only a person who accepted can be confirmed; this one is {state}.")
        self._change(id, ("user", "confirm", "--", id), lambda: self._shows(id, TargetState.ACTIVE))

    def rename(self, id: str, name: str) -> None:
        self._change(id, ("user", "edit", f"--name={name}", "--", id), lambda: self._fresh(id).name == name)

    def change_email(self, id: str, email: str) -> None:  # noqa: ARG002 - nobody's is changed
        raise UnsupportedByTarget(
            f"Only the person can change their sign-in address, to {email}, on their profile at 1Password.com."
        )

    def suspend(self, id: str) -> None:
        """Should 1Password refuse it until a leaver has finished signing up, they stay to be suspended."""

        def suspended() -> bool:
            state = self._fresh(id).state
            if state in {TargetState.INVITED, TargetState.ACCEPTED}:
                raise TargetUnavailable(_NOT_YET)
            return state is TargetState.SUSPENDED

        self._change(id, ("user", "suspend", "--", id), suspended)

    def reactivate(self, id: str) -> None:
        self._change(id, ("user", "reactivate", "--", id), lambda: not self._shows(id, TargetState.SUSPENDED))

    # ── groups ────────────────────────────────────────────────────────────────────────────────────────────

    def group(self, id: str) -> TargetGroup | None:
        try:
            raw = self._op.read("group", "get", "--", id)
        except MissingInTarget:
            return None
        found = _understood(read.whole_group, raw)
        return None if read.is_gone(raw) or found.id != id else found

    def groups(self) -> list[TargetGroup]:
        began = self._memory.changes
        raws = self._op.read_all("group", "list")
        listed = [_understood(read.group, raw) for raw in raws if not read.is_gone(raw)]
        if not listed and self._is_in_a_group():
            raise TargetUnavailable("1Password shows no group in the account, which cannot be.")
        self._memory.keep_groups(listed, began)
        return listed

    def create_group(self, name: str, description: str) -> TargetGroup:
        seen = self._memory.groups()
        listed = seen.items.values() if seen and not seen.stale else self.groups()
        if known := next((each for each in listed if description and each.description == description), None):
            return known
        try:
            raw = self._op.create("group", "create", f"--description={description}", "--", name)
            made = _understood(read.group, {"description": description, **raw})
        except TargetUnavailable:
            self._memory.forget()
            raise
        self._memory.add(made)
        return made

    def rename_group(self, id: str, name: str) -> None:
        def renamed() -> bool:
            found = self.group(id)
            return found is not None and found.name == name

        self._change(id, ("group", "edit", f"--name={name}", "--", id), renamed)

    def delete_group(self, id: str) -> None:
        self._change(id, ("group", "delete", "--", id), lambda: self.group(id) is None)

    def members(self, group_id: str) -> list[TargetMember]:
        """Without the bridge's own user, whom 1Password makes a manager of each group it creates."""
        own = self._own_id()
        return [member for member in self._all_members(group_id) if member.user_id != own]

    def _all_members(self, group_id: str) -> list[TargetMember]:
        raws = self._op.read_all("group", "user", "list", "--", group_id)
        listed = [_understood(read.member, raw) for raw in raws if not read.is_gone(raw)]
        self._memory.keep_managers(group_id, listed)
        return listed

    def grant(self, group_id: str, user_id: str) -> None:
        edge = (f"--group={group_id}", f"--user={user_id}")
        self._change(user_id, ("group", "user", "grant", *edge), lambda: self._is_member(group_id, user_id))

    def revoke(self, group_id: str, user_id: str) -> None:
        """A manager is left alone."""
        if self._memory.managers(group_id) is None:
            self.members(group_id)
        if user_id in (self._memory.managers(group_id) or ()):
            return
        edge = (f"--group={group_id}", f"--user={user_id}")
        self._change(user_id, ("group", "user", "revoke", *edge), lambda: not self._is_member(group_id, user_id))

    # ── looking ───────────────────────────────────────────────────────────────────────────────────────────

    def _change(self, id: str, args: Sequence[str], is_so: Callable[[], bool]) -> None:
        """`is_so` is asked only if `op` objects to this one thing."""
        try:
            self._op.act(*args)
        except Unspeakable:
            raise
        except _OBJECTIONS:
            if not is_so():
                raise
        finally:
            self._memory.change(id)

    def _was_seen_accepted(self, id: str) -> bool:
        people = self._memory.people()
        seen = people.items.get(id) if people and id not in people.stale else None
        return seen is not None and seen.state is TargetState.ACCEPTED

    def _known_by(self, email: str) -> TargetUser | None:
        """Whoever was seen with the address lately; looked for if it is not sure."""
        people = self._memory.people()
        if people is None:
            return self.find_user(email)
        seen = _with_address(people.items.values(), email)
        return self.find_user(email) if seen and seen.id in people.stale else seen

    def _fresh(self, id: str) -> TargetUser:
        if found := self.user(id):
            return found
        raise MissingInTarget("The person is not in the 1Password account.")

    def _shows(self, id: str, state: TargetState) -> bool:
        return self._fresh(id).state is state

    def _is_member(self, group_id: str, user_id: str) -> bool:
        return any(each.user_id == user_id for each in self.members(group_id))

    def _is_in_a_group(self) -> bool:
        """The bridge's own user, as every member is."""
        own = self._own_id()
        return self.user(own) is not None and bool(self._op.read_all("group", "list", f"--user={own}"))

    def _own_id(self) -> str:
        known = self._memory.id(OWN)
        return known or self._memory.keep_id(
            OWN, _understood(lambda raw: str(raw["user_uuid"]), self._op.read("whoami"))
        )

    def _owners_id(self) -> str:
        """The group is called Owners, but what counts is its type, which no list has. Empty if there is none: whoever
        sees only their own groups sees that of all team members, so an account without built-in groups has no owners'.
        """
        if (known := self._memory.id(OWNER)) is not None:
            return known
        kinds = set()
        for listed in sorted(self.groups(), key=lambda group: group.name != "Owners"):
            kind = read.kind(self._op.read("group", "get", "--", listed.id))
            if kind == "OWNERS":
                return self._memory.keep_id(OWNER, listed.id)
            kinds.add(kind)
        if kinds - {read.MADE_BY_PEOPLE}:
            raise TargetUnavailable("1Password shows no group of owners, so the bridge cannot tell whom to spare.")
        return self._memory.keep_id(OWNER, "")


def _with_address(people: Iterable[TargetUser], email: str) -> TargetUser | None:
    key = email_key(email)
    return next((person for person in people if email_key(person.email) == key), None)


def _understood(reading: Callable[[Document], Item], raw: Document) -> Item:
    try:
        return reading(raw)
    except (LookupError, TypeError) as error:
        raise TargetUnavailable("1Password's answer lacks what the bridge expects in it.") from error
