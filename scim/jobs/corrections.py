"""What is done about drift if a person chose so: the target is owed what is wanted again, or what it shows is wanted
from now on. Nothing here acts on the target: what is owed is settled like any other wish, within the same limits.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from scim import identity, keys
from scim.jobs import drift as kinds
from scim.jobs.drift import Drift, Policy, action
from scim.jobs.drift_list import ACTOR, Remarked, log
from scim.jobs.removals import PEOPLE, members_of
from scim.jobs.wanted import is_settled
from scim.jobs.work import Work, instant
from scim.protocol.errors import InvalidValue
from scim.recorder import owe, top_level_steps
from scim.records import Document, Event, KeyTaken, Record, Ref, Stale, TargetState

MOST_EDGES = 400
"""In one commit."""

DEPROVISIONED = "Not adopted: the user was deprovisioned, which only the identity provider takes back."
TOO_MANY = "Not adopted: more at once than the removal limit lets through. Decide in the identity provider."
NAME_TAKEN = "Not adopted: another managed group has that name."
UNSPEAKABLE = "Not adopted: SCIM cannot show that name."

_GRANTS = {
    ("enforce", kinds.MEMBERSHIP_REVOKED),
    ("adopt", kinds.MEMBERSHIP_GRANTED),
    ("adopt", kinds.MEMBERSHIP_MANAGER),
}


@dataclass(slots=True)
class Corrections:
    """`goes_on`: whether there is time for the next one; who is not reached has the next pass. `done` counts."""

    work: Work
    policy: Policy
    goes_on: Callable[[], bool]
    done: Counter[str] = field(default_factory=Counter)
    _remarks: dict[tuple[str, ...], str] = field(default_factory=dict)

    def carry_out(self, drifts: Sequence[Drift]) -> list[Remarked]:
        """What is left of them, with the reason. Each of the others was changed in one commit with its audit line."""
        burst = _removals_beyond(self.work, self.policy, drifts)
        self._remarks = dict.fromkeys(burst, TOO_MANY)
        due = [drift for drift in drifts if drift.key not in burst]
        corrected = {drift.key for drift in due if not drift.user_id and self.goes_on() and self._correct(drift)}
        corrected |= self._correct_memberships([drift for drift in due if drift.user_id])
        return [Remarked(drift, self._remarks.get(drift.key, "")) for drift in drifts if drift.key not in corrected]

    # ── people and groups ─────────────────────────────────────────────────────────────────────────────────

    def _correct(self, drift: Drift) -> bool:
        record = self.work.store.get(drift.ref)
        if record is None:
            return False
        try:
            if action(self.policy, drift) == "enforce":
                return self._enforce(record, drift)
            return self._adopt(record, drift)
        except Stale:
            return False  # a newer wish came just now, and that one counts

    def _enforce(self, record: Record, drift: Drift) -> bool:
        """Owed once, whatever else of it differs."""
        if record.link.unsettled:
            self._count("enforced", drift)
            return True
        owed = replace(record, link=replace(record.link, unsettled=True, next_attempt_at=None))
        facts = {"kind": drift.kind, "wanted": drift.wanted, "shown": drift.shown}
        self.work.store.replace(record, owed, self._event("drift.enforced", record.ref, [facts]))
        self._count("enforced", drift)
        return True

    def _adopt(self, record: Record, drift: Drift) -> bool:
        if not record.wanted:
            self._remarks[drift.key] = DEPROVISIONED
            return False
        document = {**record.document, **_ADOPTED[drift.kind](drift)}
        try:
            after = self._keyed(record, document, drift)
            steps = top_level_steps(record.document, document)
            self.work.store.replace(record, after, self._event("drift.adopted", record.ref, steps))
        except KeyTaken:
            self._remarks[drift.key] = NAME_TAKEN
            return False
        except InvalidValue:
            self._remarks[drift.key] = UNSPEAKABLE
            return False
        self._count("adopted", drift)
        return True

    def _keyed(self, record: Record, document: Document, drift: Drift) -> Record:
        """InvalidValue for a name SCIM cannot show as the target does."""
        if drift.kind == kinds.PERSON_RENAMED and identity.display_name(document) != drift.shown:
            raise InvalidValue(UNSPEAKABLE)
        state = {kinds.PERSON_SUSPENDED: TargetState.SUSPENDED, kinds.PERSON_REACTIVATED: drift.shown}.get(drift.kind)
        after = replace(
            record,
            document=document,
            version=record.version + 1,
            last_modified=instant(self.work.clock()),
            unique_keys=keys.unique_keys(record.kind, document),
        )
        after = owe(record, after, seen_by_target=False)
        return replace(after, link=replace(after.link, target_state=state or record.link.target_state, removed_at=None))

    # ── memberships ───────────────────────────────────────────────────────────────────────────────────────

    def _correct_memberships(self, drifts: Iterable[Drift]) -> set[tuple[str, ...]]:
        """Those of one group and one kind in one commit."""
        batches: dict[tuple[Ref, str], list[Drift]] = defaultdict(list)
        for drift in drifts:
            batches[drift.ref, drift.kind].append(drift)
        corrected: set[tuple[str, ...]] = set()
        for (ref, kind), batch in batches.items():
            for start in range(0, len(batch), MOST_EDGES):
                some = batch[start : start + MOST_EDGES]
                if self.goes_on() and self._change_members(ref, kind, some):
                    corrected |= {drift.key for drift in some}
        return corrected

    def _change_members(self, ref: Ref, kind: str, drifts: Sequence[Drift]) -> bool:
        group = self.work.store.get(ref)
        if group is None or not is_settled(group):
            return False
        chosen = action(self.policy, drifts[0])
        users = [drift.user_id for drift in drifts]
        grants, revokes = (users, []) if (chosen, kind) in _GRANTS else ([], users)
        past = {"enforce": "enforced", "adopt": "adopted"}[chosen]
        event = self._event(f"drift.{past}", ref, [{"kind": kind, "users": users}])
        at = instant(self.work.clock()) if chosen == "adopt" else group.last_modified
        try:
            self.work.store.change_members(group, grants, revokes, at, event)
        except Stale:
            return False
        for drift in drifts:
            self._count(past, drift)
        return True

    # ── both ──────────────────────────────────────────────────────────────────────────────────────────────

    def _count(self, past: str, drift: Drift) -> None:
        self.done[past] += 1
        log.warning(f"drift.{past}", extra={"resource": drift.ref.kind, "id": drift.ref.id, "drift": drift.kind})

    def _event(self, name: str, ref: Ref, changes: Sequence[Mapping[str, object]]) -> Event:
        now = instant(self.work.clock())
        return Event(self.work.runner.event_id(), now, ACTOR, name, ref, changes, "done")


_ADOPTED: Mapping[str, Callable[[Drift], Document]] = {
    kinds.PERSON_SUSPENDED: lambda _: {"active": False},
    kinds.PERSON_REACTIVATED: lambda _: {"active": True},
    kinds.PERSON_RENAMED: lambda drift: {"displayName": drift.shown},
    kinds.GROUP_RENAMED: lambda drift: {"displayName": drift.shown},
}


def _removals_beyond(work: Work, policy: Policy, drifts: Iterable[Drift]) -> set[tuple[str, ...]]:
    """What would be taken away from many at once by believing the target: a person has to look at it first."""
    scopes: dict[str, list[Drift]] = defaultdict(list)
    for drift in drifts:
        if action(policy, drift) == "adopt" and drift.kind in (kinds.PERSON_SUSPENDED, kinds.MEMBERSHIP_REVOKED):
            scopes[members_of(drift.ref.id) if drift.user_id else PEOPLE].append(drift)
    found: set[tuple[str, ...]] = set()
    for scope, removed in scopes.items():
        size = work.store.count("User") if scope == PEOPLE else len(work.store.members(removed[0].ref.id))
        if len(removed) > work.removals.limit.allowed(scope, size):
            found |= {drift.key for drift in removed}
    return found
