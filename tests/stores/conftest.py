"""Fixtures of the store tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scim.stores.firestore import FirestoreStore
from scim.stores.sqlite import SqliteStore
from tests.emulator import firestore_host  # noqa: F401 - a fixture
from tests.stores.opening import firestore


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "store.db")


@pytest.fixture
def sqlite(path: str) -> Iterator[SqliteStore]:
    store = SqliteStore(path)
    yield store
    store.close()


@pytest.fixture
def cloud(request: pytest.FixtureRequest) -> Iterator[FirestoreStore]:
    store = firestore(request)
    yield store
    store.close()
