"""What stands around `op` in these tests: secrets, time, and processes that are functions."""

import json
import shlex
from collections.abc import Callable, Mapping, Sequence

from scim.records import Secret, SecretMissing
from scim.targets.op import Op
from scim.targets.op_process import Answer, Run

SESSION = {
    "address": "example-team.1password.com",
    "email": "bridge@example.com",
    "secret_key": "A3-ASWWYB-798JRY-LJVD4-23DC2-86TVM-H43EB",
    "password": "a dedicated member's password",
    "device": "scimbridgedeviceaaaaaaaaaa",
}
TOKEN = "kBkWgMqD3w1Yx0hVt7C5aZfUuR9sLpNe4iOj2bXy8Qc"
ME = "BRIDGEAAAAAAAAAAAAAAAAAAAA"


class KnownSecrets:
    """`read`: how often one was asked for."""

    def __init__(self, **values: str) -> None:
        self.values = values
        self.read = 0

    def get(self, name: str) -> Secret:
        self.read += 1
        if name not in self.values:
            raise SecretMissing(f"There is no secret {name!r}: make it.")
        return Secret(self.values[name])

    def add_version(self, name: str, value: str) -> None:
        self.values[name] = value


class Clock:
    """Stands still until somebody sleeps."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def secrets(**changed: str) -> KnownSecrets:
    return KnownSecrets(scimsession=json.dumps(SESSION | changed))


class Script:
    """Command lines that are expected, in their order, each with its answer; signing in goes without saying.

    script.expect('user list --format=json', '[…]')      # JSON on stdout
    script.expect('user get --format=json -- X', said='(404) Not Found: …')
    """

    def __init__(self) -> None:
        self.expected: list[tuple[str, Answer | Exception]] = []
        self.lines: list[str] = []

    def expect(self, line: str, stdout: str = "", said: str = "", code: int | None = None) -> "Script":
        stderr = f"[ERROR] 2026/02/20 10:52:58 {said}\n" if said else ""
        answer = Answer(code if code is not None else int(bool(said)), stdout.encode(), stderr.encode())
        self.expected.append((line, answer))
        return self

    def expect_failure(self, line: str, failure: Exception) -> "Script":
        self.expected.append((line, failure))
        return self

    def run(self, argv: Sequence[str], env: Mapping[str, str], stdin: bytes, seconds: float) -> Answer:
        line = shlex.join(argv[1:])
        if line.startswith(("account add", "signin")):
            return Answer(0, f"{TOKEN}\n".encode())
        if line.startswith("account list"):
            return Answer(0, json.dumps([{"email": SESSION["email"], "user_uuid": ME}]).encode())
        self.lines.append(line)
        assert self.expected, f"nobody expected: {line}"
        expected, answer = self.expected.pop(0)
        assert line == expected
        if isinstance(answer, Exception):
            raise answer
        return answer

    def over(self) -> bool:
        return not self.expected


def opened(run: Run, clock: Callable[[], float] | None = None, kept: KnownSecrets | None = None) -> Op:
    """An `op` that loses no time. With a fake clock, its sleeps pass in no time."""
    clock = clock or Clock()
    sleep = clock.sleep if isinstance(clock, Clock) else lambda _: None
    return Op("op", kept or secrets(), 1e9, clock, run=run, sleep=sleep, environ={"PATH": "/usr/bin"})
