"""A source that reads a stand-in in this process, and what tests ask of it."""

import time
from dataclasses import dataclass, field
from typing import Any

from scim.source_records import SourceReading
from scim.sources.google_workspace import GoogleWorkspace, open_source
from tests.directory.directory import Directory
from tests.directory.in_process import straight
from tests.directory.world import Team


@dataclass
class Time:
    """Passes only where somebody pauses."""

    now: float = field(default_factory=time.time)
    pauses: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


def opened(directory: Directory, clock: Time | None = None, **settings: Any) -> GoogleWorkspace:
    session = straight(directory)
    clock = clock or Time()
    return open_source(directory.settings(**settings), clock.clock, clock.pause, lambda: session)


def read(directory: Directory, *teams: Team) -> SourceReading:
    """With those groups chosen, or all."""
    ids = {team.id for team in teams}
    return opened(directory).read(lambda group: not ids or group.id in ids)
