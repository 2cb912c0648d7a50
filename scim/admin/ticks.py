"""Which groups are managed, in a form: what was ticked there, what that changes, and carrying it out."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import request

from scim.operations import JobsAway, ListedGroup, NotDone, Operations
from scim.ports import Clock

MOST_BYTES = 400_000
"""Of a form: an account may have thousands of groups."""
SECONDS = 30.0
"""In which another group is begun with: the function for people ends a request after a minute."""
BUILT_IN = ("owners", "administrators", "team members", "security", "recovery", "provision managers")


@dataclass(frozen=True, slots=True)
class Ticks:
    """Ids of the target that were ticked, and that were shown as managed and ticked no more."""

    manage: frozenset[str] = frozenset()
    unmanage: frozenset[str] = frozenset()

    def has(self, group: ListedGroup) -> bool:
        """Whether it is ticked in the form."""
        return group.target_id not in self.unmanage if group.managed else group.target_id in self.manage


@dataclass(frozen=True, slots=True)
class Change:
    """`refused`: groups that were ticked and cannot be managed, each with why. `unseen`: how many of those to manage
    were not looked at.
    """

    manage: tuple[ListedGroup, ...]
    unmanage: tuple[ListedGroup, ...]
    refused: tuple[tuple[ListedGroup, str], ...] = ()
    unseen: int = 0

    @property
    def is_empty(self) -> bool:
        return not self.manage and not self.unmanage

    @property
    def digest(self) -> str:
        """Names exactly these groups, as they were shown."""
        shown = [[each.target_id, each.name, each.managed] for each in (*self.unmanage, *self.manage)]
        return hashlib.sha256(json.dumps(sorted(shown)).encode()).hexdigest()[:16]

    def judged(self, operations: Operations) -> "Change":
        """Without those that cannot be managed."""
        said = operations.manageable([each.target_id for each in self.manage]) if self.manage else {}
        refused = tuple((each, said[each.target_id]) for each in self.manage if said.get(each.target_id))
        manage = tuple(each for each in self.manage if not said.get(each.target_id))
        return replace(self, manage=manage, refused=refused, unseen=len(self.manage) - len(said))


@dataclass(frozen=True, slots=True)
class Carried:
    """`done`: as they are now. `failed`: each with why. `left`: not begun with."""

    done: tuple[ListedGroup, ...]
    failed: tuple[tuple[ListedGroup, str], ...]
    left: Change


def sent() -> Ticks:
    """Of a form with a field `shown` for what is managed, and `managed` for what shall be."""
    shown, ticked = (frozenset(request.form.getlist(name)) for name in ("shown", "managed"))
    return Ticks(ticked - shown, shown - ticked)


def change(ticks: Ticks, listed: Sequence[ListedGroup]) -> Change:
    """Of those that still are as they were shown."""
    manage = (each for each in listed if each.target_id in ticks.manage and not each.managed)
    unmanage = (each for each in listed if each.target_id in ticks.unmanage and each.managed)
    return Change(tuple(manage), tuple(unmanage))


def overtaken(ticks: Ticks, listed: Sequence[ListedGroup]) -> list[str]:
    """What somebody else changed since it was shown, by name."""
    known = {each.target_id: each for each in listed}
    meanwhile = [known[id] for id in ticks.manage & known.keys() if known[id].managed]
    meanwhile += [known[id] for id in ticks.unmanage & known.keys() if not known[id].managed]
    gone = len((ticks.manage | ticks.unmanage) - known.keys())
    return [*sorted(f"“{each.name}”" for each in meanwhile), *["a group that is gone"] * gone]


def is_built_in(group: ListedGroup) -> bool:
    """By its name, for no listing says it: who wants to know looks at the one group."""
    return not group.managed and group.name.strip().casefold() in BUILT_IN


def carry_out(change: Change, operations: Operations, by: str, clock: Clock) -> Carried:
    """One after the other. What is taken back goes first, for another group may need its name."""
    orders = [(each, operations.unmanage) for each in change.unmanage]
    orders += [(each, operations.manage) for each in change.manage]
    ends, done, failed = clock() + SECONDS, [], []
    while orders and clock() < ends:
        group, order = orders.pop(0)
        try:
            done.append(order(group.target_id, by))
        except NotDone as error:
            failed.append((group, str(error)))
        except JobsAway as error:
            failed.append((group, str(error)))
            break
    left = [group for group, _ in orders]
    rest = Change(tuple(each for each in left if not each.managed), tuple(each for each in left if each.managed))
    return Carried(tuple(done), tuple(failed), rest)
