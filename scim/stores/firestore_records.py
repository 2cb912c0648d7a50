"""Reading users and groups from Firestore."""

from collections.abc import Sequence

from google.cloud.firestore import CollectionReference, DocumentReference, FieldFilter

from scim.records import Kind, Record, Ref
from scim.stores.firestore_calls import Calls
from scim.stores.firestore_rows import COLLECTIONS, MAPS, digest, digests, to_record
from scim.stores.rows import is_id

_ANY_OF = 30  # as many values as `array_contains_any` takes


class Records:
    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def get(self, ref: Ref) -> Record | None:
        if not is_id(ref.id):
            return None
        document = self._document(ref)
        found = self._calls.read([document]).get(document)
        return to_record(found) if found else None

    def get_all(self, refs: Sequence[Ref]) -> dict[Ref, Record]:
        asked = [self._document(ref) for ref in dict.fromkeys(refs) if is_id(ref.id)]
        records = map(to_record, self._calls.read(asked).values())
        return {record.ref: record for record in records}

    def find(self, kind: Kind, key: str) -> list[Record]:
        return self._query(kind, FieldFilter("find_keys", "array_contains", digest(kind, key)))

    def find_former(self, kind: Kind, keys: Sequence[str]) -> list[Record]:
        asked = digests(kind, keys)
        found: dict[str, Record] = {}
        for start in range(0, len(asked), _ANY_OF):
            some = FieldFilter("former_keys", "array_contains_any", asked[start : start + _ANY_OF])
            found |= {record.id: record for record in self._query(kind, some)}
        return [found[record_id] for record_id in sorted(found)]

    def linked(self, kind: Kind, target_id: str) -> list[Record]:
        return self._query(kind, FieldFilter("linked_to", "==", target_id))

    def unsettled(self, kind: Kind, now: float, limit: int) -> list[Record]:
        query = self._collection(kind).where(filter=FieldFilter("due", "<=", now)).order_by("due").limit(limit)
        return [to_record(found) for found in self._calls.query(query)]

    def held(self, kind: Kind) -> list[Record]:
        """A record that is not held has no such field, and an order leaves it out; equal ones come by name."""
        return [to_record(found) for found in self._calls.pages(self._collection(kind).order_by("held"))]

    def waiting(self, kind: Kind) -> list[Record]:
        query = self._collection(kind).where(filter=FieldFilter("waits", "==", value=True)).order_by("__name__")
        return [to_record(found) for found in self._calls.pages(query)]

    def search(self, kind: Kind, text: str, after: str | None, limit: int) -> list[Record]:
        return self._following(kind, FieldFilter("beginnings", "array_contains", text), after, limit)

    def standing(self, kind: Kind, standing: str, after: str | None, limit: int) -> list[Record]:
        return self._following(kind, FieldFilter("standing", "==", standing), after, limit)

    def count_standing(self, kind: Kind, standing: str) -> int:
        return self._calls.count(self._collection(kind).where(filter=FieldFilter("standing", "==", standing)))

    def count_held(self, kind: Kind) -> int:
        return self._calls.count(self._collection(kind).where(filter=FieldFilter("held", ">=", 0)))

    def owed(self, kind: Kind) -> int:
        return self._calls.count(self._collection(kind).where(filter=FieldFilter("due", ">=", 0)))

    def group_with(self, group_id: str, user_ids: Sequence[str]) -> tuple[Record | None, dict[str, bool]]:
        """The mask leaves out what is large in a user; `group_ids` says who is a member, so no edge is read."""
        users = {user_id: self._document(Ref("User", user_id)) for user_id in user_ids if is_id(user_id)}
        groups = [self._document(Ref("Group", group_id))] if is_id(group_id) else []
        found = self._calls.read([*groups, *users.values()], [MAPS["Group"], "wanted", "due", "group_ids"])
        named = {user_id: found[user].to_dict() or {} for user_id, user in users.items() if user in found}
        members = {user_id: group_id in user["group_ids"] for user_id, user in named.items() if user["wanted"] == 1}
        return next((to_record(found[group]) for group in groups if group in found), None), members

    def _query(self, kind: Kind, condition: FieldFilter) -> list[Record]:
        query = self._collection(kind).where(filter=condition).order_by("__name__")
        return [to_record(found) for found in self._calls.query(query)]

    def _following(self, kind: Kind, condition: FieldFilter, after: str | None, limit: int) -> list[Record]:
        query = self._collection(kind).where(filter=condition).order_by("__name__").limit(limit)
        if after is not None:
            query = query.start_after({"__name__": self._document(Ref(kind, after))})
        return [to_record(found) for found in self._calls.query(query)]

    def _collection(self, kind: Kind) -> CollectionReference:
        return self._calls.collection(COLLECTIONS[kind])

    def _document(self, ref: Ref) -> DocumentReference:
        return self._calls.document(COLLECTIONS[ref.kind], ref.id)
