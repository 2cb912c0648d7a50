"""The removal limit: how many removals may be applied in a while before a person has to look (docs/safety.md).

A removal is what takes access away: suspending a person, revoking a membership, deleting a group. Each has a scope:
all people, all groups, or the members of one group. What is applied in the window is kept in the scope's ledger, which
is written before the effect: a kill in between counts one too many, never one too few.
"""

import logging
from dataclasses import dataclass, field, replace

from scim.ports import Clock, Store
from scim.records import Ledger

log = logging.getLogger("scim.removals")

PEOPLE = "people"
GROUPS = "groups"
NEVER = 253402300800.0
"""The year 10000: what is held comes up again when a person decides, not by itself."""


def members_of(group_id: str) -> str:
    """The scope of the memberships of one group."""
    return f"group:{group_id}"


class Held(Exception):
    """A removal beyond the limit, which waits for a person. The text is fit for an administrator."""


@dataclass(frozen=True, slots=True)
class RemovalLimit:
    """In `window_seconds`: as many removals as `…_least` says, or that percentage of the scope if it is more."""

    window_seconds: float = 3600.0
    people_least: int = 5
    people_percent: float = 10.0
    group_least: int = 20
    group_percent: float = 20.0

    def allowed(self, scope: str, size: int) -> int:
        if scope in {PEOPLE, GROUPS}:
            return max(self.people_least, int(size * self.people_percent / 100))
        return max(self.group_least, int(size * self.group_percent / 100))


@dataclass(slots=True)
class Removals:
    """What one piece of work, which holds the target's lease, may still remove."""

    store: Store
    clock: Clock
    limit: RemovalLimit
    _ledgers: dict[str, Ledger] = field(default_factory=dict)

    def spend(self, scope: str, size: int) -> None:
        """Counts one removal from a scope that has `size` people, groups or members. Raises Held beyond the limit."""
        ledger = self._current(scope)
        ledger = replace(ledger, base=max(ledger.base, size))
        applied, allowed = sum(count for _, count in ledger.entries), self.limit.allowed(scope, ledger.base)
        if applied < allowed:
            self._put(scope, replace(ledger, entries=_counted(ledger.entries, self._minute(), 1)))
            return
        if ledger.alerted_at is None:
            log.error("removals.held", extra={"scope": scope, "applied": applied, "allowed": allowed})
            self._put(scope, replace(ledger, alerted_at=self.clock()))
        raise Held(
            f"Held: {applied} removals were applied to {scope} lately, and no more than {allowed} are without a "
            "person's approval (python -m scim holds)."
        )

    def left(self, scope: str, size: int) -> int:
        """How many more `spend` would let through now. Reads only."""
        ledger = self._current(scope)
        return self.limit.allowed(scope, max(ledger.base, size)) - sum(count for _, count in ledger.entries)

    def give_back(self, scope: str, at: float | None) -> None:
        """Whoever was removed `at` a time within the window is back: that removal counts no more."""
        if at is None or at < self.clock() - self.limit.window_seconds:
            return
        ledger = self._current(scope)
        if any(minute == int(at // 60) for minute, _ in ledger.entries):
            self._put(scope, replace(ledger, entries=_counted(ledger.entries, int(at // 60), -1)))

    def _current(self, scope: str) -> Ledger:
        """The ledger without what is older than the window; a new one if nothing is left of it."""
        if scope not in self._ledgers:
            self._ledgers[scope] = self.store.ledger(scope)
        kept, since = self._ledgers[scope], self.clock() - self.limit.window_seconds
        entries = tuple((minute, count) for minute, count in kept.entries if minute * 60 + 60 > since)
        alerted_at = kept.alerted_at if kept.alerted_at and kept.alerted_at > since else None
        return Ledger(entries, kept.base if entries or alerted_at else 0, alerted_at)

    def _put(self, scope: str, ledger: Ledger) -> None:
        self._ledgers[scope] = ledger
        self.store.put_ledger(scope, ledger)

    def _minute(self) -> int:
        return int(self.clock() // 60)


def _counted(entries: tuple[tuple[int, int], ...], minute: int, change: int) -> tuple[tuple[int, int], ...]:
    counts = dict(entries)
    counts[minute] = counts.get(minute, 0) + change
    return tuple(sorted((at, count) for at, count in counts.items() if count > 0))
