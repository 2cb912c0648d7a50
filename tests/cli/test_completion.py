"""`scim` as a command of one's shell, and what its tab key shows."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import scim
from scim.cli import completion
from scim.cli.console import Problem
from tests.cli.cast import shown, typed
from tests.requirements_of_machine import require

ROOT = Path(scim.__file__).parent.parent


@pytest.fixture
def home(tmp_path, monkeypatch):
    for name in ("XDG_CONFIG_HOME", "ZDOTDIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_what_is_shown_names_this_python_and_this_source(shell, monkeypatch):
    monkeypatch.setenv("SHELL", f"/usr/bin/{shell}")

    script = shown("--show-completion")

    assert f"PYTHONPATH={ROOT} {sys.executable} -m scim" in script
    assert f"complete_{shell}" in script
    assert "@" not in script.replace('"$@"', "")


@pytest.mark.parametrize(
    ("shell", "script", "start"),
    [
        ("bash", ".config/scim/completion.bash", ".bashrc"),
        ("zsh", ".config/scim/completion.zsh", ".zshrc"),
        ("fish", ".config/fish/conf.d/scim.fish", None),
    ],
)
def test_installed_twice_is_installed_once(home, monkeypatch, shell, script, start):
    monkeypatch.setenv("SHELL", shell)
    if start:
        (home / start).write_text("alias ll='ls -l'")

    shown("--install-completion")
    told = shown("--install-completion")

    assert f"{home / script}" in told
    assert "scim" in (home / script).read_text()
    if start:
        assert (home / start).read_text() == f"alias ll='ls -l'\nsource {home / script}\n"


def test_a_shell_that_says_where_its_files_are_is_believed(home, monkeypatch):
    for name, value in {"SHELL": "zsh", "ZDOTDIR": str(home / "z"), "XDG_CONFIG_HOME": str(home / "c")}.items():
        monkeypatch.setenv(name, value)
    (home / "z").mkdir()

    shown("--install-completion")

    assert (home / "z" / ".zshrc").read_text() == f"source {home / 'c' / 'scim' / 'completion.zsh'}\n"


@pytest.mark.parametrize(("shell", "why"), [("/bin/tcsh", "not for tcsh"), ("", "SHELL is not set")])
@pytest.mark.parametrize("option", ["--install-completion", "--show-completion"])
def test_another_shell_is_a_sentence(home, monkeypatch, shell, why, option):
    monkeypatch.setenv("SHELL", shell)

    done = typed(option)

    assert (done.exit_code, isinstance(done.exception, Problem), why in str(done.exception)) == (1, True, True)


def test_a_home_that_cannot_be_written_is_a_sentence(home, monkeypatch):
    monkeypatch.setenv("SHELL", "bash")
    (home / ".config").write_text("a file")

    done = typed("--install-completion")

    assert "cannot be written" in str(done.exception)


def test_paths_with_blanks_and_quotes_are_quoted(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/opt/it's here/python")

    for shell in completion.SCRIPTS:
        assert """'/opt/it'"'"'s here/python'""" in completion._script(shell)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["peo"], ["people"]),
        (["people", ""], ["show", "list"]),
        (["people", "--standing", "in"], ["invited"]),
        (["token", "mint", "okta", "--dialect", "ok"], ["okta"]),
        (["tokens", "re"], ["revoke"]),
    ],
    ids=" ".join,
)
def test_the_tab_key_of_bash_shows_what_may_come(words, shown, tmp_path):
    require(shutil.which("bash") is not None, "bash")
    line = " ".join(f"'{word}'" for word in ("scim", *words))
    script = f"""{completion._script("bash")}
COMP_WORDS=({line}); COMP_CWORD={len(words)}; _scim_completion; printf '%s\\n' "${{COMPREPLY[@]}}"
"""

    done = subprocess.run(
        ["bash", "--norc", "-c", script], cwd=tmp_path, env={"PATH": os.environ["PATH"]},
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip

    assert sorted(done.stdout.split()) == sorted(shown)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("instruction", "asked", "answer"),
    [
        ("complete_zsh", {"_TYPER_COMPLETE_ARGS": "scim peo"}, "people"),
        ("complete_fish", {"_TYPER_COMPLETE_ARGS": "scim peo", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}, "people"),
    ],
)
def test_other_shells_are_answered_in_their_words(instruction, asked, answer):
    environ = {**asked, completion.ASKED: instruction}

    done = subprocess.run(
        [sys.executable, "-m", "scim"], cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False
    )

    assert (done.returncode, answer in done.stdout, done.stderr) == (0, True, "")


@pytest.mark.slow
def test_the_function_is_the_program(tmp_path):
    require(shutil.which("bash") is not None, "bash")
    script = f"{completion._script('bash')}\nscim --version"

    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)

    assert done.stdout == f"{scim.__version__}\n"
