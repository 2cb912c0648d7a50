"""The desk's scheduler runs each job when it is due, and survives what a job does."""

import logging

import pytest

from scim.cli.schedule import Duty, keep
from scim.records import Report


class Server:
    """Ends after a number of pauses; time passes in its pauses only."""

    def __init__(self, pauses: int) -> None:
        self.pauses = pauses
        self.now = 0.0

    def ended_within(self, seconds: float) -> bool:
        self.now += max(seconds, 0)
        self.pauses -= 1
        return self.pauses < 0


def report(state="healthy"):
    return Report("settle", "2026-11-24T00:00:00Z", "2026-11-24T00:10:00Z", state)


def test_each_duty_runs_at_its_own_interval():
    ran = []
    server = Server(pauses=6)

    def run(name):
        return lambda: (ran.append((server.now, name)), report())[1]

    keep(server, [Duty("settle", run("settle"), 2), Duty("confirm", run("confirm"), 5)], clock=lambda: server.now)

    assert ran == [
        (0, "settle"),
        (0, "confirm"),
        (2, "settle"),
        (4, "settle"),
        (5, "confirm"),
        (6, "settle"),
        (8, "settle"),
    ]


def test_nothing_runs_once_the_server_has_ended():
    ran = []

    keep(Server(pauses=0), [Duty("settle", lambda: ran.append(1), 2)], clock=lambda: 0.0)

    assert ran == []


def test_a_job_that_fails_is_told_once_logged_and_tried_again(capsys, caplog):
    server = Server(pauses=3)

    def fail():
        raise OSError("no disk")

    with caplog.at_level(logging.ERROR):
        keep(server, [Duty("settle", fail, 2)], clock=lambda: server.now)

    assert capsys.readouterr().err == "settle is unhealthy now.\n"
    assert [record.message for record in caplog.records] == ["job.crashed"] * 3


def test_a_job_that_works_again_is_told_too(capsys):
    server = Server(pauses=3)
    states = iter(["degraded", "healthy", "healthy"])

    keep(server, [Duty("settle", lambda: report(next(states)), 2)], clock=lambda: server.now)

    told = capsys.readouterr()
    assert (told.err, told.out) == ("settle is degraded now.\n", "settle is healthy now.\n")


@pytest.mark.parametrize("interval", [1, 300])
def test_a_duty_is_first_done_at_once(interval):
    ran = []
    server = Server(pauses=1)

    keep(server, [Duty("confirm", lambda: (ran.append(server.now), report())[1], interval)], clock=lambda: server.now)

    assert ran == [0]
