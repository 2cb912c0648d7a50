"""What a section measures with: timed phases and checks of what they left behind."""

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from tests.bench.bodies import Request
from tests.bench.connection import Answer, Connection
from tests.bench.measures import Figures, cpu_seconds, figures

DETAIL = 200  # characters of what was answered instead


@dataclass
class Bench:
    """`size`: users in the workload, and members of its group. `wrong`: what each failed check saw."""

    connection: Connection
    pid: int
    size: int
    phases: dict[str, Figures] = field(default_factory=dict)
    checks: dict[str, bool] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def lookups(self) -> int:
        """Requests in a phase of reads or changes."""
        return min(300, self.size)

    def send(self, request: Request) -> Answer:
        return self.connection.send(*request)

    def get(self, path: str) -> Answer:
        return self.connection.send("GET", path)

    def phase(self, name: str, requests: Iterable[Request], clients: int = 1) -> list[Answer]:
        """All of them, timed; what is refused makes the bench fail."""
        todo = list(requests)
        cpu, started = cpu_seconds(self.pid), time.perf_counter()
        if clients == 1:
            answers = [self.send(request) for request in todo]
        else:
            with ThreadPoolExecutor(clients) as crowd:
                answers = list(crowd.map(self.send, todo))
        wall = time.perf_counter() - started
        used = None if cpu is None else (cpu_seconds(self.pid) or 0.0) - cpu
        self.note(name, answers, wall, used)
        return answers

    def note(self, name: str, answers: list[Answer], wall: float, cpu: float | None = None) -> None:
        self.phases[name] = figures(answers, wall, cpu)
        refused = [answer for answer in answers if not answer.succeeded]
        if refused:
            self.wrong[name] = f"{len(refused)} refused, first {_excerpt(refused[0])}"

    def check(self, name: str, holds: bool, saw: Any = None) -> None:
        self.checks[name] = holds
        if not holds:
            self.wrong[name] = _excerpt(saw)

    def check_shape(self, name: str, answer: Answer, holds: Callable[[dict[str, Any]], bool]) -> None:
        """`holds` may assume a document that is as it should be."""
        try:
            self.check(name, answer.succeeded and holds(answer.document), answer)
        except (LookupError, TypeError, AttributeError):
            self.check(name, False, answer)


def _excerpt(saw: Any) -> str:
    shown = f"{saw.status} {saw.document}" if isinstance(saw, Answer) else str(saw)
    return shown[:DETAIL]
