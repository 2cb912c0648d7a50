"""The jobs by their intervals in a thread of their own, so that whoever ends the process need not wait for one."""

import logging
import threading

from scim import wiring
from scim.cli.console import Problem
from scim.cli.schedule import duties, keep
from scim.settings import Settings

log = logging.getLogger("scim.cli.ticker")


class Ticker:
    """A second one, here or on another machine, is harmless: the lease in the store lets one of them work at a time."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._asked = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ticker", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def ended_within(self, seconds: float) -> bool:
        """For the jobs: whether they are to end."""
        return self._asked.wait(max(seconds, 0))

    def require_alive(self) -> None:
        if not self._thread.is_alive():
            raise Problem("The jobs ended by themselves; the log above says why.")

    def end(self, seconds: float) -> None:
        """A job that is still at work after that is left: as after a crash, the next one finds what it left undone."""
        self._asked.set()
        if self._thread.is_alive():
            self._thread.join(max(seconds, 0))
        if self._thread.is_alive():
            log.warning("job.left")

    def _run(self) -> None:
        try:
            keep(self, duties(wiring.jobs(self._settings), self._settings), tell=_note)
        except Exception:
            log.exception("jobs.crashed")


def _note(name: str, state: str) -> None:
    level = logging.INFO if state == "healthy" else logging.WARNING
    log.log(level, "job.state", extra={"job": name, "state": state})
