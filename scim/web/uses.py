"""When each token was used last, told to the store now and then, for people who wait for a first request.

The function for people may not read the secret that holds the tokens; what it may know of them is told here too.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field

from scim.ports import Clock, Store
from scim.records import StoreUnavailable
from scim.tokens import TokenRecord

log = logging.getLogger("scim.web")

EVERY_SECONDS = 600.0
KNOWN = "tokens"


def note_name(token_id: str) -> str:
    return f"token.used.{token_id}"


@dataclass(slots=True)
class Uses:
    """`listed`: every token as last read. Of a thousand uses within EVERY_SECONDS one is written."""

    store: Store
    clock: Clock
    listed: Callable[[], Sequence[TokenRecord]]
    _told: dict[str, float] = field(default_factory=dict)
    _known: Sequence[TokenRecord] = ()
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def note(self, token: TokenRecord) -> None:
        """Never fails a request: what cannot be written now is written at a later one."""
        now = self.clock()
        if 0 <= now - self._told.get(token.id, float("-inf")) < EVERY_SECONDS:
            return
        if not self._turn.acquire(blocking=False):
            return
        try:
            self._told[token.id] = now
            self._tell(token, now)
        except StoreUnavailable as error:
            log.warning("tokens.use_not_noted", extra={"reason": str(error)[:200]})
        finally:
            self._turn.release()

    def _tell(self, token: TokenRecord, now: float) -> None:
        self.store.put_note(note_name(token.id), {"at": now})
        listed = self.listed()
        if listed != self._known:
            self.store.put_note(KNOWN, {"tokens": [_shown(record) for record in listed]})
            self._known = listed


def _shown(record: TokenRecord) -> dict[str, object]:
    """Everything but the digest."""
    return {name: value for name, value in asdict(record).items() if name != "digest"}
