"""What a person sees while something takes its time: on standard error, and only where that is a terminal."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

Item = TypeVar("Item")


@contextmanager
def waiting(what: str, *, quiet: bool = False) -> Iterator[None]:
    """While nobody can say how far it is. `quiet`: for whoever asked for JSON, as a program does."""
    console = _console()
    if quiet or not _moves(console):
        yield
        return
    with console.status(f"{what} …"):
        yield


def counted(items: Iterable[Item], what: str, total: int | None = None, *, quiet: bool = False) -> Iterator[Item]:
    """The items, and a bar that grows with each. `total`: how many there will be at most, if somebody knows."""
    console = _console()
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=quiet or not _moves(console)) as bar:
        yield from bar.track(items, total=total, description=what)


def _console() -> Console:
    return Console(file=sys.stderr, highlight=False, emoji=False)


def _moves(console: Console) -> bool:
    """A file is none even if FORCE_COLOR says so, which is about colours."""
    return sys.stderr.isatty() and not console.is_dumb_terminal
