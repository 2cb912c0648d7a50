"""Holds: removals beyond the limit, shown to a person who lets exactly these through, or discards them.

What is held is kept on the resources and memberships themselves (docs/adr/0013), so a hold is never out of step with
what is wanted: a newer wish for one of them takes it out.
"""

from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Literal

from scim.jobs.removals import GROUPS, PEOPLE, members_of
from scim.jobs.work import Runner, instant
from scim.ports import Store
from scim.records import Event, KeyTaken, Link, Membership, Record, Ref, Stale

MOST_EDGES = 1_000_000

Removal = Record | Membership


class HoldChanged(Exception):
    """What is held is not what the person looked at any more. Nothing was done. The text says what to do."""


@dataclass(frozen=True, slots=True)
class HeldItem:
    """`ref` is the person or group that is removed; of a revocation the group, and `user_id` who would lose it."""

    what: Literal["suspend", "delete", "revoke"]
    ref: Ref
    user_id: str
    name: str
    since: float


@dataclass(frozen=True, slots=True)
class Hold:
    """The held removals of one scope. `digest` names exactly these: with another list it is another one."""

    scope: str
    title: str
    items: tuple[HeldItem, ...]

    @property
    def since(self) -> float:
        return min(item.since for item in self.items)

    @property
    def digest(self) -> str:
        lines = sorted(f"{item.what} {item.ref.kind} {item.ref.id} {item.user_id}" for item in self.items)
        return sha256("\n".join(lines).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Holds:
    """`approval_seconds`: how long what was approved may still be carried out."""

    runner: Runner
    approval_seconds: float

    def all(self) -> list[Hold]:
        """The scope with most people in it first."""
        holds = [self._hold(scope, removals) for scope, removals in self._removals().items()]
        return sorted(holds, key=lambda hold: (-len(hold.items), hold.scope))

    def approve(self, scope: str, digest: str, by: str) -> Hold:
        """Let exactly the removals through that `digest` names; the next pass applies them. HoldChanged, Busy."""
        with self.runner.alone():
            hold, removals = self._require(scope, digest)
            until = self.runner.clock() + self.approval_seconds
            for removal in removals:
                self._approve(removal, until, by)
        return hold

    def discard(self, scope: str, digest: str, by: str) -> list[str]:
        """Want again what is there, for exactly the removals that `digest` names. Returns the names of whom that could
        not be done for, because their userName or address has been given to somebody else. HoldChanged, Busy.
        """
        with self.runner.alone():
            hold, removals = self._require(scope, digest)
            kept = [self._discard(removal, by) for removal in removals]
            self._give_back(removals, by)
        return [item.name for item, done in zip(hold.items, kept, strict=True) if not done]

    # ── what is held ──────────────────────────────────────────────────────────────────────────────────────

    def _removals(self) -> dict[str, list[Removal]]:
        store = self.runner.store
        found: dict[str, list[Removal]] = defaultdict(list)
        for scope, records in ((PEOPLE, store.held("User")), (GROUPS, store.held("Group"))):
            if records:
                found[scope].extend(records)
        for edge in store.held_memberships():
            found[members_of(edge.group_id)].append(edge)
        return found

    def _require(self, scope: str, digest: str) -> tuple[Hold, list[Removal]]:
        removals = self._removals().get(scope, [])
        if not removals:
            raise HoldChanged(f"Nothing is held in {scope!r} any more: `python -m scim holds` shows what is.")
        hold = self._hold(scope, removals)
        if hold.digest != digest:
            raise HoldChanged(
                f"What is held in {scope!r} is not what you looked at: it is {hold.digest} now. Nothing was done; "
                "look again with `python -m scim holds`."
            )
        return hold, removals

    def _hold(self, scope: str, removals: Sequence[Removal]) -> Hold:
        items = tuple(self._item(removal) for removal in removals)
        titles = {PEOPLE: "People to suspend", GROUPS: "Groups to delete"}
        return Hold(scope, titles.get(scope) or f"Members to lose {self._group_name(removals[0])!r}", items)

    def _item(self, removal: Removal) -> HeldItem:
        if isinstance(removal, Membership):
            user = self._living(removal.user_id)
            ref = Ref("Group", removal.group_id)
            return HeldItem("revoke", ref, removal.user_id, _name(user), removal.held_at or 0.0)
        what: Literal["suspend", "delete"] = "suspend" if removal.kind == "User" else "delete"
        return HeldItem(what, removal.ref, "", _name(removal), removal.link.held_at or 0.0)

    def _group_name(self, removal: Removal) -> str:
        return _name(self.runner.store.get(Ref("Group", getattr(removal, "group_id", ""))))

    # ── what a person decides ─────────────────────────────────────────────────────────────────────────────

    def _approve(self, removal: Removal, until: float, by: str) -> None:
        store = self.runner.store
        if isinstance(removal, Membership):
            store.append_event(self._event("removal.approved", Ref("Group", removal.group_id), by, removal.user_id))
            freed = replace(removal, held_at=None, approved_until=until, next_attempt_at=None, attempts=0)
            store.postpone_membership(freed)
            return
        approved = replace(
            removal.link,
            held_at=None,
            approved_version=removal.version,
            approved_until=until,
            next_attempt_at=None,
            attempts=0,
        )
        with suppress(Stale):  # a newer wish came just now, and that one counts
            event = self._event("removal.approved", removal.ref, by)
            store.replace(removal, replace(removal, link=approved), event)

    def _discard(self, removal: Removal, by: str) -> bool:
        """False if somebody else has become who this was, so that it cannot be wanted again."""
        store = self.runner.store
        if isinstance(removal, Membership):
            return self._keep(removal, by)
        if _lives_on(store, removal):
            return self._leave(removal, by)
        document = {**removal.document, "active": True} if removal.kind == "User" else removal.document
        restored = replace(
            removal,
            wanted=True,
            document=document,
            version=removal.version + 1,
            last_modified=instant(self.runner.clock()),
            link=replace(removal.link, unsettled=True, held_at=None, next_attempt_at=None, last_error=None),
        )
        try:
            store.replace(removal, restored, self._event("removal.discarded", removal.ref, by))
        except Stale:
            return True  # a newer wish came, and that one counts
        except KeyTaken:
            return self._leave(removal, by)
        return True

    def _leave(self, removal: Record, by: str) -> bool:
        """Not wanted again, and held no more: whom it was about is somebody else's wish now."""
        event = self._event("removal.left", removal.ref, by)
        left = Link(target_state=removal.link.target_state)
        self.runner.store.save_link(removal.ref, left, removal.version, event)
        return False

    def _keep(self, edge: Membership, by: str) -> bool:
        """Who was deleted and came back as another user keeps the membership as that one."""
        user = self._living(edge.user_id)
        user_id = user.id if user else edge.user_id
        granted = self._grant(edge.group_id, [user_id], by)
        if granted and user_id != edge.user_id:
            self.runner.store.settle_membership(edge, None)
        return granted

    def _living(self, user_id: str) -> Record | None:
        """The user, or who they are now if they were deleted and came back as another one."""
        user = self.runner.store.get(Ref("User", user_id))
        others = _lives_on(self.runner.store, user) if user else []
        return others[0] if others else user

    def _give_back(self, removals: Sequence[Removal], by: str) -> None:
        """What a deleted user or group had: the memberships that were still there go with them."""
        users = {each.id for each in removals if isinstance(each, Record) and each.kind == "User" and not each.wanted}
        groups = {each.id for each in removals if isinstance(each, Record) and each.kind == "Group"}
        if not users and not groups:
            return
        lost: dict[str, list[str]] = defaultdict(list)
        for edge in self.runner.store.unsettled_memberships(float("inf"), MOST_EDGES):
            if not edge.wanted and (edge.user_id in users or edge.group_id in groups):
                lost[edge.group_id].append(edge.user_id)
        for group_id, user_ids in lost.items():
            self._grant(group_id, user_ids, by)

    def _grant(self, group_id: str, user_ids: Sequence[str], by: str) -> bool:
        store, ref = self.runner.store, Ref("Group", group_id)
        group = store.get(ref)
        if group is None or not group.wanted:
            return False
        event = self._event("removal.discarded", ref, by, *user_ids[:100])
        try:
            store.change_members(group, user_ids, (), instant(self.runner.clock()), event)
        except Stale:
            return False
        return True

    def _event(self, action: str, ref: Ref, by: str, *user_ids: str) -> Event:
        changes = [{"users": list(user_ids)}] if user_ids else []
        return Event(self.runner.event_id(), instant(self.runner.clock()), by, action, ref, changes, "done")


def _lives_on(store: Store, removal: Record) -> list[Record]:
    """Whoever is the same person in the target now that this one is deprovisioned."""
    if removal.wanted or removal.kind != "User" or not removal.link.target_id:
        return []
    return store.linked("User", removal.link.target_id)


def _name(record: Record | None) -> str:
    if record is None:
        return "somebody who is gone"
    return str(record.document.get("displayName" if record.kind == "Group" else "userName"))
