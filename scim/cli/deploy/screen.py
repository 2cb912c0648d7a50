"""How the conversation looks: numbered steps, findings with their cure, questions, and progress where one waits."""

import getpass
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from scim.cli.console import Problem, say
from scim.records import Finding, Secret

MARKS = {"ok": ("ok", "green"), "warning": ("look", "yellow"), "failed": ("wrong", "bold red")}
NO_ANSWER = "There is nobody to ask: standard input is no terminal."


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. `cure`: the command that mends it, or what to do in a sentence."""

    subject: str
    state: str
    detail: str
    cure: str = ""

    @classmethod
    def of(cls, finding: Finding) -> "Check":
        return cls(finding.subject, finding.state, finding.detail)


class Screen:
    """`asks`: whether questions may be asked. Without, whoever needs an answer says where else it can come from."""

    def __init__(self, *, asks: bool, yes: bool = False) -> None:
        self.asks = asks
        self.yes = yes
        self._step = 0

    # ── telling ───────────────────────────────────────────────────────────────────────────────────────────

    def step(self, title: str) -> None:
        self._step += 1
        say()
        say(f"{self._step}. {title}", style="bold")

    def tell(self, text: str, style: str | None = None) -> None:
        for line in text.splitlines() or [""]:
            say(f"   {line}", style=style)

    def show(self, checks: Iterable[Check]) -> None:
        for check in checks:
            mark, style = MARKS[check.state]
            say(f"   {mark:<6}{check.subject}: {check.detail}", style=None if check.state == "ok" else style)
            for line in check.cure.splitlines() if check.state != "ok" else ():
                say(f"         {line}")

    def require(self, checks: Sequence[Check]) -> None:
        """Problem if something is wrong; all of it has been shown by then."""
        self.show(checks)
        wrong = [check.subject for check in checks if check.state == "failed"]
        if wrong:
            raise Problem(f"Not right yet: {', '.join(dict.fromkeys(wrong))}. Mend it as shown, then run this again.")

    # ── waiting ───────────────────────────────────────────────────────────────────────────────────────────

    @contextmanager
    def waiting(self, what: str) -> Iterator[None]:
        console = Console(file=sys.stdout, highlight=False)
        if console.is_terminal and not console.is_dumb_terminal:
            with console.status(f"   {what} …"):
                yield
        else:
            self.tell(f"{what} …")
            yield

    @contextmanager
    def progress(self, what: str, total: int) -> Iterator[Callable[[int, str], None]]:
        """A function that takes how far it is and what is going on now."""
        console = Console(file=sys.stdout, highlight=False)
        moving = console.is_terminal and not console.is_dumb_terminal
        if not moving:
            self.tell(f"{what} …")
        columns = (SpinnerColumn(), BarColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
        with Progress(*columns, console=console, transient=True, disable=not moving) as bar:
            task = bar.add_task(what, total=total)
            yield lambda done, now: bar.update(task, completed=done, description=f"{what}: {now}" if now else what)

    # ── asking ────────────────────────────────────────────────────────────────────────────────────────────

    def ask(self, question: str, default: str = "", must: Callable[[str], str] = lambda _: "") -> str:
        """An answer about which `must` has no complaint. Problem without a terminal."""
        hint = f" [{default}]" if default else ""
        return self._until_right(lambda: self._read(f"{question}{hint}: ") or default, must)

    def ask_secret(self, question: str, must: Callable[[str], str] = lambda _: "") -> Secret:
        """Without echo."""
        return Secret(self._until_right(lambda: self._read(f"{question} (not shown): ", getpass.getpass), must))

    def confirm(self, question: str, *, default: bool) -> bool:
        """With `yes`, what would be answered yes anyway is; what destroys is never among it."""
        if self.yes and default:
            return True
        hint = "Y/n" if default else "y/N"
        words = {"": default, "y": True, "yes": True, "n": False, "no": False}

        def must(answer: str) -> str:
            return "" if answer.lower() in words else "Answer y or n."

        return words[self._until_right(lambda: self._read(f"{question} [{hint}] "), must, empty=True).lower()]

    def _until_right(self, read: Callable[[], str], must: Callable[[str], str], *, empty: bool = False) -> str:
        if not self.asks:
            raise Problem(NO_ANSWER)
        while True:
            answer = read()
            complaint = must(answer) if answer or empty else "An answer is needed."
            if not complaint:
                return answer
            self.tell(complaint, "yellow")

    def _read(self, question: str, read: Callable[[str], str] = input) -> str:
        try:
            return read(f"   {question}").strip()
        except EOFError as cause:
            raise Problem(NO_ANSWER) from cause


def is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()
