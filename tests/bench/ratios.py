"""The bridge against the floor: what everything above the store and the server costs, on any machine.

The two take turns in small blocks, so that a noisy moment hits both.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.bench import bodies
from tests.bench.bench import Bench
from tests.bench.bodies import Request
from tests.bench.connection import Answer
from tests.bench.measures import Row, median_ms

MOST = 1.8
BLOCK = 5
MOST_REQUESTS = 300  # of each kind
WARM_UPS = 25


@dataclass
class Ratios:
    bridge: Bench
    floor: Bench
    rows: list[Row] = field(default_factory=list)

    def run(self, size: int) -> list[Row]:
        for bench in (self.bridge, self.floor):
            _warm_up(bench)
        people = [("POST", "/Users", bodies.user(n)) for n in range(size)]
        made = self._compare("POST", people, people)
        ids = [[answer.at("id") for answer in answers] for answers in made]
        self._compare("GET", *([("GET", f"/Users/{id}", None) for id in each] for each in ids))
        look_ups = [bodies.by_user_name(bodies.user_name(n)) for n in range(size)]
        found = self._compare("lookup", look_ups, look_ups)
        for bench, answers in zip((self.bridge, self.floor), found, strict=True):
            bench.check("lookup_finds_one", all(len(answer.resources()) == 1 for answer in answers), answers[0])
        changed = self._compare("PATCH", *([_deactivate(id) for id in each] for each in ids))
        for bench, answers in zip((self.bridge, self.floor), changed, strict=True):
            bench.check("patch_deactivates", not any(answer.at("active") for answer in answers), answers[0])
        return self.rows

    def _compare(
        self, name: str, to_bridge: Sequence[Request], to_floor: Sequence[Request]
    ) -> tuple[list[Answer], list[Answer]]:
        ours, least = take_turns(self.bridge, to_bridge, self.floor, to_floor)
        self.bridge.note(name, ours, sum(answer.seconds for answer in ours))
        self.floor.note(name, least, sum(answer.seconds for answer in least))
        self.rows += [
            Row(f"{name}, bridge", median_ms(ours), "ms"),
            Row(f"{name}, floor", median_ms(least), "ms"),
            Row(f"{name}, bridge to floor", median_ms(ours) / median_ms(least), "x", MOST),
        ]
        return ours, least


def take_turns(
    one: Bench, to_one: Sequence[Request], other: Bench, to_other: Sequence[Request], block: int = BLOCK
) -> tuple[list[Answer], list[Answer]]:
    """Both sequences, answered in blocks; each goes first every second time."""
    answers: tuple[list[Answer], list[Answer]] = ([], [])
    sides = [(one, to_one, answers[0]), (other, to_other, answers[1])]
    for start in range(0, len(to_one), block):
        for bench, requests, kept in sides:
            kept += [bench.send(request) for request in requests[start : start + block]]
        sides.reverse()
    return answers


def _warm_up(bench: Bench) -> None:
    id = bench.send(("POST", "/Users", bodies.user(999_999))).at("id")
    for _ in range(WARM_UPS):
        bench.get(f"/Users/{id}")
        bench.send(bodies.by_user_name(bodies.user_name(999_999)))


def _deactivate(id: str) -> Request:
    return "PATCH", f"/Users/{id}", bodies.patch({"op": "replace", "path": "active", "value": False})
