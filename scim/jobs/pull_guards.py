"""What a pull does not believe: a reading from which nothing is concluded, or only if a person approves it.

Each of them has suspended a whole company somewhere (threats: 1E).
"""

from collections.abc import Container, Iterator
from dataclasses import dataclass

from scim.jobs.pull_notes import State
from scim.jobs.pull_scope import Scope
from scim.source_records import SourceReading

MOST_SHRINK_PERCENT = 30
FEW = 5
"""As many may be missing whatever their share is: in a company of ten, four are no rout, and the removal limit looks at
them. No setting: who raises the limit has not switched this off.
"""


MOST_MISSING = 1
"""Whom the groups name and the list of people does not: one may have been deleted while it was read."""


class Unbelievable(Exception):
    """What no approval releases: nothing is concluded from it. The text is fit for an administrator."""


@dataclass(frozen=True, slots=True)
class Guards:
    """`state`: the last good run; None if there was none."""

    state: State | None

    @staticmethod
    def require_somebody(reading: SourceReading) -> None:
        """Unbelievable."""
        if not reading.users:
            raise Unbelievable("The source shows nobody at all.")

    def require_scope(self, scope: Scope) -> None:
        """Unbelievable."""
        selection = scope.selection
        missing = [address for address in selection.addresses if scope.found(address) is None]
        if missing:
            raise Unbelievable(
                f"There is no group {', '.join(missing)} in the source, which bridge.toml chooses. If that is meant, "
                "take it out of bridge.toml."
            )
        if not scope.chosen:
            raise Unbelievable(f"No group of the source fits what bridge.toml chooses: {', '.join(selection.groups)}.")
        if not scope.wanted:
            raise Unbelievable("Nobody of the source is in what bridge.toml chooses: its groups have nobody active.")

    def stops(self, scope: Scope, gone: Container[str]) -> Iterator[str]:
        """What a person may approve, a sentence each. `gone`: ids of the pull's people whom nobody lists now."""
        if self.state is None:
            return
        yield from self._missing(scope, gone)
        yield from self._repointed(scope, self.state)
        yield from self._shrunk("people in the source", self.state.users, len(scope.people))
        yield from self._shrunk("people in the chosen groups", self.state.wanted, len(scope.wanted))

    def _repointed(self, scope: Scope, state: State) -> Iterator[str]:
        for address in scope.selection.addresses:
            found, before = scope.found(address), state.groups.get(address)
            if found and before and found.id != before:
                yield f"The group {address} is another one than before: it was {before}, it is {found.id} now."

    @staticmethod
    def _missing(scope: Scope, gone: Container[str]) -> Iterator[str]:
        """A source takes whom it deletes out of their groups."""
        outsiders = {id for members in scope.reading.members.values() for id in members.outsiders}
        missing = sum(1 for id in outsiders if id in gone)
        if missing > MOST_MISSING:
            yield f"{missing} people whom the pull provisioned are in the chosen groups, but not in the list of people."

    def _shrunk(self, what: str, before: int, now: int) -> Iterator[str]:
        lost = before - now
        if lost > FEW and lost * 100 > before * MOST_SHRINK_PERCENT:
            yield f"There were {before} {what} at the last good run, there are {now} now: {lost} fewer."
