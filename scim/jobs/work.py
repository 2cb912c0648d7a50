"""What the steps of one pass share: the ports, what was already read of the target, and how an effect is told."""

import logging
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from scim import identity
from scim.jobs import trouble
from scim.jobs.lease import Lease
from scim.jobs.removals import RemovalLimit, Removals
from scim.ports import Clock, Ids, Store, Target
from scim.records import (
    DeniedByTarget,
    Event,
    Ref,
    Stale,
    TargetGroup,
    TargetMember,
    TargetUnavailable,
    TargetUser,
)

log = logging.getLogger("scim.settle")

ACTOR = "settle"
ALONE_SECONDS = 60.0
NO_EFFECT = "The target reported success, but what was changed is as it was."


class Busy(Exception):
    """A job works on the target and did not end in time. Nothing was done."""


@dataclass(slots=True)
class Noted:
    """How many calls of the target were reported already, and when."""

    calls: int = 0
    at: float = float("-inf")


@dataclass(frozen=True, slots=True)
class Runner:
    """Who does the work: the ports it needs and what it keeps to. `leaves_adopted`: an adopted group that is deleted
    keeps its members. `chance` returns a number from 0 to 1 and spreads
    repetitions.
    """

    store: Store
    target: Target
    clock: Clock
    event_id: Ids
    holder: str
    limit: RemovalLimit = RemovalLimit()  # noqa: RUF009 - frozen
    calls_per_day: int = 50_000
    leaves_adopted: bool = False
    chance: Callable[[], float] = random.random
    pause: Callable[[float], None] = time.sleep
    noted: Noted = field(default_factory=Noted)

    def lease(self) -> Lease:
        """A holder of its own each time: two jobs of one process exclude each other too."""
        return Lease(self.store, f"{self.holder} {self.event_id()}", self.clock)

    @contextmanager
    def alone(self) -> Iterator[Lease]:
        """While no job is at work, so that nothing is decided on what one is about to change. Raises Busy."""
        lease = self.lease()
        if not lease.acquire_by(self.clock() + ALONE_SECONDS, self.pause):
            raise Busy("A job is at work on the target just now. Nothing was done; try again in a minute.")
        try:
            yield lease
        finally:
            lease.release()

    def work(self, ends: float = float("inf"), call_ends: float = float("inf")) -> "Work":
        """Begins nothing more at `ends`; no call of the target lasts beyond `call_ends` (seconds on `clock`)."""
        return Work(self, self.target.until(call_ends), ends, Removals(self.store, self.clock, self.limit))


@dataclass(slots=True)
class Work:
    """One pass or one request. `listed`: everybody in the target was listed, so nobody is asked for one by one;
    `verifying`: what was done is looked at, so nothing may be left to do.
    """

    runner: Runner
    target: Target
    ends: float
    removals: Removals
    listed: bool = False
    verifying: bool = False
    _people: dict[str, TargetUser] | None = None
    _changed: set[str] = field(default_factory=set)
    _protected: Mapping[str, str] | None = None
    _groups: list[TargetGroup] | None = None
    _group: dict[str, TargetGroup | None] = field(default_factory=dict)
    _members: dict[str, dict[str, TargetMember]] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        return self.runner.store

    @property
    def clock(self) -> Clock:
        return self.runner.clock

    def is_over(self) -> bool:
        return self.clock() >= self.ends

    # ── what the target shows ─────────────────────────────────────────────────────────────────────────────

    def people(self) -> dict[str, TargetUser]:
        """Everybody by id, listed once."""
        if self._people is None:
            self._people = {person.id: person for person in self.target.users()}
        return self._people

    def person(self, id: str) -> TargetUser | None:
        if self.listed and id not in self._changed:
            return self.people().get(id)
        return self.target.user(id)

    def find_person(self, email: str) -> TargetUser | None:
        if not self.listed:
            return self.target.find_user(email)
        key = identity.email_key(email)
        found = next((each for each in self.people().values() if identity.email_key(each.email) == key), None)
        return found and self.person(found.id)

    def groups(self) -> list[TargetGroup]:
        """The target's groups, listed once in a pass until one changes."""
        if self._groups is None:
            self._groups = self.target.groups()
        return self._groups

    def group(self, id: str) -> TargetGroup | None:
        """One group with what protects it, asked for once in a pass until it changes. Also finds one that is too new
        to be listed.
        """
        if id not in self._group:
            self._group[id] = self.target.group(id)
        return self._group[id]

    def members(self, target_group_id: str, *, anew: bool = False) -> dict[str, TargetMember]:
        """The members of a target group by id: listed once in a pass, then kept up by whoever changes them."""
        if anew or target_group_id not in self._members:
            listed = self.target.members(target_group_id)
            self._members[target_group_id] = {member.user_id: member for member in listed}
        return self._members[target_group_id]

    def forget(self) -> None:
        """What was read of groups is true no longer."""
        self._groups = None
        self._group.clear()
        self._members.clear()

    def forget_people(self) -> None:
        self._people = None
        self._changed.clear()

    # ── before an effect ──────────────────────────────────────────────────────────────────────────────────

    def require_reachable(self, person: TargetUser) -> None:
        """DeniedByTarget for people whom the bridge never touches, whoever asks for it."""
        if reason := person.protected or self.protection(person.id):
            raise DeniedByTarget(
                f"{person.email} is {reason}: the bridge never changes such people. Change them by hand in the "
                "target, and leave them out of what the identity provider assigns."
            )

    def protection(self, id: str) -> str:
        """Why somebody is out of reach; empty if they are not."""
        if self._protected is None:
            self._protected = self.target.protected()
        return self._protected.get(id, "")

    def require_reachable_group(self, id: str) -> None:
        """DeniedByTarget for groups whom the bridge never touches."""
        group = self.group(id)
        if group and group.protected:
            raise DeniedByTarget(
                f"The group {group.name!r} is {group.protected}: the bridge never changes such groups (displayName)."
            )

    def begin_effect(self, person: TargetUser | None = None) -> None:
        """Whoever looks whether an effect came about does not cause it again: that would never end."""
        if self.verifying:
            raise TargetUnavailable(NO_EFFECT)
        if person:
            self._changed.add(person.id)

    # ── what is kept ──────────────────────────────────────────────────────────────────────────────────────

    def event(self, action: str, ref: Ref, outcome: str = "done", **facts: str) -> Event:
        """The audit line of an effect; the log gets the same without addresses and names."""
        log.info(action, extra={"resource": ref.kind, "id": ref.id, "outcome": outcome})
        changes = [facts] if facts else []
        return Event(self.runner.event_id(), instant(self.clock()), ACTOR, action, ref, changes, outcome)

    def tell(self, action: str, ref: Ref, **facts: str) -> None:
        self.store.append_event(self.event(action, ref, **facts))

    def next_attempt(self, attempts: int, first_seconds: float) -> float:
        return self.clock() + trouble.pause(attempts, first_seconds, self.runner.chance())

    def owe_again(self, ref: Ref) -> None:
        """Look at a resource that was thought to match."""
        record = self.store.get(ref)
        if record is None or record.link.unsettled:
            return
        owed = replace(record, link=replace(record.link, unsettled=True, next_attempt_at=None))
        try:
            self.store.replace(record, owed, None)
        except Stale:
            return  # somebody writes it just now; the next attempt looks again


def instant(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
