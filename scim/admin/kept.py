"""What the jobs keep in the store for people to see, as these screens read it.

The jobs' own modules are not loaded here, for they lead to the target: the names of the notes are the agreement
(tests/admin/test_kept.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scim.ports import Store
from scim.records import Document

FIGURES = "figures"
DRIFT = "drift"
PLAN = "pull.plan"
APPROVAL = "pull.approval"
STATE = "pull.state"
RUNS = "pull.runs"
ASKED_FOR = "notices.unmanaged"
STEPS = (1, 5, 30, 60, 300, 3600)
"""Seconds: how long settling took is counted by the first of these that is enough, or as longer."""


@dataclass(frozen=True, slots=True)
class Figures:
    """`at`: when they were brought up to date, None if never. `standings`: kind, standing, how many. `days`: date,
    action, how often. `settled`: date, how many took up to each of STEPS, and longer. `open`: what is owed, since when.
    """

    at: float | None = None
    standings: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    days: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    settled: Mapping[str, Sequence[int]] = field(default_factory=dict)
    open: Mapping[str, str] = field(default_factory=dict)

    def total(self, kind: str) -> int:
        return sum(self.standings.get(kind, {}).values())

    @classmethod
    def read(cls, store: Store) -> "Figures":
        note = store.note(FIGURES) or {}
        parts: dict[str, Any] = {name: note.get(name, {}) for name in ("standings", "days", "settled", "open")}
        return cls(note.get("at"), **parts)


@dataclass(frozen=True, slots=True)
class DriftItem:
    """`kind` says how it differs; `resource` and `id` name whose it is, and `user_id` the member it is about."""

    kind: str
    resource: str
    id: str
    name: str
    wanted: str
    shown: str
    user_id: str
    since: float
    remark: str


def drift(store: Store) -> tuple[list[DriftItem], int]:
    """The list, and how many more there are than it holds."""
    note = store.note(DRIFT) or {}
    return [_item(each) for each in note.get("items", ())], int(note.get("more", 0))


def _item(each: Document) -> DriftItem:
    texts = {name: str(each.get(name, "")) for name in ("kind", "resource", "id", "name", "wanted", "shown", "user_id")}
    return DriftItem(**texts, since=float(each.get("since", 0)), remark=str(each.get("remark", "")))


@dataclass(frozen=True, slots=True)
class AskedFor:
    """A group of the target whose name an identity provider pushed, which the bridge does not manage."""

    target_id: str
    name: str
    at: float


def asked_for(store: Store) -> list[AskedFor]:
    """Newest first."""
    found: list[Document] = (store.note(ASKED_FOR) or {}).get("groups", [])
    return [AskedFor(str(each["target_id"]), str(each["name"]), float(each["at"])) for each in reversed(found)]
