"""The desk's scheduler: runs the jobs the cloud's scheduler would call, for as long as the server lives."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scim.cli.console import complain, say
from scim.cli.server import Server
from scim.records import Report

log = logging.getLogger("scim.cli.schedule")


@dataclass
class Duty:
    """One job, how often it runs, and what came of it last."""

    name: str
    run: Callable[[], Report]
    interval: float
    due: float = 0.0
    state: str = "healthy"


def keep(server: Server, duties: Sequence[Duty], clock: Callable[[], float] = time.monotonic) -> None:
    """Run each duty when it is due until the server ends."""
    while not server.ended_within(min(duty.due for duty in duties) - clock()):
        for duty in duties:
            if duty.due <= clock():
                _perform(duty)
                duty.due = clock() + duty.interval


def _perform(duty: Duty) -> None:
    """A failed run is told once and tried again; a person at a desk reads changes, not a tick."""
    try:
        state = duty.run().state
    except Exception:  # a job's loop: what failed now may work at the next tick
        log.exception("job.crashed", extra={"job": duty.name})
        state = "unhealthy"
    if state != duty.state:
        (say if state == "healthy" else complain)(f"{duty.name} is {state} now.")
    duty.state = state
