"""What the bridge does to a person: create, replace, patch, delete. Every decision about a user is made here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from scim import identity, keys
from scim.conditions import Condition
from scim.protocol import patch
from scim.protocol.definitions import USER
from scim.protocol.errors import InvalidValue, Uniqueness
from scim.protocol.messages import Operation
from scim.protocol.resources import Resource
from scim.recorder import Change, Recorder, owe, top_level_steps
from scim.records import Document, Link, Record, Ref


@dataclass(frozen=True, slots=True)
class Users:
    """`allowed_domains`: lower-case e-mail domains people may have; empty leaves the choice to the target."""

    recorder: Recorder
    allowed_domains: frozenset[str] = frozenset()

    def get(self, id: str) -> Record:
        return self.recorder.wanted(Ref("User", id))

    def create(self, resource: Resource, client: str) -> Record:
        """Raises Uniqueness, InvalidValue. Somebody who was here before comes back to the same person."""
        document = {**resource.document, "active": resource.document.get("active", True)}
        external_ids = {client: resource.external_id} if resource.external_id else {}
        former = self._former(document, external_ids)
        now = self.recorder.now()
        record = Record("User", self.recorder.new_id(), document, client, now, now, external_ids=external_ids)
        if former:
            record = replace(record, link=Link(target_id=former.link.target_id, target_state=former.link.target_state))
        record = self._keyed(record, client)
        try:
            return self.recorder.create(record, (), client)
        except Uniqueness:
            unclaimed = self.recorder.unclaimed(record)
            if unclaimed is None:
                raise
        return self._claim(unclaimed, document, resource.external_id, client)

    def _claim(self, unclaimed: Record, document: Document, external_id: str | None, client: str) -> Record:
        """Who was taken over from the target is who the identity provider means, not somebody else of that name."""

        def decide(before: Record) -> Change | None:
            if before.client:
                raise Uniqueness("Another client has just named this user (userName).")
            change = self._change(replace(before, client=client), document, external_id, client)
            after = replace(before, client=client, version=before.version + 1, last_modified=self.recorder.now())
            return change or Change(owe(before, after, seen_by_target=False), "user.changed", owed=False)

        return self.recorder.change(lambda: self.get(unclaimed.id), decide, client)

    def replace(self, id: str, resource: Resource, client: str, condition: Condition) -> Record:
        """PUT (RFC 7644 §3.5.1): what is not stated is cleared, save `active` and `externalId` (docs/adr/0009)."""

        def decide(before: Record) -> Change | None:
            condition.require(before)
            document = dict(resource.document)
            document.setdefault("active", before.document.get("active", True))
            external_id = resource.external_id or before.external_ids.get(client)
            return self._change(before, document, external_id, client)

        return self.recorder.change(lambda: self.get(id), decide, client)

    def patch(self, id: str, operations: Sequence[Operation], client: str, condition: Condition) -> Record:
        """PATCH (RFC 7644 §3.5.2), all or nothing."""

        def decide(before: Record) -> Change | None:
            condition.require(before)
            patched = patch.apply(USER, before.document, before.external_ids.get(client), operations)
            return self._change(before, patched.document, patched.external_id, client, patched.steps)

        return self.recorder.change(lambda: self.get(id), decide, client)

    def delete(self, id: str, client: str, condition: Condition) -> None:
        """Deprovision: SCIM forgets the user, the target suspends the person, the link stays (docs/safety)."""
        left: list[str] = []

        def decide(before: Record) -> Change:
            condition.require(before)
            left[:] = before.group_ids
            after = replace(before, wanted=False, version=before.version + 1, last_modified=self.recorder.now())
            return Change(owe(before, after, seen_by_target=True), "user.deleted")

        self.recorder.change(lambda: self.get(id), decide, client)
        for group_id in left:
            self.recorder.change_member(group_id, id, client, wanted=False)

    def _change(
        self,
        before: Record,
        document: Document,
        external_id: str | None,
        client: str,
        steps: Sequence[Document] | None = None,
    ) -> Change | None:
        external_ids = {name: value for name, value in before.external_ids.items() if name != client}
        if external_id:
            external_ids[client] = external_id
        if document == before.document and external_ids == before.external_ids:
            return None
        after = replace(
            before,
            document=document,
            client=before.client or client,
            external_ids=external_ids,
            version=before.version + 1,
            last_modified=self.recorder.now(),
        )
        after = self._keyed(after, client)
        seen = _person(before.document) != _person(document)
        if steps is None:
            steps = top_level_steps(before.document, document)
        owed = seen or before.link.unsettled
        return Change(owe(before, after, seen_by_target=seen), "user.changed", steps, owed=owed)

    def _keyed(self, record: Record, client: str) -> Record:
        self._require_allowed(record, client)
        return replace(
            record,
            unique_keys=keys.unique_keys("User", record.document),
            lookup_keys=keys.lookup_keys(record.document, record.external_ids),
        )

    def _require_allowed(self, record: Record, client: str) -> None:
        """A policy of the administrator's refuses: they are told too, as of a refusal by the target."""
        address = identity.address(record.document)
        domain = (address or "").rpartition("@")[2]
        if address and self.allowed_domains and domain not in self.allowed_domains:
            allowed = ", ".join(sorted(self.allowed_domains))
            refusal = InvalidValue(f"The e-mail domain {domain!r} is not allowed (emails). Allowed: {allowed}.")
            self.recorder.tell_refused(record.ref, client, refusal.detail)
            raise refusal

    def _former(self, document: Document, external_ids: dict[str, str]) -> Record | None:
        """Who was here before under the same address or externalId, and whom nobody else has become meanwhile."""
        store = self.recorder.store
        people = store.find_former("User", keys.person_keys(document, external_ids))
        linked = [person for person in people if person.link.target_id]
        last = max(linked, key=lambda person: person.last_modified, default=None)
        if last is None or store.linked("User", last.link.target_id or ""):
            return None
        return last


def _person(document: Document) -> tuple[str | None, str, bool]:
    """What the target knows of a user: a change elsewhere costs no call."""
    return identity.address(document), identity.display_name(document), document.get("active", True)
