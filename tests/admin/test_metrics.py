"""`/metrics`: OpenMetrics text that a strict reader takes, with what there is to watch."""

import re
from pathlib import Path

import pytest

from scim.admin import metrics
from scim.admin.metrics import Family
from scim.records import Report
from tests.admin.screens import Screens, make_screens

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? (-?[0-9.]+(?:e[+-]?[0-9]+)?)")
META = re.compile(rf"# (TYPE|UNIT|HELP) ({NAME}) (.+)")
SUFFIXES = {"counter": "_total", "info": "_info", "histogram": "_bucket", "gauge": "", "stateset": ""}

Parsed = dict[str, dict[tuple[str, ...], float]]


def parse(text: str) -> Parsed:
    """Families by name, samples by labels. Strict: order of the lines, suffixes, units, the end (OpenMetrics 1.0)."""
    assert text.endswith("# EOF\n")
    families: Parsed = {}
    name = kind = ""
    for line in text.removesuffix("# EOF\n").splitlines():
        if meta := META.fullmatch(line):
            if meta[1] == "TYPE":
                name, kind = meta[2], meta[3]
                assert name not in families
                assert kind in SUFFIXES
                families[name] = {}
            assert meta[2] == name
            if meta[1] == "UNIT":
                assert name.endswith(f"_{meta[3]}")
            continue
        sample = SAMPLE.fullmatch(line)
        assert sample, line
        assert sample[1] == name + SUFFIXES[kind], line
        labels = tuple(re.findall(LABEL, sample[2] or ""))
        assert labels not in families[name]
        assert len({label.partition("=")[0] for label in labels}) == len(labels)
        families[name][labels] = float(sample[3])
    return families


def read(screens: Screens) -> Parsed:
    answer = screens.http.get("/metrics")
    assert answer.content_type == "application/openmetrics-text; version=1.0.0; charset=utf-8"
    return parse(answer.text)


@pytest.fixture
def screens(tmp_path: Path) -> Screens:
    made = make_screens(tmp_path, wait=0)
    made.bridge.post_user()
    made.bridge.post_user("mandy@example.com", active=False)
    made.bridge.settle()
    made.bridge.post_user("john@example.com")
    return made


def test_a_new_bridge_can_be_read(tmp_path: Path):
    assert read(make_screens(tmp_path))["scim_held"] == {(): 0}


def test_what_is_owed_and_who_stands_where_is_counted(screens: Screens):
    found = read(screens)

    assert found["scim_owed"][('resource="users"',)] == 1
    assert found["scim_resources"] == {
        ('kind="User"', 'standing="invited"'): 1,
        ('kind="User"', 'standing="none"'): 1,
    }


def test_events_are_counters_that_only_grow(screens: Screens):
    label = ('action="user.created"', 'day="2027-01-15"')
    before = read(screens)["scim_events"][label]
    screens.bridge.clock.advance(700)
    screens.bridge.settle()

    assert (before, read(screens)["scim_events"][label]) == (2, 3)


def test_settling_times_are_cumulative(screens: Screens):
    buckets = read(screens)["scim_settle_seconds"]

    counts = list(buckets.values())
    assert counts == sorted(counts)
    assert list(buckets)[-1] == ('day="2027-01-15"', 'le="+Inf"')


def test_jobs_have_ages_ends_and_states(screens: Screens):
    screens.bridge.clock.advance(100)
    found = read(screens)

    assert found["scim_report_age_seconds"][('job="Settle"',)] == pytest.approx(100, abs=3)
    assert found["scim_report_expires_seconds"][('job="Settle"',)] == pytest.approx(500, abs=3)
    assert found["scim_report"][('job="Settle"', 'scim_report="healthy"')] == 1
    assert found["scim_report"][('job="Settle"', 'scim_report="unhealthy"')] == 0
    assert found["scim_target_calls"][('window="hour"',)] > 0
    assert found["scim_target_calls_allowed"][()] == 50_000


def test_drift_is_a_gauge_once_somebody_looked(screens: Screens):
    assert "scim_drift" not in read(screens)
    screens.bridge.store.put_report(Report("Reconcile", "2027-01-15T08:00:00Z", "2027-01-16T08:00:00Z", "degraded",
                                           {"drift": 3}))  # fmt: skip

    assert read(screens)["scim_drift"] == {(): 3}


def test_names_from_outside_cannot_break_a_line(screens: Screens):
    evil = 'x"} 1\n# EOF\\'
    screens.bridge.store.put_report(Report(evil, "2027-01-15T08:00:00Z", "2027-01-16T08:00:00Z", "healthy"))

    assert ('job="x\\"} 1\\n# EOF\\\\"',) in read(screens)["scim_report_age_seconds"]


@pytest.mark.parametrize("value", [0, 1, 123456789, 0.25, 1e15])
def test_a_number_is_what_it_was(value: float):
    text = metrics.render(iter([Family("x", "gauge", "One.", [({}, value)])]))

    assert parse(text) == {"x": {(): value}}
