"""1Password's JSON read as the port's records. KeyError, TypeError for what is no such record."""

import logging

from scim.records import Document, TargetGroup, TargetMember, TargetState, TargetUser
from scim.targets.op_errors import masked

log = logging.getLogger("scim.op")

# developer.1password.com/docs/cli/user-states, and the states other clients have met; who recovers their account is
# active. A state that is not here is UNKNOWN.
STATES = {
    "PENDING": TargetState.INVITED,
    "TRANSFER_PENDING": TargetState.INVITED,
    "TRANSFER_STARTED": TargetState.INVITED,
    "TRANSFER_ACCEPTED": TargetState.ACCEPTED,
    "ACTIVE": TargetState.ACTIVE,
    "RECOVERY_STARTED": TargetState.ACTIVE,
    "RECOVERY_ACCEPTED": TargetState.ACTIVE,
    "SUSPENDED": TargetState.SUSPENDED,
    "TRANSFER_SUSPENDED": TargetState.SUSPENDED,
}
_GONE = "DELETED"
_PROTECTED_KINDS = {"MEMBER": "", "GUEST": "a guest", "SERVICE_ACCOUNT": "a service account"}
_UNKNOWN_KIND = "of a kind the bridge does not know"
_POWERS = {"MANAGE_GROUPS": "able to manage groups", "RECOVER_ACCOUNTS": "able to recover accounts"}
_told: set[str] = set()


def is_gone(raw: Document) -> bool:
    return raw.get("state") == _GONE


def user(raw: Document) -> TargetUser:
    protected = _PROTECTED_KINDS.get(str(raw.get("type")), _UNKNOWN_KIND)
    return TargetUser(str(raw["id"]), str(raw["email"]), str(raw["name"]), _state(str(raw["state"])), protected)


def group(raw: Document) -> TargetGroup:
    """Of a list: what protects the group is not in it."""
    return TargetGroup(str(raw["id"]), str(raw["name"]), str(raw.get("description") or ""))


def whole_group(raw: Document) -> TargetGroup:
    """With what protects it."""
    listed = group(raw)
    held = [power for permission, power in _POWERS.items() if permission in (raw.get("permissions") or ())]
    reasons = ([] if raw["type"] == "USER_DEFINED" else ["built in"]) + held
    return TargetGroup(listed.id, listed.name, listed.description, " and ".join(reasons))


def member(raw: Document) -> TargetMember:
    return TargetMember(str(raw["id"]), "manager" if raw.get("role") == "MANAGER" else "member")


def _state(word: str) -> TargetState:
    if word not in STATES and word not in _told and len(_told) < 100:
        _told.add(word)
        log.warning("op.unknown_state", extra={"state": masked(word)[:40]})
    return STATES.get(word, TargetState.UNKNOWN)
