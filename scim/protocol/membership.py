"""What a client asks of a group's membership, without knowing who the members are (RFC 7644 §3.5.2).

A change is a set of differences, so that two changes made at the same time both hold.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self


class MemberId(str):
    """The id of a member, and the name the client gave along for display: kept with the membership and given back, of
    no meaning to anybody (RFC 7643 §2.4). Equal to the bare id.
    """

    __slots__ = ("display",)
    display: str

    def __new__(cls, id: str, display: str) -> Self:
        member = super().__new__(cls, id)
        member.display = display
        return member


def display_of(id: str) -> str | None:
    return id.display if isinstance(id, MemberId) else None


@dataclass(frozen=True, slots=True)
class MembershipChange:
    """Members afterwards = ((none if cleared else those before) - remove) + add. Nobody is in both `add` and `remove`,
    `remove` is empty where `cleared`, and `granting` never takes anybody out.
    """

    cleared: bool = False
    add: tuple[str, ...] = ()
    remove: frozenset[str] = frozenset()

    @property
    def is_empty(self) -> bool:
        return not (self.cleared or self.add or self.remove)

    def granting(self, ids: Iterable[str]) -> "MembershipChange":
        add = dict.fromkeys((*self.add, *ids))
        return MembershipChange(self.cleared, tuple(add), self.remove - add.keys())

    def revoking(self, ids: Iterable[str]) -> "MembershipChange":
        gone = frozenset(ids)
        add = tuple(member for member in self.add if member not in gone)
        return MembershipChange(self.cleared, add, frozenset() if self.cleared else self.remove | gone)

    def replacing(self, ids: Iterable[str]) -> "MembershipChange":
        return MembershipChange(cleared=True, add=tuple(dict.fromkeys(ids)))

    def clearing(self) -> "MembershipChange":
        return self.replacing(())
