"""No part is ever taken for the whole: each call of a read of 1,000 people and 50 groups fails once in each way."""

import re

import pytest

from scim.source_records import SourceError, SourceIncomplete, SourceUnavailable
from scim.sources.google_workspace import open_source
from tests.directory.directory import Directory
from tests.directory.faults import EVERYWHERE, OF_LISTS, Faults
from tests.directory.matrix import AUTHENTICATING, outcomes, read
from tests.directory.server import serving
from tests.directory.world import company
from tests.sources.reading import Time, opened

SEVEN = ("server error", "hang", "cut JSON", "empty page", "repeated page", "missing token", "half listing")
FINAL = {"no rights"}
"""What no repetition mends."""
CALLS = 3 + 2 + 1 + 1 + 1 + 50  # who asks; pages of users, of groups, the last ones twice; one listing for each group


@pytest.fixture(scope="module")
def large():
    return Directory(company(1000, 50), address="127.0.0.1:9")


@pytest.fixture
def small():
    """Several pages of everything."""
    world = company(45, 12, lambda number: 25 if number < 2 else 3)
    return Directory(world, smaller=10, address="127.0.0.1:9")


@pytest.mark.parametrize("fault", SEVEN)
def test_whichever_of_the_calls_fails_once_all_is_read(large, fault):
    found = list(outcomes(large, [fault]))

    assert len(found) == (CALLS if fault not in OF_LISTS else CALLS - AUTHENTICATING)
    assert [outcome for outcome in found if outcome.result != "whole"] == []


@pytest.mark.parametrize("fault", [*EVERYWHERE, *OF_LISTS])
def test_whichever_page_of_several_fails_once_no_part_is_taken_for_the_whole(small, fault):
    found = list(outcomes(small, [fault]))

    lists = [outcome for outcome in found if outcome.call > AUTHENTICATING]
    assert {outcome.result for outcome in found} <= {"whole", "raised"}
    assert {outcome.result for outcome in lists} == ({"raised"} if fault in FINAL else {"whole"})


@pytest.mark.parametrize("fault", [*EVERYWHERE, "nothing said", "empty page", "same token"])
@pytest.mark.parametrize("kind", ["users", "groups", "members"])
def test_what_goes_wrong_each_time_is_said(small, kind, fault):
    small.faults = Faults(always=lambda path: fault if path.endswith(kind) else None)

    with pytest.raises(SourceError) as error:
        read(small)

    assert re.fullmatch(r"\S.+[a-z)]\.", str(error.value))


def test_people_whom_google_leaves_out_each_time_are_missed_because_groups_name_them(small):
    small.faults = Faults(always=lambda path: "half listing" if path.endswith("users") else None)

    with pytest.raises(SourceIncomplete, match="left out of the list of users"):
        read(small)


@pytest.mark.parametrize("fault", ["half listing", "no rows"])
def test_members_whom_google_leaves_out_each_time_make_their_group_doubted(fault):
    directory = Directory(company(45, 7), address="127.0.0.1:9")
    directory.faults = Faults(always=lambda path: fault if path.endswith("members") else None)

    reading = read(directory)

    assert [bool(members.doubt) for members in reading.members.values()] == [True] * 7
    assert "Google counts 20 people in team0000@example.com but lists" in next(iter(reading.members.values())).doubt


def test_a_call_that_keeps_failing_ends_the_read_after_eight_attempts_with_growing_pauses(small):
    small.faults = Faults(always=lambda path: "rate" if path.endswith("groups") else None)
    time = Time()

    with pytest.raises(SourceUnavailable, match="too many calls"):
        opened(small, time).groups()

    assert small.calls["groups"] == 8
    assert [2**n <= pause <= 2**n + 1 for n, pause in enumerate(pause for pause in time.pauses if pause >= 1)] == [
        True
    ] * 7


# ── the same by HTTP ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("fault", ["hang", "no answer", "cut off", "cut JSON", "HTML", "account rate"])
@pytest.mark.parametrize("call", [1, 2, 3, 4, 9], ids=["metadata", "signJwt", "token", "users", "members"])
def test_a_network_in_trouble_is_asked_again(call, fault):
    with serving(company(4, 2)) as directory:
        directory.faults = Faults({call: fault})

        reading = opened_by_http(directory).read(lambda _group: True)

        assert (len(reading.users), [len(each.user_ids) for each in reading.members.values()]) == (4, [4, 4])


def opened_by_http(directory):
    return open_source(directory.settings(source_timeout_seconds=0.5), pause=lambda _seconds: None)
