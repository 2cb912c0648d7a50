"""Fixtures of the contract tests: one store of each kind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scim.ports import Store
from tests.stores.opening import KINDS, opened


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with opened(request.param, request, tmp_path) as empty:
        yield empty
