"""Fixtures of the store tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scim.stores.firestore import FirestoreStore
from scim.stores.sqlite import SqliteStore
from tests.stores.opening import project_id
from tests.stores.wire import WatchedClient, Wire


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "store.db")


@pytest.fixture
def sqlite(path: str) -> Iterator[SqliteStore]:
    store = SqliteStore(path)
    yield store
    store.close()


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def cloud(request: pytest.FixtureRequest, wire: Wire) -> Iterator[FirestoreStore]:
    project = project_id(request)
    store = FirestoreStore(lambda: WatchedClient(wire, project))
    yield store
    store.close()
