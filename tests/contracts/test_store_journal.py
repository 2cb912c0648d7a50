"""The contract of `ports.Store`, for events, leases and reports."""

from dataclasses import replace

import pytest

from scim.ports import Store
from scim.records import Event, Ref, Report
from tests.stores.samples import AT, LATER, event, user


def numbered(number: int) -> Event:
    return event(f"action-{number}", id=f"01KE0000000000000000000{number:03}")


def test_an_event_is_read_back_as_it_was(store: Store):
    changes = [{"op": "replace", "path": "/userName", "value": {"ä": [None, 2**70]}}]
    line = Event("01KE", AT, "entra", "user.changed", Ref("User", "2819c223"), changes, outcome="settled")

    store.append_event(line)

    assert store.events(10) == [line]


def test_events_come_newest_first(store: Store):
    for number in (2, 1, 3):
        store.append_event(numbered(number))

    assert [line.action for line in store.events(10)] == ["action-3", "action-2", "action-1"]


def test_events_go_on_before_the_last_of_the_previous_page(store: Store):
    for number in range(5):
        store.append_event(numbered(number))

    first = store.events(2)
    second = store.events(2, first[-1].id)
    third = store.events(2, second[-1].id)

    assert [line.action for line in first + second + third] == [f"action-{number}" for number in (4, 3, 2, 1, 0)]
    assert store.events(2, third[-1].id) == []


def test_an_event_that_is_written_twice_is_there_once(store: Store):
    store.append_event(numbered(1))
    store.append_event(numbered(1))

    assert store.events(10) == [numbered(1)]


def test_an_event_is_written_with_its_change_or_not_at_all(store: Store):
    barbara = store.create(user(), (), numbered(1))
    changed = store.replace(barbara, replace(barbara, version=2), numbered(2))
    store.replace(changed, replace(changed, version=3), None)

    assert [line.action for line in store.events(10)] == ["action-2", "action-1"]


def test_a_lease_has_one_holder(store: Store):
    assert store.acquire_lease("target", "one", now=100.0, ttl=30.0)
    assert not store.acquire_lease("target", "two", now=129.0, ttl=30.0)


def test_a_lease_passes_on_when_its_time_is_over(store: Store):
    store.acquire_lease("target", "one", now=100.0, ttl=30.0)

    assert store.acquire_lease("target", "two", now=130.0, ttl=30.0)
    assert not store.acquire_lease("target", "one", now=131.0, ttl=30.0)


def test_its_holder_prolongs_a_lease(store: Store):
    store.acquire_lease("target", "one", now=100.0, ttl=30.0)

    assert store.acquire_lease("target", "one", now=120.0, ttl=30.0)
    assert not store.acquire_lease("target", "two", now=149.0, ttl=30.0)


def test_a_lease_that_was_given_up_is_free(store: Store):
    store.acquire_lease("target", "one", now=100.0, ttl=30.0)

    store.release_lease("target", "one")

    assert store.acquire_lease("target", "two", now=101.0, ttl=30.0)


@pytest.mark.parametrize("name", ["target", "unknown"])
def test_only_its_holder_gives_a_lease_up(store: Store, name: str):
    store.acquire_lease("target", "one", now=100.0, ttl=30.0)

    store.release_lease(name, "two")

    assert not store.acquire_lease("target", "two", now=101.0, ttl=30.0)


def test_leases_of_other_names_do_not_matter(store: Store):
    store.acquire_lease("target", "one", now=100.0, ttl=30.0)

    assert store.acquire_lease("pull", "two", now=100.0, ttl=30.0)


def test_the_last_report_of_each_source_is_kept(store: Store):
    store.put_report(Report("settle", AT, LATER, "healthy", {"settled": 3}))
    store.put_report(Report("pull", AT, LATER, "degraded"))
    store.put_report(Report("settle", LATER, LATER, "unhealthy", {"error": "The session has ended."}))

    assert store.reports() == [
        Report("pull", AT, LATER, "degraded"),
        Report("settle", LATER, LATER, "unhealthy", {"error": "The session has ended."}),
    ]
