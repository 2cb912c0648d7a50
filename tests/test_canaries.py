"""What looks for secrets everywhere finds them."""

import json
import logging
from pathlib import Path

import pytest

from tests import canaries
from tests.op import seed

TOKEN = "scimb_" + "0aZ9" * 11
SESSION = "a-session-of-op"


@pytest.fixture
def hits(tmp_path: Path):
    """What was found, and forgotten before the suite's own look."""
    yield canaries.hits
    for path in tmp_path.iterdir():
        path.unlink()
    canaries.hits.clear()
    canaries.sessions.clear()


@pytest.mark.parametrize("secret", [seed.PASSWORD, seed.SECRET_KEY, canaries.PLACEHOLDER, TOKEN])
def test_an_answer_with_a_secret_is_a_hit(secret: str, hits: list[str]):
    canaries.look("answers", f'{{"detail": "no {secret}"}}', tokens=True)

    assert hits == ["answers"]


def test_a_log_line_as_production_writes_it_is_searched(hits: list[str]):
    lines = canaries.Lines()
    record = logging.LogRecord("scim", logging.ERROR, "", 0, "went.wrong", (), None)
    record.why = f"it said {seed.PASSWORD}"

    lines.emit(record)
    canaries.look("logs", lines.taken())

    assert hits == ["logs"]


@pytest.mark.parametrize("argument", [f"--password={seed.PASSWORD}", f"--session={SESSION}", TOKEN])
def test_an_argument_of_op_with_a_secret_is_a_hit(argument: str, hits: list[str], tmp_path: Path):
    call = {"argv": ["user", "list", argument], "env": {"OP_SESSION": SESSION}}
    (tmp_path / "world.json.calls").write_text(json.dumps(call))

    canaries.look_into(tmp_path / "world.json.calls")

    assert hits == ["arguments of op"]


def test_the_environment_of_op_is_where_a_session_belongs(hits: list[str]):
    canaries.look_into_call(["user", "list"], {"OP_SESSION": SESSION})

    assert hits == []


def test_a_store_with_a_secret_is_a_hit(hits: list[str], tmp_path: Path):
    (tmp_path / "bridge.db").write_bytes(b"\0" + canaries.PLACEHOLDER.encode() + b"\0")

    canaries.look_into(tmp_path / "bridge.db")

    assert hits == ["the store bridge.db"]
