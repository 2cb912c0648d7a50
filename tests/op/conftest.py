from pathlib import Path

import pytest

from tests.op.account import InMemory, StandIn
from tests.op.desk import Desk
from tests.op.world import World

NOON = 1_800_000_000.0


class Clock:
    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def account(clock: Clock) -> InMemory:
    return InMemory(World(clock=clock))


@pytest.fixture
def desk(account: InMemory, tmp_path: Path) -> Desk:
    made = Desk(account, tmp_path / "config")
    made.sign_in()
    return made


@pytest.fixture
def stand_in(tmp_path: Path) -> StandIn:
    return StandIn(tmp_path / "account")


@pytest.fixture
def terminal(stand_in: StandIn, tmp_path: Path) -> Desk:
    made = Desk(stand_in, tmp_path / "config")
    made.sign_in()
    return made
