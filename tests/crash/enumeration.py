"""Every crash point of a story: counted first, then a process is killed at each, the client sends its request again or
does not, two ticks run, and what is there is compared with the model.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from scim.jobs import lease
from tests.crash.calls import wait_for_left
from tests.crash.fuse import WISHES, Point
from tests.crash.model import Model, differences
from tests.crash.processes import Killed, in_process
from tests.crash.stage import Stage
from tests.crash.stories import STORIES, Story, populate
from tests.crash.tally import Tally

TICK_SECONDS = 60.0
RETRIES = ("never", "at once", "later")
SECOND_KILL = 0.3
LATE_POINT = 30


@dataclass(frozen=True, slots=True)
class Enumeration:
    """One story with one seed, in a stage of its own. `every`: only each such point, others with each seed. `point`:
    only those of this name.
    """

    name: str
    seed: int
    stage: Stage
    every: int = 1
    point: str = ""

    @property
    def story(self) -> Story:
        return STORIES[self.name]

    def run(self) -> Tally:
        before: Model = self.start("prepare", self._prepare)
        self.stage.keep()
        points = self._count()
        tally = Tally(points=len(points))
        for number, point in enumerate(points, start=1):
            tally.names[point.name] += 1
            if (number + self.seed) % self.every == 0 and self.point in ("", point.name):
                Trial(self, before, number, point.name, tally).run()
        return tally

    def start(self, step: str, task: Callable[[], Any], point: int = 0) -> Any:
        """The answer of a process that dies at the point, and whose chance is that of the step; Killed if it did."""

        def run() -> Any:
            self.stage.chance.seed(f"{self.name}/{self.seed}/{step}")
            self.stage.fuse.arm(point)
            return task()

        return in_process(run)

    def act(self) -> None:
        self.story.act(self.stage)

    def _prepare(self) -> Model:
        model = populate(self.stage)
        self.story.prepare(self.stage, model)
        return model

    def _count(self) -> list[Point]:
        self.stage.begin()
        known = len(self.stage.fuse.points())
        self.start("act", self.act)
        return self.stage.fuse.points()[known:]


@dataclass(frozen=True, slots=True)
class Trial:
    """One process killed at one point, and how it went on."""

    of: Enumeration
    before: Model
    point: int
    name: str
    tally: Tally

    def run(self) -> None:
        stage, chance = self.of.stage, Random(f"{self.of.name}/{self.of.seed}/{self.point}")
        retry = "never" if self.of.story.is_tick else chance.choice(RETRIES)
        again = chance.randint(1, LATE_POINT) if chance.random() < SECOND_KILL else 0
        ticks = chance.sample((stage.settle, stage.confirm), 2)
        stage.begin()
        began = stage.clock.at
        try:
            found = self._carry_out(retry, again, ticks)
        except RuntimeError as error:
            found = [f"FAILED: {error}"]
        stage.clock.at = began
        second = f", killed again at {again}" if again else ""
        self.tally.note(
            f"{self.of.name}, seed {self.of.seed}, killed at {self.point} ({self.name}), sent again {retry}{second}, "
            f"first {ticks[0].__name__}",
            found,
        )

    def _carry_out(self, retry: str, again: int, ticks: Sequence[Callable[[], object]]) -> list[str]:
        stage = self.of.stage
        known = len(stage.fuse.points())
        self.tally.moved += not self._kill("act", self.of.act, self.point)
        recorded = any(point.name in WISHES for point in stage.fuse.points()[known:])
        self.tally.sent_again += retry != "never"
        if retry == "at once":
            self.of.start("again", self.of.act)
        stage.clock.advance(lease.SECONDS + TICK_SECONDS)
        if again:
            self.tally.killed_twice += self._kill("tick", lambda: _each(ticks), again)
            stage.clock.advance(lease.SECONDS + TICK_SECONDS)
        expected = list(self._expected(recorded, retried=retry != "never"))
        found: list[str] = self.of.start("heal", lambda: self._heal(ticks, expected, repeat=retry == "later"))
        return found

    def _kill(self, step: str, task: Callable[[], None], point: int) -> bool:
        """Whether it came to that point."""
        stage = self.of.stage
        killed = self.of.start(step, task, point) is Killed
        if killed and (left := stage.fuse.points()[-1].left):
            wait_for_left(stage.account.world_path, left)
        stage.clock.advance(TICK_SECONDS / 4)
        return killed

    def _expected(self, recorded: bool, *, retried: bool) -> Iterator[Model]:
        """What may be there in the end: a request without an answer was recorded whole, or not at all."""
        after = self.before.copy()
        self.of.story.change(after)
        if recorded or retried:
            yield after
        if not (recorded or retried) or self.of.story.is_refused:
            yield self.before

    def _heal(self, ticks: Sequence[Callable[[], object]], expected: list[Model], *, repeat: bool) -> list[str]:
        stage = self.of.stage
        if repeat:
            self.of.act()
        for _ in range(2):
            _each(ticks)
            stage.clock.advance(TICK_SECONDS)
        shown = stage.shown()
        return min((differences(model, shown) for model in expected), key=len)


def _each(ticks: Sequence[Callable[[], object]]) -> None:
    for tick in ticks:
        tick()
