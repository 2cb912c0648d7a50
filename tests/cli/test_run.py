"""`make run` and `make demo` as a person meets them: real processes, real HTTP, signals."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from scim import wiring
from scim.cli import desk, server
from scim.cli.client import Client
from scim.settings import Settings

ROOT = Path(__file__).parent.parent.parent
PATIENCE_SECONDS = 60
USER = "urn:ietf:params:scim:schemas:core:2.0:User"

pytestmark = pytest.mark.slow


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "scim", *words]


def eventually(fact: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not fact():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


@dataclass
class Desk:
    """One `python -m scim local run` with a state directory and a port of its own."""

    environ: dict[str, str]
    settings: Settings
    process: subprocess.Popen[str]
    output: Path

    def client(self) -> Client:
        bridge = desk.read(self.settings)
        assert bridge is not None
        return Client(bridge)

    def end(self, how: signal.Signals = signal.SIGTERM) -> tuple[int, str, str]:
        """SIGINT goes to the server too, as a terminal sends it."""
        if how is signal.SIGINT:
            os.killpg(self.process.pid, how)
        else:
            self.process.send_signal(how)
        return self.ended()

    def ended(self) -> tuple[int, str, str]:
        _, err = self.process.communicate(timeout=PATIENCE_SECONDS)
        return self.process.returncode, self.output.read_text(), err


@pytest.fixture
def environ(tmp_path):
    return {**os.environ, "STATE_DIR": str(tmp_path / "state"), "PORT": str(desk.free_port())}


@pytest.fixture
def running(environ, tmp_path):
    output = tmp_path / "output"
    with output.open("w") as file:
        process = subprocess.Popen(
            command("local", "run"),
            cwd=ROOT,
            env=environ,
            stdout=file,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
    made = Desk(environ, desk.settings(environ), process, output)
    assert eventually(lambda: "See it work" in output.read_text() or process.poll() is not None)
    yield made
    if process.poll() is None:
        made.end()
    process.stderr.close()


def test_a_person_who_was_sent_arrives_accepts_and_is_confirmed(running):
    body = {"schemas": [USER], "userName": "bjensen@example.com", "displayName": "Barbara Jensen"}
    account = wiring.embedded_target(running.settings)

    def state():
        return {each["email"]: each["state"] for each in account.world()["people"]}.get("bjensen@example.com")

    running.client().send("POST", "/Users", body, expect={201})
    invited = state()
    account.accept("bjensen@example.com")

    assert invited == "TRANSFER_PENDING"
    assert eventually(lambda: state() == "ACTIVE")
    account.close()


@pytest.mark.parametrize(
    "how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=["ctrl-c", "kill", "terminal-closed"]
)
def test_a_bridge_that_is_asked_to_end_ends_well_and_leaves_nobody_behind(running, how):
    code, out, err = running.end(how)

    assert (code, err) == (0, "")
    assert "The SCIM bridge runs." in out
    assert out.endswith("The bridge has ended.\n")
    assert not server.answers(running.settings.port)


def test_what_is_printed_is_what_the_file_says(running):
    bridge = json.loads(desk.bridge_file(running.settings).read_text())

    _, out, _ = running.end()

    assert all(text in out for text in (bridge["base_url"], bridge["admin_url"], *bridge["tokens"].values()))


def test_the_next_start_keeps_tokens_and_people(running):
    running.client().send("POST", "/Users", {"schemas": [USER], "userName": "bjensen@example.com"}, expect={201})
    before = desk.read(running.settings)
    running.end()

    process = subprocess.Popen(command("local", "run"), cwd=ROOT, env=running.environ, stdout=subprocess.DEVNULL)
    again = eventually(lambda: server.answers(running.settings.port))
    found = running.client().find("/Users", "userName", "bjensen@example.com")
    process.terminate()

    assert again
    assert len(found) == 1
    assert desk.read(running.settings) == before
    assert process.wait(PATIENCE_SECONDS) == 0


def test_a_second_bridge_on_the_port_is_refused_in_a_sentence(running):
    second = subprocess.run(
        command("local", "run"), cwd=ROOT, env=running.environ, capture_output=True, text=True, timeout=60, check=False
    )

    assert second.returncode == 1
    assert second.stderr.startswith(f"Port {running.settings.port} cannot be used")
    assert second.stderr.count("\n") == 1


def test_a_server_that_dies_at_the_start_is_told_in_a_sentence(environ):
    settings = desk.settings(environ)
    desk.prepare(settings)
    (settings.state_dir / "secrets").mkdir()
    (settings.state_dir / "secrets" / "tokens").write_text("[")

    failed = subprocess.run(
        command("local", "run"), cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False
    )

    assert (failed.returncode, failed.stderr.count("\n")) == (1, 1)
    assert "Traceback" not in failed.stderr


def test_a_server_that_dies_later_ends_the_bridge_with_a_sentence(running):
    children = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(running.process.pid)], capture_output=True, text=True, check=True
    ).stdout.split()

    os.kill(int(children[0]), signal.SIGKILL)
    code, _, err = running.ended()

    assert code == 1
    assert err.startswith("The bridge ended by itself")


def test_the_demo_plays_against_the_bridge_that_runs_and_can_be_repeated(running):
    played = [
        subprocess.run(
            command("local", "demo"),
            cwd=ROOT,
            env=running.environ,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        for _ in range(2)
    ]

    assert [(each.returncode, each.stderr) for each in played] == [(0, ""), (0, "")]
    assert "Barbara Ingram" in played[1].stdout


def test_the_demo_invites_nobody_into_a_1password_account(running):
    kept = desk.read(running.settings)
    desk.write(running.settings, dataclasses.replace(kept, target="onepassword"))

    played = subprocess.run(
        command("local", "demo"), cwd=ROOT, env=running.environ, capture_output=True, text=True, timeout=60, check=False
    )

    assert (played.returncode, played.stdout) == (1, "")
    assert played.stderr.startswith("The demo invites people who do not exist")


def test_the_demo_starts_a_bridge_of_its_own_where_none_runs(environ, tmp_path):
    played = subprocess.run(
        command("local", "demo"), cwd=ROOT, env=environ, capture_output=True, text=True, timeout=120, check=False
    )

    assert (played.returncode, played.stderr) == (0, "")
    assert "starting one for this demo" in played.stdout
    assert not (tmp_path / "state").exists()
