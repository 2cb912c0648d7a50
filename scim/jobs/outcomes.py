"""What came of settling, as the public function and the jobs tell it each other: one JSON object."""

import json
from typing import Any

from scim.records import Deferred, Outcome, Refused, Settled

LONGEST_WAIT_SECONDS = 25.0
"""Identity providers give up after some 30 seconds."""


def to_json(outcome: Outcome) -> dict[str, Any]:
    match outcome:
        case Settled():
            return {"outcome": "settled"}
        case Refused(reason, denied, taken):
            return {"outcome": "refused", "reason": reason, "denied": denied, "taken": taken}
        case Deferred():
            return {"outcome": "deferred"}


def from_json(text: bytes) -> Outcome:
    """Raises ValueError for anything that `to_json` does not write; the text of it quotes nothing."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("the answer is not JSON") from None
    match found:
        case {"outcome": "settled"}:
            return Settled()
        case {"outcome": "refused", "reason": str(reason), "denied": bool(denied), "taken": bool(taken)} if reason:
            return Refused(reason, denied, taken)
        case {"outcome": "deferred"}:
            return Deferred()
    raise ValueError("the answer is not an outcome")
