"""A person in the words of the screens: what they are called, where they stand, and why they do not stand as wanted."""

from scim import identity
from scim.admin import words
from scim.protocol.errors import InvalidValue
from scim.records import Record


def name_of(record: Record) -> str:
    """What people call them; the userName if there is nothing better."""
    document = record.document
    name = document.get("name", {})
    spelled = " ".join(part for part in (name.get("givenName"), name.get("familyName")) if part)
    return str(document.get("displayName") or name.get("formatted") or spelled or document.get("userName", record.id))


def address_of(record: Record) -> str:
    """Where an invitation goes, empty if nowhere."""
    try:
        return identity.address(record.document) or ""
    except InvalidValue:
        return ""


def state_of(record: Record) -> str:
    """Where they stand in the target, as far as the bridge knows; empty if nobody is there."""
    return words.standing(record.link.target_state) if record.link.target_state else ""


def why(record: Record) -> str:
    """What somebody has to do, what went wrong last, or that it is on its way; empty if all is as wanted."""
    link = record.link
    if link.unsettled:
        return link.last_error or words.meaning(record.standing)
    return link.waiting or ""
