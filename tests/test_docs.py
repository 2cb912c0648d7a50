"""What is documented is what there is."""

import re
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

import scim
from scim.cli.app import app
from scim.cli.reference import settings_page
from scim.dialects import DIALECTS
from scim.dialects.table import table
from scim.settings import Settings

ROOT = Path(__file__).parent.parent
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
    ROOT / "CHANGELOG.md",
    *ROOT.glob("docs/**/*.md"),
]
TARGETS = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


def test_the_page_of_settings_is_current():
    assert (ROOT / "docs/settings.md").read_text() == settings_page(), "run `make docs`"


def test_the_page_of_quirks_is_current():
    assert (ROOT / "docs/quirks.md").read_text() == table(DIALECTS), "run `make docs`"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_has_a_description(name):
    assert Settings.model_fields[name].description


def test_the_readme_opens_with_the_two_commands():
    opening = (ROOT / "README.md").read_text().split("\n\n")[1]

    assert re.findall(r"^make \w+", opening, re.MULTILINE) == ["make run", "make test"]


def test_make_alone_lists_every_target():
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert sorted(re.findall(r"^  make ([a-z-]+) ", listed, re.MULTILINE)) == sorted(TARGETS)


def test_every_make_target_that_a_page_names_exists():
    named = {name for page in PAGES for name in re.findall(r"`(?:[A-Z_]+=\S+ )*make ([a-z-]+)", page.read_text())}

    assert named <= set(TARGETS)


def test_a_make_target_has_at_most_three_lines():
    recipes = re.findall(r"^(\S+):.*\n((?:\t.*\n)*)", (ROOT / "Makefile").read_text(), re.MULTILINE)

    assert [target for target, recipe in recipes if recipe.count("\n") > 3] == []


def test_the_newest_release_of_the_changelog_is_this_version():
    releases = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)

    assert next(release for release in releases if release != "Unreleased") == scim.__version__


def test_the_package_has_this_version():
    assert f'version = "{scim.__version__}"' in (ROOT / "pyproject.toml").read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_to_a_file_leads_somewhere(page):
    assert [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()] == []


def test_every_page_that_code_names_exists():
    sources = [*ROOT.glob("scim/**/*.py"), ROOT / "main.py", *ROOT.glob("tests/**/*.py")]
    named = {name for path in sources for name in re.findall(r"(?<![\w/])docs/[a-z0-9_/-]+", path.read_text())}

    assert [name for name in sorted(named) if not any(ROOT.glob(f"{name}*"))] == []


def test_every_decision_is_listed_and_fits_on_a_page():
    decisions = sorted(ROOT.glob("docs/adr/0*.md"))
    listed = re.findall(r"\]\((0\d{3}[^)]+)\)", (ROOT / "docs/adr/README.md").read_text())

    assert listed == [path.name for path in decisions]
    assert [path.name for path in decisions if len(path.read_text().splitlines()) > 45] == []


@pytest.mark.parametrize(
    "command",
    [
        "",
        "local",
        "token",
        "status",
        "settle",
        "confirm",
        "local run",
        "local demo",
        "holds",
        "doctor",
        "serve",
        "archive",
        "admin-link",
        "groups",
        "import",
        "export",
        "rebuild",
    ],
)
def test_every_command_explains_itself(command):
    helped = CliRunner().invoke(app, [*command.split(), "--help"])

    assert (helped.exit_code, "Usage" in helped.stdout) == (0, True)
