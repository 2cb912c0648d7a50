"""What a pull would change about groups and who is in them.

A group that was made anew in the source, under the same address or name, goes on as the same group: what it opens in
the target would else be lost with it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from scim import keys
from scim.jobs.pull_claims import Claims, Pending
from scim.jobs.pull_documents import Documents
from scim.jobs.pull_notes import MOST_NAMES
from scim.jobs.pull_people import People
from scim.jobs.pull_plan import Notice, Step
from scim.jobs.pull_scope import Scope
from scim.jobs.removals import GROUPS, members_of
from scim.protocol.errors import ScimError
from scim.records import Record
from scim.source_records import SourceGroup


@dataclass(slots=True)
class Groups:
    """`before`: the chosen groups of the last good run, address to id of the source. `group_least`: the largest group
    that may be deleted without a person's approval. `leaves_adopted`: as of `Runner`.
    """

    scope: Scope
    people: People
    client: str
    before: Mapping[str, str]
    group_least: int
    leaves_adopted: bool
    notices: list[Notice] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)
    _claims: Claims = field(default_factory=Claims)
    _records: dict[str, Record] = field(default_factory=dict)
    _mine: dict[str, Record] = field(default_factory=dict)
    _members: list[Step] = field(default_factory=list)

    def compare(self, records: Iterable[Record]) -> list[Step]:
        for record in records:
            self._look_at(record)
        self.sizes[GROUPS] = len(self._records)
        listed = {group.id for group in self.scope.reading.groups}
        gone = {id: record for id, record in self._mine.items() if id not in listed}
        coming = [(group, self._claim(group, gone)) for group in self.scope.chosen]
        for source_id, record in gone.items():
            self._gone(record, source_id)
        self._tell_of_the_unchosen(listed)
        self._resolve()
        for group, pending in coming:
            self._compare_members(group, pending)
        return [*self._members, *(each.step for each in self._claims.pending if not each.blocked)]

    def _look_at(self, record: Record) -> None:
        self._records[record.id] = record
        self._claims.owned_by(record)
        source_id = record.external_ids.get(self.client) if record.client == self.client else None
        if source_id is not None:
            self._mine.setdefault(source_id, record)

    # ── groups ────────────────────────────────────────────────────────────────────────────────────────────

    def _claim(self, group: SourceGroup, gone: dict[str, Record]) -> Pending | None:
        """What is to be done to the group itself; None if it cannot be. Without keys if nothing is."""
        try:
            document = Documents.group(group).document
            needs = keys.unique_keys("Group", document)
        except ScimError as refusal:
            self.notices.append(Notice("refused", group.name or group.email, refusal.detail))
            return None
        record, why = self._mine.get(group.id), "renamed there"
        if record is None:
            record, why = self._heir_of(group, needs, gone), "made anew there: it goes on as the same group"
        if record is None:
            return self._newcomer(group, needs)
        step = Step("rename", "Group", group.name, why, record.id, group.id)
        if document == record.document and record.external_ids.get(self.client) == group.id:
            return Pending(step)
        frees = [key for key in record.unique_keys if key not in needs]
        return self._claims.add(Pending(step, [key for key in needs if key not in record.unique_keys], frees))

    def _heir_of(self, group: SourceGroup, needs: Sequence[str], gone: dict[str, Record]) -> Record | None:
        """The group of ours it takes the place of, which then is not gone any more."""
        former = self.before.get(group.email.lower(), "")
        named = next((id for id, record in gone.items() if set(record.unique_keys) & set(needs)), "")
        return gone.pop(former, None) or gone.pop(named, None)

    def _newcomer(self, group: SourceGroup, needs: Sequence[str]) -> Pending:
        step = Step("create", "Group", group.name, f"chosen: {group.email}", source_id=group.id)
        owner = next(iter(self._claims.owners(needs)), "")
        if owner and self._records[owner].client == "":
            step.id, step.why = owner, f"chosen: {group.email}; the group that is managed already becomes it"
        return self._claims.add(Pending(step, needs))

    def _gone(self, record: Record, source_id: str) -> None:
        """A group that was chosen by its address would have stopped the pull before."""
        name = str(record.document["displayName"])
        address = next((address for address, id in self.before.items() if id == source_id), "")
        if not address or not self.scope.selection.fits(address):
            self.notices.append(Notice("left", name, "gone from the source, and no longer chosen before that"))
            return
        members = tuple(self.people.members.get(record.id, ()))
        step = Step("delete", "Group", name, f"gone from the source: {address}", record.id, source_id)
        if record.origin == "created":
            step.removal, step.too_large = GROUPS, len(members) > self.group_least
        elif not self.leaves_adopted:
            step.removal = GROUPS
            self._revoke(record, members, "the group is gone from the source")
        self._claims.add(Pending(step, frees=record.unique_keys))

    def _tell_of_the_unchosen(self, listed: set[str]) -> None:
        chosen = {group.id for group in self.scope.chosen}
        for source_id, record in self._mine.items():
            if source_id in listed and source_id not in chosen:
                why = "not chosen any more: it and its members stay as they are"
                self.notices.append(Notice("left", str(record.document["displayName"]), why))

    def _resolve(self) -> None:
        for blocked in self._claims.resolve(lambda pending, owner: owner == pending.step.id):
            step = blocked.pending.step
            self.notices.append(Notice("clash", step.name, self._holder(blocked.by)))

    def _holder(self, id: str) -> str:
        if not id:
            return "another chosen group has this name"
        record = self._records[id]
        if record.client not in ("", self.client):
            return f"the name belongs to a group of the client {record.client!r}"
        return "the name belongs to another group of the bridge"

    # ── members ───────────────────────────────────────────────────────────────────────────────────────────

    def _compare_members(self, group: SourceGroup, pending: Pending | None) -> None:
        """Whoever is in the source's group and known to the bridge, be they suspended: that is the person's, not the
        group's.
        """
        record = self._mine.get(group.id) if pending is None else self._records.get(pending.step.id)
        if pending.step.what == "create" and pending.blocked if pending else record is None:
            return
        listed = self.scope.reading.members[group.id]
        now = self.people.members.get(record.id, []) if record else []
        there = {self.people.source_ids[id] for id in now if id in self.people.source_ids}
        known = (id for id in listed.user_ids if id in self.people.ids or id in self.people.coming)
        grants = tuple(id for id in known if id not in there)
        if grants:
            self._grant(group, record, grants)
        if listed.doubt:
            self.notices.append(Notice("doubt", group.name, f"{listed.doubt} Nobody loses the group by that."))
        elif record:
            in_source = frozenset(listed.user_ids)
            losers = tuple(id for id in now if self._loses(id, in_source, record))
            self._revoke(record, losers, f"not in {group.email}")

    def _loses(self, id: str, in_source: frozenset[str], group: Record) -> bool:
        people = self.people
        if source_id := people.source_ids.get(id):
            return source_id not in in_source
        if id in people.gone:  # ends with the person, unless they go on as somebody else
            return id in people.heirs and people.heirs[id] not in in_source
        other = people.others.get(id)
        if other is None or other.client in ("", self.client):
            return other is not None
        name = str(group.document["displayName"])
        self.notices.append(Notice("left", name, f"{other.name} is in it, a user of the client {other.client!r}"))
        return False

    def _grant(self, group: SourceGroup, record: Record | None, grants: tuple[str, ...]) -> None:
        names = tuple(self.scope.people[id].email for id in grants[:MOST_NAMES])
        step = Step("grant", "Group", group.name, f"in {group.email}", record.id if record else "", group.id)
        step.members, step.names = grants, names
        self._members.append(step)

    def _revoke(self, record: Record, losers: tuple[str, ...], why: str) -> None:
        if not losers:
            return
        scope = members_of(record.id)
        self.sizes[scope] = len(self.people.members.get(record.id, ()))
        step = Step("revoke", "Group", str(record.document["displayName"]), why, record.id, removal=scope)
        step.members, step.names = losers, tuple(map(self.people.name, losers))
        self._members.append(step)
