"""A desk whose state is in a directory of the test's own."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from scim import wiring
from scim.cli import desk
from scim.ports import Store
from scim.settings import Settings


@pytest.fixture
def at_desk(tmp_path, monkeypatch) -> Settings:
    monkeypatch.setenv("STATE_DIR", str(tmp_path / "state"))
    chosen = desk.settings({"STATE_DIR": str(tmp_path / "state")})
    desk.prepare(chosen)
    return chosen


@pytest.fixture
def kept(at_desk: Settings) -> Iterator[Store]:
    """What is in the store of that desk."""
    with closing(wiring.store(at_desk)) as store:
        yield store
