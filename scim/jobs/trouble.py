"""What went wrong with one item: what it is called, what is kept of it, and when it is tried again."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

from scim.jobs.removals import Held
from scim.protocol.errors import InvalidValue
from scim.records import (
    DeniedByTarget,
    MissingInTarget,
    Ref,
    RefusedByTarget,
    StoreUnavailable,
    TargetError,
    TargetUnavailable,
    UnsupportedByTarget,
)

log = logging.getLogger("scim.settle")

Result = TypeVar("Result")

FIRST_SECONDS = 60.0
FIRST_SECONDS_UNAVAILABLE = 30.0
LONGEST_SECONDS = 6 * 3600.0
_REFUSALS = (RefusedByTarget, DeniedByTarget, UnsupportedByTarget, InvalidValue)


class NameTaken(RefusedByTarget):
    """Something in the target that is not the bridge's has the name already."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """`refused`: asking again will not help by itself. `held`: a removal that waits for a person. `deferred`: no usable
    answer. `crashed`: nobody foresaw it.
    """

    kind: Literal["refused", "held", "deferred", "crashed"]
    reason: str
    first_seconds: float = FIRST_SECONDS
    denied: bool = False
    taken: bool = False
    missing: bool = False
    unavailable: bool = False


def meet(step: Callable[[], Result], ref: Ref) -> "Result | Trouble":
    """What the step returns; whatever it raises is this item's alone. StoreUnavailable is everybody's and goes on."""
    try:
        return step()
    except StoreUnavailable:
        raise
    except Exception as error:
        if not isinstance(error, (TargetError, InvalidValue, Held)):
            log.exception("settle.crashed", extra={"resource": ref.kind, "id": ref.id})
        return _trouble(error)


def _trouble(error: Exception) -> Trouble:
    if isinstance(error, Held):
        return Trouble("held", str(error))
    if isinstance(error, _REFUSALS):
        denied, taken = isinstance(error, DeniedByTarget), isinstance(error, NameTaken)
        return Trouble("refused", str(error), denied=denied, taken=taken)
    if isinstance(error, TargetError):
        missing, unavailable = isinstance(error, MissingInTarget), isinstance(error, TargetUnavailable)
        return Trouble("deferred", str(error), FIRST_SECONDS_UNAVAILABLE, missing=missing, unavailable=unavailable)
    return Trouble("crashed", "The bridge failed on this item; its log says why.")


def pause(attempts: int, first_seconds: float, chance: float) -> float:
    """Doubling from `first_seconds` to six hours, spread by up to a quarter either way (`chance` from 0 to 1)."""
    return min(first_seconds * 2.0 ** min(attempts, 20), LONGEST_SECONDS) * (0.75 + chance / 2)
