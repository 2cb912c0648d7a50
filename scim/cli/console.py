"""How commands speak: results on standard output, one clear sentence on standard error when something is wrong."""

import sys
from collections.abc import Sequence
from typing import Any, TextIO

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table


class Problem(Exception):
    """Why a command cannot do what it was asked, and what to do about it. Ends the command with status 1."""


WIDE = 160
"""Columns where nobody set a width: what goes into a file or another program is not cut."""


def _console(file: TextIO) -> Console:
    """Made when needed: tests and pipes change the standard streams."""
    return Console(file=file, highlight=False, width=None if file.isatty() else WIDE)


def say(text: Any = "", style: str | None = None) -> None:
    """Lines are never wrapped: a token has to be copied whole."""
    _console(sys.stdout).print(text, style=style, soft_wrap=True, markup=False)


def complain(text: str) -> None:
    _console(sys.stderr).print(text, style="red", soft_wrap=True, markup=False)


def show(title: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """A table, or a sentence where there is nothing to show."""
    if not rows:
        say(f"{title}: none.")
        return
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*row)
    _console(sys.stdout).print(table)
