"""Ports that can die or fail in the middle, and that tell what was settled; both change nothing else."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from scim.records import Link, Membership, Ref, StoreUnavailable, TargetUnavailable

WRITES = {
    "create", "replace", "discard", "change_members", "save_link", "settle_membership", "postpone_membership",
    "put_ledger", "put_note", "append_event", "acquire_lease", "release_lease", "put_report",
}  # fmt: skip
VERBS = {
    "user", "find_user", "users", "protected", "group", "groups", "members", "invite", "confirm", "rename",
    "change_email", "suspend", "reactivate", "create_group", "rename_group", "delete_group", "grant", "revoke",
}  # fmt: skip


class Killed(BaseException):
    """The process dies here."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Strikes at a call, counted from 1 over both ports. `after`: the call has its effect first. `kills`: the process
    dies of it; else this one call has no usable answer.
    """

    at: int
    after: bool = False
    kills: bool = True


@dataclass
class Fuse:
    """What strikes, if anything, and whether it has."""

    fault: Fault | None = None
    calls: int = 0
    struck: bool = False

    def arm(self, fault: Fault | None) -> None:
        self.fault, self.calls, self.struck = fault, 0, False

    def call(self, unavailable: type[Exception], method: Callable[..., Any], *arguments: Any) -> Any:
        if self.fault is None:
            return method(*arguments)
        if self.struck and self.fault.kills:
            raise Killed  # whatever the dead one's `finally` still tries
        self.calls += 1
        strikes = self.calls == self.fault.at
        self.struck = self.struck or strikes
        error = Killed() if self.fault.kills else unavailable("As scripted, no usable answer.")
        if strikes and not self.fault.after:
            raise error
        answer = method(*arguments)
        if strikes:
            raise error
        return answer


@dataclass
class Watch:
    """What was settled since it was last asked: resources, and edges as (group, user)."""

    resources: set[Ref] = field(default_factory=set)
    edges: set[tuple[str, str]] = field(default_factory=set)

    def note(self, name: str, arguments: tuple[Any, ...]) -> None:
        match name, arguments:
            case "save_link", (ref, Link(), int(), *_):
                self.resources.add(ref)
            case "settle_membership", (Membership() as edge, *_):
                self.edges.add((edge.group_id, edge.user_id))


class MortalStore:
    """`ports.Store` of a process that a fuse ends."""

    def __init__(self, inner: Any, fuse: Fuse, watch: Watch) -> None:
        self._inner, self._fuse, self._watch = inner, fuse, watch

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)
        if name not in WRITES:
            return method

        def call(*arguments: Any) -> Any:
            answer = self._fuse.call(StoreUnavailable, method, *arguments)
            self._watch.note(name, arguments)
            return answer

        return call


class MortalTarget:
    """`ports.Target` of the same process."""

    def __init__(self, inner: Any, fuse: Fuse) -> None:
        self._inner, self._fuse = inner, fuse

    def until(self, ends: float) -> "MortalTarget":
        return MortalTarget(self._inner.until(ends), self._fuse)

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)
        if name not in VERBS:
            return method
        return lambda *arguments: self._fuse.call(TargetUnavailable, method, *arguments)
