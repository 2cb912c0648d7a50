"""A person in the words of the screens: where they stand, and why they do not stand as wanted."""

from scim.admin import words
from scim.records import Record


def state_of(record: Record) -> str:
    """Where they stand in the target, as far as the bridge knows; empty if nobody is there."""
    return words.standing(record.link.target_state) if record.link.target_state else ""


def why(record: Record) -> str:
    """What somebody has to do, what went wrong last, or that it is on its way; empty if all is as wanted."""
    link = record.link
    if link.unsettled:
        return link.last_error or words.meaning(record.standing)
    return link.waiting or ""
