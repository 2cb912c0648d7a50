"""How many calls of 1Password each change costs: counted over the stand-in for `op`, on simulated time.

Alone: one request that settles while the client waits, twenty minutes after the one before, so that nothing is known
from then. Following: the same half a minute after another of its kind. Of a hundred: each one's share if a hundred
were recorded and one tick settles them.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from scim.jobs.removals import RemovalLimit
from scim.records import Backlog
from tests.bench.measures import Row
from tests.simulation.installation import HOUR, Installation

MANY = 100
ALONE_SECONDS, FOLLOWING_SECONDS, TICK_SECONDS = 1200.0, 30.0, 300.0
UNLIMITED = RemovalLimit(people_least=10**6, group_least=10**6)
Wish = Callable[[int], object]

logging.getLogger("scim").addHandler(logging.NullHandler())  # that a session ended is no news here


@dataclass
class Life:
    """People and groups whom things happen to, one wish after the other."""

    bridge: Installation
    users: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)

    def stories(self) -> dict[str, Wish]:
        return {
            "joiner": self.join,
            "mover (rename)": lambda n: self.user(n, "displayName", f"Babs {n}"),
            "group created": lambda n: self.groups.append(self.bridge.add_group(f"Tour Guides {n}")),
            "member added": lambda n: self.member("add", n),
            "member removed": lambda n: self.member("remove", n),
            "leaver": lambda n: self.user(n, "active", value=False),
            "returner": lambda n: self.user(n, "active", value=True),
        }

    def join(self, n: int) -> None:
        self.users.append(self.bridge.join(f"person{n}@example.com", f"Person {n}"))

    def user(self, n: int, attribute: str, value: object) -> None:
        self.bridge.patch(f"/Users/{self.users[n]}", "replace", attribute, value)

    def member(self, op: str, n: int) -> None:
        self.bridge.patch(f"/Groups/{self.groups[0]}", op, "members", [{"value": self.users[n]}])


def run() -> list[Row]:
    inline = Life(Installation(limit=UNLIMITED))
    ticks = Life(Installation(wait=0, limit=UNLIMITED, calls_per_second=1000))
    for life in (inline, ticks):
        life.bridge.confirm()  # signs in
    rows = []
    for (name, one), many in zip(inline.stories().items(), ticks.stories().values(), strict=True):
        rows.append(_row(f"{name}, alone", _calls(inline.bridge, partial(one, 0), ALONE_SECONDS)))
        rows.append(_row(f"{name}, following", _calls(inline.bridge, partial(one, 1), FOLLOWING_SECONDS)))
        together = _calls(ticks.bridge, partial(_settle_all, ticks.bridge, many), ALONE_SECONDS)
        rows.append(_row(f"{name}, of a hundred", together / MANY))
    return rows + _idle(inline.bridge)


def _idle(bridge: Installation) -> list[Row]:
    return [
        _row("idle settle tick", _calls(bridge, bridge.settle, TICK_SECONDS), 0),
        _row("idle confirm tick", _calls(bridge, bridge.confirm, TICK_SECONDS), 1),
        _row("idle confirm tick that signs in again", _calls(bridge, bridge.confirm, HOUR), 3),
    ]


def _row(figure: str, calls: float, at_most: float | None = None) -> Row:
    return Row(figure, calls, "call", at_most)


def _settle_all(bridge: Installation, wish: Wish) -> None:
    for n in range(MANY):
        wish(n)
    bridge.settle()


def _calls(bridge: Installation, act: Callable[[], object], rest: float) -> int:
    """That `act` made after a rest. It leaves nothing owed."""
    bridge.clock.advance(rest)
    before = bridge.meter.total
    act()
    assert bridge.store.backlog() == Backlog()
    return bridge.meter.total - before
