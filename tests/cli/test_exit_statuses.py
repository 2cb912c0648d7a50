"""How a command ends, as docs/commands.md says in its table."""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from scim import wiring
from scim.cli import pull
from scim.records import Report
from tests.cli.cast import typed

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/commands.md"
TABLE = PAGE.read_text().partition("## How a command ends")[2].partition("\n## ")[0]


def test_the_table_names_every_status():
    assert re.findall(r"^\| ([0-9]+) \|", TABLE, re.MULTILINE) == ["0", "1", "2", "3", "4", "130"]
    assert set(pull.STATUS.values()) == {1, 3, 4}


@pytest.mark.parametrize(
    "words",
    [
        "status",
        "people",
        "events",
        "token",
        "holds",
        "groups list",
        "settle",
        "confirm",
        "reconcile",
        "drift",
        "--help",
    ],
)
def test_0_it_did_what_was_asked(at_desk, words):
    assert typed(*words.split()).exit_code == 0


@pytest.mark.parametrize(
    "words",
    [
        "people show nobody",
        "events --resource nobody",
        "token revoke nobody",
        "token mint okta --dialect klingon",
        "holds approve people --digest 0",
        "groups manage nobody",
        "pull",
        "doctor",
        "local accept nobody@example.com",
        "export /dev/null/file",
        "rebuild --backup /dev/null/file",
    ],
)
def test_1_something_is_wrong(at_desk, words):
    assert typed(*words.split()).exit_code == 1


def test_1_somebody_said_no(at_desk):
    with closing(wiring.embedded_target(at_desk)) as account:
        account.add_person("bjensen@example.com", "Barbara Jensen")

    assert typed("import", answer="n\n").exit_code == 1
    assert typed("import", answer="").exit_code == 1


def test_status_ends_with_0_in_any_case(kept):
    at = "2026-01-01T00:00:00Z"
    kept.put_report(Report("Settle", at, at, "unhealthy"))

    assert typed("status").exit_code == 0


@pytest.mark.parametrize(
    "words",
    [
        "nothing",
        "people --nothing",
        "people --limit 0",
        "people --standing lost",
        "people show",
        "events --since yesterday",
        "holds approve",
        "holds approve people --json",
        "token mint",
        "settle now",
    ],
)
def test_2_it_was_typed_wrongly(at_desk, words):
    assert typed(*words.split()).exit_code == 2


@pytest.mark.slow
def test_130_ctrl_c_ended_it(at_desk):
    with closing(wiring.embedded_target(at_desk)) as account:
        account.slow_down(60)
        environ = {**os.environ, "STATE_DIR": str(at_desk.state_dir)}
        command = [sys.executable, "-m", "scim", "groups", "list"]
        with subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.PIPE) as child:
            while not account.calls():
                time.sleep(0.1)

            child.send_signal(signal.SIGINT)
            told = child.communicate(timeout=30)[1]

        assert (child.returncode, b"Traceback" in told) == (130, False)
