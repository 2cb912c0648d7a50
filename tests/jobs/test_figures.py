"""What people see at a glance agrees with what happened, and costs no more the more there is."""

import pytest

from scim.jobs import figures
from scim.records import Event, Ref
from tests.bridge import Bridge


@pytest.fixture
def told(bridge: Bridge) -> Bridge:
    barbara = bridge.post_user(displayName="Barbara Jensen")
    bridge.post_user("mandy@example.com", active=False)
    bridge.post_group("Guides", barbara["id"])
    bridge.target.accept("bjensen@example.com")
    bridge.confirm()
    return bridge


def seen(bridge: Bridge) -> figures.Figures:
    bridge.settle()
    return figures.read(bridge.store)


def test_it_is_counted_who_stands_where(told: Bridge):
    standings = seen(told).standings

    assert standings["User"] == {"active": 1, "none": 1}
    assert standings["Group"] == {"active": 1}
    assert seen(told).total("User") == 2


def test_it_is_counted_what_happened_on_a_day(told: Bridge):
    [day] = seen(told).days.values()

    assert (day["user.created"], day["user.invited"], day["user.confirmed"]) == (2, 1, 1)


def test_nothing_is_counted_twice(told: Bridge):
    first = seen(told)

    told.clock.advance(figures.COUNT_SECONDS + 1)
    again = seen(told)

    assert (again.days, again.settled, again.standings) == (first.days, first.settled, first.standings)
    assert again.at > first.at


def test_what_happened_since_is_added(told: Bridge):
    first = seen(told)

    told.clock.advance(120)
    told.post_user("john@example.com")
    again = seen(told)

    assert sum(day["user.created"] for day in again.days.values()) == 3
    assert again.total("User") == first.total("User") + 1


def test_a_moment_later_nothing_is_read_again(told: Bridge):
    first = seen(told)

    told.post_user("john@example.com")

    assert seen(told) == first


def test_it_is_counted_how_long_settling_took(bridge: Bridge):
    for number, (began, ended) in enumerate((("00:00:00.500", "00:00:00"), ("00:00:00.000", "00:00:40"))):
        ref = Ref("User", f"2819c22{number}")
        bridge.store.append_event(Event(f"0{number}A", f"2026-01-05T{began}Z", "okta", "user.created", ref))
        at = f"2026-01-05T{ended}Z"
        bridge.store.append_event(Event(f"0{number}B", at, "settle", "user.invited", ref, (), "done"))

    found = seen(bridge)

    assert found.settled == {"2026-01-05": [1, 0, 0, 1, 0, 0, 0]}
    assert found.open == {}


def test_days_long_ago_are_forgotten(bridge: Bridge):
    for number in range(60):
        at = f"2026-{1 + number // 30:02}-{1 + number % 30 if number < 30 else 1 + number % 28:02}T00:00:00Z"
        bridge.store.append_event(Event(f"{number:03}", at, "okta", "user.created", None))

    assert len(seen(bridge).days) == figures.DAYS
