"""Unique keys in Firestore: a document for each, created in the same commit as its record, so that two cannot win."""

from collections.abc import Iterable, Mapping

from google.cloud.firestore import DocumentReference, WriteBatch

from scim.records import KeyTaken, Record, Ref
from scim.stores.firestore_calls import Calls
from scim.stores.firestore_rows import Snapshot, digest

Claims = Mapping[DocumentReference, str]
"""The documents a commit creates, each with the key it stands for."""


class Keys:
    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def claims(self, ref: Ref, keys: Iterable[str]) -> Claims:
        return {self._calls.document("keys", digest(ref.kind, key)): key for key in keys}

    def move(self, before: Record, after: Record) -> tuple[Claims, Claims]:
        """What the change frees and what it claims; only a wanted record holds keys."""
        held = before.unique_keys if before.wanted else ()
        needed = after.unique_keys if after.wanted else ()
        freed = [key for key in held if key not in needed]
        return self.claims(before.ref, freed), self.claims(before.ref, [key for key in needed if key not in held])

    def claim(self, batch: WriteBatch, ref: Ref, claims: Claims) -> None:
        for document in claims:
            batch.create(document, {"kind": ref.kind, "id": ref.id})

    def free(self, batch: WriteBatch, freed: Claims) -> None:
        for document in freed:
            batch.delete(document)

    def refuse_taken(self, ref: Ref, claims: Claims, found: Mapping[DocumentReference, Snapshot]) -> None:
        """KeyTaken if one of `found` is another record's."""
        for document, key in claims.items():
            if document in found and (found[document].to_dict() or {}).get("id") != ref.id:
                raise KeyTaken(key)
