"""Figures for people who look: how many stand where, what happened on each day, how long settling took.

Kept in one note that the settling pass brings up to date from the events since the last time, so that nobody has to
count 100,000 people or read 2,000,000 events to see them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, get_args

from scim.jobs.lease import Lease
from scim.jobs.work import ACTOR, Runner
from scim.ports import Store
from scim.records import Event, Kind, TargetState

NOTE = "figures"
LEASE = "figures"
PAUSE_SECONDS = 60.0
COUNT_SECONDS = 600.0
DAYS = 35
MOST_EVENTS = 20_000
MOST_OPEN = 1_000
PAGE = 500
STANDINGS = ("owed", "refused", "waiting", "held", "none", *TargetState)
STEPS = (1, 5, 30, 60, 300, 3600)
"""Seconds. How long settling took is counted by the first of these that is enough, or as longer."""


@dataclass(slots=True)
class Figures:
    """`at`: when they were last brought up to date, in seconds since the epoch. `standings`: kind → `Record.standing` →
    how many. `days`: date (UTC) → action → how often. `settled`: date → how many took up to each of STEPS, and longer.
    """

    at: float = 0.0
    counted_at: float = 0.0
    last_event: str = ""
    standings: dict[str, dict[str, int]] = field(default_factory=dict)
    days: dict[str, dict[str, int]] = field(default_factory=dict)
    settled: dict[str, list[int]] = field(default_factory=dict)
    open: dict[str, str] = field(default_factory=dict)

    def total(self, kind: Kind) -> int:
        return sum(self.standings.get(kind, {}).values())


def read(store: Store) -> Figures:
    return Figures(**(store.note(NOTE) or {}))


def note(runner: Runner) -> None:
    """Left for later if it was done a moment ago, or is done by somebody else just now."""
    store, now = runner.store, runner.clock()
    figures = read(store)
    if 0 <= now - figures.at < PAUSE_SECONDS:
        return
    lease = Lease(store, f"{runner.holder} {runner.event_id()}", runner.clock, LEASE)
    if not lease.acquire():
        return
    try:
        _bring_up_to_date(store, figures, now)
    finally:
        lease.release()


def _bring_up_to_date(store: Store, figures: Figures, now: float) -> None:
    fresh = list(_since(store, figures.last_event))
    for event in reversed(fresh):
        _take(figures, event)
    if fresh or not 0 <= now - figures.counted_at < COUNT_SECONDS:
        figures.standings = {kind: _count(store, kind) for kind in get_args(Kind)}
        figures.counted_at = now
    figures.at = now
    figures.days = _newest(figures.days)
    figures.settled = _newest(figures.settled)
    figures.open = dict(list(figures.open.items())[-MOST_OPEN:])
    store.put_note(NOTE, asdict(figures))


def _since(store: Store, last: str) -> Iterator[Event]:
    """Newest first. Of an installation that was never counted, the newest only."""
    before, seen = None, 0
    while seen < MOST_EVENTS:
        page = store.events(PAGE, before)
        for event in page:
            if event.id <= last:
                return
            yield event
        if len(page) < PAGE:
            return
        seen += len(page)
        before = page[-1].id


def _take(figures: Figures, event: Event) -> None:
    day = event.at[:10]
    figures.days.setdefault(day, {})
    figures.days[day][event.action] = figures.days[day].get(event.action, 0) + 1
    figures.last_event = max(figures.last_event, event.id)
    if event.resource is None:
        return
    name = f"{event.resource.kind}/{event.resource.id}"
    if event.outcome == "recorded":
        figures.open.setdefault(name, event.at)
    elif event.actor == ACTOR and event.outcome == "done" and name in figures.open:
        _took(figures, day, _seconds(event.at) - _seconds(figures.open.pop(name)))


def _took(figures: Figures, day: str, seconds: float) -> None:
    counts = figures.settled.setdefault(day, [0] * (len(STEPS) + 1))
    counts[next((place for place, step in enumerate(STEPS) if seconds <= step), len(STEPS))] += 1


def _seconds(instant: str) -> float:
    return datetime.fromisoformat(instant).timestamp()


def _count(store: Store, kind: Kind) -> dict[str, int]:
    counts = Counter({str(standing): store.count_standing(kind, str(standing)) for standing in STANDINGS})
    return dict(+counts)


def _newest(days: Mapping[str, Any]) -> dict[str, Any]:
    kept: Iterable[str] = sorted(days)[-DAYS:]
    return {day: days[day] for day in kept}
