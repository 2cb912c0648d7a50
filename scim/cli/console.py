"""How commands speak: results on standard output, one clear sentence on standard error when something is wrong.

A name comes from whoever may write in the directory: it is shown as it is spelled, never obeyed, neither as markup nor
by the terminal.
"""

import json
import re
import sys
from collections.abc import Iterable, Sequence
from textwrap import indent
from typing import Annotated, Any, TextIO

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text


class Problem(Exception):
    """Why a command cannot do what it was asked, and what to do about it. Ends the command with status 1."""


AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]

WIDE = 160
"""Columns where nobody set a width: what goes into a file or another program is not cut."""

_OBEYED = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What a terminal would act on instead of showing it: control characters, what begins a line, what turns the direction
of writing around (CVE-2021-42574), and halves of characters, which cannot be written at all.
"""


def visible(text: str) -> str:
    """With `u202e` after a backslash where that character stands, and so on."""
    return _OBEYED.sub(lambda found: found.group().encode("unicode_escape").decode(), text)


def say(text: str = "", style: str | None = None) -> None:
    """Lines are never wrapped: a token has to be copied whole."""
    _print(sys.stdout, text, style)


def complain(text: str) -> None:
    _print(sys.stderr, text, "red")


def remark(text: str) -> None:
    """What belongs beside a result, and not into it: a program that reads the result does not see it."""
    _print(sys.stderr, text, "dim")


def show(title: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """A table, or a sentence where there is nothing to show."""
    if not rows:
        say(f"{title}: none.")
        return
    caption = Text(visible(title), style="bold") if title else None
    table = Table(title=caption, title_justify="left", box=SIMPLE_HEAD, show_header=any(columns))
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(visible(cell)) for cell in row))
    _console(sys.stdout).print(table)


def show_json(value: Any) -> None:
    sys.stdout.write(f"{json.dumps(value, indent=2)}\n")


def show_json_array(values: Iterable[Any]) -> None:
    """What `show_json` would write of the list, each value as it comes: the whole is never in memory."""
    before = "[\n"
    for value in values:
        sys.stdout.write(before + indent(json.dumps(value, indent=2), "  "))
        before = ",\n"
    sys.stdout.write("[]\n" if before == "[\n" else "\n]\n")


def _console(file: TextIO) -> Console:
    """Made when needed: tests and pipes change the standard streams."""
    return Console(file=file, highlight=False, emoji=False, width=None if file.isatty() else WIDE)


def _print(file: TextIO, text: str, style: str | None) -> None:
    shown = "\n".join(visible(line) for line in text.split("\n"))
    _console(file).print(Text(shown), style=style, soft_wrap=True)
