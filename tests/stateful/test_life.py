"""Lives of the bridge that hypothesis makes up; `python -m tests.stateful --examples 2000` makes up more of them."""

import pytest
from hypothesis.stateful import run_state_machine_as_test

from tests.stateful.lives import LIVES, few


@pytest.mark.parametrize("name", LIVES)
def test_what_was_promised_holds_whatever_happens(name: str) -> None:
    run_state_machine_as_test(LIVES[name], settings=few())
