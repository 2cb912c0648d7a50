"""What the bridge needs from the outside, as protocols; the records that cross them are in `records`.

Nothing here names a vendor or performs I/O; every implementation of a port passes the same contract tests
(`tests/contracts/`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

from scim.records import (
    Backlog,
    Document,
    Event,
    Finding,
    Kind,
    Ledger,
    Link,
    Membership,
    Outcome,
    Record,
    Ref,
    Report,
    Secret,
    TargetGroup,
    TargetMember,
    TargetUser,
)
from scim.source_records import SourceGroup, SourceReading


class Store(Protocol):
    """What is wanted, what is linked, what is owed. Safe for threads and for several processes at once."""

    def get(self, ref: Ref) -> Record | None:
        """The record, deprovisioned or not. One round trip."""
        ...

    def get_all(self, refs: Sequence[Ref]) -> dict[Ref, Record]:
        """Those of up to a few hundred that exist, deprovisioned or not. One round trip."""
        ...

    def find(self, kind: Kind, key: str) -> list[Record]:
        """Wanted records that hold `key` among their unique or lookup keys, in store order. ≤ 2 round trips."""
        ...

    def find_former(self, kind: Kind, keys: Sequence[str]) -> list[Record]:
        """Deprovisioned records that held any of `keys` when they were deprovisioned. One round trip."""
        ...

    def linked(self, kind: Kind, target_id: str) -> list[Record]:
        """Wanted records whose link names this id of the target. One round trip."""
        ...

    def page(self, kind: Kind, offset: int, limit: int) -> list[Record]:
        """Wanted records in the store's stable order. `offset` counts from 0."""
        ...

    def page_after(self, kind: Kind, after: str | None, limit: int) -> list[Record]:
        """Wanted records that follow the record with id `after` in the same order; the first when None."""
        ...

    def count(self, kind: Kind) -> int: ...

    def scan(self, kind: Kind) -> Iterator[Record]:
        """Every wanted record, in the store's order, in bounded memory."""
        ...

    def create(self, record: Record, members: Sequence[str], event: Event) -> Record:
        """Write a new record, claim its unique keys, add `members` (group: user ids). One commit; KeyTaken."""
        ...

    def replace(
        self,
        before: Record,
        after: Record,
        event: Event | None,
        grants: Sequence[str] = (),
        revokes: Sequence[str] = (),
    ) -> Record:
        """Write `after` over `before` and move its keys. `after.wanted=False` deprovisions: keys are freed and
        remembered for `find_former`, and every edge of the user or group becomes unwanted. `grants` and `revokes`
        (user ids, groups only) change edges in the same commit. Stale, KeyTaken.
        """
        ...

    def discard(self, before: Record, event: Event) -> None:
        """Remove a record that was refused right after its creation, its keys and edges. Stale."""
        ...

    def group_with(self, group_id: str, user_ids: Sequence[str]) -> tuple[Record | None, dict[str, bool]]:
        """The group and, of `user_ids`, those that name a wanted user, each with whether it is a wanted member
        of the group now. One round trip, whatever the size of the group.
        """
        ...

    def change_members(  # noqa: PLR0913, PLR0917 - what makes one commit
        self,
        group: Record,
        grants: Sequence[str],
        revokes: Sequence[str],
        last_modified: str,
        event: Event,
        held_at: float | None = None,
    ) -> Record:
        """Make `grants` wanted and `revokes` unwanted members; one version up, nothing else of the group changes
        (`unsettled` neither). Commutes with any other such change: it never fails because the group changed
        meanwhile. One commit per 500 writes. `held_at`: the revocations wait for a person's decision from their
        beginning, since then (seconds since the epoch); `next_attempt_at` is the year 10000.
        """
        ...

    def members(self, group_id: str) -> list[str]:
        """Ids of the wanted members, in the store's stable order."""
        ...

    def unsettled(self, kind: Kind, now: float, limit: int) -> list[Record]:
        """Records with `link.unsettled`, deprovisioned ones too, whose `next_attempt_at` has come."""
        ...

    def unsettled_memberships(self, now: float, limit: int, group_id: str | None = None) -> list[Membership]:
        """Edges the target does not match yet whose `next_attempt_at` has come; of one group if named."""
        ...

    def save_link(self, ref: Ref, link: Link, settled_version: int | None, event: Event | None) -> None:
        """Store what settling found out. `settled_version` clears `unsettled` only if the record still has that
        version; a newer wish stays unsettled. Never touches the document. `link.unsettled` is ignored.
        """
        ...

    def settle_membership(self, edge: Membership, event: Event | None) -> None:
        """Mark the edge as matched (an unwanted one disappears), unless it was changed since it was read."""
        ...

    def postpone_membership(self, edge: Membership) -> None:
        """Keep what is known of an edge that could not be settled, unless it was changed since it was read."""
        ...

    def held(self, kind: Kind) -> list[Record]:
        """Records with `link.held_at`, deprovisioned ones too, by that time and id."""
        ...

    def held_memberships(self) -> list[Membership]:
        """Edges with `held_at`, by group and user."""
        ...

    def waiting(self, kind: Kind) -> list[Record]:
        """Wanted records with `link.waiting`, in the store's stable order."""
        ...

    def ledger(self, scope: str) -> Ledger:
        """An empty one if none was put."""
        ...

    def put_ledger(self, scope: str, ledger: Ledger) -> None:
        """Whoever writes one holds the target's lease, so no two write it at once."""
        ...

    def note(self, name: str) -> Document | None:
        """What was put under the name: something chosen, planned or noticed that is no resource."""
        ...

    def put_note(self, name: str, note: Document | None) -> None:
        """JSON of up to 900,000 bytes, whole or not at all; None takes it away. Whoever writes one that is also read
        before holds the target's lease.
        """
        ...

    def search(self, kind: Kind, text: str, after: str | None, limit: int) -> list[Record]:
        """Wanted records that have a word beginning with `text` (folded, of up to 10 characters) in their names or
        addresses, in store order, those that follow the record with id `after`. One round trip.
        """
        ...

    def standing(self, kind: Kind, standing: str, after: str | None, limit: int) -> list[Record]:
        """Wanted records with that `Record.standing`, in store order, those that follow `after`. One round trip."""
        ...

    def count_standing(self, kind: Kind, standing: str) -> int: ...

    def history(self, ref: Ref, limit: int, before: str | None = None) -> list[Event]:
        """Events of one resource, newest first; `before` is the id of the last event of the previous page."""
        ...

    def append_event(self, event: Event) -> None: ...

    def events(self, limit: int, before: str | None = None) -> list[Event]:
        """Newest first; `before` is the id of the last event of the previous page."""
        ...

    def acquire_lease(self, name: str, holder: str, now: float, ttl: float) -> bool:
        """True if `holder` now owns the lease until `now + ttl` (seconds). Re-entrant for the same holder."""
        ...

    def release_lease(self, name: str, holder: str) -> None:
        """Give the lease up if `holder` still owns it."""
        ...

    def put_report(self, report: Report) -> None: ...
    def reports(self) -> list[Report]: ...
    def backlog(self) -> "Backlog": ...
    def close(self) -> None: ...


# ── the target ────────────────────────────────────────────────────────────────────────────────────────────


class Target(Protocol):
    """The system that is provisioned. Every verb is idempotent; ids are the target's own; emails compare
    without regard to case. Raises only TargetError's five.
    """

    def until(self, ends: float) -> "Target":
        """The target for one piece of work: no call of it lasts beyond `ends` (seconds since the epoch)."""
        ...

    def calls_made(self) -> int:
        """How many calls this object and what `until` made of it have sent to the target so far."""
        ...

    def preflight(self) -> list[Finding]:
        """Whether the bridge can do its work there: reachable, signed in, permitted. Never raises."""
        ...

    def protected(self) -> Mapping[str, str]:
        """People who are out of the bridge's reach by what they are in the account, and what that is:
        `an owner of the account`. Their `TargetUser` need not say so.
        """
        ...

    def user(self, id: str) -> TargetUser | None: ...
    def find_user(self, email: str) -> TargetUser | None: ...
    def users(self) -> list[TargetUser]: ...
    def invite(self, email: str, name: str) -> TargetUser:
        """Invite, or return the person who already has this address, untouched."""
        ...

    def confirm(self, id: str) -> None: ...
    def rename(self, id: str, name: str) -> None: ...
    def change_email(self, id: str, email: str) -> None: ...
    def suspend(self, id: str) -> None: ...
    def reactivate(self, id: str) -> None: ...
    def group(self, id: str) -> TargetGroup | None:
        """The group, with what protects it."""
        ...

    def groups(self) -> list[TargetGroup]: ...
    def create_group(self, name: str, description: str) -> TargetGroup:
        """A new group, or the one that already carries this `description` (the bridge's mark of ownership)."""
        ...

    def rename_group(self, id: str, name: str) -> None: ...
    def delete_group(self, id: str) -> None: ...
    def members(self, group_id: str) -> list[TargetMember]: ...
    def grant(self, group_id: str, user_id: str) -> None: ...
    def revoke(self, group_id: str, user_id: str) -> None: ...


# ── sources ───────────────────────────────────────────────────────────────────────────────────────────────


class Source(Protocol):
    """A system that is read because it does not push: whole, or SourceError's three. Nothing changes there."""

    def groups(self) -> list[SourceGroup]: ...
    def read(self, chosen: Callable[[SourceGroup], bool]) -> SourceReading:
        """One listing for each chosen group and each group nested in them. It says what there is, and no more: who
        misses a group there has to stop. `chosen` may be asked again about the same group.
        """
        ...

    def calls_made(self) -> int: ...


# ── settling ──────────────────────────────────────────────────────────────────────────────────────────────


class Settler(Protocol):
    def settle(self, ref: Ref, wait: float) -> Outcome:
        """Make the target match this one resource, within `wait` seconds, or say that it is deferred."""
        ...


# ── secrets and clock ─────────────────────────────────────────────────────────────────────────────────────


class Secrets(Protocol):
    def get(self, name: str) -> Secret:
        """The newest value; SecretMissing, SecretsUnavailable."""
        ...

    def add_version(self, name: str, value: str) -> None:
        """Makes `value` the newest; whoever reads meanwhile gets the old one or the new one. SecretsUnavailable."""
        ...


Clock = Callable[[], float]
"""Seconds since the epoch, UTC."""

Ids = Callable[[], str]
"""A new random identifier at each call."""
