"""One process: what it answers, and that nothing of it is left, whatever it does."""

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from scim.targets import op_process
from scim.targets.op_process import CannotStart, TooMuchOutput, TooSlow, run
from tests.targets.conftest import LeftBehind

ENOUGH = 20.0


def python(program: str) -> list[str]:
    return [sys.executable, "-I", "-S", "-c", program]


def lives(pid: int) -> bool:
    """Within a second somebody who was killed is gone; orphans are reaped by init."""
    for _ in range(50):
        state = subprocess.run(
            ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
        ).stdout
        if not state.strip() or state.startswith("Z"):
            return False
        time.sleep(0.02)
    return True


def test_what_it_writes_and_how_it_ends_is_the_answer():
    answer = run(python("import sys; print('out'); print('err', file=sys.stderr); sys.exit(4)"), {}, b"", ENOUGH)

    assert answer == op_process.Answer(4, b"out\n", b"err\n")


def test_it_reads_what_it_is_given_to_the_end():
    given = bytes(range(256)) * 4096

    answer = run(python("import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())"), {}, given, ENOUGH)

    assert answer.stdout == given


def test_who_does_not_read_is_no_trouble():
    assert run(python("print('done')"), {}, b"x" * 1_000_000, ENOUGH).stdout == b"done\n"


def test_it_sees_the_given_environment_and_no_other(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OP_CONNECT_TOKEN", "of ours")

    answer = run(python("import os; print(sorted(os.environ))"), {"OP_DEVICE": "abc"}, b"", ENOUGH)

    assert b"OP_DEVICE" in answer.stdout
    assert b"OP_CONNECT_TOKEN" not in answer.stdout


def test_every_argument_arrives_as_it_was():
    values = ["", " ", "$(id)", "`id`", "a;b", "--flag", "*", "Bärbel Jensén", "\u202e", "x" * 100_000]

    answer = run([*python("import sys; print(ascii(sys.argv[1:]))"), *values], {}, b"", ENOUGH)

    assert answer.stdout.decode().strip() == ascii(values)


@pytest.mark.parametrize("ends", ["import time; time.sleep(60)", "import os; os.close(1); os.close(2)\nwhile True: 0"])
def test_whatever_hangs_is_killed_at_its_deadline(ends: str, left_behind: LeftBehind):
    began = time.monotonic()

    with pytest.raises(TooSlow):
        run(python(ends), {}, b"", 0.15)

    assert time.monotonic() - began < 2
    assert left_behind() == set()


def test_who_ignores_the_polite_signals_is_killed_too(left_behind: LeftBehind):
    deaf = "import signal, time\nfor s in (1, 2, 15): signal.signal(s, signal.SIG_IGN)\ntime.sleep(60)"

    with pytest.raises(TooSlow):
        run(python(deaf), {}, b"", 0.3)

    assert left_behind() == set()


_LEAVES_A_CHILD = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
"""


def test_a_grandchild_that_holds_the_pipes_keeps_nobody_waiting_and_is_gone():
    began = time.monotonic()

    answer = run(python(_LEAVES_A_CHILD), {}, b"", ENOUGH)

    assert answer.code == 0
    assert time.monotonic() - began < 5
    assert not lives(int(answer.stdout))


def test_a_grandchild_goes_with_whoever_is_killed(tmp_path: Path):
    noted = tmp_path / "pid"
    program = _LEAVES_A_CHILD.replace("print(child.pid", f"print(child.pid, file=open({str(noted)!r}, 'w')")

    with pytest.raises(TooSlow):
        run(python(program + "import time; time.sleep(60)"), {}, b"", 0.5)

    assert not lives(int(noted.read_text()))


def test_a_grandchild_in_a_session_of_its_own_keeps_nobody_waiting():
    program = _LEAVES_A_CHILD.replace('time.sleep(60)"]', 'time.sleep(1)"], start_new_session=True')
    began = time.monotonic()

    answer = run(python(program), {}, b"", ENOUGH)

    assert answer.code == 0
    assert time.monotonic() - began < 0.9


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_who_writes_too_much_is_killed(stream: str, monkeypatch: pytest.MonkeyPatch, left_behind: LeftBehind):
    monkeypatch.setattr(op_process, "LONGEST_OUTPUT", 1_000_000)

    with pytest.raises(TooMuchOutput, match="bytes"):
        run(python(f"import sys\nwhile True: sys.{stream}.write('x' * 65536)"), {}, b"", ENOUGH)

    assert left_behind() == set()


def test_a_listing_of_many_megabytes_is_read_whole():
    answer = run(python("print('x' * 30_000_000)"), {}, b"", ENOUGH)

    assert len(answer.stdout) == 30_000_001


@pytest.mark.parametrize("make", ["missing", "no_program", "not_executable", "directory"])
def test_what_cannot_be_started_is_said_so(make: str, tmp_path: Path):
    path = tmp_path / make
    if make == "directory":
        path.mkdir()
    elif make != "missing":
        path.write_bytes(b"\x00\x01 no program")
        path.chmod(0o755 if make == "no_program" else 0o644)

    with pytest.raises(CannotStart, match=make):
        run([str(path)], {}, b"", ENOUGH)


def test_no_time_left_is_too_slow(left_behind: LeftBehind):
    with pytest.raises(TooSlow):
        run(python("print()"), {}, b"", 0.0)

    assert left_behind() == set()


def test_who_was_killed_says_by_which_signal():
    answer = run(python("import os; os.kill(os.getpid(), 9)"), {}, b"", ENOUGH)

    assert answer.code == -signal.SIGKILL


def test_fifty_at_once_leave_nobody_behind(left_behind: LeftBehind):
    ends = ["print(1)", "import time; time.sleep(60)", "while True: print('x' * 9999)", _LEAVES_A_CHILD]
    began = {thread.ident for thread in threading.enumerate()}

    def attempt(n: int) -> None:
        try:
            run(python(ends[n % 4]), {}, b"x" * 99_999, 0.4)
        except (TooSlow, TooMuchOutput):
            return

    threads = [threading.Thread(target=attempt, args=(n,)) for n in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert left_behind() == set()
    assert {thread.ident for thread in threading.enumerate()} == began
    assert len(list(Path("/dev/fd").iterdir())) < 50
