"""The stores that the contract holds for, each empty."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from scim.ports import Store
from scim.stores.firestore import open_store
from scim.stores.sqlite import SqliteStore

KINDS = ("sqlite-file", "sqlite-memory", "firestore")


@contextmanager
def opened(kind: str, request: pytest.FixtureRequest, directory: Path) -> Iterator[Store]:
    store: Store
    match kind:
        case "sqlite-file":
            store = SqliteStore(str(directory / "store.db"))
        case "sqlite-memory":
            store = SqliteStore(":memory:")
        case _:
            store = open_store(project_id(request))
    try:
        yield store
    finally:
        store.close()


def project_id(request: pytest.FixtureRequest) -> str:
    """A project on the emulator that nobody else uses; asked for only by what needs it."""
    host: str = request.getfixturevalue("firestore_host")
    request.getfixturevalue("monkeypatch").setenv("FIRESTORE_EMULATOR_HOST", host)
    return f"test-{uuid4().hex[:12]}"
