"""Lives that broke a promise once, as short as they can be told."""

from collections.abc import Iterator

import pytest

from tests.stateful.lives import LIVES
from tests.stateful.machine import Life
from tests.stateful.rig import LIMIT
from tests.stateful.wishes import Request


@pytest.fixture(params=LIVES)
def life(request: pytest.FixtureRequest) -> Iterator[Life]:
    """It ends as every life does: with hours of ticks, after which everything has to be right."""
    made = LIVES[request.param]()
    yield made
    made.teardown()


def only(ids: object) -> str:
    (id,) = list(ids)  # type: ignore[call-overload]
    return str(id)


def test_a_refused_rename_of_a_group_that_vanished_is_taken_back(life: Life) -> None:
    life.begin(waits=True, staff=1, joined=0)
    life.delete_group_by_hand(place=0)

    life.put_group(place=0, name="Owners", members=None, fault=None)

    assert life.wanted.groups[only(life.wanted.groups)].name == "Tour Guides"


def test_who_came_back_as_another_user_is_not_doubled_by_a_discarded_hold(life: Life) -> None:
    life.begin(waits=True, staff=3, joined=0)
    last = list(life.wanted.users)[-1]
    life._send(Request("PATCH", "User", last, {"external_id": "701984"}))
    life.remove_all(leave=True)
    life.post_user(user={"user_name": "tguide@example.com", "external_id": "701984"}, fault=None)

    life.discard(place=0, fault=None)

    assert last not in life.wanted.users


def test_who_is_deleted_and_made_anew_loses_groups_within_the_limit_only(life: Life) -> None:
    life.begin(waits=False, staff=4, joined=0)
    addresses = [user.user_name for user in life.wanted.users.values()]
    life.remove_all(leave=True)
    for address in addresses:
        life.post_user(user={"user_name": address}, fault=None)

    life.settle(fault=None)

    assert len(life.limits.revocations) <= LIMIT.group_least


def test_who_returns_after_an_approved_removal_gives_nothing_back_that_was_not_counted(life: Life) -> None:
    life.begin(waits=True, staff=3, joined=0)
    last = list(life.wanted.users)[-1]
    life.remove_all(leave=False)
    life.approve(place=0, fault=None)
    life._send(Request("PATCH", "User", last, {"active": True}))

    life._send(Request("PATCH", "User", last, {"active": False}))

    assert len(life.limits.suspensions) == LIMIT.people_least
