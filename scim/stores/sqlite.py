"""The embedded store: one SQLite file, or ":memory:"."""

from collections.abc import Iterator, Sequence
from sqlite3 import Connection

from scim.records import Backlog, Document, Event, Kind, Ledger, Link, Membership, Record, Ref, Report
from scim.stores import sqlite_journal as journal
from scim.stores import sqlite_memberships as memberships
from scim.stores import sqlite_records as records
from scim.stores.rows import is_id, is_text, wishes
from scim.stores.sqlite_connections import Database

BUSY_SECONDS = 15.0
SCAN_BATCH = 200


class SqliteStore:
    """`ports.Store` on a file. The order of records is that of their creation. A commit is on the disk when a method
    returns. Raises StoreUnavailable if the file cannot be opened, or if others write for longer than `busy_seconds`.
    """

    def __init__(self, path: str, busy_seconds: float = BUSY_SECONDS) -> None:
        self._database = Database(path, busy_seconds)

    def get(self, ref: Ref) -> Record | None:
        if not is_id(ref.id):
            return None
        with self._database.read() as db:
            return records.get(db, ref)

    def get_all(self, refs: Sequence[Ref]) -> dict[Ref, Record]:
        with self._database.snapshot() as db:
            return records.get_all(db, [ref for ref in refs if is_id(ref.id)])

    def find(self, kind: Kind, key: str) -> list[Record]:
        if not is_text(key):
            return []
        with self._database.read() as db:
            return records.find(db, kind, key)

    def find_former(self, kind: Kind, keys: Sequence[str]) -> list[Record]:
        with self._database.read() as db:
            return records.find_former(db, kind, keys)

    def linked(self, kind: Kind, target_id: str) -> list[Record]:
        with self._database.read() as db:
            return records.linked(db, kind, target_id)

    def page(self, kind: Kind, offset: int, limit: int) -> list[Record]:
        with self._database.read() as db:
            return records.page(db, kind, offset, limit)

    def page_after(self, kind: Kind, after: str | None, limit: int) -> list[Record]:
        """Stale if the record `after` was discarded."""
        with self._database.read() as db:
            return records.after(db, kind, _place(db, kind, after), limit)[0]

    def count(self, kind: Kind) -> int:
        with self._database.read() as db:
            return records.count(db, kind)

    def scan(self, kind: Kind) -> Iterator[Record]:
        seq = 0
        while True:
            with self._database.read() as db:
                batch, seq = records.after(db, kind, seq, SCAN_BATCH)
            if not batch:
                return
            yield from batch

    def create(self, record: Record, members: Sequence[str], event: Event) -> Record:
        with self._database.write() as db:
            records.insert(db, record)
            memberships.change(db, record.id, wishes(members, ()))
            journal.append(db, event)
            return records.current(db, record.ref)

    def replace(
        self,
        before: Record,
        after: Record,
        event: Event | None,
        grants: Sequence[str] = (),
        revokes: Sequence[str] = (),
    ) -> Record:
        with self._database.write() as db:
            records.update(db, before, after)
            memberships.change(db, before.id, wishes(grants, revokes))
            if before.wanted and not after.wanted:
                memberships.end_all(db, before.ref)
            journal.append(db, event)
            return records.current(db, before.ref)

    def discard(self, before: Record, event: Event) -> None:
        with self._database.write() as db:
            records.delete(db, before)
            memberships.delete_all(db, before.ref)
            journal.append(db, event)

    def group_with(self, group_id: str, user_ids: Sequence[str]) -> tuple[Record | None, dict[str, bool]]:
        if not is_id(group_id):
            group_id = ""
        with self._database.snapshot() as db:
            return records.get(db, Ref("Group", group_id)), memberships.among(db, group_id, user_ids)

    def change_members(  # noqa: PLR0913, PLR0917
        self,
        group: Record,
        grants: Sequence[str],
        revokes: Sequence[str],
        last_modified: str,
        event: Event,
        held_at: float | None = None,
    ) -> Record:
        """Stale only if the group is not wanted any more."""
        with self._database.write() as db:
            records.bump(db, group.ref, last_modified)
            memberships.change(db, group.id, wishes(grants, revokes), held_at)
            journal.append(db, event)
            return records.current(db, group.ref)

    def members(self, group_id: str) -> list[str]:
        with self._database.read() as db:
            return memberships.members(db, group_id)

    def unsettled(self, kind: Kind, now: float, limit: int) -> list[Record]:
        with self._database.read() as db:
            return records.unsettled(db, kind, now, limit)

    def unsettled_memberships(self, now: float, limit: int, group_id: str | None = None) -> list[Membership]:
        with self._database.read() as db:
            return memberships.unsettled(db, now, limit, group_id)

    def save_link(self, ref: Ref, link: Link, settled_version: int | None, event: Event | None) -> None:
        with self._database.note() as db:
            records.save_link(db, ref, link, settled_version)
            journal.append(db, event)

    def settle_membership(self, edge: Membership, event: Event | None) -> None:
        with self._database.note() as db:
            memberships.settle(db, edge)
            journal.append(db, event)

    def postpone_membership(self, edge: Membership) -> None:
        with self._database.note() as db:
            memberships.postpone(db, edge)

    def held(self, kind: Kind) -> list[Record]:
        with self._database.read() as db:
            return records.held(db, kind)

    def held_memberships(self) -> list[Membership]:
        with self._database.read() as db:
            return memberships.held(db)

    def waiting(self, kind: Kind) -> list[Record]:
        with self._database.read() as db:
            return records.waiting(db, kind)

    def ledger(self, scope: str) -> Ledger:
        with self._database.read() as db:
            return journal.ledger(db, scope)

    def put_ledger(self, scope: str, ledger: Ledger) -> None:
        """On the disk when it returns: nobody would find out again what was removed."""
        with self._database.write() as db:
            journal.put_ledger(db, scope, ledger)

    def note(self, name: str) -> Document | None:
        with self._database.read() as db:
            return journal.note(db, name)

    def put_note(self, name: str, note: Document | None) -> None:
        with self._database.write() as db:
            journal.put_note(db, name, note)

    def search(self, kind: Kind, text: str, after: str | None, limit: int) -> list[Record]:
        """Stale if the record `after` was discarded."""
        if not text or not is_text(text):
            return []
        with self._database.read() as db:
            return records.search(db, kind, text, _place(db, kind, after), limit)

    def standing(self, kind: Kind, standing: str, after: str | None, limit: int) -> list[Record]:
        """Stale if the record `after` was discarded."""
        with self._database.read() as db:
            return records.standing(db, kind, standing, _place(db, kind, after), limit)

    def count_standing(self, kind: Kind, standing: str) -> int:
        with self._database.read() as db:
            return records.count_standing(db, kind, standing)

    def history(self, ref: Ref, limit: int, before: str | None = None) -> list[Event]:
        with self._database.read() as db:
            return journal.history(db, ref, limit, before)

    def append_event(self, event: Event) -> None:
        with self._database.note() as db:
            journal.append(db, event)

    def events(self, limit: int, before: str | None = None) -> list[Event]:
        with self._database.read() as db:
            return journal.events(db, limit, before)

    def acquire_lease(self, name: str, holder: str, now: float, ttl: float) -> bool:
        with self._database.note() as db:
            return journal.acquire(db, name, holder, now, ttl)

    def release_lease(self, name: str, holder: str) -> None:
        with self._database.note() as db:
            journal.release(db, name, holder)

    def put_report(self, report: Report) -> None:
        with self._database.note() as db:
            journal.put_report(db, report)

    def reports(self) -> list[Report]:
        with self._database.read() as db:
            return journal.reports(db)

    def backlog(self) -> Backlog:
        with self._database.snapshot() as db:
            held = records.count_held(db) + memberships.count_held(db)
            return Backlog(records.owed(db, "User"), records.owed(db, "Group"), memberships.owed(db), held)

    def close(self) -> None:
        self._database.close()


def _place(db: Connection, kind: Kind, after: str | None) -> int:
    return 0 if after is None else records.place(db, Ref(kind, after))
