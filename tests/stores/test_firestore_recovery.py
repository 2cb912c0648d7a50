"""The Firestore store when answers are lost, processes die half-way, and writers meet."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from google.api_core.exceptions import DeadlineExceeded, GoogleAPICallError

from scim.records import KeyTaken, Link, Record, Stale, StoreUnavailable
from scim.stores.firestore import FirestoreStore
from tests.stores.samples import LATER, event, group, user
from tests.stores.wire import Wire


def only_the_first_commit_lands(name: str, number: int) -> GoogleAPICallError | None:
    return DeadlineExceeded("killed") if name == "commit" and number >= 2 else None


@pytest.fixture
def barbara(cloud: FirestoreStore) -> Record:
    return cloud.create(user(), (), event())


def test_a_creation_whose_answer_was_lost_is_recognised_as_its_own(cloud: FirestoreStore, wire: Wire):
    wire.lost_answers = 1

    saved = cloud.create(user(), (), event())

    assert cloud.get(saved.ref) == saved
    assert wire.counted() == {"commit": 2, "batch_get_documents": 2}
    assert cloud.replace(saved, replace(saved, version=2), event()).version == 2


def test_a_creation_whose_answer_was_lost_loses_to_who_held_the_name_before(cloud: FirestoreStore, wire: Wire):
    cloud.create(user(), (), event())
    wire.lost_answers = 1

    with pytest.raises(KeyTaken):
        cloud.create(user(), (), event())


def test_a_replacement_whose_answer_was_lost_is_recognised_as_its_own(
    cloud: FirestoreStore, wire: Wire, barbara: Record
):
    wire.lost_answers = 1

    saved = cloud.replace(barbara, replace(user("babs", id=barbara.id), version=2), event())

    assert cloud.get(barbara.ref) == saved
    assert saved.version == 2
    assert cloud.replace(saved, replace(saved, version=3), event()).version == 3


def test_a_discard_whose_answer_was_lost_is_done(cloud: FirestoreStore, wire: Wire, barbara: Record):
    wire.lost_answers = 1

    cloud.discard(barbara, event())

    assert cloud.get(barbara.ref) is None


def test_a_link_whose_answer_was_lost_is_saved(cloud: FirestoreStore, wire: Wire, barbara: Record):
    wire.lost_answers = 1

    cloud.save_link(barbara.ref, Link("T1"), 1, event("user.invited"))

    assert cloud.linked("User", "T1")[0].link == Link("T1", settled_version=1, unsettled=False)
    assert [line.action for line in cloud.events(10)].count("user.invited") == 1


def test_a_change_of_members_whose_answer_was_lost_is_whole(cloud: FirestoreStore, wire: Wire, barbara: Record):
    guides = cloud.create(group(), (), event())
    wire.lost_answers = 1

    cloud.change_members(guides, [barbara.id], [], LATER, event())

    assert cloud.members(guides.id) == [barbara.id]


@pytest.mark.parametrize("wanted", [True, False])
def test_a_settled_edge_whose_answer_was_lost_is_settled(
    cloud: FirestoreStore, wire: Wire, barbara: Record, wanted: bool
):
    guides = cloud.create(group(), [barbara.id], event())
    if not wanted:
        cloud.change_members(guides, [], [barbara.id], LATER, event())
    (edge,) = cloud.unsettled_memberships(1.0, 10)
    wire.lost_answers = 1

    cloud.settle_membership(edge, event("membership.settled"))

    assert cloud.unsettled_memberships(1.0, 10) == []
    assert [line.action for line in cloud.events(10)].count("membership.settled") == 1


def test_a_lease_whose_answer_was_lost_is_held(cloud: FirestoreStore, wire: Wire):
    wire.lost_answers = 1

    assert cloud.acquire_lease("target", "one", 100.0, 30.0)
    assert not cloud.acquire_lease("target", "two", 101.0, 30.0)


def test_a_service_that_stays_away_is_given_up(cloud: FirestoreStore, wire: Wire):
    wire.lost_answers = 10**6

    with pytest.raises(StoreUnavailable):
        cloud.append_event(event())

    assert wire.counted()["commit"] > 2


@pytest.fixture
def half_gone(cloud: FirestoreStore, wire: Wire) -> Record:
    """A group whose deprovisioning was killed after its first commit."""
    people = [cloud.create(user(f"friend{number}"), (), event()).id for number in range(250)]
    guides = cloud.create(group(), people, event())
    wire.calls.clear()
    wire.refuse = only_the_first_commit_lands
    with pytest.raises(StoreUnavailable):
        cloud.replace(guides, replace(guides, wanted=False, version=2), event())
    wire.refuse = lambda *_: None
    found = cloud.get(guides.ref)
    assert found
    return found


def settle(cloud: FirestoreStore, former: Record) -> None:
    cloud.save_link(former.ref, former.link, former.version, None)


def come_back(cloud: FirestoreStore, former: Record) -> None:
    cloud.replace(former, replace(former, wanted=True, version=3), event())


@pytest.mark.parametrize("heal", [settle, come_back])
def test_a_deprovisioning_that_was_killed_half_way_is_completed(
    cloud: FirestoreStore, half_gone: Record, heal: Callable[[FirestoreStore, Record], None]
):
    assert not half_gone.wanted
    assert len(cloud.members(half_gone.id)) == 10

    heal(cloud, half_gone)

    assert cloud.members(half_gone.id) == []
    assert all(person.group_ids == () for person in cloud.scan("User"))


def test_a_large_change_that_was_killed_half_way_is_completed_by_repeating_it(cloud: FirestoreStore, wire: Wire):
    people = [cloud.create(user(f"friend{number}"), (), event()).id for number in range(250)]
    guides = cloud.create(group(), (), event())
    wire.calls.clear()
    wire.refuse = only_the_first_commit_lands
    with pytest.raises(StoreUnavailable):
        cloud.change_members(guides, people, [], LATER, event())
    wire.refuse = lambda *_: None

    cloud.change_members(guides, people, [], LATER, event())

    current = cloud.get(guides.ref)
    assert current
    assert (sorted(cloud.members(guides.id)), current.version) == (sorted(people), 2)


def test_a_large_change_to_a_group_that_is_deprovisioned_meanwhile_leaves_no_member(cloud: FirestoreStore, wire: Wire):
    people = [cloud.create(user(f"friend{number}"), (), event()).id for number in range(250)]
    guides = cloud.create(group(), (), event())
    wire.calls.clear()

    def deprovision_before_the_last_commit(name: str, number: int) -> None:
        if name == "commit" and number == 2:
            wire.refuse = lambda *_: None
            cloud.replace(guides, replace(guides, wanted=False, version=2), event())

    wire.refuse = deprovision_before_the_last_commit
    with pytest.raises(Stale):
        cloud.change_members(guides, people, [], LATER, event())

    assert cloud.members(guides.id) == []
    assert all(person.group_ids == () for person in cloud.scan("User"))


def test_a_link_that_meets_another_writer_is_saved_on_what_that_one_wrote(
    cloud: FirestoreStore, wire: Wire, barbara: Record
):
    def change_first(name: str, number: int) -> None:
        if name == "commit":
            wire.refuse = lambda *_: None
            cloud.replace(barbara, replace(barbara, version=2), event())

    wire.refuse = change_first
    cloud.save_link(barbara.ref, Link("T1", "active"), 1, None)

    found = cloud.get(barbara.ref)
    assert found
    assert (found.version, found.link) == (2, Link("T1", "active", settled_version=1, unsettled=True))
