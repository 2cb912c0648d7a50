"""Which tests are slow without saying so: what talks to an emulator, races processes, or tries a great many inputs."""

import re

import pytest

pytest_plugins = ["tests.canaries"]

SLOW = re.compile(
    r"firestore|emulator|fuzz|oracle|differential|concurrency|crash|exchanges|killed|faults|in_volume|sqlite-file"
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if SLOW.search(item.nodeid):
            item.add_marker(pytest.mark.slow)
