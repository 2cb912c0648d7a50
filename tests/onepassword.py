"""A bridge that provisions the stand-in account: as processes, or in memory where thousands of calls are needed."""

import json
from pathlib import Path

from scim.ports import Clock
from scim.secrets.local import LocalSecrets
from scim.targets.onepassword import OnePasswordTarget
from scim.targets.op import Op
from scim.targets.pace import Pace
from tests.op.account import InMemory, People, StandIn
from tests.op.in_process import in_process

FAST = 100_000.0
"""Calls a second: no test is about the pace by accident."""


def write_session(account: People, directory: Path) -> LocalSecrets:
    secrets = LocalSecrets(directory / "secrets")
    secrets.add_version("scimsession", json.dumps(account.session))
    return secrets


def target_of(account: StandIn, directory: Path, clock: Clock, pace: Pace | None = None) -> OnePasswordTarget:
    """Every call is a process."""
    secrets = write_session(account, directory)
    op = Op(str(account.path), secrets, FAST, clock, pace=pace, sleep=lambda _: None)
    return OnePasswordTarget(op, clock)


def target_in_memory(account: InMemory, directory: Path, clock: Clock) -> OnePasswordTarget:
    secrets = write_session(account, directory)
    return OnePasswordTarget(Op("op", secrets, FAST, clock, run=in_process(account), sleep=lambda _: None), clock)
