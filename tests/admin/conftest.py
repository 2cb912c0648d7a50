"""Fixtures of the screens."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.admin.screens import Screens, make_screens
from tests.bridge import Bridge


@pytest.fixture
def screens(tmp_path: Path) -> Iterator[Screens]:
    made = make_screens(tmp_path)
    yield made
    made.bridge.store.close()


@pytest.fixture
def bridge(screens: Screens) -> Bridge:
    return screens.bridge
