"""`python -m scim --install-completion`: `scim` as a command of one's shell, completed with the tab key.

A shell completes a command by its first word, and `python` is not ours. So what is installed makes a function `scim`
that calls this Python with this source, and completes that.
"""

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from typer.completion import get_completion_inspect_parameters

import scim
from scim.cli.console import Problem, say

ASKED = "_SCIM_COMPLETE"
"""The variable in which a shell asks what would come next, instead of running anything."""

Install = Annotated[bool, typer.Option("--install-completion", help="Make `scim` a command of your shell, with tabs.")]
Show = Annotated[bool, typer.Option("--show-completion", help="Show what that would install, for bash, zsh or fish.")]

BASH = """\
scim() { PYTHONPATH=@SOURCE@ @PYTHON@ -m scim "$@"; }
_scim_completion() {
    local IFS=$'\\n'
    COMPREPLY=( $(env COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD=$COMP_CWORD @ASKED@=complete_bash \\
        PYTHONPATH=@SOURCE@ @PYTHON@ -m scim) )
}
complete -o default -F _scim_completion scim
"""
ZSH = """\
scim() { PYTHONPATH=@SOURCE@ @PYTHON@ -m scim "$@"; }
_scim_completion() { eval "$(_TYPER_COMPLETE_ARGS="${words[1,$CURRENT]}" @ASKED@=complete_zsh scim)"; }
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
compdef _scim_completion scim
"""
FISH = """\
function scim; env PYTHONPATH=@SOURCE@ @PYTHON@ -m scim $argv; end
function __scim_asked
    set -lx @ASKED@ complete_fish
    set -lx _TYPER_COMPLETE_FISH_ACTION $argv[1]
    set -lx _TYPER_COMPLETE_ARGS (commandline -cp)
    scim
end
complete --command scim --no-files --condition '__scim_asked is-args' --arguments '(__scim_asked get-args)'
"""
SCRIPTS = {"bash": BASH, "zsh": ZSH, "fish": FISH}


def prepare() -> None:
    """So that the program answers a shell that asks: Typer's classes for shells are registered by this alone."""
    get_completion_inspect_parameters()


def show(environ: Mapping[str, str]) -> None:
    say(_script(_shell(environ)).rstrip())


def install(environ: Mapping[str, str]) -> None:
    """In the shell's own place for it. Done again, it is the same."""
    shell, home = _shell(environ), Path(environ.get("HOME") or Path.home())
    script, started_from = _places(shell, home, environ)
    try:
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text(_script(shell))
        if started_from:
            _require_line(started_from, f"source {shlex.quote(str(script))}")
    except OSError as cause:
        raise Problem(f"{cause.filename or script} cannot be written: {cause.strerror}.") from cause
    say(f"Installed in {script}. In the next {shell}, `scim` is `python -m scim`, and the tab key completes it.")


def _shell(environ: Mapping[str, str]) -> str:
    shell = Path(environ.get("SHELL", "")).name
    if shell not in SCRIPTS:
        named = f"not for {shell}" if shell else "and SHELL is not set"
        raise Problem(f"Completion is made for {', '.join(SCRIPTS)}, {named}: choose one, as in SHELL=bash.")
    return shell


def _places(shell: str, home: Path, environ: Mapping[str, str]) -> tuple[Path, Path | None]:
    """Where the script goes, and the file that has to name it, where the shell does not find it by itself."""
    config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    if shell == "fish":
        return config / "fish" / "conf.d" / "scim.fish", None
    start = home / ".bashrc" if shell == "bash" else Path(environ.get("ZDOTDIR") or home) / ".zshrc"
    return config / "scim" / f"completion.{shell}", start


def _script(shell: str) -> str:
    source = Path(scim.__file__).parent.parent
    named = {"@SOURCE@": str(source), "@PYTHON@": sys.executable}
    script = SCRIPTS[shell].replace("@ASKED@", ASKED)
    for name, path in named.items():
        script = script.replace(name, shlex.quote(path))
    return script


def _require_line(file: Path, line: str) -> None:
    lines = file.read_text().splitlines() if file.exists() else []
    if line not in lines:
        with file.open("a") as opened:
            opened.write(f"{line}\n" if not lines or lines[-1] == "" else f"\n{line}\n")
