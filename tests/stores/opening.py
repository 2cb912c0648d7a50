"""The stores that the contract holds for, each empty."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from scim.ports import Store
from scim.stores.firestore import FirestoreStore, open_store
from scim.stores.sqlite import SqliteStore

KINDS = ("sqlite-file", "sqlite-memory", "firestore")


@contextmanager
def opened(kind: str, request: pytest.FixtureRequest, directory: Path) -> Iterator[Store]:
    """The emulator is asked for only by the store that needs it; a project of its own keeps each test apart."""
    store: Store
    match kind:
        case "sqlite-file":
            store = SqliteStore(str(directory / "store.db"))
        case "sqlite-memory":
            store = SqliteStore(":memory:")
        case _:
            store = firestore(request)
    try:
        yield store
    finally:
        store.close()


def firestore(request: pytest.FixtureRequest) -> FirestoreStore:
    monkeypatch: pytest.MonkeyPatch = request.getfixturevalue("monkeypatch")
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", request.getfixturevalue("firestore_host"))
    return open_store(f"test-{uuid4().hex[:12]}")
