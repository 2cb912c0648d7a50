"""Figures of what was measured, and what a process costs the machine."""

import math
import os
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.connection import Answer

PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one phase. `server_cpu_ms` is a request's share; None where the machine does not tell."""

    count: int
    refused: int
    median_ms: float
    p99_ms: float
    mean_ms: float
    per_second: float
    largest_bytes: int
    server_cpu_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the report. `at_most` is the target."""

    figure: str
    value: float
    unit: str
    at_most: float | None = None

    @property
    def verdict(self) -> str:
        if self.at_most is None:
            return ""
        return "met" if self.value <= self.at_most else "MISSED"


def figures(answers: Sequence[Answer], wall: float, cpu: float | None = None) -> Figures:
    times = [answer.seconds * 1000 for answer in answers]
    return Figures(
        count=len(times),
        refused=sum(not answer.succeeded for answer in answers),
        median_ms=round(statistics.median(times), 3),
        p99_ms=round(percentile(times, 0.99), 3),
        mean_ms=round(statistics.fmean(times), 3),
        per_second=round(len(times) / wall, 1),
        largest_bytes=max(answer.size for answer in answers),
        server_cpu_ms=None if cpu is None else round(cpu * 1000 / len(times), 3),
    )


def median_ms(answers: Sequence[Answer]) -> float:
    return statistics.median(answer.seconds for answer in answers) * 1000


def percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def calibration_ms() -> float:
    """A fixed loop of pure Python: says how busy the machine was."""
    started = time.perf_counter()
    total = 0
    for number in range(300_000):
        total += number * number % 7
    return round((time.perf_counter() - started) * 1000, 1)


def resident_mib(pid: int) -> float | None:
    """Resident memory of a process and its descendants."""
    if not PROC.exists():
        return None
    pages = sum(int(stat[21]) for stat in _family(pid))
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024 / 1024


def cpu_seconds(pid: int) -> float | None:
    """User and system time of a process and its descendants."""
    if not PROC.exists():
        return None
    ticks = sum(int(stat[11]) + int(stat[12]) for stat in _family(pid))
    return ticks / os.sysconf("SC_CLK_TCK")


def _family(pid: int) -> list[list[str]]:
    """What proc(5) tells of each, counted after the name: parent 1, user time 11, system time 12, resident pages 21."""
    stats = {int(path.parent.name): stat for path in PROC.glob("[0-9]*/stat") if (stat := _fields(path))}
    family = [pid]
    for member in family:
        family += [each for each, stat in stats.items() if int(stat[1]) == member]
    return [stats[member] for member in family if member in stats]


def _fields(path: Path) -> list[str]:
    """Nothing where the process ended meanwhile. The name before the fields may hold blanks and brackets."""
    try:
        return path.read_text().rpartition(")")[2].split()
    except OSError:
        return []
