"""Writing users and groups to Firestore: single commits with preconditions, no transactions.

A read-write transaction costs three round trips and locks what it reads (facts/google_cloud.md §2.2). A commit whose
answer was lost may have landed, and is then refused by its own traces when it is repeated; so a refusal is judged by
what is stored now, where each write leaves the `operation` it came from.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from google.api_core.exceptions import AlreadyExists, FailedPrecondition, NotFound
from google.cloud.firestore import DocumentReference, Increment, LastUpdateOption, Minimum, WriteBatch

from scim.ports import Ids
from scim.records import Event, Link, Record, Ref, Stale, StoreUnavailable
from scim.stores.firestore_calls import TRIES, Calls
from scim.stores.firestore_journal import Journal
from scim.stores.firestore_keys import Claims, Keys
from scim.stores.firestore_memberships import Memberships, Wishes, chunks
from scim.stores.firestore_rows import (
    COLLECTIONS,
    MAPS,
    created_fields,
    found_by,
    link_fields,
    replaced_fields,
    to_record,
    updated,
)


class Writes:
    def __init__(self, calls: Calls, journal: Journal, memberships: Memberships, new_id: Ids) -> None:
        self._calls = calls
        self._journal = journal
        self._memberships = memberships
        self._keys = Keys(calls)
        self._new_id = new_id

    def create(self, record: Record, members: Wishes, event: Event) -> Record:
        operation = self._new_id()
        document = self._document(record.ref)
        claims = self._keys.claims(record.ref, record.unique_keys)
        first, *others = chunks(members)

        def write(batch: WriteBatch) -> None:
            batch.create(document, created_fields(record, operation))
            self._keys.claim(batch, record.ref, claims)
            self._journal.write(batch, event)

        def commit() -> Record:
            results = self._memberships.commit(record.id, first, write)
            return replace(record, group_ids=(), stamp=results[0].update_time)

        saved = self._judged(commit, record.ref, operation, {document: f"id={record.id}", **claims})
        self._memberships.commit_all(record.id, others)
        return saved

    def replace(self, before: Record, after: Record, event: Event | None, members: Wishes) -> Record:
        operation = self._new_id()
        freed, claims = self._keys.move(before, after)
        first, *others = chunks(self._ended_with(before, after) or members)

        def write(batch: WriteBatch) -> None:
            fields = replaced_fields(before, after, operation)
            batch.update(self._document(before.ref), fields, self._unchanged(before))
            self._keys.free(batch, freed)
            self._keys.claim(batch, before.ref, claims)
            self._memberships.end(batch, () if after.wanted else before.group_ids, before.id)
            self._journal.write(batch, event)

        def commit() -> Record:
            results = self._memberships.commit(before.id, first, write)
            group_ids = before.group_ids if after.wanted else ()
            return replace(after, group_ids=group_ids, stamp=results[0].update_time)

        saved = self._judged(commit, before.ref, operation, claims)
        self._memberships.commit_all(before.id, others)
        return saved

    def discard(self, before: Record, event: Event) -> None:
        """A large group loses its members first and goes last, so that no edge is ever left without its group."""
        *early, last = self._memberships.of(before.ref)

        def write(batch: WriteBatch) -> None:
            batch.delete(self._document(before.ref), self._unchanged(before))
            self._keys.free(batch, self._keys.claims(before.ref, before.unique_keys))
            self._journal.write(batch, event)

        try:
            for edges in early:
                self._memberships.erase(before.ref, edges)
            self._memberships.erase(before.ref, last, write)
        except (FailedPrecondition, NotFound) as refusal:
            found = self._calls.read([self._document(before.ref), self._journal.document(event)])
            if list(found) != [self._journal.document(event)]:
                raise Stale(before.id) from refusal

    def change_members(
        self, group: Record, members: Wishes, last_modified: str, event: Event, held_at: float | None = None
    ) -> Record:
        *early, last = chunks(members)

        def write(batch: WriteBatch) -> None:
            fields = {"group.version": Increment(1), "group.last_modified": last_modified, "wanted": Minimum(1)}
            batch.update(self._document(group.ref), fields)
            self._journal.write(batch, event)

        try:
            self._memberships.commit_all(group.id, early, held_at)
            bumped = self._memberships.commit(group.id, last, write, held_at)[0]
        except (FailedPrecondition, NotFound) as gone:
            self._take_back(group.id, early, event)
            raise Stale(group.id) from gone
        version, wanted = (result.integer_value for result in bumped.transform_results)
        if not wanted:
            self._take_back(group.id, [*early, last], event)
            raise Stale(group.id)
        return replace(group, version=version, last_modified=last_modified, stamp=None)

    def save_link(self, ref: Ref, link: Link, settled_version: int | None, event: Event | None) -> None:
        for _ in range(TRIES):
            found = self._calls.read([self._document(ref)]).get(self._document(ref))
            if found is None:
                return self._journal.append(event)
            record = to_record(found)
            if settled_version is not None and ref.kind == "Group" and not record.wanted:
                self._memberships.end_all(ref.id)
            batch = self._calls.batch()
            batch.update(found.reference, _linked(record, link, settled_version), self._unchanged(record))
            self._journal.write(batch, event)
            try:
                self._calls.commit_if(batch)
            except (FailedPrecondition, NotFound):
                continue
            return None
        raise StoreUnavailable(f"The {ref.kind} {ref.id} changes faster than its link can be written.")

    def _judged(self, commit: Callable[[], Record], ref: Ref, operation: str, claims: Claims) -> Record:
        """What `commit` returns or, if its answer was lost, what it left behind. KeyTaken, Stale."""
        document = self._document(ref)
        for _ in range(TRIES):
            try:
                return commit()
            except (AlreadyExists, FailedPrecondition, NotFound) as refusal:
                found = self._calls.read([document, *claims])
                if document in found and found[document].get(f"{MAPS[ref.kind]}.operation") == operation:
                    return to_record(found[document])
                if not isinstance(refusal, AlreadyExists):
                    raise Stale(ref.id) from refusal
                self._keys.refuse_taken(ref, claims, found)
        raise StoreUnavailable(f"The keys of the {ref.kind} {ref.id} change hands faster than they can be claimed.")

    def _ended_with(self, before: Record, after: Record) -> Wishes:
        """The members of a group that is deprovisioned. One that comes back first loses those of its former life, in
        case its deprovisioning was killed half-way.
        """
        if before.kind == "Group" and before.wanted and not after.wanted:
            return dict.fromkeys(self._memberships.members(before.id), False)
        if before.kind == "Group" and after.wanted and not before.wanted:
            self._memberships.end_all(before.id)
        return {}

    def _take_back(self, group_id: str, written: Iterable[Wishes], event: Event) -> None:
        """The group was gone by the time it got members."""
        for chunk in written:
            granted = [user_id for user_id, wanted in chunk.items() if wanted]
            self._memberships.commit(group_id, dict.fromkeys(granted, False))
        batch = self._calls.batch()
        batch.delete(self._journal.document(event))
        self._calls.commit(batch)

    def _unchanged(self, record: Record) -> LastUpdateOption:
        """A record without a stamp was changed blindly: nobody knows what is stored beside that change."""
        if record.stamp is None:
            raise Stale(record.id)
        return self._calls.unchanged(record.stamp)

    def _document(self, ref: Ref) -> DocumentReference:
        return self._calls.document(COLLECTIONS[ref.kind], ref.id)


def _linked(record: Record, link: Link, settled_version: int | None) -> dict[str, Any]:
    matched = settled_version is not None and settled_version == record.version
    settled = record.link.settled_version if settled_version is None else settled_version
    owed = record.link.unsettled and not matched
    fields = {
        f"{MAPS[record.kind]}.link": link_fields(replace(link, settled_version=settled)),
        "due": (link.next_attempt_at or 0) if owed else None,
        "standing": replace(record, link=replace(link, unsettled=owed)).standing if record.wanted else None,
    }
    return updated(fields | found_by(link, wanted=record.wanted))
