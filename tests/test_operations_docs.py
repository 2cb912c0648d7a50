"""What an operator is told to type can be typed, and every alarm says what to do."""

import re
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import typer.main

from scim.cli.app import app
from scim.settings import Settings
from scim.stores.sqlite import SqliteStore
from tests.bridge import make_bridge
from tests.requirements_of_machine import require

ROOT = Path(__file__).parent.parent
OWN = (ROOT / "docs/own-infrastructure.md").read_text()
OPERATIONS = (ROOT / "docs/operations.md").read_text()
TUTORIAL = (ROOT / "docs/cloudshell.md").read_text()
PAGES = {"own-infrastructure": OWN, "operations": OPERATIONS, "cloudshell": TUTORIAL}
TAGS = {
    "walkthrough-tutorial-duration",
    "walkthrough-project-setup",
    "walkthrough-editor-open-file",
    "walkthrough-web-preview-icon",
    "walkthrough-conclusion-trophy",
}
"""Of Google's tutorials (cloud.google.com/shell/docs/cloud-shell-tutorials)."""


def blocks(page: str, language: str) -> list[str]:
    """The fenced blocks of that language, as they are typed."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```", page, re.MULTILINE | re.DOTALL)
    return [re.sub(rf"^{indent}", "", text, flags=re.MULTILINE) for indent, text in found]


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_the_bridge_that_is_named_exists(page):
    known = typer.main.get_command(app).commands.keys()
    named = set(re.findall(r"(?:python -m scim|\bscim) ((?:[a-z]+-)*[a-z]+)\b(?![:/@.])", PAGES[page]))

    assert named - known - {"bridge"} == set()


def test_the_unit_for_systemd_is_one(tmp_path):
    require(shutil.which("systemd-analyze"), "systemd-analyze")
    (unit,) = blocks(OWN, "ini")
    here = unit.replace("/opt/scim-bridge/.venv/bin/python", sys.executable).replace("User=scim-bridge", "User=root")
    path = tmp_path / "scim-bridge.service"
    path.write_text(here)

    checked = subprocess.run(["systemd-analyze", "verify", path], capture_output=True, text=True, check=False)

    assert (checked.returncode, checked.stderr) == (0, "")


def test_the_settings_of_the_machine_fit_together():
    given = next(block for block in blocks(OWN, "sh") if block.startswith("BASE_URL"))

    assert Settings.from_environment(dict(line.split("=", 1) for line in given.splitlines())).target == "onepassword"


def test_the_settings_of_an_operator_of_the_cloud_fit_together():
    given = dict(re.findall(r"([A-Z_]+)=(\S+)", blocks(OPERATIONS, "sh")[0]))

    chosen = Settings.from_environment({**given, "BASE_URL": "https://scim.example.com"})

    assert (chosen.store, chosen.secrets, chosen.secrets_prefix) == ("firestore", "secret_manager", "scim-bridge-")


def test_the_copy_of_a_database_in_use_is_whole(tmp_path):
    (command,) = re.findall(r"python3 -c '(import sqlite3; .*?)'\n", OWN)
    database = tmp_path / "bridge.db"
    with closing(SqliteStore(str(database))) as store:
        make_bridge(tmp_path, store=store).post_user("bjensen@example.com")
        subprocess.run(
            [sys.executable, "-c", command.replace("/var/lib/scim-bridge", str(tmp_path))], check=True, timeout=60
        )

    with closing(SqliteStore(str(tmp_path / "bridge.copy"))) as copy:
        assert copy.count("User") == 1


def test_every_alarm_says_what_to_do():
    told = re.findall(r"^\| ([^|]+) \| (?:now|today|this week) \| .+ \|$", OPERATIONS, re.MULTILINE)
    monitoring = (ROOT / "infra/monitoring.tf").read_text()
    alarms = re.findall(r'^ +title += "(.+)"', monitoring, re.MULTILINE)
    named = re.findall(r'^  display_name += "SCIM bridge: ([^$"]+)"', monitoring, re.MULTILINE)

    assert sorted(told) == sorted([*alarms, *(name for name in named if name != "ping")])


def test_the_costs_add_up():
    table = OPERATIONS.partition("| Dollars in a month |")[2]
    rows = re.findall(r"^\| .+? \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \| \S.* \|$", table, re.MULTILINE)
    (together,) = re.findall(r"\*\*together\*\* \| \*\*(.+)\*\* \| \*\*(.+)\*\* \| \*\*(.+)\*\*", OPERATIONS)
    sums = [round(sum(float(row[n]) for row in rows), 2) for n in range(3)]

    assert len(rows) == 6
    assert sums == [float(total) for total in together]


# ── the tutorial ───────────────────────────────────────────────────────────────────────────────────────────


def test_the_tutorial_uses_tags_that_cloud_shell_knows_and_closes_them():
    opened = re.findall(r"<(walkthrough-[a-z-]+)(?: [a-zA-Z]+=\"[^\"]+\")*>", TUTORIAL)
    closed = re.findall(r"</(walkthrough-[a-z-]+)>", TUTORIAL)

    assert sorted(opened) == sorted(closed)
    assert set(opened) == TAGS


def test_the_tutorial_has_a_title_a_duration_and_steps():
    outside = re.sub(r"```.*?```", "", TUTORIAL, flags=re.DOTALL)

    assert re.findall(r"^# .+", outside, re.MULTILINE) == ["# Deploy the SCIM bridge for 1Password"]
    assert 'walkthrough-tutorial-duration duration="10"' in outside
    assert len(re.findall(r"^## .+", outside, re.MULTILINE)) == 5


def test_the_tutorial_opens_files_that_exist():
    files = re.findall(r'filePath="([^"]+)"', TUTORIAL)

    assert files
    assert [file for file in files if not (ROOT / file).exists()] == []
