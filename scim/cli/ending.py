"""That a process is asked to end, as something it can wait for."""

import os
import select
import signal
from collections.abc import Callable
from types import FrameType

from scim.cli.server import ENDS


class Ending:
    """Signals write to a pipe (signal.set_wakeup_fd): a lock could be held by the very code that a handler interrupts.

    `tell` runs in the handler, at once, whatever this process is about; it has to be as short as one.
    """

    def __init__(self, tell: Callable[[], None]) -> None:
        self.asked = False
        self._tell = tell
        self._heard, written = os.pipe()
        os.set_blocking(written, False)
        signal.set_wakeup_fd(written, warn_on_full_buffer=False)
        for name in ENDS:
            signal.signal(name, self._hear)

    def asked_within(self, seconds: float) -> bool:
        if not self.asked:
            select.select([self._heard], [], [], seconds)
        return self.asked

    def _hear(self, _signal: int, _frame: FrameType | None) -> None:
        self.asked = True
        self._tell()
