"""What people at the admin screens ask of the jobs, because only the jobs can reach the target.

One protocol, two ways to it: in the same process at a desk, over HTTP in the cloud, where the function for people holds
no credential of the target and cannot load the code that would use one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from scim.records import Kind, Outcome, Ref, Report

JOBS = ("settle", "confirm", "reconcile", "pull")
"""What `Operations.run` may be asked for; `pull` only where a source is configured."""

PAGE = 200
"""Removals of one hold that are shown at a time."""
FIRST = 20
"""And where all holds are shown."""
OFFERED = 200
"""Groups of the source that are shown at a time."""


class NotDone(Exception):
    """Nothing was done. The text says why and what to do, for an administrator."""


class JobsAway(Exception):
    """The jobs did not answer. Whether anything was done is unknown; the text says so."""


@dataclass(frozen=True, slots=True)
class ActualPerson:
    """A person as the target shows them now. `protected`: why the bridge never changes them, else empty."""

    id: str
    email: str
    name: str
    state: str
    protected: str = ""


@dataclass(frozen=True, slots=True)
class ActualGroup:
    """A group as the target shows it now. `members`: how many people it has there."""

    id: str
    name: str
    members: int
    protected: str = ""


@dataclass(frozen=True, slots=True)
class ListedGroup:
    """A group of the target. `id`: its SCIM id if it is managed. `asked`: when an identity provider was refused its
    name last, in seconds since the epoch.
    """

    target_id: str
    name: str
    managed: Literal["created", "adopted", ""]
    id: str = ""
    members: int = 0
    asked: float | None = None


@dataclass(frozen=True, slots=True)
class HeldRemoval:
    """`id` is the user or group that is removed; of a revocation the group, and `user_id` who would lose it."""

    what: Literal["suspend", "delete", "revoke"]
    kind: Kind
    id: str
    user_id: str
    name: str
    since: float


@dataclass(frozen=True, slots=True)
class HeldList:
    """The held removals of one scope. `digest` names exactly these `total` removals; `removals` are up to PAGE of them
    from `offset` on, counted from 0.
    """

    scope: str
    title: str
    digest: str
    total: int
    since: float
    offset: int
    removals: Sequence[HeldRemoval]


@dataclass(frozen=True, slots=True)
class Choice:
    """Whom the pull provisions, entry by entry as somebody wrote it (docs/pull.md); it need not be valid."""

    groups: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    unlisted: str = "leave"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What chooses now. `origin`: a file, which only an editor changes and `path` names; what was stored; or empty,
    nothing yet. `digest` names exactly this. `problem`: why no pull can read it, else empty.
    """

    choice: Choice
    origin: Literal["file", "stored", ""]
    digest: str
    path: str = ""
    problem: str = ""

    @property
    def is_editable(self) -> bool:
        return self.origin != "file"


@dataclass(frozen=True, slots=True)
class Checked:
    """`choice` as it would be stored; with `problems`, one sentence each that begins with the name of the list, as it
    was given.
    """

    choice: Choice
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OfferedGroup:
    """A group of the source. `chosen`: what chooses now provisions it. `people`: how many the source counts in it."""

    email: str
    name: str
    chosen: bool
    people: int | None = None


@dataclass(frozen=True, slots=True)
class OfferedGroups:
    """Up to OFFERED groups of the source from `offset` on, of `total` that fit what was searched. `at`: when the source
    showed them, in seconds since the epoch.
    """

    groups: Sequence[OfferedGroup]
    total: int
    offset: int
    at: float


class Operations(Protocol):
    """`by` is who asks: it is written into the audit line. Every verb raises NotDone and JobsAway."""

    def settle(self, ref: Ref, by: str) -> Outcome:
        """Look at the resource again and make the target match it, now."""
        ...

    def look(self, ref: Ref) -> ActualPerson | ActualGroup | None:
        """What the target shows of the resource now; None if there is nothing."""
        ...

    def groups(self) -> list[ListedGroup]:
        """Every group of the target, by name."""
        ...

    def manageable(self, target_ids: Sequence[str]) -> dict[str, str]:
        """Why `manage` would refuse each, or empty; without those that were not looked at in time. Nothing is done."""
        ...

    def manage(self, target_id: str, by: str) -> ListedGroup: ...
    def unmanage(self, target_id: str, by: str) -> ListedGroup: ...
    def holds(self) -> list[HeldList]:
        """All of them, the largest first, each with its first removals."""
        ...

    def hold(self, scope: str, offset: int) -> HeldList | None: ...
    def approve(self, scope: str, digest: str, by: str) -> None:
        """Let exactly the removals through that `digest` names."""
        ...

    def discard(self, scope: str, digest: str, by: str) -> list[str]:
        """Want again what is there. Returns the names of whom that could not be done for."""
        ...

    def run(self, job: str, by: str) -> Report: ...
    def approve_pull(self, digest: str, by: str) -> None:
        """Let exactly the plan through that `digest` names."""
        ...

    def selection(self) -> Chosen: ...
    def check_choice(self, choice: Choice) -> Checked:
        """Whether it could be stored. Nothing is."""
        ...

    def choose(self, choice: Choice, digest: str, by: str) -> None:
        """Store it in place of the choice that `digest` names. The next pull shows its plan and waits."""
        ...

    def source_groups(self, text: str, offset: int) -> OfferedGroups:
        """The groups of the source with `text` in their name or address, by address."""
        ...
