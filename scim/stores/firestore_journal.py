"""Events, leases, reports, ledgers and notes in Firestore."""

from json import dumps, loads

from google.api_core.exceptions import AlreadyExists, FailedPrecondition, NotFound
from google.cloud.firestore import DocumentReference, FieldFilter, Query, WriteBatch

from scim.records import Document, Event, Ledger, Ref, Report
from scim.stores.firestore_calls import TRIES, Calls
from scim.stores.firestore_rows import digest, event_fields, happened_to, to_event
from scim.stores.rows import decode_ledger, decode_note, encode_ledger, encode_note


class Journal:
    def __init__(self, calls: Calls, event_days: int) -> None:
        self._calls = calls
        self._days = event_days

    def document(self, event: Event) -> DocumentReference:
        return self._calls.document("events", event.id)

    def write(self, batch: WriteBatch, event: Event | None) -> None:
        """Without a precondition: a commit that is repeated writes the same line again."""
        if event is not None:
            batch.set(self.document(event), event_fields(event, self._days))

    def append(self, event: Event | None) -> None:
        if event is not None:
            batch = self._calls.batch()
            self.write(batch, event)
            self._calls.commit(batch)

    def events(self, limit: int, before: str | None) -> list[Event]:
        """By a field, for document names have no descending index of their own."""
        query = self._calls.collection("events").order_by("id", direction=Query.DESCENDING).limit(limit)
        if before is not None:
            query = query.where(filter=FieldFilter("id", "<", before))
        return [to_event(found) for found in self._calls.query(query)]

    def history(self, ref: Ref, limit: int, before: str | None) -> list[Event]:
        first, end = happened_to(ref, ""), happened_to(ref, before or "\uf8ff")
        query = self._calls.collection("events").order_by("happened_to", direction=Query.DESCENDING).limit(limit)
        query = query.where(filter=FieldFilter("happened_to", ">=", first))
        query = query.where(filter=FieldFilter("happened_to", "<", end))
        return [to_event(found) for found in self._calls.query(query)]

    def acquire(self, name: str, holder: str, now: float, ttl: float) -> bool:
        lease = self._calls.document("leases", name)
        for _ in range(TRIES):
            found = self._calls.read([lease]).get(lease)
            fields = (found and found.to_dict()) or {"holder": holder, "until": now}
            if fields["holder"] != holder and fields["until"] > now:
                return False
            batch = self._calls.batch()
            owned = {"holder": holder, "until": now + ttl}
            if found:
                batch.update(lease, owned, self._calls.unchanged(found.update_time))
            else:
                batch.create(lease, owned)
            try:
                self._calls.commit_if(batch)
            except (AlreadyExists, FailedPrecondition, NotFound):
                continue
            return True
        return False

    def release(self, name: str, holder: str) -> None:
        lease = self._calls.document("leases", name)
        found = self._calls.read([lease]).get(lease)
        if not found or (found.to_dict() or {}).get("holder") != holder:
            return
        batch = self._calls.batch()
        batch.delete(lease, self._calls.unchanged(found.update_time))
        try:
            self._calls.commit_if(batch)
        except (FailedPrecondition, NotFound):
            return  # it passed to somebody else meanwhile

    def put_report(self, report: Report) -> None:
        fields = {"at": report.at, "expires": report.expires, "state": report.state}
        batch = self._calls.batch()
        document = self._calls.document("reports", report.source)
        batch.set(document, fields | {"detail": dumps(dict(report.detail))})
        self._calls.commit(batch)

    def reports(self) -> list[Report]:
        reports = []
        for found in self._calls.query(self._calls.collection("reports").order_by("__name__")):
            fields = found.to_dict() or {}
            detail = loads(fields["detail"])
            reports.append(Report(found.id, fields["at"], fields["expires"], fields["state"], detail))
        return reports

    def ledger(self, scope: str) -> Ledger:
        document = self._ledger(scope)
        found = self._calls.read([document]).get(document)
        return decode_ledger(found.get("body")) if found else Ledger()

    def put_ledger(self, scope: str, ledger: Ledger) -> None:
        batch = self._calls.batch()
        batch.set(self._ledger(scope), {"scope": scope, "body": encode_ledger(ledger)})
        self._calls.commit(batch)

    def note(self, name: str) -> Document | None:
        document = self._note(name)
        found = self._calls.read([document]).get(document)
        return decode_note(found.get("body")) if found else None

    def put_note(self, name: str, note: Document | None) -> None:
        batch = self._calls.batch()
        if note is None:
            batch.delete(self._note(name))
        else:
            batch.set(self._note(name), {"name": name, "body": encode_note(note)})
        self._calls.commit(batch)

    def _note(self, name: str) -> DocumentReference:
        return self._calls.document("notes", digest("note", name))

    def _ledger(self, scope: str) -> DocumentReference:
        return self._calls.document("ledgers", digest("ledger", scope))
