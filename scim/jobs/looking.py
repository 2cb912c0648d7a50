"""A look at the groups of the source while somebody waits at a page: bounded in time, and one at a time."""

from concurrent import futures
from concurrent.futures import Future
from threading import Lock, Thread

from scim.ports import Clock, Source
from scim.source_records import SourceGroup, SourceUnavailable

SECONDS = 20.0
FRESH_SECONDS = 60.0
"""How long a list that was read is shown again, so that its second page costs nothing."""

Seen = tuple[float, list[SourceGroup]]
"""When it was read, in seconds since the epoch, and what."""


class Looking:
    """Whoever asks waits `seconds` at most. What takes longer goes on, and is there for who asks again: a source may
    need more time than a page has. `source` is its own, for one thread uses it at a time.
    """

    def __init__(self, source: Source, clock: Clock, seconds: float = SECONDS) -> None:
        self._source = source
        self._clock = clock
        self._seconds = seconds
        self._lock = Lock()
        self._look: Future[Seen] | None = None

    def groups(self) -> Seen:
        """SourceError."""
        look = self._begun()
        if not futures.wait([look], self._seconds).done:
            raise SourceUnavailable("The source is still being asked for its groups. Look again in a moment.")
        if look.exception():
            self._forget(look)
        return look.result()

    def _begun(self) -> "Future[Seen]":
        with self._lock:
            if self._look is None or self._is_old(self._look):
                self._look = Future()
                Thread(target=self._ask, args=(self._look,), daemon=True).start()
            return self._look

    def _is_old(self, look: "Future[Seen]") -> bool:
        return look.done() and not look.exception() and self._clock() - look.result()[0] >= FRESH_SECONDS

    def _forget(self, look: "Future[Seen]") -> None:
        """A failure is told once; then it is asked anew."""
        with self._lock:
            if self._look is look:
                self._look = None

    def _ask(self, look: "Future[Seen]") -> None:
        try:
            found = self._source.groups()
        except Exception as error:  # noqa: BLE001 - raised again where somebody waits for it
            look.set_exception(error)
        else:
            look.set_result((self._clock(), found))
