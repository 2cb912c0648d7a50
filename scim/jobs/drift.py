"""Drift: what the target shows and nobody wants, by kind, and what is chosen to be done about each (docs/drift.md)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from scim.records import Ref

Action = Literal["report", "enforce", "adopt"]
Policy = Mapping[str, Action]
"""By kind; what is not chosen is reported."""

PERSON_SUSPENDED = "person_suspended"
PERSON_REACTIVATED = "person_reactivated"
PERSON_RENAMED = "person_renamed"
PERSON_DELETED = "person_deleted"
PERSON_ADDRESS = "person_address"
PERSON_UNKNOWN = "person_unknown"
PERSON_PROTECTED = "person_protected"
PERSON_UNLINKED = "person_unlinked"
MEMBERSHIP_GRANTED = "membership_granted"
MEMBERSHIP_REVOKED = "membership_revoked"
MEMBERSHIP_MANAGER = "membership_manager"
GROUP_RENAMED = "group_renamed"
GROUP_DELETED = "group_deleted"
GROUP_MARK = "group_mark"
GROUP_PROTECTED = "group_protected"
GROUP_UNLINKED = "group_unlinked"
GROUP_ORPHAN = "group_orphan"

KINDS: Mapping[str, str] = {
    PERSON_SUSPENDED: "suspended by hand",
    PERSON_REACTIVATED: "reactivated by hand",
    PERSON_RENAMED: "renamed by hand",
    PERSON_DELETED: "deleted by hand",
    PERSON_ADDRESS: "has another address",
    PERSON_UNKNOWN: "in a state the bridge does not know",
    PERSON_PROTECTED: "out of the bridge's reach now",
    PERSON_UNLINKED: "never invited",
    MEMBERSHIP_GRANTED: "member by hand",
    MEMBERSHIP_REVOKED: "taken out by hand",
    MEMBERSHIP_MANAGER: "a manager of the group",
    GROUP_RENAMED: "renamed by hand",
    GROUP_DELETED: "deleted by hand",
    GROUP_MARK: "description changed by hand",
    GROUP_PROTECTED: "out of the bridge's reach now",
    GROUP_UNLINKED: "never made",
    GROUP_ORPHAN: "carries the bridge's mark, but is nobody's",
}
"""What each is, as a person says it."""

CHOICES: Mapping[str, tuple[Action, ...]] = {
    PERSON_SUSPENDED: ("report", "enforce", "adopt"),
    PERSON_REACTIVATED: ("report", "enforce", "adopt"),
    PERSON_RENAMED: ("report", "enforce", "adopt"),
    PERSON_DELETED: ("report", "enforce"),
    PERSON_ADDRESS: ("report", "enforce"),
    MEMBERSHIP_GRANTED: ("report", "enforce", "adopt"),
    MEMBERSHIP_REVOKED: ("report", "enforce", "adopt"),
    MEMBERSHIP_MANAGER: ("report", "adopt"),
    GROUP_RENAMED: ("report", "enforce", "adopt"),
    GROUP_DELETED: ("report", "enforce"),
}
"""What makes sense, where there is a choice: `DRIFT_…` sets it. All others but the unfinished ones are reported."""

UNFINISHED = (PERSON_UNLINKED, GROUP_UNLINKED)
"""Left behind by interrupted work: always finished."""


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference. `ref`: the user or group; of a membership the group, and `user_id` is who. `name`: what people
    call it; `wanted` and `shown`: the two sides of the difference. `target_id` is the target's; of an orphan, `ref`
    names the record in its mark, which may not exist.
    """

    kind: str
    ref: Ref
    name: str
    wanted: str = ""
    shown: str = ""
    user_id: str = ""
    target_id: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """By what it is the same drift again, whatever it looks like meanwhile."""
        return self.kind, self.ref.kind, self.ref.id, self.user_id, self.target_id


def action(policy: Policy, drift: Drift) -> Action:
    if drift.kind in UNFINISHED:
        return "enforce"
    chosen = policy.get(drift.kind, "report")
    return chosen if chosen in CHOICES.get(drift.kind, ()) else "report"


def is_accepted(policy: Policy, drift: Drift) -> bool:
    """A member who is a manager has what is wanted: whoever adopts that need not hear of it again."""
    return drift.kind == MEMBERSHIP_MANAGER and drift.wanted == "member" and action(policy, drift) == "adopt"
