"""What one action of the bridge is judged by."""

from dataclasses import dataclass

from tests.stateful.accounts import View
from tests.stateful.wishes import Wanted


@dataclass(frozen=True, slots=True)
class Scene:
    """The moment before and after one action of the bridge."""

    before: View
    after: View
    wanted_before: Wanted
    wanted: Wanted
    now: float
