"""What it takes to read a large Google Workspace: calls, seconds, the most memory. The stand-in runs in a process of
its own, so that the memory is the source's alone.
"""

import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from scim.settings import Settings
from scim.sources.google_workspace import GoogleWorkspace, open_source
from tests.directory.server import serving
from tests.directory.world import company

START_SECONDS = 120.0
MOST_MIB = 256


@dataclass(frozen=True)
class Taken:
    """`calls` of the Directory API, `expected`: pages, the two that are asked for twice, one listing for each team."""

    people: int
    teams: int
    memberships: int
    calls: int
    expected: int
    seconds: float
    mib: float

    @property
    def right(self) -> bool:
        return self.calls == self.expected and self.mib < MOST_MIB

    def __str__(self) -> str:
        return (
            f"{self.people:>7,} people {self.teams:>6,} groups {self.memberships:>9,} memberships  "
            f"{self.calls:>6,} calls (expected {self.expected:,})  {self.seconds:6.1f} s  peak {self.mib:5.0f} MiB"
        )


def team_size(number: int) -> int:
    """Most teams are small, every hundredth has a thousand people."""
    return 1000 if number % 100 == 0 else 20 + number % 100


def expected_calls(people: int, teams: int) -> int:
    pages = _pages(people, 500) + _pages(teams, 200)
    return pages + 2 + sum(_pages(_rows(number, people, teams), 200) for number in range(teams))


def _rows(number: int, people: int, teams: int) -> int:
    nested = number % 5 == 3 and number + 1 < teams
    circle = number >= teams - 2 and teams > 1 and not (nested and number == teams - 2)
    return min(team_size(number), people) + nested + circle


def _pages(rows: int, most: int) -> int:
    return max(-(-rows // most), 1)


def measure(people: int, teams: int) -> Taken:
    """In this process: whoever wants its peak alone starts a fresh one."""
    with stand_in(people, teams) as source:
        began = time.perf_counter()
        reading = source.read(lambda _group: True)
        seconds = time.perf_counter() - began
    memberships = sum(len(each.user_ids) for each in reading.members.values())
    mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    calls, expected = source.calls_made(), expected_calls(people, teams)
    return Taken(len(reading.users), len(reading.groups), memberships, calls, expected, seconds, mib)


@contextmanager
def stand_in(people: int, teams: int) -> Iterator[GoogleWorkspace]:
    command = [sys.executable, "-m", "tests.directory", "serve", str(people), str(teams)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        try:
            lines = iter(server.stdout.readline, "\n")
            yield open_source(Settings.from_environment(dict(line.strip().split("=", 1) for line in lines)))
        finally:
            server.stdin.close()
            server.wait(START_SECONDS)


def serve(people: int, teams: int) -> None:
    """Says how to read it, up to an empty line, and serves until its input ends."""
    with serving(company(people, teams, team_size)) as directory:
        print(*(f"{name}={value}" for name, value in directory.environment().items()), "", sep="\n", flush=True)
        sys.stdin.read()
