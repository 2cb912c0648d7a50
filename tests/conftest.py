"""The four fixtures of the house: settings, store, target, client. People are Barbara Jensen and her friends."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from scim.settings import Settings
from tests.bridge import Bridge, make_bridge
from tests.emulator import firestore_host  # noqa: F401 - a fixture


@pytest.fixture(autouse=True)
def clean_environ(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test sees none of the settings of the machine it runs on."""
    for name in Settings.model_fields:
        if name.upper() in os.environ and name != "firestore_emulator_host":
            monkeypatch.delenv(name.upper())


@pytest.fixture
def bridge(tmp_path: Path) -> Iterator[Bridge]:
    made = make_bridge(tmp_path)
    yield made
    made.store.close()
