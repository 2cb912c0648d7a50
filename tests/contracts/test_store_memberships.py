"""The contract of `ports.Store`, for memberships: granted and revoked by name, whatever else happens to the group."""

from dataclasses import replace

import pytest

from scim.ports import Store
from scim.records import Link, Membership, Record, Stale
from tests.stores.samples import LATER, event, group, user


@pytest.fixture
def barbara(store: Store) -> Record:
    return store.create(user("bjensen", link=Link(unsettled=False)), (), event())


@pytest.fixture
def mandy(store: Store) -> Record:
    return store.create(user("mpepperidge", link=Link(unsettled=False)), (), event())


@pytest.fixture
def guides(store: Store, barbara: Record) -> Record:
    return store.create(group(link=Link(unsettled=False)), [barbara.id], event())


def group_ids(store: Store, record: Record) -> tuple[str, ...]:
    found = store.get(record.ref)
    assert found
    return found.group_ids


def edges(store: Store) -> dict[str, bool]:
    return {edge.user_id: edge.wanted for edge in store.unsettled_memberships(1.0, 5000)}


def settle_all(store: Store) -> None:
    for edge in store.unsettled_memberships(1.0, 5000):
        store.settle_membership(edge, None)


def test_a_group_is_created_with_its_members(store: Store, guides: Record, barbara: Record):
    assert store.members(guides.id) == [barbara.id]
    assert group_ids(store, barbara) == (guides.id,)
    assert edges(store) == {barbara.id: True}


def test_a_grant_adds_and_a_revoke_removes(store: Store, guides: Record, barbara: Record, mandy: Record):
    store.change_members(guides, [mandy.id], [barbara.id], LATER, event())

    assert store.members(guides.id) == [mandy.id]
    assert (group_ids(store, mandy), group_ids(store, barbara)) == ((guides.id,), ())
    assert edges(store) == {barbara.id: False, mandy.id: True}


def test_a_change_of_members_is_one_version_up_and_nothing_else(store: Store, guides: Record, mandy: Record):
    answer = store.change_members(guides, [mandy.id], [], LATER, event("group.members"))

    expected = replace(guides, version=2, last_modified=LATER)
    assert answer == store.get(guides.ref) == expected
    assert "group.members" in {line.action for line in store.events(10)}


def test_changes_of_members_commute_with_changes_of_the_group(store: Store, guides: Record, mandy: Record):
    renamed = store.replace(guides, replace(group("Guides", id=guides.id), version=2), event())

    answer = store.change_members(guides, [mandy.id], [], LATER, event())

    assert answer.version == 3
    assert store.get(guides.ref) == replace(renamed, version=3, last_modified=LATER)


def test_a_change_of_members_makes_an_older_reading_of_the_group_stale(store: Store, guides: Record, mandy: Record):
    store.change_members(guides, [mandy.id], [], LATER, event())

    with pytest.raises(Stale):
        store.replace(guides, replace(guides, version=2), event())


def test_grants_and_revokes_can_be_part_of_a_replacement(store: Store, guides: Record, barbara: Record, mandy: Record):
    after = replace(guides, document={"displayName": "Guides"}, version=2)

    saved = store.replace(guides, after, event(), [mandy.id], [barbara.id])

    assert saved == store.get(guides.ref) == after
    assert store.members(guides.id) == [mandy.id]


def test_a_stale_replacement_changes_no_member(store: Store, guides: Record, barbara: Record, mandy: Record):
    store.replace(guides, replace(guides, version=2), event())

    with pytest.raises(Stale):
        store.replace(guides, replace(guides, version=2), event(), [mandy.id], [barbara.id])

    assert store.members(guides.id) == [barbara.id]


def test_a_user_in_several_groups_knows_them_all(store: Store, guides: Record, barbara: Record):
    others = [store.create(group(name), [barbara.id], event()) for name in ("Pilots", "Cooks")]

    expected = tuple(sorted([guides.id, *(other.id for other in others)]))
    assert group_ids(store, barbara) == expected
    assert store.page("User", 0, 5)[0].group_ids == store.find("User", barbara.unique_keys[0])[0].group_ids == expected


def test_a_change_of_a_user_keeps_its_groups(store: Store, guides: Record, barbara: Record):
    before = store.get(barbara.ref)
    assert before

    saved = store.replace(before, replace(before, version=2, group_ids=()), event())

    assert saved.group_ids == group_ids(store, barbara) == (guides.id,)


def test_repeated_grants_and_revokes_end_where_one_does(store: Store, guides: Record, barbara: Record, mandy: Record):
    for _ in range(2):
        store.change_members(guides, [mandy.id, mandy.id], [barbara.id, barbara.id], LATER, event())

    assert store.members(guides.id) == [mandy.id]
    assert group_ids(store, mandy) == (guides.id,)


def test_a_user_that_was_removed_can_be_added_again(store: Store, guides: Record, barbara: Record):
    settle_all(store)
    store.change_members(guides, [], [barbara.id], LATER, event())
    settle_all(store)

    store.change_members(guides, [barbara.id], [], LATER, event())

    assert store.members(guides.id) == [barbara.id]
    assert edges(store) == {barbara.id: True}


def test_a_grant_to_nobody_is_left_out(store: Store, guides: Record, barbara: Record, mandy: Record):
    store.replace(mandy, replace(mandy, wanted=False), event())

    answer = store.change_members(guides, ["unknown", "a/b", mandy.id], ["unknown"], LATER, event())

    assert (store.members(guides.id), answer.version) == ([barbara.id], 2)
    assert group_ids(store, mandy) == ()


def test_members_that_are_nobody_are_left_out_of_a_new_group(store: Store, barbara: Record):
    guides = store.create(group(), ["unknown", barbara.id, ""], event())

    assert store.members(guides.id) == [barbara.id]


def test_a_group_that_was_deprovisioned_meanwhile_gets_no_member(store: Store, guides: Record, mandy: Record):
    store.replace(guides, replace(guides, wanted=False, version=2), event())

    with pytest.raises(Stale):
        store.change_members(guides, [mandy.id], [], LATER, event("group.members"))

    assert (store.members(guides.id), group_ids(store, mandy)) == ([], ())
    assert "group.members" not in {line.action for line in store.events(10)}


def test_a_group_that_was_never_there_gets_no_member(store: Store, mandy: Record):
    with pytest.raises(Stale):
        store.change_members(group(), [mandy.id], [], LATER, event())

    assert (group_ids(store, mandy), edges(store)) == ((), {})


def test_group_with_tells_who_of_the_named_is_a_user_and_a_member(
    store: Store, guides: Record, barbara: Record, mandy: Record
):
    former = store.create(user("jsmith"), (), event())
    store.replace(former, replace(former, wanted=False), event())

    found, known = store.group_with(guides.id, [mandy.id, barbara.id, former.id, guides.id, "unknown", mandy.id])

    assert found == guides
    assert known == {barbara.id: True, mandy.id: False}


def test_group_with_answers_for_users_where_there_is_no_group(store: Store, barbara: Record):
    assert store.group_with("unknown", [barbara.id]) == (None, {barbara.id: False})


def test_what_group_with_returns_can_be_replaced(store: Store, guides: Record):
    found, _ = store.group_with(guides.id, [])
    assert found

    assert store.replace(found, replace(found, version=2), event()).version == 2


def test_a_deprovisioned_user_leaves_all_its_groups(store: Store, guides: Record, barbara: Record):
    settle_all(store)
    before = store.get(barbara.ref)
    assert before

    saved = store.replace(before, replace(before, wanted=False, version=2), event())

    assert saved.group_ids == group_ids(store, barbara) == ()
    assert store.members(guides.id) == []
    assert edges(store) == {barbara.id: False}


def test_a_user_that_comes_back_is_in_no_group(store: Store, guides: Record, barbara: Record):
    before = store.get(barbara.ref)
    assert before
    former = store.replace(before, replace(before, wanted=False), event())

    store.replace(former, replace(former, wanted=True), event())

    assert (group_ids(store, barbara), store.members(guides.id)) == ((), [])


def test_a_deprovisioned_group_loses_all_its_members(store: Store, guides: Record, barbara: Record, mandy: Record):
    guides_now = store.change_members(guides, [mandy.id], [], LATER, event())
    settle_all(store)
    before = store.get(guides_now.ref)
    assert before

    store.replace(before, replace(before, wanted=False, version=3), event())

    assert store.members(guides.id) == []
    assert (group_ids(store, barbara), group_ids(store, mandy)) == ((), ())
    assert edges(store) == {barbara.id: False, mandy.id: False}


def test_a_discarded_group_leaves_no_edge(store: Store, guides: Record, barbara: Record):
    store.discard(guides, event())

    assert (store.members(guides.id), group_ids(store, barbara), edges(store)) == ([], (), {})


def test_a_discarded_user_leaves_no_edge(store: Store, guides: Record):
    newcomer = store.create(user("jsmith"), (), event())
    store.change_members(guides, [newcomer.id], [], LATER, event())
    current = store.get(newcomer.ref)
    assert current

    store.discard(current, event())

    assert newcomer.id not in store.members(guides.id)
    assert newcomer.id not in edges(store)


def test_members_come_in_a_stable_order(store: Store):
    people = [store.create(user(f"friend{number}"), (), event()).id for number in range(12)]

    guides = store.create(group(), people, event())

    assert store.members(guides.id) == store.members(guides.id)
    assert sorted(store.members(guides.id)) == sorted(people)


def test_large_changes_are_whole(store: Store):
    """More than one commit takes, where commits are limited."""
    people = [store.create(user(f"friend{number}"), (), event()).id for number in range(520)]

    guides = store.create(group(), people[:260], event())
    store.change_members(guides, people[260:], people[:250], LATER, event())

    assert set(store.members(guides.id)) == set(people[250:])
    assert store.group_with(guides.id, people)[1] == dict.fromkeys(people[:250], False) | dict.fromkeys(
        people[250:], True
    )


def test_a_large_group_is_deprovisioned_whole(store: Store):
    people = [store.create(user(f"friend{number}"), (), event()).id for number in range(300)]
    guides = store.create(group(), people, event())

    store.replace(guides, replace(guides, wanted=False), event())

    assert store.members(guides.id) == []
    assert all(person.group_ids == () for person in store.scan("User"))


def test_a_large_group_is_discarded_whole(store: Store):
    people = [store.create(user(f"friend{number}"), (), event()).id for number in range(300)]
    guides = store.create(group(), people, event())

    store.discard(guides, event())

    assert (store.get(guides.ref), edges(store)) == (None, {})
    assert all(person.group_ids == () for person in store.scan("User"))


def test_an_edge_says_what_is_wanted_and_nothing_of_an_older_wish(store: Store, guides: Record, barbara: Record):
    (edge,) = store.unsettled_memberships(1.0, 10)
    store.postpone_membership(replace(edge, attempts=3, next_attempt_at=50.0, last_error="busy"))

    store.change_members(guides, [], [barbara.id], LATER, event())

    assert store.unsettled_memberships(1.0, 10) == [Membership(guides.id, barbara.id, wanted=False)]
