"""What is special to the Firestore store: round trips, indexes, time limits, and errors in the port's words."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from google.api_core.exceptions import DeadlineExceeded, FailedPrecondition, NotFound, PermissionDenied
from google.auth.exceptions import DefaultCredentialsError
from google.cloud.firestore import Client

from scim.records import Event, KeyTaken, Ledger, Link, Membership, Record, Ref, Report, Stale, StoreUnavailable
from scim.stores.firestore import FirestoreStore
from scim.stores.firestore_calls import READ_AT_ONCE, WRITES_PER_COMMIT
from scim.stores.firestore_rows import created_fields
from tests.stores.samples import AT, LATER, event, group, user
from tests.stores.wire import Wire

READ, QUERY, COUNT, COMMIT = "batch_get_documents", "run_query", "run_aggregation_query", "commit"


class World:
    """A user, a group she is in, and a user who is not."""

    def __init__(self, store: FirestoreStore) -> None:
        self.store = store
        self.barbara = store.create(user(), (), event())
        self.mandy = store.create(user("mpepperidge"), (), event())
        self.guides = store.create(group(), [self.barbara.id], event())

    def current(self, record: Record) -> Record:
        found = self.store.get(record.ref)
        assert found
        return found

    def edge(self) -> Any:
        return self.store.unsettled_memberships(1.0, 1)[0]

    def deprovision(self, record: Record) -> None:
        before = self.current(record)
        self.store.replace(before, replace(before, wanted=False), event())


@pytest.fixture
def world(cloud: FirestoreStore) -> World:
    return World(cloud)


ROUND_TRIPS: dict[str, tuple[Callable[[World], object], dict[str, int]]] = {
    "get": (lambda w: w.store.get(w.barbara.ref), {READ: 1}),
    "get_all": (lambda w: w.store.get_all([w.barbara.ref, w.guides.ref, w.mandy.ref]), {READ: 1}),
    "find": (lambda w: w.store.find("User", "userName=bjensen@example.com"), {QUERY: 1}),
    "find_former": (lambda w: w.store.find_former("User", ["a", "b"]), {QUERY: 1}),
    "linked": (lambda w: w.store.linked("User", "T1"), {QUERY: 1}),
    "first page": (lambda w: w.store.page("User", 0, 1), {QUERY: 1}),
    "page after": (lambda w: w.store.page_after("User", w.barbara.id, 1), {QUERY: 1}),
    "count": (lambda w: w.store.count("User"), {COUNT: 1}),
    "create a user": (lambda w: w.store.create(user("jsmith"), (), event()), {COMMIT: 1}),
    "create a group": (lambda w: w.store.create(group("Pilots"), [w.mandy.id], event()), {COMMIT: 1}),
    "replace": (lambda w: w.store.replace(w.guides, replace(w.guides, version=2), event(), [w.mandy.id]), {COMMIT: 1}),
    "rename": (lambda w: w.store.replace(w.mandy, user("babs", id=w.mandy.id), event()), {COMMIT: 1}),
    "discard": (lambda w: w.store.discard(w.mandy, event()), {QUERY: 1, COMMIT: 1}),
    "group_with": (lambda w: w.store.group_with(w.guides.id, [w.barbara.id, w.mandy.id]), {READ: 1}),
    "change_members": (lambda w: w.store.change_members(w.guides, [w.mandy.id], [], LATER, event()), {COMMIT: 1}),
    "members": (lambda w: w.store.members(w.guides.id), {QUERY: 1}),
    "unsettled": (lambda w: w.store.unsettled("User", 1.0, 10), {QUERY: 1}),
    "unsettled_memberships": (lambda w: w.store.unsettled_memberships(1.0, 10), {QUERY: 1}),
    "unsettled edges of a group": (lambda w: w.store.unsettled_memberships(1.0, 10, w.guides.id), {QUERY: 1}),
    "save_link": (lambda w: w.store.save_link(w.mandy.ref, Link("T1"), 1, event()), {READ: 1, COMMIT: 1}),
    "settle_membership": (lambda w: w.store.settle_membership(w.edge(), event()), {QUERY: 1, COMMIT: 1}),
    "postpone_membership": (lambda w: w.store.postpone_membership(w.edge()), {QUERY: 1, COMMIT: 1}),
    "held": (lambda w: w.store.held("User"), {QUERY: 1}),
    "held_memberships": (lambda w: w.store.held_memberships(), {QUERY: 1}),
    "waiting": (lambda w: w.store.waiting("User"), {QUERY: 1}),
    "ledger": (lambda w: w.store.ledger("people"), {READ: 1}),
    "put_ledger": (lambda w: w.store.put_ledger("people", Ledger()), {COMMIT: 1}),
    "append_event": (lambda w: w.store.append_event(event()), {COMMIT: 1}),
    "events": (lambda w: w.store.events(10, "x"), {QUERY: 1}),
    "acquire_lease": (lambda w: w.store.acquire_lease("target", "one", 1.0, 5.0), {READ: 1, COMMIT: 1}),
    "put_report": (lambda w: w.store.put_report(Report("settle", AT, LATER, "healthy")), {COMMIT: 1}),
    "reports": (lambda w: w.store.reports(), {QUERY: 1}),
    "backlog": (lambda w: w.store.backlog(), {COUNT: 6}),
    "deprovision a user": (lambda w: w.deprovision(w.barbara), {READ: 1, COMMIT: 1}),
    "deprovision a group": (lambda w: w.deprovision(w.guides), {READ: 1, QUERY: 1, COMMIT: 1}),
}


@pytest.mark.parametrize("name", ROUND_TRIPS)
def test_each_method_takes_no_more_round_trips_than_it_promises(world: World, wire: Wire, name: str):
    act, expected = ROUND_TRIPS[name]

    assert wire.spent(lambda: act(world)) == expected


@pytest.mark.parametrize("name", ROUND_TRIPS)
def test_each_call_is_bounded_in_time_and_repeated_only_by_the_store(world: World, wire: Wire, name: str):
    ROUND_TRIPS[name][0](world)

    assert all(0 < options["timeout"] <= 10 for _, _, options in wire.calls)
    assert not any(options["retry"]._predicate(DeadlineExceeded("late")) for _, _, options in wire.calls)


@pytest.mark.parametrize("name", ROUND_TRIPS)
def test_no_query_needs_an_index_that_is_not_automatic(world: World, wire: Wire, name: str):
    """The emulator answers any query; production asks for an index as soon as two fields meet, or names descend."""
    wire.spent(lambda: ROUND_TRIPS[name][0](world))

    for query in wire.queries():
        orders = [(order.field.field_path, order.direction.name) for order in query.order_by]
        assert ("__name__", "DESCENDING") not in orders
        assert len(filtered(query.where) | {path for path, _ in orders} - {"__name__"}) <= 1


def filtered(where: Any) -> set[str]:
    if where.composite_filter.filters:
        return set().union(*(filtered(part) for part in where.composite_filter.filters))
    path = where.field_filter.field.field_path
    return {path} - {"", "__name__"}


def test_the_cost_of_a_change_of_one_member_does_not_grow_with_the_group(cloud: FirestoreStore, wire: Wire):
    people = [cloud.create(user(f"friend{number}"), (), event()).id for number in range(30)]
    guides = cloud.create(group(), people[1:], event())

    wire.spent(lambda: cloud.change_members(guides, people[:1], [], LATER, event()))

    ((_, request, _),) = wire.calls
    assert len(request["writes"]) == 4  # the edge, the user, the group, the event


def test_a_change_of_many_members_is_one_commit_for_five_hundred_writes(cloud: FirestoreStore, wire: Wire):
    people = [cloud.create(user(f"friend{number}"), (), event()).id for number in range(250)]
    guides = cloud.create(group(), (), event())

    wire.spent(lambda: cloud.change_members(guides, people, [], LATER, event()))

    sizes = [len(request["writes"]) for _, request, _ in wire.calls]
    assert sum(sizes) == 502
    assert max(sizes) <= 500
    assert len(sizes) == 2


def test_what_is_large_in_a_user_is_not_read_to_learn_about_membership(world: World, wire: Wire):
    wire.spent(lambda: world.store.group_with(world.guides.id, [world.barbara.id]))

    ((_, request, _),) = wire.calls
    assert "user" not in request["mask"].field_paths


def test_the_keys_are_looked_up_only_after_a_refusal(world: World, wire: Wire):
    def take_a_taken_name() -> None:
        with pytest.raises(KeyTaken):
            world.store.create(user(), (), event())

    assert wire.spent(take_a_taken_name) == {COMMIT: 1, READ: 1}


def test_a_record_without_a_stamp_is_stale_before_anything_is_sent(world: World, wire: Wire):
    changed = world.store.change_members(world.guides, [world.mandy.id], [], LATER, event())

    def replace_it() -> None:
        with pytest.raises(Stale):
            world.store.replace(changed, replace(changed, version=9), event())

    assert wire.spent(replace_it) == {}


def test_events_carry_the_time_of_their_end_for_the_ttl_policy(cloud: FirestoreStore):
    cloud.append_event(Event("01KE", AT, "entra", "user.created", Ref("User", "2819c223")))

    fields = cloud._calls.document("events", "01KE").get().to_dict()

    assert fields
    assert fields["expire_at"] == datetime(2027, 2, 9, 8, tzinfo=UTC)


def test_what_an_older_release_wrote_is_read(world: World):
    document = world.store._calls.document("users", world.barbara.id)
    link = {
        "target_id": "T1",
        "target_state": "active",
        "settled_version": 1,
        "attempts": 2,
        "last_error": "busy",
        "waiting": None,
    }
    document.update({"user.link": link})

    assert world.current(world.barbara).link == Link("T1", "active", 1, True, 2, None, "busy")
    assert world.edge() == Membership(world.guides.id, world.barbara.id, wanted=True)


def test_a_link_that_says_nothing_new_is_written_as_an_older_release_reads_it(world: World):
    world.store.save_link(world.barbara.ref, Link("T1", held_at=1.0, approved_version=1), None, None)
    world.store.save_link(world.barbara.ref, Link("T1"), None, None)

    fields = world.store._calls.document("users", world.barbara.id).get().to_dict()

    assert fields
    assert set(fields["user"]["link"]) == {
        *("target_id", "target_state", "settled_version", "attempts", "last_error", "waiting")
    }
    assert not {"held", "waits"} & set(fields)


def test_a_long_list_of_held_records_is_read_in_pages(cloud: FirestoreStore, wire: Wire):
    ids = [f"{number:04}" for number in range(READ_AT_ONCE + 1)]
    for start in range(0, len(ids), WRITES_PER_COMMIT):
        batch = cloud._calls.batch()
        for id in ids[start : start + WRITES_PER_COMMIT]:
            record = user(id, id=id, link=Link(held_at=1.5, waiting="Ask."))
            batch.create(cloud._calls.document("users", id), created_fields(record, "test"))
        cloud._calls.commit(batch)

    assert wire.spent(lambda: cloud.held("User")) == wire.spent(lambda: cloud.waiting("User")) == {QUERY: 2}
    assert [record.id for record in cloud.held("User")] == [record.id for record in cloud.waiting("User")] == ids


@pytest.mark.parametrize("cause", [DeadlineExceeded("late"), PermissionDenied("no"), NotFound("no database")])
@pytest.mark.parametrize("rpc", [READ, QUERY, COUNT, COMMIT])
def test_an_error_of_the_service_is_unavailability_with_its_cause(
    cloud: FirestoreStore, wire: Wire, rpc: str, cause: Any
):
    wire.refuse = lambda name, _: cause
    act: dict[str, Callable[[], object]] = {
        READ: lambda: cloud.get(Ref("User", "2819c223")),
        QUERY: lambda: cloud.find("User", "userName=bjensen"),
        COUNT: lambda: cloud.count("User"),
        COMMIT: lambda: cloud.append_event(event()),
    }

    with pytest.raises(StoreUnavailable) as raised:
        act[rpc]()

    assert raised.value.__cause__ is cause
    assert wire.counted() == {rpc: 1}


@pytest.mark.parametrize("cause", [NotFound("no database"), FailedPrecondition("a database in Datastore mode")])
@pytest.mark.parametrize("name", ROUND_TRIPS)
def test_a_database_that_cannot_be_used_is_unavailability_for_every_method(
    world: World, wire: Wire, name: str, cause: Any
):
    wire.refuse = lambda *_: cause

    with pytest.raises(StoreUnavailable):
        ROUND_TRIPS[name][0](world)


def test_no_client_is_built_before_it_is_needed_and_missing_credentials_are_unavailability():
    def connect() -> Client:
        raise DefaultCredentialsError("Your default credentials were not found.")

    store = FirestoreStore(connect)

    with pytest.raises(StoreUnavailable, match="credentials were not found"):
        store.get(Ref("User", "2819c223"))
    store.close()
