"""How fast the target is called."""

import threading

import pytest

from scim.targets.pace import Pace
from tests.targets.op_doubles import Clock


def pace(clock: Clock, per_second: float = 4.0, burst: int = 4) -> Pace:
    return Pace(per_second, burst, clock, clock.sleep)


def test_after_a_burst_calls_come_at_their_pace():
    clock = Clock(0.0)
    calls = pace(clock)

    taken = [(calls.take(60), clock.now)[1] for _ in range(8)]

    assert taken == [0.0, 0.0, 0.0, 0.0, 0.25, 0.5, 0.75, 1.0]


def test_a_long_rest_earns_no_more_than_one_burst():
    clock = Clock(0.0)
    calls = pace(clock)
    calls.take(60)

    clock.now = 1000.0
    taken = [(calls.take(60), clock.now)[1] for _ in range(6)]

    assert taken == [1000.0, 1000.0, 1000.0, 1000.0, 1000.25, 1000.5]


@pytest.mark.parametrize("per_second", [0.5, 4.0, 30.0])
def test_no_stretch_of_time_sees_more_than_it_may(per_second: float):
    clock = Clock(0.0)
    calls = pace(clock, per_second)

    at = [(calls.take(1e9), clock.now)[1] for _ in range(200)]

    for first in range(200):
        for last in range(first, 200):
            assert last - first + 1 <= 4 + (at[last] - at[first]) * per_second + 1e-6


def test_a_turn_that_comes_too_late_is_not_waited_for_and_not_used_up():
    clock = Clock(0.0)
    calls = pace(clock, burst=1)
    calls.take(60)

    refused = calls.take(0.2)

    assert refused is False
    assert (clock.slept, calls.taken) == ([], 1)
    assert calls.take(0.26) is True


def test_no_time_left_is_no_turn():
    assert [pace(Clock()).take(within) for within in (0.0, -1.0)] == [False, False]


def test_after_too_many_everybody_rests():
    clock = Clock(0.0)
    calls = pace(clock)
    calls.take(60)

    calls.rest(10.0)

    assert calls.take(9.9) is False
    assert calls.take(60) is True
    assert clock.now == 10.0


def test_a_shorter_rest_does_not_end_a_longer_one():
    calls = pace(Clock(0.0))
    calls.rest(10.0)

    calls.rest(1.0)

    assert calls.take(9.0) is False


def test_every_call_is_counted_once_whichever_thread_makes_it():
    calls = Pace(1e9)
    threads = [threading.Thread(target=lambda: [calls.take(60) for _ in range(500)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert calls.taken == 4000


@pytest.mark.parametrize(("per_second", "burst"), [(0.0, 1), (-1.0, 1), (1.0, 0)])
def test_a_pace_that_never_comes_is_none(per_second: float, burst: int):
    with pytest.raises(ValueError, match="pace"):
        Pace(per_second, burst)
