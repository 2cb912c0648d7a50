"""How the values of an attribute compare (RFC 7643 §2.2 caseExact, §2.3; RFC 7644 §3.4.2.2, §3.4.2.3)."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from scim.protocol.schema import Attribute

Preparation = Callable[[Any], Any]

# xsd:dateTime (RFC 7643 §2.3.5); datetime.fromisoformat alone would take weeks, bare dates and basic formats too.
_DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})?"
)
_BOOLEANS = {"true": True, "false": False}


def preparation(attribute: Attribute) -> Preparation:
    """The function that brings a value into the form in which the attribute's values compare with ==, < and `in`.

    It returns None for what is no value of that type.
    """
    match attribute.type:
        case "boolean":
            return boolean
        case "decimal" | "integer":
            return number
        case "dateTime":
            return date_time
    return text if attribute.case_exact else folded


def text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def folded(value: Any) -> str | None:
    return value.casefold() if isinstance(value, str) else None


def boolean(value: Any) -> bool | None:
    """Identity providers also send booleans as strings: `primary eq "True"`."""
    if isinstance(value, str):
        return _BOOLEANS.get(value.lower())
    return value if isinstance(value, bool) else None


def number(value: Any) -> int | float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def date_time(value: Any) -> datetime | None:
    """Without an offset it counts as UTC."""
    if not isinstance(value, str) or not _DATE_TIME.fullmatch(value):
        return None
    try:
        moment = datetime.fromisoformat(value.upper())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def default_sub_attribute(attribute: Attribute) -> Attribute | None:
    """The sub-attribute that a complex attribute stands for where no other is named: `emails co "@example.com"`."""
    return attribute.sub_attributes.get("value")
