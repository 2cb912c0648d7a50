"""Deliberate faults of a store and of a target, for whoever asks whether the judge would see a real one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scim.jobs.groups import MARK
from scim.records import Event, Record, TargetGroup
from scim.targets.onepassword import OnePasswordTarget
from scim.targets.op_process import Answer, Run
from tests.crash.calls import INVITATION


class LateStore:
    """Answers that a new record is written, and writes it when it is used the next time."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self._late: list[tuple[Record, Sequence[str], Event]] = []

    def create(self, record: Record, members: Sequence[str], event: Event) -> Record:
        self._late.append((record, members, event))
        return record

    def __getattr__(self, name: str) -> Any:
        while self._late:
            self._store.create(*self._late.pop())
        return getattr(self._store, name)


class ForgetfulStore:
    """Does not keep what settling found out."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def save_link(self, *_: object) -> None:
        """Nothing."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def invite_twice(run: Run) -> Run:
    """Sends each invitation again."""

    def twice(argv: Sequence[str], env: Mapping[str, str], stdin: bytes, seconds: float) -> Answer:
        answer = run(argv, env, stdin, seconds)
        if list(argv[1:3]) == INVITATION.split():
            run(argv, env, stdin, seconds)
        return answer

    return twice


class BlindTarget(OnePasswordTarget):
    """Lists no group that the bridge made: one whose link was not kept is not found again."""

    def groups(self) -> list[TargetGroup]:
        listed = super().groups()
        self._memory.forget()
        return [group for group in listed if not group.description.startswith(MARK)]


@dataclass(frozen=True, slots=True)
class Sabotage:
    """What takes the place of the real thing, or is put around it."""

    store: Callable[[Any], Any] = lambda store: store
    run: Callable[[Run], Run] = lambda run: run
    target: type[OnePasswordTarget] = OnePasswordTarget


NONE = Sabotage()
SABOTAGES = {
    "the store writes late": Sabotage(store=LateStore),
    "the store forgets": Sabotage(store=ForgetfulStore),
    "the target invites twice": Sabotage(run=invite_twice),
    "the target lists no new group": Sabotage(target=BlindTarget),
}
