"""Any page of a long list costs about a page: ends are remembered, other places are found by counting."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from scim.records import Record
from scim.stores.firestore import FirestoreStore
from scim.stores.firestore_rows import created_fields
from tests.stores.samples import event, user
from tests.stores.wire import Wire

MANY = 1000


def fill(store: FirestoreStore, ids: list[str]) -> list[str]:
    """Straight into the collection: a thousand creations would take a while."""
    for start in range(0, len(ids), 500):
        batch = store._calls.batch()
        for new_id in ids[start : start + 500]:
            batch.create(store._calls.document("users", new_id), created_fields(user(new_id, id=new_id), "operation"))
        store._calls.commit(batch)
    return sorted(ids)


def ids(page: list[Record]) -> list[str]:
    return [record.id for record in page]


def offsets(wire: Wire) -> list[int]:
    return [query.offset for query in wire.queries()]


def test_any_place_in_a_long_list_is_found_without_reading_what_comes_before(cloud: FirestoreStore, wire: Wire):
    order = fill(cloud, [str(uuid4()) for _ in range(MANY)])

    for offset in (999, 500, 151, 1, 730):
        wire.calls.clear()
        assert ids(cloud.page("User", offset, 3)) == order[offset : offset + 3]
        assert max(offsets(wire)) <= 150
        assert len(wire.calls) <= 6


@pytest.mark.parametrize("spelling", ["hex", "dashed"])
def test_both_spellings_of_an_id_are_found_by_counting(cloud: FirestoreStore, wire: Wire, spelling: str):
    made = [uuid4() for _ in range(400)]
    order = fill(cloud, [made_id.hex if spelling == "hex" else str(made_id) for made_id in made])

    assert ids(cloud.page("User", 390, 5)) == order[390:395]
    assert max(offsets(wire)) <= 150


def test_ids_that_are_not_evenly_spread_cost_more_and_are_still_right(cloud: FirestoreStore):
    order = fill(cloud, [f"friend-{number:04}" for number in range(300)] + [str(UUID(int=n)) for n in range(100)])

    assert [ids(cloud.page("User", offset, 2)) for offset in (399, 250, 160)] == [
        order[399:],
        order[250:252],
        order[160:162],
    ]


def test_a_client_that_reads_page_after_page_is_not_even_counted_for(cloud: FirestoreStore, wire: Wire):
    order = fill(cloud, [str(uuid4()) for _ in range(20)])

    def walk() -> None:
        assert [ids(cloud.page("User", offset, 5)) for offset in (0, 5, 10, 15)] == [
            order[start : start + 5] for start in (0, 5, 10, 15)
        ]

    assert wire.spent(walk) == {"run_query": 4}
    assert offsets(wire) == [0] * 4


def test_a_walk_meets_each_record_once_although_earlier_ones_leave(cloud: FirestoreStore):
    order = fill(cloud, [str(uuid4()) for _ in range(9)])
    seen: list[str] = []
    while page := cloud.page("User", len(seen), 3):
        seen += ids(page)
        cloud.replace(page[0], replace(page[0], wanted=False), event())

    assert seen == order


def test_a_remembered_end_is_forgotten_after_a_while(request: pytest.FixtureRequest, cloud: FirestoreStore):
    now = [0.0]
    store = FirestoreStore(lambda: cloud._calls.client, clock=lambda: now[0])
    order = fill(store, [str(uuid4()) for _ in range(6)])
    first = store.page("User", 0, 3)
    store.replace(first[0], replace(first[0], wanted=False), event())

    assert ids(store.page("User", 3, 3)) == order[3:]
    now[0] += 1000
    assert ids(store.page("User", 3, 3)) == order[4:]
