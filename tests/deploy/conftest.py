"""One operator for all tests, whose world and files are put back to how they were: as new, or as installed."""

from collections.abc import Iterator

import pytest

from tests.deploy.operator import Operator, Snapshot


@pytest.fixture(scope="session")
def somebody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    made = Operator(tmp_path_factory.mktemp("operator"))
    with made.edge.serving():
        yield made


@pytest.fixture(scope="session")
def as_new(somebody: Operator) -> Snapshot:
    return somebody.snapshot()


@pytest.fixture(scope="session")
def as_installed(somebody: Operator, as_new: Snapshot) -> Snapshot:
    """`screen`: what the installation showed."""
    somebody.restore(as_new)
    run = somebody.installed()
    return somebody.snapshot(run.screen)


@pytest.fixture
def operator(somebody: Operator, as_new: Snapshot) -> Operator:
    """Before they ever deployed."""
    somebody.restore(as_new)
    return somebody


@pytest.fixture
def installed(somebody: Operator, as_installed: Snapshot) -> Operator:
    """With a bridge that is live."""
    somebody.restore(as_installed)
    return somebody
