"""A pull's plan: every change it would make, each with its reason, in an order that never meets a name still taken."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Literal

from scim.records import Kind

What = Literal["create", "change", "deactivate", "reactivate", "deprovision", "rename", "grant", "revoke", "delete"]


@dataclass(slots=True)
class Step:
    """One change of a user or a group, or of some members of a group.

    `id`: the SCIM id, empty of whoever is new. `removal`: the scope of the removal limit it counts in, empty if it
    takes nothing away. `held`: it was held before, and stays so. `taken_over`: the person goes on as somebody else.
    `only_active`: the rest of what the source says cannot be recorded. `too_large`: no limit lets it through.
    `members`: of a grant ids of the source, of a revoke SCIM ids. `after`: SCIM ids of those whose name or address it
    needs, and who have to give it up first.
    """

    what: What
    kind: Kind
    name: str
    why: str
    id: str = ""
    source_id: str = ""
    removal: str = ""
    held: bool = False
    taken_over: bool = False
    only_active: bool = False
    too_large: bool = False
    members: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many removals it is."""
        return (len(self.members) if self.what == "revoke" else 1) if self.removal else 0

    @property
    def line(self) -> str:
        """What it does and to whom, for the digest."""
        said = (self.kind, self.what, self.source_id, self.id, self.name, self.why, str(self.only_active))
        return "\t".join((*said, *self.members, *self.names))


@dataclass(frozen=True, slots=True)
class Notice:
    """What the pull leaves as it is, and why. `clash`: it is somebody else's. `refused`: it cannot be recorded.
    `doubt`: the source may show too little of it. `left`: it is not, or no longer, the pull's.
    """

    what: Literal["clash", "refused", "doubt", "left"]
    name: str
    why: str


@dataclass(frozen=True)
class Plan:
    """`stops`: why nothing is done without a person's approval of exactly this plan. `sizes`: how many people, groups
    or members each scope of the removal limit has.
    """

    steps: Sequence[Step]
    notices: Sequence[Notice]
    selection: str
    stops: tuple[str, ...] = ()
    sizes: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """Names exactly this plan: with another change in it, it is another one."""
        hashed = sha256(f"{self.selection}\n".encode())
        for line in (*self.stops, *sorted(step.line for step in self.steps)):
            hashed.update(line.encode("utf-8", "surrogatepass") + b"\n")
        return hashed.hexdigest()[:16]

    @property
    def counts(self) -> dict[str, int]:
        """How many of each: people, groups, members."""
        counts: Counter[str] = Counter()
        for step in self.steps:
            if step.what in ("grant", "revoke"):
                counts[f"members to {step.what}"] += len(step.members)
            else:
                counts[f"{step.kind.lower()}s to {step.what}"] += 1
        return dict(sorted(counts.items()))

    @property
    def removals(self) -> dict[str, int]:
        """How many removals in each scope."""
        counts: Counter[str] = Counter()
        for step in self.steps:
            if step.removal:
                counts[step.removal] += step.count
        return dict(counts)

    def noticed(self, what: str) -> list[Notice]:
        return [notice for notice in self.notices if notice.what == what]


# ── order ─────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Park:
    """Give what this step's user or group is called a stand-in until its turn comes: two who swap names would
    otherwise wait for each other.
    """

    step: Step


def in_order(steps: Iterable[Step]) -> Iterator[Step | Park]:
    """Revocations, people, groups, grants, deletions; who has to give up a name before somebody else can have it comes
    before them. Of people, leavers come first.
    """
    ordered = sorted(steps, key=_turn)
    giving = {step.id: step for step in ordered if step.id and step.what not in ("grant", "revoke")}
    done: set[int] = set()
    for step in ordered:
        yield from _with_those_before(step, giving, done)


_TURNS: Sequence[tuple[What, ...]] = (
    ("revoke",),
    ("deprovision", "deactivate"),
    ("change", "reactivate"),
    ("create",),
    ("rename",),
    ("grant",),
    ("delete",),
)


def _turn(step: Step) -> tuple[int, bool]:
    place = next(place for place, turn in enumerate(_TURNS) if step.what in turn)
    return place, step.kind == "Group"


def _with_those_before(step: Step, giving: Mapping[str, Step], done: set[int]) -> Iterator[Step | Park]:
    """Without recursion: a whole company may move up by one address."""
    path, begun = [step], {id(step)}
    while path:
        last = path[-1]
        waits = [giving[other] for other in last.after if other in giving and id(giving[other]) not in done]
        following = next(iter(waits), None)
        if id(last) in done or following is None:
            path.pop()
            if id(last) not in done:
                done.add(id(last))
                yield last
        elif id(following) in begun:
            yield Park(following)
            last.after = tuple(other for other in last.after if other != following.id)
        else:
            begun.add(id(following))
            path.append(following)
