"""What a test needs of the machine: skipped aloud where it is missing, a failure where everything has to run."""

import os

import pytest


def require(condition: object, what: str) -> None:
    """Skip the test if the machine lacks `what`; fail it if REQUIRE_ALL=1."""
    if condition:
        return
    if os.environ.get("REQUIRE_ALL") == "1":
        pytest.fail(f"This machine lacks {what}, and REQUIRE_ALL=1 allows no test to be left out.", pytrace=False)
    pytest.skip(f"NOT TESTED: this machine lacks {what}")
