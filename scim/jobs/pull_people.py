"""What a pull would change about people: the source's against the store's, one record of the store at a time.

Of a hundred thousand people only what differs is kept; documents are made when they are compared, and again when they
are written.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from scim import keys
from scim.jobs.pull_claims import Claims, Pending
from scim.jobs.pull_documents import Documents
from scim.jobs.pull_plan import Notice, Step
from scim.jobs.pull_scope import NOWHERE, Scope
from scim.jobs.removals import PEOPLE
from scim.protocol.errors import ScimError
from scim.records import Document, Record, TargetUser
from scim.source_records import SourceUser


@dataclass(frozen=True, slots=True)
class Other:
    """A user who is not of a person of the source: another client's, nobody's (""), or the pull's own."""

    client: str
    name: str
    active: bool
    held: bool
    target_id: str | None


@dataclass(slots=True)
class People:
    """`ids`: SCIM ids of the source's people, `source_ids` the other way round, `others`: everybody else by SCIM id,
    `gone`: whose person is not in the source any more, `heirs`: ids of the source of who goes on as one of them.
    `members`: SCIM ids by group, as they are wanted now. `coming`: who is created by this plan, by ids of the source.
    `doubted`: SCIM ids of groups whose list in the source may be too short: nobody is suspended for not being on it.
    """

    scope: Scope
    documents: Documents
    client: str
    doubted: frozenset[str] = frozenset()
    count: int = 0
    ids: dict[str, str] = field(default_factory=dict)
    source_ids: dict[str, str] = field(default_factory=dict)
    others: dict[str, Other] = field(default_factory=dict)
    gone: dict[str, Pending] = field(default_factory=dict)
    heirs: dict[str, str] = field(default_factory=dict)
    coming: dict[str, Pending] = field(default_factory=dict)
    members: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    notices: list[Notice] = field(default_factory=list)
    _claims: Claims = field(default_factory=Claims)
    _linked: set[str] = field(default_factory=set)

    def compare(self, records: Iterable[Record], unlisted: Sequence[TargetUser] | None) -> list[Step]:
        """The steps. `unlisted`: everybody of the target whom the bridge may suspend, if it is to suspend whoever is
        not provisioned; None leaves them.
        """
        for record in records:
            self._look_at(record, remember=unlisted is not None)
        for user in self.scope.reading.users:
            if user.id in self.scope.wanted and user.id not in self.ids:
                self._newcomer(user)
        self._resolve()
        if unlisted is not None:
            self._unlisted(unlisted)
        return [pending.step for pending in self._claims.pending if not pending.blocked]

    # ── who is known ──────────────────────────────────────────────────────────────────────────────────────

    def _look_at(self, record: Record, *, remember: bool) -> None:
        self.count += 1
        self._claims.owned_by(record)
        for group_id in record.group_ids:
            self.members[group_id].append(record.id)
        if remember and record.link.target_id:
            self._linked.add(record.link.target_id)
        source_id = record.external_ids.get(self.client) if record.client == self.client else None
        user = self.scope.people.get(source_id or "")
        if source_id is None or source_id in self.ids:
            self.others[record.id] = _other(record)
        elif user is None:
            self._gone(record, source_id)
        else:
            self.ids[user.id], self.source_ids[record.id] = record.id, user.id
            self._known(record, user)

    def _gone(self, record: Record, source_id: str) -> None:
        step = Step("deprovision", "User", record.document["userName"], "gone from the source", record.id, source_id)
        step.held = record.link.held_at is not None
        step.removal = PEOPLE if record.document.get("active", True) and not step.held else ""
        self.gone[record.id] = self._claims.add(Pending(step, frees=record.unique_keys))

    def _known(self, record: Record, user: SourceUser) -> None:
        was_active = bool(record.document.get("active", True))
        active = user.id in self.scope.wanted or (was_active and self._may_be_wanted(record, user))
        try:
            document = self.documents.of_user(user, active=active)
            wanted = keys.unique_keys("User", document) if document != record.document else ()
        except ScimError as refusal:
            self.notices.append(Notice("refused", user.email, refusal.detail))
            document, wanted = {**record.document, "active": active}, ()
            partly = True
        else:
            partly = False
        if document == record.document:
            return
        step = self._step(record, user, document, active=active, was_active=was_active)
        step.only_active = partly
        frees = tuple(key for key in record.unique_keys if key not in wanted) if wanted else ()
        needs = tuple(key for key in wanted if key not in record.unique_keys)
        self._claims.add(Pending(step, needs, frees, is_partly_possible=active is not was_active))

    def _may_be_wanted(self, record: Record, user: SourceUser) -> bool:
        return not self.doubted.isdisjoint(record.group_ids) and self.scope.why_not(user) == NOWHERE

    def _step(self, record: Record, user: SourceUser, document: Document, *, active: bool, was_active: bool) -> Step:
        step = Step("change", "User", user.email, _differs(record.document, document), record.id, user.id)
        if active and not was_active:
            step.what, step.why = "reactivate", "active and in a chosen group again"
        elif was_active and not active:
            step.what, step.why, step.removal = "deactivate", self.scope.why_not(user), PEOPLE
        step.held = not active and record.link.held_at is not None
        return step

    # ── who is new ────────────────────────────────────────────────────────────────────────────────────────

    def _newcomer(self, user: SourceUser) -> None:
        try:
            needs = keys.unique_keys("User", self.documents.of_user(user, active=True))
        except ScimError as refusal:
            self.notices.append(Notice("refused", user.email, refusal.detail))
            return
        step = Step("create", "User", user.email, "active and in a chosen group", source_id=user.id)
        owners = self._claims.owners(needs)
        if any(id in self.others and self.others[id].client == "" for id in owners):
            step.why += "; the user who is there already becomes theirs"
        mine = [id for id in owners if id in self.others and self.others[id].client == self.client]
        if len(owners) == len(mine) == 1:  # whom the pull suspended because they were in no chosen group
            step.what, step.id = ("change" if self.others[mine[0]].active else "reactivate"), mine[0]
        self.coming[user.id] = self._claims.add(Pending(step, needs))

    def _resolve(self) -> None:
        for blocked in self._claims.resolve(self._is_takeable):
            holder = self._holder(blocked.by)
            self.notices.append(Notice("clash", blocked.pending.step.name, f"the name or address {holder}"))
        self.coming = {id: pending for id, pending in self.coming.items() if not pending.blocked}
        newcomers = {key: source_id for source_id, pending in self.coming.items() for key in pending.needs}
        for id, pending in self.gone.items():
            heir = next((newcomers[key] for key in pending.frees if key in newcomers), "")
            if heir:
                self.heirs[id] = heir
                pending.step.taken_over, pending.step.held, pending.step.removal = True, False, ""
                pending.step.why = "gone from the source; somebody else has the address now"

    def _is_takeable(self, pending: Pending, owner: str) -> bool:
        """Whoever is nobody's yet becomes the newcomer's."""
        other = self.others.get(owner)
        is_new = pending.step.source_id in self.coming
        return is_new and other is not None and (other.client == "" or owner == pending.step.id)

    def _holder(self, id: str) -> str:
        other = self.others.get(id)
        if other and other.client not in ("", self.client):
            return f"belongs to a user of the client {other.client!r}"
        return "belongs to another user of the bridge"

    # ── who is in the target, and in no chosen group ──────────────────────────────────────────────────────

    def _unlisted(self, people: Sequence[TargetUser]) -> None:
        within_reach = {person.id for person in people}
        claimed = {owner for pending in self.coming.values() for owner in self._claims.owners(pending.needs)}
        why = "in the target, but in no chosen group"
        for id, other in self.others.items():
            mine = other.client in ("", self.client) and other.target_id in within_reach and id not in claimed
            if mine and other.active and not self.scope.selection.excludes(other.name):
                self._claims.add(Pending(Step("deactivate", "User", other.name, why, id, removal=PEOPLE)))
        for person in people:
            if person.id not in self._linked and not self.scope.selection.excludes(person.email):
                self._unknown(person, why)

    def _unknown(self, person: TargetUser, why: str) -> None:
        try:
            needs = keys.unique_keys("User", self.documents.of_target(person))
        except ScimError as refusal:
            self.notices.append(Notice("refused", person.email, refusal.detail))
            return
        if not any(map(self._claims.is_taken, needs)):
            step = Step("deactivate", "User", person.email, why, removal=PEOPLE, names=(person.name,))
            self._claims.add(Pending(step, needs))

    def name(self, id: str) -> str:
        """What somebody is called, by their SCIM id."""
        if source_id := self.source_ids.get(id):
            return self.scope.people[source_id].email
        return self.others[id].name if id in self.others else self.gone[id].step.name


def _other(record: Record) -> Other:
    document, link = record.document, record.link
    held = link.held_at is not None
    return Other(
        record.client, str(document["userName"]), bool(document.get("active", True)), held, link.target_id
    )  # fmt: skip


def _differs(before: Document, after: Document) -> str:
    names = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    return f"changed there: {', '.join(name.rpartition(':')[2] for name in names)}"
