"""Which tests are slow without saying so: what talks to an emulator, races processes, or tries a great many inputs."""

import os
import re

import pytest
from hypothesis import settings

# A child of a process that talks gRPC would wake its poller before it becomes the program it was forked for, on
# descriptors that a terminal's child has closed.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "false")

settings.register_profile("suite", deadline=None)  # how long an example takes depends on who else is at work
settings.load_profile("suite")

pytest_plugins = ["tests.canaries"]

SLOW = re.compile(
    r"firestore|emulator|fuzz|oracle|differential|concurrency|crash|exchanges|killed|faults|in_volume|sqlite-file"
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if SLOW.search(item.nodeid):
            item.add_marker(pytest.mark.slow)
