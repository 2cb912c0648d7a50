"""Whom the pull provisions: `bridge.toml`, read strictly, for a key that is misspelt would silently choose nobody.

Membership in at least one chosen group decides; the rest narrows it (docs/pull.md).
"""

import json
import re
from collections.abc import Mapping
from functools import cache, cached_property
from hashlib import sha256
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from scim import bridge_file
from scim.bridge_file import GOOGLE_WORKSPACE, BridgeFileError
from scim.records import Document
from scim.source_records import SourceGroup, SourceUser

ANY = "*"

_ADDRESS = re.compile(r"[^@\s*]+@[^@\s*.]+(\.[^@\s*.]+)+")
_PATTERN = re.compile(r"[^@\s]+(@[^@\s]+)?")


class SelectionError(Exception):
    """What chooses cannot be read. One sentence for each problem, which names the key."""


def _chosen(entry: str) -> str:
    entry = entry.strip().lower()
    if not (_PATTERN if ANY in entry else _ADDRESS).fullmatch(entry):
        raise ValueError("must be an e-mail address, or a pattern of one with *, such as team-*@example.com")
    return entry


def _unit(path: str) -> str:
    path = path.strip()
    if not path.startswith("/") or "//" in path:
        raise ValueError('must be the path of an organizational unit, such as "/Staff/Sales"')
    return path.rstrip("/") or "/"


def _once(entries: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(entries))


Entries = Annotated[tuple[Annotated[str, AfterValidator(_chosen)], ...], AfterValidator(_once)]
Units = Annotated[tuple[Annotated[str, AfterValidator(_unit)], ...], AfterValidator(_once)]


class Selection(BaseModel):
    """`groups`: e-mail addresses or patterns with `*`, at least one. `units`: paths, their children included; none
    means all. `exclude`: people with whom the pull has nothing to do. `unlisted`: what becomes of people who are in
    the target but whom the pull does not provision.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    groups: Entries = Field(min_length=1)
    units: Units = ()
    exclude: Entries = ()
    unlisted: Literal["leave", "suspend"] = "leave"

    @classmethod
    def from_toml(cls, text: str) -> Self:
        """SelectionError."""
        try:
            return cls.from_tables(bridge_file.parse(text))
        except BridgeFileError as cause:
            raise SelectionError(str(cause)) from cause

    @classmethod
    def from_tables(cls, tables: Mapping[str, Any], name: str = bridge_file.FILE.name) -> Self:
        """Its own part of the file. SelectionError."""
        if GOOGLE_WORKSPACE not in tables:
            raise SelectionError(f"{name} has no [{GOOGLE_WORKSPACE}]: it says which groups to provision.")
        return cls._read(tables[GOOGLE_WORKSPACE], f"{name} [{GOOGLE_WORKSPACE}]")

    @classmethod
    def from_note(cls, note: Document) -> Self:
        """What `to_note` made. SelectionError."""
        return cls._read(note, "What `python -m scim pull configure` stored")

    @classmethod
    def _read(cls, given: Any, where: str) -> Self:
        try:
            return cls.model_validate(given)
        except ValidationError as invalid:
            raise SelectionError("\n".join(f"{where}: {_sentence(error)}" for error in _told(invalid))) from invalid

    def to_note(self) -> Document:
        return self.model_dump(mode="json")

    @cached_property
    def digest(self) -> str:
        """The same for the same choice, in whatever order it is written."""
        sorted_ = {name: sorted(value) if isinstance(value, tuple) else value for name, value in self}
        return sha256(json.dumps(sorted_, sort_keys=True).encode()).hexdigest()[:16]

    # ── groups ────────────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def addresses(self) -> tuple[str, ...]:
        """The groups that are chosen by their address: each of them has to be there."""
        return tuple(entry for entry in self.groups if ANY not in entry)

    def fits(self, email: str) -> bool:
        """Whether a group of that address is chosen, by address or by pattern."""
        return _is_any_of(email.lower(), self.groups)

    def chooses(self, group: SourceGroup) -> bool:
        """Its address counts; of its other addresses only one that is chosen in full (a group that was readdressed)."""
        return self.fits(group.email) or any(alias.lower() in self.addresses for alias in group.aliases)

    # ── people ────────────────────────────────────────────────────────────────────────────────────────────

    def has_unit(self, user: SourceUser) -> bool:
        path = f"{user.unit.casefold()}/"
        return not self.units or any(unit == "/" or path.startswith(f"{unit.casefold()}/") for unit in self.units)

    def excludes(self, *addresses: str) -> bool:
        return any(_is_any_of(address.lower(), self.exclude) for address in addresses)


def _is_any_of(address: str, entries: tuple[str, ...]) -> bool:
    return any(address == entry if ANY not in entry else _expression(entry).fullmatch(address) for entry in entries)


@cache
def _expression(entry: str) -> re.Pattern[str]:
    """`*` stands for any characters, and nothing else means anything: `fnmatch` would read brackets too."""
    return re.compile(".*".join(map(re.escape, re.split(r"\*+", entry))), re.DOTALL)


_MUST = {
    "missing": "is missing: choose at least one group, by e-mail address or pattern",
    "too_short": "is empty: choose at least one group, by e-mail address or pattern",
    "extra_forbidden": "is no key there is: there are groups, units, exclude and unlisted",
    "literal_error": 'must be "leave" or "suspend"',
    "tuple_type": 'must be a list, such as ["staff@example.com"]',
    "model_type": "must be a table",
    "string_type": "must be a text in quotes",
}


def _told(invalid: ValidationError) -> list[ErrorDetails]:
    """A list of which an entry is wrong is not told to be empty besides."""
    errors = invalid.errors()
    within = {error["loc"][:1] for error in errors if len(error["loc"]) > 1}
    return [error for error in errors if error["type"] != "too_short" or error["loc"] not in within]


def _sentence(error: ErrorDetails) -> str:
    key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error["loc"]).lstrip(".")
    must = _MUST.get(error["type"], error["msg"].removeprefix("Value error, "))
    given = f" ({error['input']!r:.80})" if error["type"] == "value_error" else ""
    above = bridge_file.moved_up(key) if error["type"] == "extra_forbidden" else ""
    return f"{key or 'it'}{given} {must}{above}."
