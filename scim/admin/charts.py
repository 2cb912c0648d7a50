"""Charts that are drawn here: bars as SVG, with the same figures as a table for whoever does not see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from scim.admin.kept import STEPS
from scim.admin.words import counted

WIDTH, HEIGHT = 600, 120
DAYS = 30
SERIES: Mapping[str, tuple[str, ...]] = {
    "joined": ("user.invited", "user.adopted", "user.reactivated"),
    "left": ("user.suspended",),
    "changed": ("user.changed", "user.renamed", "user.email_changed", "group.changed", "group.renamed",
                "group.members", "group.created", "group.deleted"),
    "refused": ("refused", "settle.refused"),
}  # fmt: skip
"""What is counted together, from the audit lines of a day."""


@dataclass(frozen=True, slots=True)
class Bar:
    """In the units of the drawing, from its upper left corner. `series` chooses the colour."""

    x: float
    y: float
    width: float
    height: float
    series: str
    title: str


@dataclass(frozen=True, slots=True)
class Chart:
    """`rows` are the table: a label, then a figure for each of `columns`. `axis`: what stands below, evenly spread."""

    bars: Sequence[Bar]
    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[int]]]
    axis: Sequence[str]
    summary: str

    @property
    def is_empty(self) -> bool:
        return not self.bars


def activity(days: Mapping[str, Mapping[str, int]], now: float) -> Chart:
    """One stack for each of the last DAYS days (UTC)."""
    today = datetime.fromtimestamp(now, UTC).date()
    dates = [(today - timedelta(days=back)).isoformat() for back in range(DAYS - 1, -1, -1)]
    rows = [(date, [_sum(days.get(date, {}), actions) for actions in SERIES.values()]) for date in dates]
    most = max((sum(counts) for _, counts in rows), default=0)
    step = WIDTH / len(rows)
    bars = [bar for place, row in enumerate(rows) for bar in _stack(row, place * step, step, most)]
    totals = [sum(counts[place] for _, counts in rows) for place in range(len(SERIES))]
    told = ", ".join(f"{total:,} {name}" for name, total in zip(SERIES, totals, strict=True))
    return Chart(bars, tuple(SERIES), rows[::-1], (dates[0], dates[-1]), f"In the last {DAYS} days: {told}.")


def time_to_settle(settled: Mapping[str, Sequence[int]], now: float) -> Chart:
    """One bar for each step, of the last DAYS days."""
    first = (datetime.fromtimestamp(now, UTC).date() - timedelta(days=DAYS - 1)).isoformat()
    counts = [0] * (len(STEPS) + 1)
    for day, found in settled.items():
        if day >= first:
            counts = [total + more for total, more in zip(counts, found, strict=True)]
    labels = [*(f"up to {_seconds(step)}" for step in STEPS), f"over {_seconds(STEPS[-1])}"]
    most, step = max(counts), WIDTH / len(counts)
    bars = [
        Bar(place * step + 4, HEIGHT - _scaled(count, most), step - 8, _scaled(count, most), "settled",
            f"{label}: {count:,}")
        for place, (label, count) in enumerate(zip(labels, counts, strict=True))
        if count
    ]  # fmt: skip
    quick = sum(counts[:3])
    total = sum(counts)
    share = f"{100 * quick // total} % within {_seconds(STEPS[2])}" if total else "nothing yet"
    rows = [(label, [count]) for label, count in zip(labels, counts, strict=True)]
    return Chart(bars, ("changes",), rows, labels, f"Of {counted(total, 'change')} in the last {DAYS} days: {share}.")


def _sum(day: Mapping[str, int], actions: Sequence[str]) -> int:
    return sum(day.get(action, 0) for action in actions)


def _stack(row: tuple[str, Sequence[int]], x: float, step: float, most: int) -> list[Bar]:
    date, counts = row
    told = f"{date}: " + ", ".join(f"{count:,} {name}" for name, count in zip(SERIES, counts, strict=True))
    bars, top = [], float(HEIGHT)
    for name, count in zip(SERIES, counts, strict=True):
        if count:
            height = _scaled(count, most)
            top -= height
            bars.append(Bar(round(x + 2, 1), round(top, 1), round(step - 4, 1), height, name, told))
    return bars


def _scaled(count: int, most: int) -> float:
    """Never so low that it could not be seen."""
    return max(round(count / most * HEIGHT, 1), 1.5) if count else 0.0


def _seconds(step: int) -> str:
    return f"{step // 3600} h" if step >= 3600 else f"{step // 60} min" if step >= 60 else f"{step} s"
