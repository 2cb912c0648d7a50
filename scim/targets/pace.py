"""How fast a target is called: a token bucket that also counts, and that can be told to keep quiet for a while."""

import threading
import time
from collections.abc import Callable


class Pace:
    """`per_second` calls on average, `burst` of them at once after a rest. One for everybody who calls the target from
    this process, whichever thread. `clock`: seconds that only grow.
    """

    def __init__(
        self,
        per_second: float,
        burst: int = 4,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if per_second <= 0 or burst < 1:
            raise ValueError("A pace needs more than 0 calls per second and a burst of at least 1.")
        self._gap = 1.0 / per_second
        self._slack = self._gap * (burst - 1)
        self._clock = clock
        self._sleep = sleep
        self._next = float("-inf")  # when the next call would be due if there were no burst
        self._quiet_until = float("-inf")
        self._taken = 0
        self._turn = threading.Lock()

    @property
    def taken(self) -> int:
        """How many calls were let through."""
        return self._taken

    def take(self, within: float) -> bool:
        """Waits for this call's turn. False, at once and without using it up, if that is not within so many seconds
        from now.
        """
        with self._turn:
            now = self._clock()
            due = max(now, self._next - self._slack, self._quiet_until)
            if due - now >= within:
                return False
            self._next = max(due, self._next) + self._gap
            self._taken += 1
        if due > now:
            self._sleep(due - now)
        return True

    def rest(self, seconds: float) -> None:
        """Nobody's turn comes before that many seconds from now."""
        with self._turn:
            self._quiet_until = max(self._quiet_until, self._clock() + seconds)
