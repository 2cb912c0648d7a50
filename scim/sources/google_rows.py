"""Rows of the Directory API as records, and nothing of them kept that is not needed (discovery document of
admin.directory_v1: User, Group, Member). A row that lacks what every row has raises Malformed.
"""

import sys
from dataclasses import dataclass
from typing import Any, Literal

from scim.records import Document
from scim.source_records import SourceGroup, SourceIncomplete, SourceUser


class Malformed(SourceIncomplete): ...


Type = Literal["user", "group", "everybody", "outsider"]
TYPES: dict[str, Type] = {"USER": "user", "GROUP": "group", "CUSTOMER": "everybody"}


@dataclass(frozen=True, slots=True)
class Member:
    """One row of a members listing. `status` is empty for people outside the customer (awslabs/ssosync)."""

    id: str
    type: Type
    status: str


def user(row: Document) -> SourceUser:
    """Raises Malformed where `suspended` and `orgUnitPath` are missing: that is the public view, which would make
    leavers active again.
    """
    name = _object(row, "name")
    job = _primary(_objects(row, "organizations"))
    given, family = _text(name, "givenName"), _text(name, "familyName")
    return SourceUser(
        id=_needed(row, "id"),
        email=_needed(row, "primaryEmail"),
        active=not (_is_suspended(row) or row.get("archived") is True),
        given_name=given,
        family_name=family,
        full_name=_text(name, "displayName") or _text(name, "fullName") or f"{given} {family}".strip(),
        aliases=_texts(row, "aliases"),
        unit=sys.intern(_text(row, "orgUnitPath")),
        title=sys.intern(_text(job, "title")),
        department=sys.intern(_text(job, "department")),
        cost_center=sys.intern(_text(job, "costCenter")),
        organization=sys.intern(_text(job, "name")),
        employee_number=_employee_number(row),
        guest=row.get("isGuestUser") is True,
    )


def group(row: Document) -> SourceGroup:
    count = row.get("directMembersCount")  # a string of digits
    return SourceGroup(
        id=_needed(row, "id"),
        email=_needed(row, "email"),
        name=_text(row, "name") or _needed(row, "email"),
        description=_text(row, "description"),
        aliases=_texts(row, "aliases"),
        direct_users=int(count) if isinstance(count, str | int) and str(count).isdecimal() else None,
    )


def member(row: Document) -> Member:
    kind = TYPES.get(_needed(row, "type"), "outsider")
    return Member(_text(row, "id") or _needed(row, "email"), kind, sys.intern(_text(row, "status")))


def is_deleted(row: Document) -> bool:
    return bool(row.get("deletionTime"))


def _employee_number(row: Document) -> str:
    numbers = [each for each in _objects(row, "externalIds") if each.get("type") == "organization"]
    return _text(numbers[0], "value") if numbers else ""


def _primary(values: list[Document]) -> Document:
    chosen = [each for each in values if each.get("primary") is True] or values
    return chosen[0] if chosen else {}


def _needed(row: Document, name: str) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not value:
        raise Malformed(f"Google shows a row without {name}, which every one has.")
    return value


def _is_suspended(row: Document) -> bool:
    """Google's JSON may leave out what is false, but only administrators are shown an `orgUnitPath`."""
    value = row.get("suspended", False if _text(row, "orgUnitPath") else None)
    if not isinstance(value, bool):
        raise Malformed(
            "Google does not say of everybody whether they are suspended: it shows less than an administrator sees."
        )
    return value


def _text(row: Document, name: str) -> str:
    value = row.get(name)
    return value if isinstance(value, str) else ""


def _texts(row: Document, name: str) -> tuple[str, ...]:
    return tuple(each for each in _array(row, name) if isinstance(each, str) and each)


def _object(row: Document, name: str) -> Document:
    value = row.get(name)
    return value if isinstance(value, dict) else {}


def _objects(row: Document, name: str) -> list[Document]:
    return [each for each in _array(row, name) if isinstance(each, dict)]


def _array(row: Document, name: str) -> list[Any]:
    value = row.get(name)
    return value if isinstance(value, list) else []
