"""What the jobs write and what the screens read are the same: neither side loads the other."""

import re
from dataclasses import fields
from pathlib import Path

from scim.admin import drift, health, kept, words
from scim.jobs import drift_list, figures, notices, pull, pull_notes, reconcile
from scim.jobs.drift import KINDS
from scim.operations import JOBS
from scim.records import Ref, TargetGroup
from scim.wiring import Jobs
from tests.admin.screens import Screens, make_screens

ROOT = Path(__file__).parent.parent.parent


def test_the_notes_have_the_same_names():
    assert (kept.FIGURES, kept.DRIFT, kept.ASKED_FOR) == (figures.NOTE, drift_list.NOTE, notices.UNMANAGED)
    assert (kept.PLAN, kept.APPROVAL, kept.STATE) == (pull_notes.PLAN, pull_notes.APPROVAL, pull_notes.STATE)
    assert kept.RUNS == pull_notes.RUNS


def test_the_jobs_have_the_same_names():
    assert set(JOBS) == {field.name for field in fields(Jobs)}
    assert reconcile.SOURCE in health.USUAL
    assert pull.SOURCE in words.JOBS


def test_the_usual_jobs_report_under_these_names(screens: Screens):
    for job in ("settle", "confirm", "reconcile"):
        screens.done(f"/run/{job}")

    assert set(health.USUAL) <= {report.source for report in screens.bridge.store.reports()}


def test_every_kind_of_drift_has_its_words():
    assert dict(KINDS) == drift.KINDS


def test_every_standing_has_its_words():
    assert set(words.STANDINGS) == set(map(str, figures.STANDINGS))


def test_the_steps_of_settling_times_are_the_same():
    assert kept.STEPS == figures.STEPS


def test_figures_are_read_as_they_were_written(screens: Screens):
    screens.bridge.post_user()
    screens.bridge.settle()
    written, read = figures.read(screens.bridge.store), kept.Figures.read(screens.bridge.store)

    assert (read.standings, read.days, read.settled, read.open, read.at) == (
        written.standings, written.days, written.settled, written.open, written.at,
    )  # fmt: skip
    assert read.total("User") == written.total("User") == 1


def test_drift_is_read_as_it_was_written(screens: Screens):
    user = screens.bridge.post_user()["id"]
    screens.bridge.target.rename(screens.bridge.store.get(Ref("User", user)).link.target_id, "Babs")
    screens.done("/run/reconcile", "/drift")

    (item,), more = kept.drift(screens.bridge.store)
    (written,) = drift_list.read(screens.bridge.store).items
    assert (item.kind, item.id, item.wanted, item.shown, item.since, more) == (
        written.drift.kind, written.drift.ref.id, written.drift.wanted, written.drift.shown, written.since, 0,
    )  # fmt: skip


def test_groups_that_are_asked_for_are_read_as_they_were_written(screens: Screens):
    for number in range(2):
        notices.tell_unmanaged(screens.bridge.store, TargetGroup(f"t{number}", "Guides"), float(number))

    assert [(each.target_id, each.at) for each in kept.asked_for(screens.bridge.store)] == [("t1", 1.0), ("t0", 0.0)]


def test_every_action_that_is_written_has_its_words(tmp_path: Path):
    """Those of a whole life, at least."""
    screens = make_screens(tmp_path)
    bridge = screens.bridge
    user = bridge.post_user()["id"]
    group = bridge.post_group("Guides", user)["id"]
    bridge.target.accept("bjensen@example.com")
    bridge.confirm()
    bridge.patch(f"/Users/{user}", {"op": "replace", "path": "displayName", "value": "Babs"})
    bridge.patch(f"/Users/{user}", {"op": "replace", "path": "active", "value": False})
    bridge.patch(f"/Users/{user}", {"op": "replace", "path": "active", "value": True})
    bridge.send("DELETE", f"/Groups/{group}")
    bridge.send("DELETE", f"/Users/{user}")

    assert {event.action for event in bridge.store.events(99)} - set(words.ACTIONS) == set()


def test_every_action_that_the_code_names_has_its_words():
    code = "\n".join(path.read_text() for path in ROOT.glob("scim/**/*.py") if "admin" not in path.parts[-2:])
    named = set(re.findall(r'(?:event|tell|_link)\((?:[^"\n]|"")*"([a-z]+\.[a-z_]+)"', code))

    assert {"user.suspended", "group.unmanaged"} <= set(words.ACTIONS)
    assert len(named) > 20
    assert named - set(words.ACTIONS) == set()


def test_nothing_of_the_screens_leads_to_the_target():
    """By name, beside what the import contracts say."""
    for path in (ROOT / "scim/admin").glob("*.py"):
        assert "scim.targets" not in path.read_text()
        assert "scim.jobs import" not in path.read_text()
