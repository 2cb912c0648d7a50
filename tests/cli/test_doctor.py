"""What `doctor` finds, and that it fails when something has."""

import json
import time
from contextlib import closing
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from scim import wiring
from scim.cli import desk, doctor
from scim.cli.app import app
from scim.records import Event, Report
from tests.cli.serving import served


@pytest.fixture
def settings(tmp_path, monkeypatch):
    environ = {"STATE_DIR": str(tmp_path / "state"), "PORT": str(desk.free_port())}
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    chosen = desk.settings(environ)
    desk.prepare(chosen)
    return chosen


def examined():
    """Exit status, and the state of each finding by subject; the worst where there are several."""
    done = CliRunner().invoke(app, ["doctor", "--json"])
    order = ("ok", "warning", "failed")
    states = {}
    for finding in json.loads(done.stdout):
        states[finding["subject"]] = max(states.get(finding["subject"], "ok"), finding["state"], key=order.index)
    return done.exit_code, states


def mint(*options):
    assert CliRunner().invoke(app, ["token", "mint", "okta", *options]).exit_code == 0


def instant(at):
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def report(settings, **replaced):
    now = time.time()
    fields = {"source": "Settle", "at": instant(now), "expires": instant(now + 600), "state": "healthy"}
    with closing(wiring.store(settings)) as store:
        store.put_report(Report(**{**fields, **replaced}))


def test_without_a_token_it_has_failed(settings):
    code, states = examined()

    assert (code, states["token"], states["store"], states["target"]) == (1, "failed", "ok", "ok")


def test_with_token_jobs_and_server_all_is_well(settings):
    mint()
    report(settings)

    with served(settings.port):
        code, states = examined()

    assert (code, set(states.values())) == (0, {"ok"})


def test_a_token_that_ends_soon_is_told(settings):
    mint("--days", "3")

    assert examined()[1]["token"] == "warning"


def test_a_job_that_fell_silent_has_failed(settings):
    report(settings, expires=instant(time.time() - 1))

    assert examined()[1]["jobs"] == "failed"


@pytest.mark.parametrize(("state", "found"), [("degraded", "warning"), ("unhealthy", "failed")])
def test_a_job_that_is_not_well_is_told(settings, state, found):
    report(settings, state=state, detail={"reason": "no answer"})

    assert examined()[1]["jobs"] == found


def test_a_bridge_that_does_not_answer_is_told(settings):
    assert examined()[1]["bridge"] == "warning"


@pytest.mark.parametrize("seconds", [-90, 90])
def test_a_clock_that_is_off_the_bridges_has_failed(settings, monkeypatch, seconds):
    mint()
    monkeypatch.setattr(doctor, "_remote_time", lambda _url: time.time() + seconds)

    assert examined()[1]["clock"] == "failed"


def test_a_clock_that_jumped_back_has_failed(settings):
    with closing(wiring.store(settings)) as store:
        store.append_event(Event(wiring.event_id(), instant(time.time() + 3600), "test", "user.created", None))

    assert examined()[1]["clock"] == "failed"


def test_the_table_says_what_to_do(settings):
    shown = CliRunner().invoke(app, ["doctor"]).stdout

    assert "FAILED" in shown
    assert "token mint" in shown
