"""How many processes were killed where, and how what they left ended."""

from collections import Counter
from dataclasses import dataclass, field

KINDS = ("LOST", "DUPLICATED", "INVITED TWICE", "NOT CONVERGED", "TOUCHED", "FAILED")
"""How the sentences begin that the judge finds."""


@dataclass
class Tally:
    """`points`: counted before anything was killed, for each seed anew; `names`: under how many names how many of them.
    `found`: in how many trials something of each kind was. `moved`: points that did not come up again.
    """

    points: int = 0
    trials: int = 0
    sent_again: int = 0
    killed_twice: int = 0
    moved: int = 0
    converged: int = 0
    names: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    sentences: list[str] = field(default_factory=list)

    def note(self, trial: str, found: list[str]) -> None:
        self.trials += 1
        self.converged += not found
        self.found.update({next(kind for kind in KINDS if each.startswith(kind)) for each in found})
        self.sentences.extend(f"{trial}: {each}" for each in found)

    def add(self, other: "Tally") -> None:
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)

    def is_whole(self) -> bool:
        return self.converged == self.trials > 0 and not self.moved

    def __str__(self) -> str:
        others = sum(self.found[kind] for kind in ("TOUCHED", "FAILED"))
        return (
            f"{self.points:,} points, {self.trials:,} trials ({self.sent_again:,} sent again, {self.killed_twice:,} "
            f"killed twice): {self.found['LOST']} lost, {self.found['DUPLICATED']} duplicated, "
            f"{self.found['INVITED TWICE']} invited twice, {100 * self.converged / max(1, self.trials):.2f} % converged"
            + (f", {others} otherwise wrong" if others else "")
            + (f", {self.moved} points not met again" if self.moved else "")
        )
