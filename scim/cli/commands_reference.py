"""`python -m scim.cli.commands_reference` prints docs/commands.md."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
import typer.main

from scim.cli.app import app

MAKEFILE = Path(__file__).parents[2] / "Makefile"
PROGRAM = "python -m scim"
HEAD = """# Commands

Every target of `make` and every command of `python -m scim` (at a desk `.venv/bin/python -m scim`).
`--help` after any of them says the same. Made by `make docs` from the code; do not edit.

`token` and `tokens` are one command with two names. `people` and `token` list when no other command is named.

## How a command ends

| Status | Means |
|---|---|
| 0 | It did what was asked, or showed what there is. |
| 1 | Something is wrong, or somebody said no: a sentence on standard error says what, and what to do. |
| 2 | It was typed wrongly: an unknown command or option, a value that none can have. |
| 3 | `pull` only: it does not believe what it read. Nothing was changed. |
| 4 | `pull` only: the source was not read whole. Nothing was changed. |
| 130 | Ctrl-C ended it. What was done is done; the same command goes on with the rest. |

1 is also how `doctor` ends if something has failed, `reconcile` while there is drift, `settle` and `confirm` if nothing
could be delivered, `pull` while another one is at work, and `holds discard` if somebody could not be wanted again.
`status` ends with 0 in any case.

## For programs

With `--json` standard output holds one JSON value and nothing else: an object, or an array where things are listed
(`people`, `events`, `holds`, `token list`, `groups list`, `doctor`, the plan of `import` and `rebuild`). Nothing is
asked then: `holds approve` and `holds discard` have to be given `--digest`. Remarks and problems are on standard error.
So are progress bars, which show where that is a terminal, and never with `--json`.

A control character in a name is shown as it is written in source code (`\\x1b`): no name can act on a terminal.

## Completion

A shell completes a command by its first word, so completion comes with a command `scim`, which is `python -m scim`:

```sh
.venv/bin/python -m scim --install-completion   # for the shell that SHELL names: bash, zsh or fish
.venv/bin/python -m scim --show-completion      # only show it, as in eval "$(…)"
```

In the next shell `scim people --standing <Tab>` shows what there is to choose from. It is kept in
`~/.config/scim/completion.bash`, which a line of `~/.bashrc` reads (`completion.zsh` and `~/.zshrc`; for fish
`~/.config/fish/conf.d/scim.fish` alone). To take it away, delete these.

## make

| Target | What it does |
|---|---|
"""
_TARGET = re.compile(r"^([a-z-]+):.*?## (.+)$", re.MULTILINE)
_BACKTICKED = re.compile(r"`[^`]*`")


def commands_page(makefile: str) -> str:
    """Markdown: the targets of that Makefile, then each command with its arguments and options."""
    targets = "".join(f"| `make {name}` | {_cell(told)} |\n" for name, told in _TARGET.findall(makefile))
    sections = (_section(context) for context in commands())
    return HEAD + targets + "".join(sections)


def commands() -> Iterator[typer.Context]:
    """A context for each command of the app and of its groups, in the order `--help` lists them."""
    yield from _within(typer.Context(typer.main.get_command(app), info_name=PROGRAM))


def _within(context: typer.Context) -> Iterator[typer.Context]:
    if not context.command.hidden:
        yield context
        for name, command in getattr(context.command, "commands", {}).items():
            yield from _within(typer.Context(command, info_name=name, parent=context))


def _section(context: typer.Context) -> str:
    told = "\n\n".join(" ".join(part.split()) for part in (context.command.help or "").split("\n\n"))
    usage = " ".join((context.command_path, *context.command.collect_usage_pieces(context)))
    rows = [row for parameter in context.command.params if (row := _row(parameter, context))]
    table = "".join(("\n| Argument or option | Meaning |\n|---|---|\n", *rows)) if rows else ""
    return f"\n## {context.command_path}\n\n{_text(told)}\n\n```sh\n{usage}\n```\n{table}"


def _row(parameter: Any, context: typer.Context) -> str:
    record = parameter.get_help_record(context)
    return f"| `{_cell(record[0])}` | {_cell(_text(record[1]))} |\n" if record else ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _text(told: str) -> str:
    """Square brackets and angle brackets of a help text are no Markdown."""
    pieces = re.split(f"({_BACKTICKED.pattern})", told)
    return "".join(piece if piece.startswith("`") else re.sub(r"([\[\]<>*])", r"\\\1", piece) for piece in pieces)


if __name__ == "__main__":
    sys.stdout.write(commands_page(MAKEFILE.read_text()))
