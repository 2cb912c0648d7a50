"""The stand-in as a process: its file, its lock, its log, how it hangs and how fast it starts."""

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.op.account import ROOT, StandIn

INVITE = ("user", "provision", "--email=bjensen@example.com", "--name=Barbara Jensen", "--format=json")


def alive(pid: int) -> bool:
    """Whether it runs: the dead whom nobody has asked about are dead."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def begin(terminal, *argv) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [terminal.account.path, *argv], env=terminal.env, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True
    )


def until(condition) -> None:
    ends = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.005)


def test_the_world_outlives_its_processes(terminal):
    person = terminal.invite()
    terminal.account.accept("bjensen@example.com")

    assert terminal.op("user", "confirm", person["id"]).code == 0
    assert terminal.state(person["id"]) == "ACTIVE"
    assert json.loads(terminal.account.world_path.read_text())["people"][person["id"]]["state"] == "ACTIVE"


def test_a_call_that_only_reads_does_not_write_the_world(terminal):
    terminal.op("user", "list")
    before = terminal.account.world_path.stat()

    terminal.op("user", "list")
    terminal.op("user", "get", "NOBODYAAAAAAAAAAAAAAAAAAAA")

    assert terminal.account.world_path.stat().st_ino == before.st_ino


def test_every_call_is_recorded_with_what_it_was_given(terminal):
    terminal.account.forget_calls()
    terminal.op("user", "get", "--me", OP_CACHE="false", LANG="C")
    terminal.op("signin", "--raw", stdin=b"wrong\nmore")
    terminal.op("--version")

    calls = terminal.account.calls()
    assert [call["command"] for call in calls] == ["user get", "signin", ""]
    assert [call["code"] for call in calls] == [0, 1, 0]
    assert [call["stdin"] for call in calls] == [0, 6, 0]
    assert calls[0]["argv"] == ["user", "get", "--me"]
    assert calls[0]["env"].items() >= {"OP_CACHE": "false", **terminal.env}.items() - {("HOME", terminal.env["HOME"])}
    assert {"HOME", "LANG"} <= set(calls[0]["others"])
    assert terminal.session["password"] not in Path(f"{terminal.account.world_path}.calls").read_text()
    assert terminal.account.counts() == {"user get": 1, "signin": 1, "": 1}


def test_the_session_is_bound_to_what_is_in_the_config_directory(terminal):
    config = Path(terminal.env["OP_CONFIG_DIR"]) / "config"
    mode = config.stat().st_mode & 0o777
    config.unlink()

    assert mode == 0o600
    assert terminal.error("user", "list")[1].startswith("You are not currently signed in.")


def test_a_config_directory_that_others_may_read_is_refused(terminal):
    Path(terminal.env["OP_CONFIG_DIR"]).chmod(0o755)

    assert "permissions are too broad" in terminal.error("user", "list")[1]


def test_eight_at_a_time_lose_nothing(terminal):
    emails = [f"person{number}@example.com" for number in range(40)]

    def invite(email: str) -> int:
        return terminal.op("user", "provision", f"--email={email}", "--name=Somebody").code

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(invite, [*emails, *emails]))

    assert sorted(codes) == [0] * 40 + [1] * 40
    assert terminal.account.mails() == dict.fromkeys(emails, 1)
    assert {each["email"] for each in terminal.account.world()["people"]} >= set(emails)
    assert terminal.account.counts()["user provision"] == 80


def test_writes_that_take_time_answer_conflict_to_each_other(terminal):
    terminal.account.set_account(write_seconds=0.3)
    emails = [f"person{number}@example.com" for number in range(4)]

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda email: terminal.op("user", "provision", f"--email={email}", "--name=S"), emails))

    refused = [answer for answer in answers if answer.code]
    assert 1 <= len(refused) <= 3
    assert all(b"(409) Conflict: Internal server conflict" in answer.stderr for answer in refused)
    assert len(terminal.account.mails()) == 4 - len(refused)
    assert terminal.op(*INVITE).code == 0  # alone


@pytest.mark.parametrize("after_effect", [False, True])
def test_a_hang_ends_only_with_its_group_and_blocks_nobody(terminal, after_effect):
    terminal.account.fault("hang", "user provision", after_effect=after_effect)

    with begin(terminal, *INVITE) as process:
        until(lambda: terminal.account.calls()[-1].get("child"))
        child = terminal.account.calls()[-1]["child"]
        process.terminate()
        others = terminal.op("user", "list").code
        hung = (process.poll(), alive(child))
        process.kill()
        process.wait()
        survives = alive(child)
        os.killpg(process.pid, signal.SIGKILL)
        until(lambda: not alive(child))

    assert (others, hung, survives) == (0, (None, True), True)
    assert (terminal.account.person("bjensen@example.com") is not None) is after_effect
    assert "code" not in next(call for call in terminal.account.calls() if call["command"] == "user provision")


@pytest.mark.parametrize("after_effect", [False, True])
def test_a_call_may_die(terminal, after_effect):
    terminal.account.fault("killed", "user provision", after_effect=after_effect)

    answer = terminal.op(*INVITE)

    assert (answer.code, answer.stdout) == (-signal.SIGKILL, b"")
    assert (terminal.account.person("bjensen@example.com") is not None) is after_effect


def test_a_call_may_be_slow(terminal):
    terminal.account.fault("slow", "user provision", seconds=0.2)

    with begin(terminal, *INVITE) as process:
        until(lambda: terminal.account.counts().get("user provision"))
        before = terminal.account.person("bjensen@example.com")
        process.communicate()

    assert before is None
    assert process.returncode == 0
    assert terminal.account.person("bjensen@example.com") is not None


def test_the_executable_may_be_missing_until_it_is_healed(terminal):
    terminal.account.lose()
    with pytest.raises(FileNotFoundError):
        terminal.op("whoami")

    terminal.account.heal()

    assert terminal.op("whoami").code == 0


def test_megabytes_come_whole(terminal):
    terminal.account.fault("huge", "user list", size=5_000_000)

    assert len(terminal.op("user", "list").stdout) > 5_000_000


def test_stdin_is_left_alone_unless_it_is_asked_for(terminal):
    with begin(terminal, "user", "list") as process:  # its stdin stays open
        until(lambda: process.poll() is not None)

    assert process.returncode == 0


def test_the_executable_of_the_folder_serves_the_world_it_is_told(tmp_path):
    env = {"STAND_IN_WORLD": str(tmp_path / "world.json"), "HOME": str(tmp_path), "PATH": os.environ["PATH"]}

    done = subprocess.run(
        [ROOT / "tests/op/op", "account", "list", "--format=json"], env=env, capture_output=True, check=False
    )

    assert (done.returncode, done.stdout) == (0, b"[]\n")
    assert (tmp_path / "world.json.calls").exists()


def test_without_the_variable_the_world_is_beside_the_link(tmp_path):
    (tmp_path / "op").symlink_to(ROOT / "tests/op/op")

    subprocess.run([tmp_path / "op", "whoami"], env={"HOME": str(tmp_path), "PATH": os.environ["PATH"]}, check=False)

    assert (tmp_path / "world.json").exists()


def test_a_stand_in_is_opened_again_where_it_was(terminal):
    terminal.invite()

    again = StandIn(terminal.account.directory)

    assert again.mails() == {"bjensen@example.com": 1}


def test_how_fast_it_starts_is_printed(terminal):
    bare = [os.path.realpath(sys.executable), "-IS", "-c", "pass"]
    timed = {}
    for name, line in (("an empty Python", bare), ("op user list", [terminal.account.path, "user", "list"])):
        runs = []
        for _ in range(10):
            start = time.perf_counter()
            subprocess.run(line, env=terminal.env, capture_output=True, check=True)
            runs.append(time.perf_counter() - start)
        timed[name] = sorted(runs)[len(runs) // 2] * 1000

    print(", ".join(f"{name}: {milliseconds:.1f} ms" for name, milliseconds in timed.items()))  # shown by `pytest -s`
