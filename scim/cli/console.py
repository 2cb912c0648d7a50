"""How commands speak: results on standard output, one clear sentence on standard error when something is wrong."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table


class Problem(Exception):
    """Why a command cannot do what it was asked, and what to do about it. Ends the command with status 1."""


_out = Console(highlight=False)
_err = Console(stderr=True, highlight=False)


def say(text: Any = "", style: str | None = None) -> None:
    """Lines are never wrapped: a token has to be copied whole."""
    _out.print(text, style=style, soft_wrap=True, markup=False)


def complain(text: str) -> None:
    _err.print(text, style="red", soft_wrap=True, markup=False)


def show(title: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """A table, or a sentence where there is nothing to show."""
    if not rows:
        say(f"{title}: none.")
        return
    table = Table(*columns, title=title, title_justify="left", title_style="bold")
    for row in rows:
        table.add_row(*row)
    _out.print(table)
