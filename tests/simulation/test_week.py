"""Two days of a small company; `python -m tests.simulation` plays the week of a large one."""

from functools import cache

import pytest

from tests.simulation.week import CALLS_PER_DAY, SHARE, Company, Figures, Week

LARGE = Company()
PEOPLE = 200
JOINED = PEOPLE + 2


@cache
def play(members_per_request: int) -> tuple[Week, Figures]:
    week = Week(Company(PEOPLE, 4, 3 * PEOPLE, 2, members_per_request))
    return week, week.run()


@pytest.mark.parametrize("members_per_request", [100, 1])
def test_a_week_leaves_nothing_owed_and_invites_nobody_twice(members_per_request: int) -> None:
    week, figures = play(members_per_request)
    invited = [each for each in week.bridge.account.kept.people.values() if str(each["email"]).startswith("person")]

    assert figures.owed_at_end == 0
    assert (figures.by_command["user provision"], len(invited)) == (JOINED, JOINED)
    assert "TRANSFER_ACCEPTED" not in {each["state"] for each in invited}


@pytest.mark.parametrize("members_per_request", [100, 1])
def test_ticks_with_nothing_to_do_call_nobody(members_per_request: int) -> None:
    _, figures = play(members_per_request)

    assert figures.idle_settle_ticks > 2000
    assert figures.idle_settle_calls == 0


def test_the_first_day_takes_its_share_of_the_calls_at_most() -> None:
    _, figures = play(100)

    assert figures.peak_day < SHARE * CALLS_PER_DAY * PEOPLE / LARGE.people
