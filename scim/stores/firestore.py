"""The store in the cloud: Firestore.

Documents: `users`, `groups`, `memberships/{group}:{user}`, `keys/{digest}`, `events` (with `expire_at` for the TTL
policy), `leases`, `reports`, `ledgers/{digest}`, `notes/{digest}`. The order of records is that of their ids. Every
method says in `ports.Store` how many round trips it may take.
"""

import time
from collections.abc import Iterator, Sequence
from uuid import uuid4

from google.cloud.firestore import Client

from scim.ports import Clock, Ids
from scim.records import Backlog, Document, Event, Kind, Ledger, Link, Membership, Record, Ref, Report
from scim.stores.firestore_calls import Calls, Connect
from scim.stores.firestore_journal import Journal
from scim.stores.firestore_memberships import Memberships
from scim.stores.firestore_pages import Pages
from scim.stores.firestore_records import Records
from scim.stores.firestore_writes import Writes
from scim.stores.rows import is_text, wishes

EVENT_DAYS = 400


def open_store(project: str, database: str = "(default)", event_days: int = EVENT_DAYS) -> "FirestoreStore":
    """Nothing is opened before the first call; FIRESTORE_EMULATOR_HOST names an emulator to use instead."""
    return FirestoreStore(lambda: Client(project=project, database=database), event_days=event_days)


def _new_id() -> str:
    return uuid4().hex


class FirestoreStore:
    """`ports.Store` on Firestore. `connect` is called once, at the first use."""

    def __init__(
        self, connect: Connect, event_days: int = EVENT_DAYS, clock: Clock = time.monotonic, new_id: Ids = _new_id
    ) -> None:
        self._calls = Calls(connect)
        self._journal = Journal(self._calls, event_days)
        self._memberships = Memberships(self._calls, self._journal)
        self._records = Records(self._calls)
        self._writes = Writes(self._calls, self._journal, self._memberships, new_id)
        self._pages = Pages(self._calls, clock)

    def get(self, ref: Ref) -> Record | None:
        return self._records.get(ref)

    def get_all(self, refs: Sequence[Ref]) -> dict[Ref, Record]:
        return self._records.get_all(refs)

    def find(self, kind: Kind, key: str) -> list[Record]:
        return self._records.find(kind, key)

    def find_former(self, kind: Kind, keys: Sequence[str]) -> list[Record]:
        return self._records.find_former(kind, keys)

    def linked(self, kind: Kind, target_id: str) -> list[Record]:
        return self._records.linked(kind, target_id)

    def page(self, kind: Kind, offset: int, limit: int) -> list[Record]:
        return self._pages.page(kind, offset, limit)

    def page_after(self, kind: Kind, after: str | None, limit: int) -> list[Record]:
        return self._pages.after(kind, after, limit)

    def count(self, kind: Kind) -> int:
        return self._pages.count(kind)

    def scan(self, kind: Kind) -> Iterator[Record]:
        return self._pages.scan(kind)

    def create(self, record: Record, members: Sequence[str], event: Event) -> Record:
        """One commit as long as it has at most 500 writes; a larger group gets its other members in further ones."""
        return self._writes.create(record, wishes(members, ()), event)

    def replace(
        self,
        before: Record,
        after: Record,
        event: Event | None,
        grants: Sequence[str] = (),
        revokes: Sequence[str] = (),
    ) -> Record:
        """One commit as long as it has at most 500 writes, else further ones for other members."""
        return self._writes.replace(before, after, event, wishes(grants, revokes))

    def discard(self, before: Record, event: Event) -> None:
        self._writes.discard(before, event)

    def group_with(self, group_id: str, user_ids: Sequence[str]) -> tuple[Record | None, dict[str, bool]]:
        return self._records.group_with(group_id, user_ids)

    def change_members(  # noqa: PLR0913, PLR0917
        self,
        group: Record,
        grants: Sequence[str],
        revokes: Sequence[str],
        last_modified: str,
        event: Event,
        held_at: float | None = None,
    ) -> Record:
        """Stale only if the group is not wanted any more. The answer has no stamp: to replace it, read it again."""
        return self._writes.change_members(group, wishes(grants, revokes), last_modified, event, held_at)

    def members(self, group_id: str) -> list[str]:
        return self._memberships.members(group_id)

    def unsettled(self, kind: Kind, now: float, limit: int) -> list[Record]:
        return self._records.unsettled(kind, now, limit)

    def unsettled_memberships(self, now: float, limit: int, group_id: str | None = None) -> list[Membership]:
        return self._memberships.unsettled(now, limit, group_id)

    def save_link(self, ref: Ref, link: Link, settled_version: int | None, event: Event | None) -> None:
        self._writes.save_link(ref, link, settled_version, event)

    def settle_membership(self, edge: Membership, event: Event | None) -> None:
        self._memberships.settle(edge, event)

    def postpone_membership(self, edge: Membership) -> None:
        self._memberships.postpone(edge)

    def held(self, kind: Kind) -> list[Record]:
        return self._records.held(kind)

    def held_memberships(self) -> list[Membership]:
        return self._memberships.held()

    def waiting(self, kind: Kind) -> list[Record]:
        return self._records.waiting(kind)

    def ledger(self, scope: str) -> Ledger:
        return self._journal.ledger(scope)

    def put_ledger(self, scope: str, ledger: Ledger) -> None:
        self._journal.put_ledger(scope, ledger)

    def note(self, name: str) -> Document | None:
        return self._journal.note(name)

    def put_note(self, name: str, note: Document | None) -> None:
        self._journal.put_note(name, note)

    def search(self, kind: Kind, text: str, after: str | None, limit: int) -> list[Record]:
        return self._records.search(kind, text, after, limit) if text and is_text(text) else []

    def standing(self, kind: Kind, standing: str, after: str | None, limit: int) -> list[Record]:
        return self._records.standing(kind, standing, after, limit)

    def count_standing(self, kind: Kind, standing: str) -> int:
        return self._records.count_standing(kind, standing)

    def history(self, ref: Ref, limit: int, before: str | None = None) -> list[Event]:
        return self._journal.history(ref, limit, before)

    def append_event(self, event: Event) -> None:
        self._journal.append(event)

    def events(self, limit: int, before: str | None = None) -> list[Event]:
        return self._journal.events(limit, before)

    def acquire_lease(self, name: str, holder: str, now: float, ttl: float) -> bool:
        return self._journal.acquire(name, holder, now, ttl)

    def release_lease(self, name: str, holder: str) -> None:
        self._journal.release(name, holder)

    def put_report(self, report: Report) -> None:
        self._journal.put_report(report)

    def reports(self) -> list[Report]:
        return self._journal.reports()

    def backlog(self) -> Backlog:
        held = self._records.count_held("User") + self._records.count_held("Group") + self._memberships.count_held()
        return Backlog(self._records.owed("User"), self._records.owed("Group"), self._memberships.owed(), held)

    def close(self) -> None:
        self._calls.close()
