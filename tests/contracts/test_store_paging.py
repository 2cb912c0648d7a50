"""The contract of `ports.Store`, for lists: each record exactly once, in one order, however it is asked for."""

from dataclasses import replace

import pytest

from scim.ports import Store
from scim.records import Record
from tests.stores.samples import event, group, user

PEOPLE = 23


@pytest.fixture
def people(store: Store) -> list[Record]:
    made = [store.create(user(f"friend{number}"), (), event()) for number in range(PEOPLE)]
    store.create(group(), (), event())
    former = store.create(user("former"), (), event())
    store.replace(former, replace(former, wanted=False), event())
    return made


def pages(store: Store, size: int) -> list[Record]:
    found: list[Record] = []
    while page := store.page("User", len(found), size):
        found += page
    return found


def pages_after(store: Store, size: int) -> list[Record]:
    found: list[Record] = []
    while page := store.page_after("User", found[-1].id if found else None, size):
        found += page
    return found


@pytest.mark.parametrize("size", [1, 5, PEOPLE, 100])
def test_pages_hold_each_record_exactly_once(store: Store, people: list[Record], size: int):
    found = pages(store, size)

    assert sorted(record.id for record in found) == sorted(record.id for record in people)


@pytest.mark.parametrize("size", [1, 5, PEOPLE, 100])
def test_pages_after_a_record_come_in_the_same_order(store: Store, people: list[Record], size: int):
    assert pages_after(store, size) == pages(store, size) == list(store.scan("User"))


def test_any_offset_is_the_same_slice_of_that_order(store: Store, people: list[Record]):
    order = list(store.scan("User"))

    assert [store.page("User", offset, 4) for offset in range(PEOPLE, -1, -1)] == [
        order[offset : offset + 4] for offset in range(PEOPLE, -1, -1)
    ]


def test_a_page_behind_the_end_is_empty(store: Store, people: list[Record]):
    last = list(store.scan("User"))[-1]

    assert store.page("User", PEOPLE, 5) == store.page("User", 10**9, 5) == store.page_after("User", last.id, 5) == []


def test_a_page_of_nothing_is_empty(store: Store, people: list[Record]):
    assert store.page("User", 0, 0) == store.page("User", 5, 0) == []


def test_only_wanted_records_of_the_kind_are_counted(store: Store, people: list[Record]):
    assert (store.count("User"), store.count("Group")) == (PEOPLE, 1)


def test_a_walk_goes_on_after_a_record_that_was_deprovisioned(store: Store, people: list[Record]):
    order = list(store.scan("User"))
    left = store.get(order[4].ref)
    assert left
    store.replace(left, replace(left, wanted=False), event())

    assert store.page_after("User", left.id, 100) == order[5:]


def test_a_change_does_not_move_a_record(store: Store, people: list[Record]):
    order = [record.id for record in store.scan("User")]
    first = store.get(people[0].ref)
    assert first

    store.replace(first, replace(first, version=2), event())

    assert [record.id for record in store.scan("User")] == order
