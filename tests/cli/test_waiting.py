"""Progress is for whoever looks: on a terminal's standard error, and nowhere else."""

import io
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing, redirect_stderr
from pathlib import Path
from threading import Thread

import pytest

from scim import wiring
from scim.cli.waiting import counted, waiting

ROOT = Path(__file__).parents[2]


def on_a_terminal(work: Callable[[int], object]) -> str:
    """What a terminal got to show that `work` was given."""
    ours, theirs = pty.openpty()
    seen: list[bytes] = []

    def read() -> None:
        try:
            while piece := os.read(ours, 4096):
                seen.append(piece)
        except OSError:
            return  # the other end is closed

    reader = Thread(target=read)
    reader.start()
    try:
        work(theirs)
    finally:
        os.close(theirs)
        reader.join(10)
        os.close(ours)
    return b"".join(seen).decode()


def looked_at(work: Callable[[], object]) -> str:
    def on(terminal: int) -> None:
        with open(terminal, "w", closefd=False) as file, redirect_stderr(file):
            work()

    return on_a_terminal(on)


def wait(*, quiet: bool = False) -> None:
    with waiting("Comparing [everything]", quiet=quiet):
        pass


def count(*, quiet: bool = False, total: int | None = 3) -> None:
    assert list(counted(iter("abc"), "Taking [over]", total, quiet=quiet)) == ["a", "b", "c"]


@pytest.fixture(autouse=True)
def terminal(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")


@pytest.mark.parametrize("total", [3, 9, None])
def test_a_terminal_shows_what_is_counted(total):
    assert "Taking [over]" in looked_at(lambda: count(total=total))


def test_a_terminal_shows_what_is_waited_for():
    assert "Comparing" in looked_at(wait)


@pytest.mark.parametrize("work", [wait, count])
def test_whoever_asks_for_json_sees_nothing(work):
    assert looked_at(lambda: work(quiet=True)) == ""


@pytest.mark.parametrize("work", [wait, count])
def test_a_file_gets_nothing_even_if_colours_are_forced(work, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    file = io.StringIO()

    with redirect_stderr(file):
        work()

    assert file.getvalue() == ""


@pytest.mark.parametrize("work", [wait, count])
def test_a_terminal_that_cannot_move_its_cursor_gets_nothing(work, monkeypatch):
    monkeypatch.setenv("TERM", "dumb")

    assert looked_at(work) == ""


def test_what_fails_while_one_waits_fails_as_it_would():
    def fail() -> None:
        with waiting("Comparing"):
            raise ValueError

    with pytest.raises(ValueError):
        looked_at(fail)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "seen"),
    [
        (["import", "--yes"], "Taking over"),
        (["export", "people.jsonl"], "Writing"),
        (["settle"], "Delivering what is owed"),
        (["reconcile"], "Comparing everything"),
        (["import", "--json"], ""),
        (["settle", "--json"], ""),
    ],
    ids=" ".join,
)
def test_long_work_shows_how_far_it_is_unless_it_is_json(at_desk, tmp_path, words, seen):
    with closing(wiring.embedded_target(at_desk)) as account:
        account.add_person("bjensen@example.com", "Barbara Jensen")
    environ = {"STATE_DIR": str(at_desk.state_dir), "TERM": "xterm", "PYTHONPATH": str(ROOT)}

    def work(terminal: int) -> None:
        command = [sys.executable, "-m", "scim", *words]
        subprocess.run(
            command, env=environ, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=terminal, timeout=60, check=False
        )

    told = on_a_terminal(work)

    assert seen in told
    assert seen or told == ""
