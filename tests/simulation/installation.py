"""A whole bridge over the stand-in for `op`, in one process and on simulated time: nobody waits, each call is counted.

The clock goes on as the pace of four calls in a second has it. How long 1Password takes for an answer is not simulated.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from scim import tokens
from scim.jobs import confirm, settle
from scim.jobs.removals import RemovalLimit
from scim.jobs.work import Runner
from scim.ports import Store, Target
from scim.protocol.discovery import Limits
from scim.records import Report, Secret
from scim.stores.sqlite import SqliteStore
from scim.targets.onepassword import OnePasswordTarget
from scim.targets.op import Op
from scim.targets.op_process import Answer
from scim.targets.pace import Pace
from scim.tokens.record import dump
from scim.web.app import create_app
from scim.wiring import event_id
from tests.bridge import GROUP, PATCH, USER, Clock, make_service
from tests.op.account import InMemory
from tests.op.arguments import named
from tests.op.world import World

CALLS_PER_SECOND = 4.0
WAIT_SECONDS = 5.0
HOUR, DAY = 3600, 86_400


class KeptSecrets:
    """`ports.Secrets` without a disk."""

    def __init__(self, **kept: str) -> None:
        self._kept = kept

    def get(self, name: str) -> Secret:
        return Secret(self._kept[name])

    def add_version(self, name: str, value: str) -> None:
        self._kept[name] = value


class Meter:
    """Stands between `op` and the account and counts what passes, by command and by hour of simulated time."""

    def __init__(self, account: InMemory, clock: Clock) -> None:
        self._account, self._clock = account, clock
        self.by_command: Counter[str] = Counter()
        self.by_hour: Counter[int] = Counter()

    def run(self, argv: Sequence[str], env: Mapping[str, str], stdin: bytes, _: float) -> Answer:
        self.by_command[named(list(argv[1:]))] += 1
        self.by_hour[int(self._clock.at // HOUR)] += 1
        answer = self._account.run(list(argv[1:]), dict(env), stdin)
        return Answer(answer.code, answer.stdout, answer.stderr)

    @property
    def total(self) -> int:
        return self.by_command.total()

    def by_day(self) -> Counter[int]:
        days: Counter[int] = Counter()
        for hour, calls in self.by_hour.items():
            days[hour * HOUR // DAY] += calls
        return days


def make_target(account: InMemory, meter: Meter, clock: Clock, calls_per_second: float) -> OnePasswordTarget:
    """`clock` goes on while a call waits for its turn."""
    secrets = KeptSecrets(scimsession=json.dumps(account.session))
    pace = Pace(calls_per_second, clock=clock, sleep=clock.advance)
    op = Op("op", secrets, clock=clock, run=meter.run, sleep=clock.advance, environ={}, pace=pace)
    return OnePasswordTarget(op, clock)


@dataclass
class Installation:
    """Bridge and account. `wait=0` records and leaves everything to the ticks."""

    wait: float = WAIT_SECONDS
    limit: RemovalLimit = RemovalLimit()  # noqa: RUF009 - frozen
    calls_per_second: float = CALLS_PER_SECOND
    clock: Clock = field(default_factory=Clock)
    store: Store = field(default_factory=lambda: SqliteStore(":memory:"))

    def __post_init__(self) -> None:
        self.account = InMemory(World(clock=lambda: self.clock.at))
        self.meter = Meter(self.account, self.clock)
        self._runner = self.runner("jobs")

    @cached_property
    def target(self) -> Target:
        return make_target(self.account, self.meter, self.clock, self.calls_per_second)

    def runner(self, holder: str) -> Runner:
        ports: dict[str, Any] = {"store": self.store, "target": self.target, "clock": self.clock}
        return Runner(**ports, event_id=event_id, holder=holder, limit=self.limit, pause=self.clock.advance)

    @cached_property
    def _http(self) -> FlaskClient:
        token, record = tokens.mint("rfc", "rfc", now=self.clock())
        self._token = str(token)
        secrets: Any = KeptSecrets(tokens=dump([record]))
        return create_app(make_service(self.runner("web"), secrets, self.wait, Limits())).test_client()

    # ── what the identity provider sends ──────────────────────────────────────────────────────────────────

    def send(self, method: str, path: str, body: Any = None) -> TestResponse:
        http = self._http
        headers = {"Authorization": f"Bearer {self._token}"}
        if body is None:
            return http.open(path, method=method, headers=headers)
        return http.open(path, method=method, json=body, headers={"Content-Type": "application/scim+json", **headers})

    def make(self, method: str, path: str, body: Any = None) -> Any:
        """The answer's document. It has to be a success."""
        answer = self.send(method, path, body)
        assert answer.status_code < 300, f"{method} {path}: {answer.text}"
        return answer.get_json(force=True) if answer.data else None

    def join(self, user_name: str, name: str) -> str:
        body = {"schemas": [USER], "userName": user_name, "displayName": name}
        return str(self.make("POST", "/Users", body)["id"])

    def add_group(self, name: str, members: Sequence[str] = ()) -> str:
        body = {"schemas": [GROUP], "displayName": name, "members": [{"value": id} for id in members]}
        return str(self.make("POST", "/Groups", body)["id"])

    def patch(self, path: str, op: str, attribute: str, value: Any = None) -> None:
        operation = {"op": op, "path": attribute} | ({} if value is None else {"value": value})
        self.make("PATCH", path, {"schemas": [PATCH], "Operations": [operation]})

    # ── what a schedule runs ──────────────────────────────────────────────────────────────────────────────

    def settle(self) -> Report:
        return settle.run(self._runner)

    def confirm(self) -> Report:
        return confirm.run(self._runner)
