"""The state directory of a desk, and the file that says where its bridge is."""

import json
import socket

import pytest
from typer.testing import CliRunner

from scim.cli import desk
from scim.cli.app import app
from scim.cli.console import Problem
from scim.cli.desk import Bridge
from scim.records import Secret


@pytest.fixture
def settings(tmp_path):
    return desk.settings({"STATE_DIR": str(tmp_path / "state")})


def a_bridge():
    return Bridge(
        "http://127.0.0.1:8080/scim/v2", Secret("t1"), {"rfc": Secret("t1")}, Secret("http://127.0.0.1/admin")
    )


def test_a_desk_settles_and_confirms_within_seconds(settings):
    assert (settings.settle_interval_seconds, settings.confirm_interval_seconds) == (2, 5)


def test_the_environment_wins_over_a_desk_s_defaults():
    assert desk.settings({"SETTLE_INTERVAL_SECONDS": "9"}).settle_interval_seconds == 9


def test_the_state_directory_is_absolute_for_the_server_that_starts_elsewhere(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    assert desk.environment({})["STATE_DIR"] == str(tmp_path / ".local")


@pytest.mark.parametrize("command", ["status", "people", "events", "tokens", "holds", "drift", "settle"])
def test_a_command_may_come_before_the_first_start(command, monkeypatch, tmp_path):
    monkeypatch.setenv("STATE_DIR", str(tmp_path / "new"))

    assert CliRunner().invoke(app, [command]).exit_code == 0


def test_the_state_directory_belongs_to_its_owner_and_to_no_commit(settings):
    desk.prepare(settings)

    assert settings.state_dir.stat().st_mode & 0o777 == 0o700
    assert (settings.state_dir / ".gitignore").read_text() == "*\n"


def test_preparing_twice_changes_nothing(settings):
    desk.prepare(settings)
    (settings.state_dir / "kept").write_text("")

    desk.prepare(settings)

    assert (settings.state_dir / "kept").exists()


def test_a_state_directory_that_is_a_file_is_a_problem(settings):
    settings.state_dir.write_text("")

    with pytest.raises(Problem, match=r"^The state directory .* cannot be used: .*\. Set STATE_DIR\.$"):
        desk.prepare(settings)


def test_the_bridge_is_read_as_it_was_written(settings):
    desk.prepare(settings)

    desk.write(settings, a_bridge())

    assert desk.read(settings) == a_bridge()


def test_the_file_of_the_bridge_is_plain_json_for_other_programs(settings):
    desk.prepare(settings)

    desk.write(settings, a_bridge())

    assert json.loads(desk.bridge_file(settings).read_text()) == {
        "base_url": "http://127.0.0.1:8080/scim/v2",
        "token": "t1",
        "tokens": {"rfc": "t1"},
        "admin_url": "http://127.0.0.1/admin",
        "target": "embedded",
    }


def test_only_the_owner_reads_the_file_of_the_bridge(settings):
    desk.prepare(settings)

    desk.write(settings, a_bridge())

    assert desk.bridge_file(settings).stat().st_mode & 0o777 == 0o600


def test_writing_leaves_no_draft(settings):
    desk.prepare(settings)

    desk.write(settings, a_bridge())

    assert {path.name for path in settings.state_dir.iterdir()} == {".gitignore", "bridge.json"}


def test_no_bridge_has_been_here_before_the_first(settings):
    assert desk.read(settings) is None


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"base_url": 1, "token": 2, "tokens": 3, "admin_url": 4}', "\x00"]
)
def test_a_broken_file_of_the_bridge_is_a_problem_and_says_what_to_do(settings, text):
    desk.prepare(settings)
    desk.bridge_file(settings).write_text(text)

    with pytest.raises(Problem, match="Delete it"):
        desk.read(settings)


def test_a_port_in_use_is_a_problem_that_names_another():
    with socket.socket() as taken:
        taken.bind((desk.HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(Problem, match=f"Port {port} cannot be used: .*PORT=8081 make run"):
            desk.require_free(port)


def test_a_free_port_is_free():
    desk.require_free(desk.free_port())
