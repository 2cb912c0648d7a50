"""A company's first week: everybody joins on the first day, then people come, change and go; jobs run as scheduled.

Each request is settled while the identity provider waits, which costs most: nothing is bundled unless time runs out.
"""

import heapq
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from tests.simulation.installation import DAY, HOUR, Installation

Sent = TypeVar("Sent")

SETTLE_EVERY, CONFIRM_EVERY = 60, 300
OPENS, CLOSES = 8 * HOUR, 18 * HOUR
MONDAY = 1_800_230_400.0  # midnight UTC
PUSH_EVERY = 0.2  # seconds between requests when the identity provider has many
CALLS_PER_DAY, SHARE = 50_000, 0.8
"""What 1Password Business allows an account in 24 hours, and how much of it a week may take."""

ACCEPT = (0.70, 0.25)  # within a day, within the week; the others never do
GROUP_CHANGES = 3  # of each kind a day


@dataclass(frozen=True, slots=True)
class Company:
    """`members_per_request`: how many the identity provider puts in one PATCH."""

    people: int = 5000
    groups: int = 100
    memberships: int = 15_000
    days: int = 7
    members_per_request: int = 100
    joiners: float = 0.01  # a day
    leavers: float = 0.01
    movers: float = 0.03


@dataclass(frozen=True, slots=True)
class Figures:
    """Calls of the target. `peak_day`: in any 24 hours. `idle_settle_calls`: of ticks that had nothing to do."""

    total: int
    by_day: tuple[int, ...]
    peak_day: int
    peak_hour: int
    by_command: dict[str, int]
    requests: int
    settle_ticks: int
    idle_settle_ticks: int
    idle_settle_calls: int
    confirm_ticks: int
    owed_at_end: int
    hours_to_onboard: float

    def is_affordable(self) -> bool:
        return self.peak_day < SHARE * CALLS_PER_DAY

    def lines(self) -> Iterator[str]:
        verdict = "met" if self.is_affordable() else "MISSED"
        part = 100 * self.peak_day / CALLS_PER_DAY
        yield f"peak {self.peak_day:,} calls in 24 hours, {part:.1f} % of {CALLS_PER_DAY:,}: {verdict}"
        yield f"peak {self.peak_hour:,} in an hour, {self.total:,} in all"
        yield f"by day {', '.join(f'{calls:,}' for calls in self.by_day)}"
        yield f"onboarding took {self.hours_to_onboard:.1f} hours until nothing was owed"
        yield f"{self.requests:,} requests, {self.confirm_ticks:,} confirm ticks, {self.settle_ticks:,} settle ticks"
        yield f"{self.idle_settle_ticks:,} of these with nothing to do, which made {self.idle_settle_calls} calls"
        yield ", ".join(f"{command} {calls:,}" for command, calls in sorted(self.by_command.items()))


@dataclass
class Week:
    """`run` plays it. The same seed is the same week."""

    company: Company
    seed: int = 7
    bridge: Installation = field(default_factory=Installation)
    users: list[str] = field(default_factory=list)
    groups: dict[str, set[str]] = field(default_factory=dict)
    requests: int = 0
    settle_ticks: int = 0
    idle_settle_ticks: int = 0
    idle_settle_calls: int = 0
    confirm_ticks: int = 0
    hours_to_onboard: float = 0.0

    def __post_init__(self) -> None:
        self.bridge.clock.at = MONDAY
        self._random = random.Random(self.seed)
        self._next_settle, self._next_confirm = MONDAY + SETTLE_EVERY, MONDAY + CONFIRM_EVERY
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._number = 0

    def run(self) -> Figures:
        self._advance_to(MONDAY + OPENS)
        self._onboard()
        self._finish_onboarding()
        for day in range(1, self.company.days):
            self._plan(MONDAY + day * DAY)
        self._advance_to(MONDAY + self.company.days * DAY)
        return self._figures()

    # ── the first day ─────────────────────────────────────────────────────────────────────────────────────

    def _onboard(self) -> None:
        for _ in range(self.company.people):
            self._join()
        for number in range(self.company.groups):
            self.groups[self._request(partial(self.bridge.add_group, f"Team {number}"))] = set()
        each = self.company.memberships // self.company.groups
        for group in self.groups:
            chosen = self._random.sample(self.users, min(each, len(self.users)))
            for members in batched_by(chosen, self.company.members_per_request):
                self._add(group, members)

    def _finish_onboarding(self) -> None:
        while self._owed():
            self._advance_to(self._next_settle)
        self.hours_to_onboard = (self.bridge.clock.at - MONDAY - OPENS) / HOUR

    # ── what happens to people and groups ─────────────────────────────────────────────────────────────────

    def _plan(self, midnight: float) -> None:
        people = self.company.people
        for share, happens in (
            (self.company.joiners, self._arrive),
            (self.company.leavers, self._leave),
            (self.company.movers, self._move),
        ):
            for _ in range(max(1, int(people * share))):
                self._at(midnight + self._random.uniform(OPENS, CLOSES), happens)
        for _ in range(GROUP_CHANGES):
            for happens in (self._found, self._rename_group, self._dissolve):
                self._at(midnight + self._random.uniform(OPENS, CLOSES), happens)

    def _join(self) -> str:
        self._number += 1
        name = f"person{self._number}"
        user = self._request(lambda: self.bridge.join(f"{name}@example.com", f"Person {self._number}"))
        self.users.append(user)
        self._will_accept(f"{name}@example.com")
        return user

    def _will_accept(self, email: str) -> None:
        drawn, now = self._random.random(), self.bridge.clock.at
        if drawn < ACCEPT[0]:
            self._at(now + self._random.uniform(0, DAY), lambda: self._accept(email))
        elif drawn < sum(ACCEPT):
            self._at(now + self._random.uniform(DAY, 7 * DAY), lambda: self._accept(email))

    def _accept(self, email: str) -> None:
        with suppress(LookupError, ValueError):  # never invited yet, or suspended meanwhile
            self.bridge.account.accept(email)

    def _arrive(self) -> None:
        user = self._join()
        for group in self._some_groups(self.company.memberships // self.company.people):
            self._add(group, [user])

    def _leave(self) -> None:
        user = self.users.pop(self._random.randrange(len(self.users)))
        if self._random.random() < 0.5:
            self._request(lambda: self.bridge.patch(f"/Users/{user}", "replace", "active", value=False))
        else:
            self._request(lambda: self.bridge.make("DELETE", f"/Users/{user}"))

    def _move(self) -> None:
        """Another name, and from one team to another."""
        user = self._random.choice(self.users)
        name = f"Person {self._random.random()}"
        self._request(lambda: self.bridge.patch(f"/Users/{user}", "replace", "displayName", name))
        for group, members in self.groups.items():
            if user in members:
                self._remove(group, user)
                break
        for group in self._some_groups(1):
            self._add(group, [user])

    def _found(self) -> None:
        self._number += 1
        group = self._request(lambda: self.bridge.add_group(f"Project {self._number}"))
        self.groups[group] = set()
        self._add(group, self._random.sample(self.users, 10))

    def _rename_group(self) -> None:
        self._number += 1
        (group,) = self._some_groups(1)
        self._request(
            lambda: self.bridge.patch(f"/Groups/{group}", "replace", "displayName", f"Renamed {self._number}")
        )

    def _dissolve(self) -> None:
        """A small one: what is larger waits for a person's approval."""
        small = [group for group, members in self.groups.items() if len(members) <= 20]
        if small:
            del self.groups[small[0]]
            self._request(lambda: self.bridge.make("DELETE", f"/Groups/{small[0]}"))

    def _some_groups(self, count: int) -> list[str]:
        return self._random.sample(list(self.groups), min(count, len(self.groups)))

    def _add(self, group: str, users: list[str]) -> None:
        self.groups[group].update(users)
        value = [{"value": user} for user in users]
        self._request(lambda: self.bridge.patch(f"/Groups/{group}", "add", "members", value))

    def _remove(self, group: str, user: str) -> None:
        self.groups[group].discard(user)
        self._request(lambda: self.bridge.patch(f"/Groups/{group}", "remove", "members", [{"value": user}]))

    # ── time ──────────────────────────────────────────────────────────────────────────────────────────────

    def _request(self, send: Callable[[], Sent]) -> Sent:
        self.requests += 1
        self._run_jobs()
        self.bridge.clock.advance(PUSH_EVERY)
        return send()

    def _at(self, time: float, happens: Callable[[], None]) -> None:
        heapq.heappush(self._due, (time, self._random.getrandbits(60), happens))

    def _advance_to(self, end: float) -> None:
        while True:
            following = min(end, self._next_settle, self._next_confirm, self._due[0][0] if self._due else end)
            self.bridge.clock.at = max(self.bridge.clock.at, following)
            self._run_jobs()
            if self._due and self._due[0][0] <= self.bridge.clock.at:
                heapq.heappop(self._due)[2]()
            elif self.bridge.clock.at >= end:
                return

    def _run_jobs(self) -> None:
        """What the schedule owes until now. A tick that lasts longer than its minute leaves the next ones out."""
        if self._next_confirm <= self.bridge.clock.at:
            self.confirm_ticks += 1
            self.bridge.confirm()
            self._next_confirm = _following(self.bridge.clock.at, CONFIRM_EVERY)
        if self._next_settle <= self.bridge.clock.at:
            self._settle()
            self._next_settle = _following(self.bridge.clock.at, SETTLE_EVERY)

    def _settle(self) -> None:
        idle, before = not self._owed(), self.bridge.meter.total
        self.bridge.settle()
        self.settle_ticks += 1
        if idle:
            self.idle_settle_ticks += 1
            self.idle_settle_calls += self.bridge.meter.total - before

    # ── what came of it ───────────────────────────────────────────────────────────────────────────────────

    def _owed(self) -> int:
        backlog = self.bridge.store.backlog()
        return backlog.users + backlog.groups + backlog.memberships

    def _figures(self) -> Figures:
        by_hour = self.bridge.meter.by_hour
        first = int(MONDAY // HOUR)
        hours = [by_hour[first + hour] for hour in range(self.company.days * 24 + 1)]
        return Figures(
            total=self.bridge.meter.total,
            by_day=tuple(sum(hours[day * 24 : day * 24 + 24]) for day in range(self.company.days)),
            peak_day=max(sum(hours[hour : hour + 24]) for hour in range(len(hours))),
            peak_hour=max(hours),
            by_command=dict(self.bridge.meter.by_command),
            requests=self.requests,
            settle_ticks=self.settle_ticks,
            idle_settle_ticks=self.idle_settle_ticks,
            idle_settle_calls=self.idle_settle_calls,
            confirm_ticks=self.confirm_ticks,
            owed_at_end=self._owed(),
            hours_to_onboard=self.hours_to_onboard,
        )


def batched_by(users: list[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(users), size):
        yield users[start : start + size]


def _following(now: float, every: int) -> float:
    return (now // every + 1) * every
