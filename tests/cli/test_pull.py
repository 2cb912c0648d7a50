"""What an administrator types to pull: look, approve, and be told why nothing was done."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from scim import wiring
from scim.cli import desk
from scim.cli.app import app
from scim.cli.console import Problem
from scim.cli.schedule import duties
from scim.jobs.pull import NothingWaits
from scim.jobs.selection import SelectionError
from scim.settings import Settings
from tests.directory.directory import Directory
from tests.directory.faults import Faults
from tests.directory.server import serving
from tests.directory.world import World

BRIDGE = """
[google_workspace]
groups = ["staff@example.com", "team-*@example.com"]
"""


@pytest.fixture(scope="module")
def google() -> Iterator[Directory]:
    with serving(World()) as directory:
        yield directory


@pytest.fixture(autouse=True)
def world(google: Directory) -> World:
    """Staff, and eight people in it."""
    google.world = world = World()
    google.faults = Faults()
    world.team("staff@example.com", *(world.hire(f"p{number}@example.com") for number in range(8)))
    return world


@pytest.fixture(autouse=True)
def settings(google: Directory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A desk with a bridge.toml in its directory."""
    chosen = google.settings(state_dir=tmp_path / "state", source_patience_seconds=0)
    for name in Settings.model_fields:
        if name.startswith(("source", "google_", "gce_", "state_dir")) and getattr(chosen, name) is not None:
            monkeypatch.setenv(name.upper(), str(getattr(chosen, name)))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bridge.toml").write_text(BRIDGE)
    desk.prepare(chosen)
    return chosen


def typed(*words: str) -> Result:
    return CliRunner().invoke(app, ["pull", *words])


def answered(*words: str) -> dict[str, Any]:
    done = typed(*words, "--json")
    return json.loads(done.stdout) | {"status": done.exit_code}


def users(settings: Settings) -> int:
    with closing(wiring.store(settings)) as store:
        return store.count("User")


def test_the_first_run_shows_its_plan_and_how_to_approve_it(settings: Settings):
    done = typed()

    digest = answered("--plan")["digest"]
    assert (done.exit_code, users(settings)) == (0, 0)
    assert "create user" in done.stdout
    assert f"python -m scim pull --approve {digest}" in done.stdout
    assert "Read: 8 people, of whom 8 are to be active, in 1 chosen groups." in done.stdout


def test_an_approval_lets_exactly_that_plan_through(settings: Settings):
    digest = answered()["digest"]

    done = answered("--approve", digest)

    assert (done["status"], done["outcome"], done["done"]) == (0, "done", {"create": 9, "grant": 8})
    assert users(settings) == 8
    assert "Recorded: nothing, for nothing has changed." in typed().stdout


def test_an_approval_of_another_plan_is_refused(settings: Settings, world: World):
    digest = answered()["digest"]
    world.join(next(iter(world.teams.values())), world.hire("late@example.com"))

    unknown, outdated = typed("--approve", "0" * 16), typed("--approve", digest)

    assert isinstance(unknown.exception, NothingWaits)
    assert isinstance(outdated.exception, Problem)
    assert "another one by now" in str(outdated.exception)
    assert users(settings) == 0


def test_yes_does_not_wait(settings: Settings):
    assert (typed("--yes").exit_code, users(settings)) == (0, 8)


def test_a_look_writes_nothing(settings: Settings):
    shown = answered("--plan")

    assert (shown["status"], shown["outcome"], len(shown["steps"])) == (0, "waits", 10)
    with closing(wiring.store(settings)) as store:
        assert (store.reports(), store.note("pull.plan")) == ([], None)
    assert isinstance(typed("--plan", "--yes").exception, Problem)


def test_yes_never_applies_what_is_beyond_the_limit(settings: Settings, world: World):
    typed("--yes")
    for number in range(8, 30):
        world.join(next(iter(world.teams.values())), world.hire(f"p{number}@example.com"))
    typed("--yes")
    for person in list(world.people.values())[:6]:
        person.suspended = True

    done = typed("--yes")

    assert done.exit_code == 0
    assert "6 removals in people, where 5 may go on now." in done.stdout
    assert "So all removals of this plan are held" in done.stdout
    assert "6 held" in CliRunner().invoke(app, ["holds"]).stdout


def test_a_read_that_is_not_whole_ends_with_its_reason(settings: Settings, google: Directory):
    typed("--yes")
    google.faults = Faults(always=lambda path: "server error" if path.endswith("members") else None)

    done = typed("--yes")

    assert done.exit_code == 4
    assert "staff@example.com" in done.stderr
    assert users(settings) == 8


def test_what_is_not_believed_ends_with_its_reason(settings: Settings, world: World):
    typed("--yes")
    for person in list(world.people.values())[:6]:
        world.dismiss(person)

    done = typed("--yes")

    assert done.exit_code == 3
    assert "There were 8 people in the source at the last good run, there are 2 now" in done.stderr
    assert users(settings) == 8
    digest = answered("--plan")["digest"]
    assert typed("--approve", digest).exit_code == 0


def test_a_group_that_is_not_there_ends_with_its_name(settings: Settings):
    Path("bridge.toml").write_text('[google_workspace]\ngroups = ["nobody@example.com"]\n')

    done = typed("--plan")

    assert (done.exit_code, "nobody@example.com" in done.stderr) == (3, True)


def test_what_is_stored_is_found_where_no_file_is(settings: Settings):
    typed("configure")
    Path("bridge.toml").unlink()

    assert typed("--yes").exit_code == 0
    assert users(settings) == 8


def test_what_is_stored_is_an_audit_line_with_what_it_changes(settings: Settings):
    typed("configure")

    with closing(wiring.store(settings)) as store:
        told = store.events(1)[0]
    assert (told.action, told.changes[0]["before"]["groups"]) == ("pull.configured", [])
    assert told.changes[0]["after"]["groups"] == ["staff@example.com", "team-*@example.com"]


def test_a_file_that_is_named_comes_before_the_one_in_the_directory(settings: Settings, monkeypatch, tmp_path: Path):
    monkeypatch.setenv("BRIDGE_CONFIG", str(tmp_path / "other.toml"))

    done = typed("--plan")

    assert (done.exit_code, "other.toml cannot be read" in done.stderr) == (4, True)


def test_nothing_chosen_says_how_to_choose(settings: Settings):
    Path("bridge.toml").unlink()

    done = typed("--plan")

    assert (done.exit_code, "pull configure bridge.toml" in done.stderr) == (4, True)


def test_a_file_that_chooses_nothing_is_not_stored(settings: Settings):
    Path("bridge.toml").write_text("[google_workspace]\ngroups = []\n")

    assert isinstance(typed("configure").exception, SelectionError)


def test_a_file_that_is_there_for_the_deployment_alone_leaves_it_to_what_was_stored(settings: Settings):
    typed("configure")
    Path("bridge.toml").write_text('project = "acme-identity"\n\n[groups]\nmanage = []\n')

    assert typed("--yes").exit_code == 0
    assert users(settings) == 8
    assert "has no [google_workspace]" in str(typed("configure").exception)


def test_a_misspelt_section_is_told_and_what_was_stored_does_not_stand_in_for_it(settings: Settings):
    typed("configure")
    Path("bridge.toml").write_text(BRIDGE.replace("google_workspace", "google_worksapce"))

    done = typed("--yes")

    assert (done.exit_code, "'google_worksapce', which means nothing" in done.stderr) == (4, True)
    assert users(settings) == 0


def test_without_a_source_it_says_so(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SOURCE", "none")

    assert isinstance(typed().exception, Problem)


def test_the_schedule_pulls_where_a_source_is(settings: Settings):
    jobs = wiring.jobs(settings)
    none = settings.model_copy(update={"source": "none"})

    assert [duty.name for duty in duties(jobs, settings)] == ["settle", "confirm", "reconcile", "pull"]
    assert [duty.name for duty in duties(wiring.jobs(none), none)] == ["settle", "confirm", "reconcile"]
    assert jobs.pull is not None
    assert jobs.pull().detail["outcome"] == "waits"
