"""Every command and every make target is documented, and every one that is documented exists."""

import re
from itertools import takewhile
from pathlib import Path

import pytest
import typer.main
from typer.testing import CliRunner

from scim.cli.app import app
from scim.cli.commands_reference import MAKEFILE, commands, commands_page

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/commands.md"
PAGES = [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))]
PATHS = [context.command_path.removeprefix("python -m scim").split() for context in commands()]
COMMANDS = {" ".join(path) for path in PATHS}


def test_the_page_of_commands_is_current():
    assert PAGE.read_text() == commands_page(MAKEFILE.read_text()), "run `make docs`"


def test_every_make_target_is_on_it():
    targets = re.findall(r"^([a-z][a-z-]*):", MAKEFILE.read_text(), re.MULTILINE)

    assert sorted(re.findall(r"^\| `make ([a-z-]+)` \|", PAGE.read_text(), re.MULTILINE)) == sorted(targets)


def test_commands_of_commands_are_found():
    assert {"", "token", "token mint", "holds approve", "local run"} <= COMMANDS


@pytest.mark.parametrize("path", PATHS, ids=lambda path: " ".join(path) or "scim")
def test_every_command_explains_itself(path):
    helped = CliRunner().invoke(app, [*path, "--help"])

    assert (helped.exit_code, "Usage" in helped.stdout) == (0, True)


@pytest.mark.parametrize("context", list(commands()), ids=lambda context: context.command_path)
def test_every_command_says_what_it_does_and_every_option_what_it_means(context):
    records = [parameter.get_help_record(context) for parameter in context.command.params]

    assert (context.command.help or "").strip()
    assert [record[0] for record in records if record and not record[1].strip()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_command_that_a_page_names_exists(page):
    code = re.findall(r"`[^`]+`|```.*?```", page.read_text(), re.DOTALL)
    named = [words.split() for each in code for words in re.findall(r"python -m scim ((?:[a-z-]+ ?)*)", each)]

    assert [words for words in named if not _exists(words)] == []


def _exists(words: list[str]) -> bool:
    """Whether the words name a command, as far as they name one: what follows is an option or an argument."""
    found = typer.main.get_command(app)
    for word in takewhile(lambda word: not word.startswith("-"), words):
        inner = getattr(found, "commands", None)
        if inner is None:
            return True
        if word not in inner:
            return False
        found = inner[word]
    return True
