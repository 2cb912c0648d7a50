"""What the screens say for what is stored: states, actions, times and sizes, in plain words."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup

STANDINGS: Mapping[str, tuple[str, str]] = {
    "held": ("Held", "a removal that waits for your decision"),
    "refused": ("Refused", "tried and not possible yet; tried again by itself"),
    "owed": ("Owed", "recorded; on its way"),
    "waiting": ("Waiting", "the person has to do something first"),
    "invited": ("Invited", "has not accepted yet"),
    "accepted": ("Accepted", "to be confirmed at the next pass"),
    "active": ("Active", "as wanted"),
    "suspended": ("Suspended", "as wanted"),
    "unknown": ("Unknown", "in a state the bridge does not know; it leaves them alone"),
    "none": ("Not there", "wanted inactive, or without an address"),
}
"""By `Record.standing`: what it is called and what it means. What needs a person comes first."""

BACKTICKS = re.compile("`([^`]+)`")

TROUBLED = ("held", "refused", "waiting", "unknown")

ACTIONS: Mapping[str, str] = {
    "user.created": "Created by the identity provider",
    "user.changed": "Changed by the identity provider",
    "user.deleted": "Deleted by the identity provider",
    "user.invited": "Invited",
    "user.adopted": "Found there already, and linked",
    "user.confirmed": "Confirmed",
    "user.suspended": "Suspended",
    "user.reactivated": "Reactivated",
    "user.renamed": "Renamed",
    "user.vanished": "Found to be gone",
    "user.email_waits": "Has to change their address",
    "user.email_changed": "Address changed",
    "group.created": "Group created",
    "group.changed": "Group changed",
    "group.deleted": "Group deleted",
    "group.renamed": "Group renamed",
    "group.members": "Members changed",
    "group.vanished": "Group found to be gone",
    "group.unmanaged": "Group taken back from the identity provider",
    "group.adopted": "Group linked to one that was there",
    "group.unknown_members": "Members nobody knows were left out",
    "membership.granted": "Put into the group",
    "membership.revoked": "Taken out of the group",
    "membership.left_alone": "Left alone: out of reach",
    "membership.owed_again": "Membership to be granted again",
    "removal.held": "Held for a decision",
    "removal.approved": "Let through",
    "removal.discarded": "Kept: wanted again",
    "removal.left": "Could not be wanted again",
    "settle.refused": "Refused by the account",
    "settle.deferred": "Put off: the account did not answer",
    "settle.crashed": "Failed",
    "refused": "Refused, and taken back",
    "settle.asked": "Looked at again by hand",
    "job.asked": "Job started by hand",
    "token.minted": "Token minted",
    "token.revoked": "Token revoked",
    "pull.approved": "Plan approved",
    "pull.configured": "Chosen whom the pull provisions",
    "drift.found": "Changed in the account by hand",
    "drift.gone": "No longer different",
    "drift.adopted": "Taken over from the account",
    "drift.enforced": "To be put back",
    "invitation.accepted": "Invitation accepted at this desk",
}

JOBS: Mapping[str, tuple[str, str]] = {
    "Settle": ("Settling", "delivers what is owed, each minute"),
    "ConfirmationWatcher": ("Confirming", "confirms who accepted their invitation"),
    "Reconcile": ("Looking for drift", "compares everything with the account"),
    "Pull": ("Pulling", "reads the source"),
    "TargetCalls": ("Calls", "how much is asked of the account"),
    "Backup": ("Backup", "copies the store"),
}

OUTCOMES: Mapping[str, str] = {
    "recorded": "recorded",
    "done": "done",
    "failed": "failed",
    "held": "held",
    "refused": "refused",
    "deferred": "put off",
}


def standing(value: str) -> str:
    """`inviting ann@example.com` is how a link says that an invitation is on its way."""
    return STANDINGS[value][0] if value in STANDINGS else "On its way" if value.startswith("inviting ") else value


def meaning(value: str) -> str:
    return STANDINGS[value][1] if value in STANDINGS else ""


def action(name: str) -> str:
    return ACTIONS.get(name, name.replace(".", " ").replace("_", " "))


def when(at: Any) -> Markup:
    """A time in UTC that the page's script shows in the viewer's zone."""
    found = _moment(at)
    if found is None:
        return Markup("never")
    instant = found.strftime("%Y-%m-%dT%H:%M:%SZ")
    text = found.strftime("%Y-%m-%d %H:%M UTC")
    return Markup('<time datetime="{}" title="{}">{}</time>').format(instant, text, text)


def ago(at: Any, now: float) -> str:
    """How long it has been, in the largest unit that says enough."""
    found = _moment(at)
    return "never" if found is None else f"{span(now - found.timestamp())} ago"


def span(seconds: float) -> str:
    seconds = max(0, int(seconds))
    for unit, size in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= 2 * size or (unit != "day" and seconds >= size):
            count = seconds // size
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return "less than a minute"


def number(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def counted(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def coded(text: str) -> Markup:
    """What stands between backticks as code."""
    parts = enumerate(BACKTICKS.split(text))
    return Markup().join(Markup("<code>{}</code>").format(part) if place % 2 else part for place, part in parts)


def sentence(text: str) -> str:
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."


def job(source: str) -> str:
    return JOBS.get(source, (source, ""))[0]


def _moment(at: Any) -> datetime | None:
    if at is None or at == "":
        return None
    try:
        found = datetime.fromisoformat(at) if isinstance(at, str) else datetime.fromtimestamp(at, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


FILTERS: Mapping[str, Callable[..., Any]] = {
    "standing": standing,
    "meaning": meaning,
    "action": action,
    "when": when,
    "ago": ago,
    "span": span,
    "number": number,
    "counted": counted,
    "coded": coded,
    "sentence": sentence,
    "job": job,
    "outcome": lambda value: OUTCOMES.get(value, value),
}
