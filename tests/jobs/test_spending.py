"""Calls of the target by hour and day, in one report that all processes add to."""

import logging
from typing import Any

import pytest

from scim.jobs import spending
from scim.jobs.work import Runner
from scim.records import Report
from tests.bridge import Bridge


class Counted:
    """A target that was sent so many calls."""

    def __init__(self, made: int) -> None:
        self.made = made

    def calls_made(self) -> int:
        return self.made


def noted(bridge: Bridge, *runners: Runner) -> Report:
    for runner in runners:
        spending.note(runner)
    return next(report for report in bridge.store.reports() if report.source == spending.SOURCE)


def runner(bridge: Bridge, made: int, **options: Any) -> Runner:
    return bridge.runner(target=Counted(made), **options)


def test_the_calls_of_all_processes_add_up(bridge: Bridge):
    report = noted(bridge, runner(bridge, 3), runner(bridge, 4))

    assert (report.state, report.detail["hour"], report.detail["day"]) == ("healthy", 7, 7)


def test_calls_are_counted_once(bridge: Bridge):
    one = runner(bridge, 3)

    assert noted(bridge, one, one).detail["day"] == 3


def test_an_hour_ends_and_a_day_ends(bridge: Bridge):
    noted(bridge, runner(bridge, 5))
    bridge.clock.advance(3600)
    later = noted(bridge, runner(bridge, 2))
    bridge.clock.advance(23 * 3600)
    next_day = noted(bridge, runner(bridge, 1))

    assert (later.detail["hour"], later.detail["day"], next_day.detail["day"]) == (2, 7, 3)


def test_most_of_a_days_calls_is_degraded_and_alerted_once(bridge: Bridge, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.ERROR, "scim.spending"):
        states = [noted(bridge, runner(bridge, made, calls_per_day=1000)).state for made in (800, 1, 1)]

    assert states == ["healthy", "degraded", "degraded"]
    assert [record.message for record in caplog.records] == ["target.calls_high"]


def test_a_request_that_settles_is_counted_too(bridge: Bridge):
    bridge.post_user()

    (report,) = bridge.store.reports()
    assert (report.source, report.detail["day"]) == (spending.SOURCE, 2)
