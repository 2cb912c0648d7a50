"""A scheduler of one's own: runs the jobs the cloud's scheduler would call, for as long as the server lives."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from scim.cli.console import complain, say
from scim.records import Report
from scim.settings import Settings
from scim.wiring import Jobs

log = logging.getLogger("scim.cli.schedule")


@dataclass
class Duty:
    """One job, how often it runs, and what came of it last."""

    name: str
    run: Callable[[], Report]
    interval: float
    due: float = 0.0
    state: str = "healthy"


def duties(jobs: Jobs, settings: Settings) -> list[Duty]:
    """What the cloud's scheduler would call, as often as it would."""
    pulls = [Duty("pull", jobs.pull, settings.pull_interval_seconds)] if jobs.pull else []
    return [
        Duty("settle", jobs.settle, settings.settle_interval_seconds),
        Duty("confirm", jobs.confirm, settings.confirm_interval_seconds),
        Duty("reconcile", jobs.reconcile, settings.reconcile_interval_seconds),
        *pulls,
    ]


class Life(Protocol):
    """For how long: a server's, usually."""

    def ended_within(self, seconds: float) -> bool: ...


def tell_person(name: str, state: str) -> None:
    """A person at a desk reads changes, not ticks."""
    (say if state == "healthy" else complain)(f"{name} is {state} now.")


def keep(
    server: Life,
    duties: Sequence[Duty],
    clock: Callable[[], float] = time.monotonic,
    tell: Callable[[str, str], None] = tell_person,
) -> None:
    """Run each duty when it is due until the server ends. `tell` hears the name of a job and the state it came to."""
    while not server.ended_within(min(duty.due for duty in duties) - clock()):
        for duty in duties:
            if duty.due <= clock():
                _perform(duty, tell)
                duty.due = clock() + duty.interval


def _perform(duty: Duty, tell: Callable[[str, str], None]) -> None:
    """A failed run is told once and tried again."""
    try:
        state = duty.run().state
    except Exception:  # a job's loop: what failed now may work at the next tick
        log.exception("job.crashed", extra={"job": duty.name})
        state = "unhealthy"
    if state != duty.state:
        tell(duty.name, state)
    duty.state = state
