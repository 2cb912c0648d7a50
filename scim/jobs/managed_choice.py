"""Which groups of the target are to be managed, as code: `[groups]` of `bridge.toml`, read strictly, for what is left
out of it is taken from the identity provider (docs/managed-groups.md).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from scim import bridge_file, identity
from scim.bridge_file import GROUPS, BridgeFileError


def _name(entry: str) -> str:
    if not entry.strip():
        raise ValueError("must be the name of a group, or its id in the target")
    return entry.strip()


def _once(entries: tuple[str, ...]) -> tuple[str, ...]:
    """As names are compared; the first spelling stays."""
    found: dict[str, str] = {}
    for entry in entries:
        found.setdefault(identity.fold(entry), entry)
    return tuple(found.values())


class ManagedChoice(BaseModel):
    """`manage`: names or ids in the target. None is a choice too: nothing that was there before is managed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    manage: Annotated[tuple[Annotated[str, AfterValidator(_name)], ...], AfterValidator(_once)]

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """BridgeFileError."""
        return cls.from_tables(bridge_file.read(path), path.name)

    @classmethod
    def from_tables(cls, tables: Mapping[str, Any], name: str = bridge_file.FILE.name) -> Self:
        """Its own part of the file. BridgeFileError."""
        if GROUPS not in tables:
            raise BridgeFileError(
                f'{name} has no [{GROUPS}]: write [{GROUPS}] and beneath it manage = ["Guides"], the groups to be '
                "managed. If that is meant to be none, write manage = []."
            )
        try:
            return cls.model_validate(tables[GROUPS])
        except ValidationError as invalid:
            where = f"{name} [{GROUPS}]"
            raise BridgeFileError("\n".join(f"{where}: {_sentence(each)}" for each in invalid.errors())) from invalid


_MUST = {
    "missing": 'is missing: list the groups, such as ["Guides"], or [] for none',
    "extra_forbidden": "is no key there is: there is manage",
    "tuple_type": 'must be a list, such as ["Guides"]',
    "string_type": "must be a text in quotes",
}


def _sentence(error: ErrorDetails) -> str:
    key = "".join(f"[{part}]" if isinstance(part, int) else str(part) for part in error["loc"])
    must = _MUST.get(error["type"], error["msg"].removeprefix("Value error, "))
    above = bridge_file.moved_up(key) if error["type"] == "extra_forbidden" else ""
    return f"{key} {must}{above}."
