"""What an administrator types to see what was changed by hand."""

import json
from contextlib import closing
from typing import Any

import pytest
from typer.testing import CliRunner

from scim import wiring
from scim.cli import desk
from scim.cli.app import app
from scim.jobs.reconcile import SOURCE
from scim.records import Event, Record, Ref
from scim.settings import Settings
from tests.jobs.hands import EmbeddedHands

ADDRESS = "bjensen@example.com"


@pytest.fixture
def settings(tmp_path, monkeypatch) -> Settings:
    """A bridge that has provisioned Barbara."""
    monkeypatch.setenv("STATE_DIR", str(tmp_path / "state"))
    chosen = desk.settings({"STATE_DIR": str(tmp_path / "state")})
    desk.prepare(chosen)
    at, ref = "2026-01-01T00:00:00.000Z", Ref("User", "barbara")
    document = {"userName": ADDRESS, "displayName": "Barbara Jensen", "active": True}
    with closing(wiring.store(chosen)) as store:
        record = Record("User", "barbara", document, "okta", at, at, unique_keys=(f"address={ADDRESS}",))
        store.create(record, (), Event(wiring.event_id(), at, "test", "user.created", ref))
    assert wiring.jobs(chosen).settle().state == "healthy"
    return chosen


def by_hand(settings: Settings, name: str = "Changed") -> None:
    with closing(wiring.embedded_target(settings)) as target:
        person = target.find_user(ADDRESS)
        assert person
        EmbeddedHands(target).rename(person.id, name)


def calls(settings: Settings) -> dict[str, int]:
    with closing(wiring.embedded_target(settings)) as target:
        return target.calls()


def typed(*words: str) -> Any:
    return CliRunner().invoke(app, words)


def test_without_drift_it_ends_with_status_0(settings):
    done = typed("reconcile")

    assert (done.exit_code, "Drift: none." in done.stdout, ": healthy." in done.stdout) == (0, True, True)


def test_with_drift_it_is_shown_and_the_status_is_1(settings):
    by_hand(settings)

    done = typed("reconcile")

    assert done.exit_code == 1
    assert [word for word in (ADDRESS, "renamed by hand", "Barbara Jensen", "Changed") if word not in done.stdout] == []


def test_as_json_every_difference_is_there(settings):
    by_hand(settings)

    (found,) = json.loads(typed("reconcile", "--json").stdout)["drift"]

    assert (found["kind"], found["resource"], found["id"], found["wanted"], found["shown"]) == (
        "person_renamed", "User", "barbara", "Barbara Jensen", "Changed",
    )  # fmt: skip


def test_the_last_list_is_shown_without_asking_the_target(settings):
    by_hand(settings)
    typed("reconcile")
    before = calls(settings)

    shown, as_json = typed("drift"), json.loads(typed("drift", "--json").stdout)

    assert calls(settings) == before
    assert (shown.exit_code, ADDRESS in shown.stdout) == (0, True)
    assert (as_json["report"]["source"], len(as_json["drift"])) == (SOURCE, 1)


def test_before_the_first_pass_it_says_so(settings):
    assert "Nobody has looked for drift yet" in typed("drift").stdout
    assert json.loads(typed("drift", "--json").stdout) == {"report": None, "drift": [], "more": 0}


def test_what_is_enforced_leaves_nothing_to_look_at(settings, monkeypatch):
    by_hand(settings)
    monkeypatch.setenv("DRIFT_PERSON_RENAMED", "enforce")

    done = typed("reconcile")
    typed("settle")

    assert (done.exit_code, "enforced 1" in done.stdout) == (0, True)
    with closing(wiring.embedded_target(settings)) as target:
        assert target.find_user(ADDRESS).name == "Barbara Jensen"


def test_a_target_that_cannot_be_read_is_a_sentence_and_status_1(settings):
    with closing(wiring.embedded_target(settings)) as target:
        target.fail("users", "TargetUnavailable")

    done = typed("reconcile")

    assert (done.exit_code, "Nothing was concluded: As scripted" in str(done.exception)) == (1, True)


def test_it_is_a_job_of_the_cloud_too(settings, monkeypatch):
    monkeypatch.setattr(wiring, "settings", lambda: settings)
    wiring.secrets(settings).add_version("jobs-key", "k" * 40)
    client = wiring.jobs_app.__wrapped__().test_client()

    answer = client.post("/reconcile", headers={"Authorization": f"Bearer {'k' * 40}"})

    assert (answer.status_code, answer.get_json()["source"]) == (200, SOURCE)
