"""Notices: what an administrator may want to do something about, until it is done or over."""

from dataclasses import asdict, dataclass
from typing import Any

from scim.ports import Store
from scim.records import TargetGroup

UNMANAGED = "notices.unmanaged"
MOST = 200
KEPT_SECONDS = 30 * 86400.0


@dataclass(frozen=True, slots=True)
class UnmanagedGroup:
    """A group of the target whose name an identity provider pushed, and which the bridge does not manage. `at`: when it
    did so last, in seconds since the epoch.
    """

    target_id: str
    name: str
    at: float


def tell_unmanaged(store: Store, group: TargetGroup, now: float) -> None:
    told = [each for each in unmanaged(store, now) if each.target_id != group.id]
    _put(store, [*told, UnmanagedGroup(group.id, group.name, now)][-MOST:])


def unmanaged(store: Store, now: float) -> list[UnmanagedGroup]:
    """Oldest first; what nobody pushed for a month is over."""
    found: list[dict[str, Any]] = (store.note(UNMANAGED) or {}).get("groups", [])
    return [each for each in (UnmanagedGroup(**item) for item in found) if each.at > now - KEPT_SECONDS]


def end_unmanaged(store: Store, target_id: str, now: float) -> None:
    told = unmanaged(store, now)
    left = [each for each in told if each.target_id != target_id]
    if left != told:
        _put(store, left)


def _put(store: Store, told: list[UnmanagedGroup]) -> None:
    store.put_note(UNMANAGED, {"groups": [asdict(each) for each in told]} if told else None)
