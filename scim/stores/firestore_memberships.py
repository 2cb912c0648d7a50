"""The edges between groups and users in Firestore: one document each, and a copy of the group's id in the user.

Writes are blind, so they commute and none waits for another. What a blind write cannot see, that a user or group was
deprovisioned meanwhile, its own commit tells: `Minimum(1)` leaves `wanted` as it is and returns it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from google.api_core.exceptions import FailedPrecondition, NotFound
from google.cloud.firestore import (
    DELETE_FIELD,
    ArrayRemove,
    ArrayUnion,
    DocumentReference,
    FieldFilter,
    Minimum,
    WriteBatch,
)

from scim.records import Event, Membership, Ref, StoreUnavailable
from scim.stores.firestore_calls import TRIES, WRITES_PER_COMMIT, Calls
from scim.stores.firestore_journal import Journal
from scim.stores.firestore_rows import edge_id, to_member, to_membership, updated, wished_edge

PER_COMMIT = WRITES_PER_COMMIT // 2 - 10  # two writes for each member; the rest is for a record, its keys, its event

Wishes = Mapping[str, bool]


def chunks(wishes: Wishes) -> Iterator[dict[str, bool]]:
    """As many as one commit takes; one empty chunk if there are none."""
    remaining = iter(wishes.items())
    yield dict(islice(remaining, PER_COMMIT))
    while chunk := dict(islice(remaining, PER_COMMIT)):
        yield chunk


def _nothing(_: WriteBatch) -> None:
    return


class Memberships:
    def __init__(self, calls: Calls, journal: Journal) -> None:
        self._calls = calls
        self._journal = journal

    def commit(
        self,
        group_id: str,
        chunk: Wishes,
        rest: Callable[[WriteBatch], None] = _nothing,
        held_at: float | None = None,
    ) -> list[Any]:
        """One commit of a chunk and of what `rest` adds; the results of `rest`. Users who are not there are left out,
        NotFound tells of anything else that is not; a precondition of `rest` tells of itself. `held_at`: since when
        what is unwanted waits for a person.
        """
        for _ in range(TRIES):
            batch = self._calls.batch()
            for user_id, wanted in chunk.items():
                self._write(batch, group_id, user_id, wanted, held_at)
            rest(batch)
            try:
                results = self._calls.commit_if(batch)
            except NotFound:
                present = self._present(chunk)
                if present == chunk:
                    raise
                chunk = present
                continue
            self._withdraw(group_id, chunk, results)
            return results[2 * len(chunk) :]
        raise StoreUnavailable(f"The members of the group {group_id} change faster than they can be written.")

    def commit_all(self, group_id: str, chunks: Iterable[Wishes], held_at: float | None = None) -> None:
        for chunk in chunks:
            if chunk:
                self.commit(group_id, chunk, held_at=held_at)

    def end_all(self, group_id: str) -> None:
        """Every membership of the group becomes unwanted: a deprovisioning that was killed half-way is completed."""
        self.commit_all(group_id, chunks(dict.fromkeys(self.members(group_id), False)))

    def end(self, batch: WriteBatch, group_ids: Iterable[str], user_id: str) -> None:
        """Make all edges of a user unwanted, in the commit that writes the user; however many, it is one commit, or
        else a crash would leave the rest to nobody (the service no longer counts writes, 500 is our own measure).
        """
        for group_id in group_ids:
            batch.set(self._edge(group_id, user_id), wished_edge(group_id, user_id, wanted=False))

    def members(self, group_id: str) -> list[str]:
        edges = self._calls.collection("memberships")
        query = edges.where(filter=FieldFilter("member_of", "==", group_id)).order_by("__name__")
        prefix = len(edge_id(group_id, ""))
        return [to_member(found, found.id[prefix:]) for found in self._calls.pages(query.select(["display"]))]

    def of(self, ref: Ref) -> list[list[str]]:
        """The names of all edges of the resource, wanted or not, in parts that one commit can erase."""
        field = "group_id" if ref.kind == "Group" else "user_id"
        query = self._calls.collection("memberships").where(filter=FieldFilter(field, "==", ref.id))
        names = list(self._names(query.order_by("__name__").select(["__name__"])))
        return [names[start : start + PER_COMMIT] for start in range(0, len(names), PER_COMMIT)] or [[]]

    def erase(self, ref: Ref, names: Iterable[str], rest: Callable[[WriteBatch], None] = _nothing) -> None:
        """One commit that removes edges of a resource that is itself removed, and what `rest` adds."""
        batch = self._calls.batch()
        for name in names:
            group_id, _, user_id = name.partition(":")
            batch.delete(self._edge(group_id, user_id))
            if ref.kind == "Group":
                batch.update(self._calls.document("users", user_id), {"group_ids": ArrayRemove([group_id])})
        rest(batch)
        self._calls.commit_if(batch)

    def unsettled(self, now: float, limit: int, group_id: str | None) -> list[Membership]:
        edges = self._calls.collection("memberships")
        if group_id is None:
            query = edges.where(filter=FieldFilter("due", "<=", now)).order_by("due").limit(limit)
            return [to_membership(found) for found in self._calls.query(query)]
        query = edges.where(filter=FieldFilter("owed", "==", group_id)).order_by("__name__")
        owed = map(to_membership, self._calls.pages(query))
        return list(islice((edge for edge in owed if (edge.next_attempt_at or 0) <= now), limit))

    def owed(self) -> int:
        return self._calls.count(self._calls.collection("memberships").where(filter=FieldFilter("due", ">=", 0)))

    def held(self) -> list[Membership]:
        found = map(to_membership, self._calls.pages(self._calls.collection("memberships").order_by("held")))
        return sorted(found, key=lambda edge: (edge.group_id, edge.user_id))

    def count_held(self) -> int:
        return self._calls.count(self._calls.collection("memberships").where(filter=FieldFilter("held", ">=", 0)))

    def settle(self, edge: Membership, event: Event | None) -> None:
        """The event says what was done to the target, so it is kept even if the edge is no longer what it was."""
        unchanged = self._calls.unchanged(edge.stamp)
        document = self._edge(edge.group_id, edge.user_id)
        batch = self._calls.batch()
        if edge.wanted:
            ended = dict.fromkeys(["owed", "due", "held", "approved_until"], DELETE_FIELD)
            batch.update(document, ended | {"attempts": 0, "last_error": None}, unchanged)
        else:
            batch.delete(document, unchanged)
        self._journal.write(batch, event)
        try:
            self._calls.commit_if(batch)
        except (FailedPrecondition, NotFound):
            self._journal.append(event)

    def postpone(self, edge: Membership) -> None:
        fields = {
            "due": edge.next_attempt_at or 0,
            "attempts": edge.attempts,
            "last_error": edge.last_error,
            "held": edge.held_at,
            "approved_until": edge.approved_until,
        }
        batch = self._calls.batch()
        batch.update(self._edge(edge.group_id, edge.user_id), updated(fields), self._calls.unchanged(edge.stamp))
        try:
            self._calls.commit_if(batch)
        except (FailedPrecondition, NotFound):
            return  # a newer wish is tried at once

    def _write(self, batch: WriteBatch, group_id: str, user_id: str, wanted: bool, held_at: float | None) -> None:
        change = ArrayUnion([group_id]) if wanted else ArrayRemove([group_id])
        batch.set(self._edge(group_id, user_id), wished_edge(group_id, user_id, wanted, held_at))
        batch.update(self._calls.document("users", user_id), {"group_ids": change, "wanted": Minimum(1)})

    def _withdraw(self, group_id: str, chunk: Wishes, results: list[Any]) -> None:
        """Take back what was granted to people who had been deprovisioned by then."""
        written = zip(chunk.items(), results[1::2], strict=False)
        gone = {
            user_id: False
            for (user_id, wanted), result in written
            if wanted and result.transform_results[1].integer_value == 0
        }
        if gone:
            self.commit(group_id, gone)

    def _present(self, chunk: Wishes) -> dict[str, bool]:
        users = {self._calls.document("users", user_id): user_id for user_id in chunk}
        found = self._calls.read(users, ["wanted"])
        return {user_id: chunk[user_id] for reference, user_id in users.items() if reference in found}

    def _edge(self, group_id: str, user_id: str) -> DocumentReference:
        return self._calls.document("memberships", edge_id(group_id, user_id))

    def _names(self, query: Any) -> Iterator[str]:
        return (found.id for found in self._calls.pages(query))
