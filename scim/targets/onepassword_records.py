"""1Password's JSON read as the port's records. KeyError, TypeError for what is no such record."""

import logging

from scim.records import Document, TargetGroup, TargetMember, TargetState, TargetUser
from scim.targets.op_errors import masked

log = logging.getLogger("scim.op")

# developer.1password.com/docs/cli/user-states, and the states other clients have met; who recovers their account is
# active. PENDING is documented nowhere: nobody is confirmed on the strength of it. A state that is not here is UNKNOWN.
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
MADE_BY_PEOPLE = "USER_DEFINED"
_BUILT_IN = {
    "Owners": "OWNERS",
    "Administrators": "ADMINISTRATORS",
    "Recovery": "RECOVERY",
    "Security": "SECURITY",
    "Team Members": "TEAM_MEMBERS",
}
_POWERS = {"MANAGE_GROUPS": "able to manage groups", "RECOVER_ACCOUNTS": "able to recover accounts"}
_told: set[str] = set()


def is_gone(raw: Document) -> bool:
    return raw.get("state") == _GONE


def user(raw: Document) -> TargetUser:
    """Whoever is no member, such as a service account, may lack name and address."""
    protected = _PROTECTED_KINDS.get(str(raw.get("type", "MEMBER")), _UNKNOWN_KIND)
    named = {"name": "", "email": "", **raw} if protected else raw
    return TargetUser(str(raw["id"]), str(named["email"]), str(named["name"]), _state(str(raw["state"])), protected)


def group(raw: Document) -> TargetGroup:
    """Of a list: what protects the group is not in it."""
    return TargetGroup(str(raw["id"]), str(raw["name"]), str(raw.get("description") or ""))


def whole_group(raw: Document) -> TargetGroup:
    """With what protects it."""
    listed = group(raw)
    held = [power for permission, power in _POWERS.items() if permission in (raw.get("permissions") or ())]
    reasons = ([] if kind(raw) == MADE_BY_PEOPLE else ["built in"]) + held
    return TargetGroup(listed.id, listed.name, listed.description, " and ".join(reasons))


def kind(raw: Document) -> str:
    """What type a group is of; if that is not told, 1Password's own are known by their names."""
    return str(raw["type"]) if "type" in raw else _BUILT_IN.get(str(raw["name"]), MADE_BY_PEOPLE)


def member(raw: Document) -> TargetMember:
    return TargetMember(str(raw["id"]), "manager" if raw.get("role") == "MANAGER" else "member")


def _state(word: str) -> TargetState:
    if word not in STATES and word not in _told and len(_told) < 100:
        _told.add(word)
        log.warning("op.unknown_state", extra={"state": masked(word)[:40]})
    return STATES.get(word, TargetState.UNKNOWN)
