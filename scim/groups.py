"""What the bridge does to a group and its members. Every decision about a group is made here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from scim import keys
from scim.conditions import NO_CONDITION, Condition
from scim.protocol import patch
from scim.protocol.definitions import GROUP
from scim.protocol.errors import NotFound, Uniqueness
from scim.protocol.membership import MembershipChange
from scim.protocol.messages import Operation
from scim.protocol.patch import Patched
from scim.protocol.resources import Resource
from scim.recorder import Change, Recorder, owe, top_level_steps
from scim.records import Document, Record, Ref

_Decide = Callable[[Record, dict[str, bool]], Change | None]


@dataclass(frozen=True, slots=True)
class Groups:
    recorder: Recorder

    def get(self, id: str) -> Record:
        return self.recorder.wanted(Ref("Group", id))

    def members(self, id: str) -> list[str]:
        return self.recorder.store.members(id)

    def create(self, resource: Resource, client: str) -> Record:
        """Raises Uniqueness. Member ids that name nobody are left out and noted (design: docs/adr/0010)."""
        now = self.recorder.now()
        external_ids = {client: resource.external_id} if resource.external_id else {}
        id = self.recorder.new_id()
        record = _keyed(Record("Group", id, resource.document, client, now, now, external_ids=external_ids))
        asked = resource.members or ()
        known = self.recorder.store.group_with(id, asked)[1] if asked else {}
        try:
            saved = self.recorder.create(record, [member for member in asked if member in known], client)
        except Uniqueness:
            unclaimed = self.recorder.unclaimed(record)
            if unclaimed is None:
                raise
            return self._claim(unclaimed, resource, client)
        self._note_unknown(saved, asked, known, client)
        return saved

    def _claim(self, unclaimed: Record, resource: Resource, client: str) -> Record:
        """A group that was taken over from the target is the one the identity provider means. Whom it names comes in;
        who is in stays until it says otherwise.
        """
        membership = MembershipChange().granting(resource.members or ())

        def decide(before: Record, known: dict[str, bool]) -> Change | None:
            if before.client:
                raise Uniqueness("Another client has just named this group (displayName).")
            patched = Patched(dict(resource.document), resource.external_id, membership, ())
            named = replace(before, client=client)
            change = self._change(named, patched, known, client)
            if change and change.after is not named:
                return change
            grants = change.grants if change else ()
            after = replace(named, version=before.version + 1, last_modified=self.recorder.now())
            steps = _edge_steps(grants, ())
            return Change(owe(before, after, seen_by_target=False), "group.changed", steps, grants, owed=bool(grants))

        return self._carry_out(unclaimed.id, membership, NO_CONDITION, decide, client)

    def replace(self, id: str, resource: Resource, client: str, condition: Condition) -> Record:
        """PUT. `members` left out leaves the members alone, `[]` empties the group (docs/adr/0009)."""
        membership = None if resource.members is None else MembershipChange().replacing(resource.members)

        def decide(before: Record, known: dict[str, bool]) -> Change | None:
            external_id = resource.external_id or before.external_ids.get(client)
            patched = Patched(dict(resource.document), external_id, membership, ())
            return self._change(before, patched, known, client)

        return self._carry_out(id, membership, condition, decide, client)

    def patch(self, id: str, operations: Sequence[Operation], client: str, condition: Condition) -> Record:
        """PATCH. Members are granted and revoked by name; the cost does not grow with the group."""

        def decide(before: Record, known: dict[str, bool]) -> Change | None:
            patched = patch.apply(GROUP, before.document, before.external_ids.get(client), operations)
            return self._change(before, patched, known, client)

        return self._carry_out(id, patch.membership(GROUP, operations), condition, decide, client)

    def delete(self, id: str, client: str, condition: Condition) -> None:
        def decide(before: Record) -> Change:
            condition.require(before)
            after = replace(before, wanted=False, version=before.version + 1, last_modified=self.recorder.now())
            members = tuple(self.members(id))
            return Change(owe(before, after, seen_by_target=True), "group.deleted", members=members)

        self.recorder.change(lambda: self.get(id), decide, client)

    def _carry_out(
        self, id: str, membership: MembershipChange | None, condition: Condition, decide: _Decide, client: str
    ) -> Record:
        """One read for the group and everybody who is named, then one commit."""
        asked = membership or MembershipChange()
        named = (*asked.add, *asked.remove)
        known: dict[str, bool] = {}

        def read() -> Record:
            group, found = self.recorder.store.group_with(id, named)
            if group is None or not group.wanted:
                raise NotFound(f"There is no Group with the id {id[:64]!r}.")
            known.clear()
            known.update(found)
            return group

        def decide_conditionally(before: Record) -> Change | None:
            condition.require(before)
            change = decide(before, known)
            if change and change.members_only(before) and condition != NO_CONDITION:
                return replace(
                    change, after=replace(before, version=before.version + 1, last_modified=self.recorder.now())
                )
            return change

        saved = self.recorder.change(read, decide_conditionally, client)
        self._note_unknown(saved, asked.add, known, client)
        return saved

    def _change(self, before: Record, patched: Patched, known: dict[str, bool], client: str) -> Change | None:
        grants, revokes = self._edges(before.id, patched.membership, known)
        external_ids = {name: value for name, value in before.external_ids.items() if name != client}
        if patched.external_id:
            external_ids[client] = patched.external_id
        steps = list(patched.steps) or top_level_steps(before.document, patched.document)
        steps += _edge_steps(grants, revokes)
        if patched.document == before.document and external_ids == before.external_ids:
            return Change(before, "group.members", steps, grants, revokes) if grants or revokes else None
        seen = patched.document["displayName"] != before.document["displayName"]
        after = _keyed(
            replace(
                before,
                document=patched.document,
                client=before.client or client,
                external_ids=external_ids,
                version=before.version + 1,
                last_modified=self.recorder.now(),
            )
        )
        owed = bool(seen or grants or revokes or before.link.unsettled)
        return Change(owe(before, after, seen_by_target=seen), "group.changed", steps, grants, revokes, owed)

    def _edges(
        self, id: str, membership: MembershipChange | None, known: dict[str, bool]
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Whom to grant and whom to revoke, of those it makes a difference for. Only a replacement reads the group."""
        if membership is None:
            return (), ()
        grants = tuple(id for id in membership.add if known.get(id) is False)
        if membership.cleared:
            kept = set(membership.add)
            return grants, tuple(member for member in self.members(id) if member not in kept)
        return grants, tuple(id for id in membership.remove if known.get(id))

    def _note_unknown(self, group: Record, named: Sequence[str], known: dict[str, bool], client: str) -> None:
        """A notice, not an error: refusing the batch makes clients drop or repeat it for ever (facts/peers §3.5)."""
        unknown = [member for member in named if member not in known]
        if unknown:
            facts: list[Document] = [{"unknown": unknown[:100], "count": len(unknown)}]
            self.recorder.store.append_event(self.recorder.event(client, "group.unknown_members", group.ref, facts))


def _keyed(record: Record) -> Record:
    return replace(
        record,
        unique_keys=keys.unique_keys("Group", record.document),
        lookup_keys=keys.lookup_keys({}, record.external_ids),
    )


def _edge_steps(grants: Sequence[str], revokes: Sequence[str]) -> list[Document]:
    steps: list[Document] = [{"op": "add", "path": "/members/-", "value": {"value": member}} for member in grants]
    return steps + [{"op": "remove", "path": "/members", "value": {"value": member}} for member in revokes]
