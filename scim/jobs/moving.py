"""Moving in where another bridge was, and rebuilding a store that was lost: everything in the target is taken over."""

from collections.abc import Iterator
from dataclasses import dataclass

from scim.jobs.adoption import Adoption, Known, Taken
from scim.jobs.lease import Lease
from scim.jobs.work import Busy, Runner, Work
from scim.ports import Ids

CALL_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Moving:
    """`known`: what a backup says of records that are gone."""

    runner: Runner
    new_id: Ids
    known: Known

    def is_empty(self) -> bool:
        store = self.runner.store
        return store.count("User") == store.count("Group") == 0

    def plan(self, by: str) -> Iterator[Taken]:
        """What `carry_out` would do now. Nothing is done. TargetError."""
        return _everything(Adoption(self._work(), self.runner.event_id, by, dry=True, known=self.known))

    def carry_out(self, by: str) -> Iterator[Taken]:
        """Nothing changes in the target. Cut off anywhere, it can be done again. Busy, TargetError."""
        with self.runner.alone() as lease:
            adoption = Adoption(self._work(), self.new_id, by, known=self.known)
            for taken in _everything(adoption):
                _require(lease)
                yield taken

    def _work(self) -> Work:
        work = self.runner.work(call_ends=self.runner.clock() + CALL_SECONDS)
        work.listed = True
        return work


def _everything(adoption: Adoption) -> Iterator[Taken]:
    """People first, so that groups find their members. Both listings come before the first is taken over."""
    people, groups = adoption.work.people(), adoption.work.groups()
    for person in people.values():
        yield adoption.person(person)
    for group in groups:
        yield adoption.group(group)


def _require(lease: Lease) -> None:
    if not lease.keep():
        raise Busy("Another job took its turn meanwhile. What is done is done; do it again for the rest.")
