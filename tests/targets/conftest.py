"""Who is left behind by a test that starts processes."""

import os
import subprocess
from collections.abc import Callable

import pytest

LeftBehind = Callable[[], set[int]]


@pytest.fixture
def left_behind() -> LeftBehind:
    """Children of this process that came during the test, the dead that nobody waited for included."""
    before = _children()
    return lambda: _children() - before


def _children() -> set[int]:
    listed = subprocess.run(["ps", "-eo", "pid=,ppid=,comm="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in listed.splitlines()]
    return {int(pid) for pid, parent, name in rows if int(parent) == os.getpid() and name != "ps"}
