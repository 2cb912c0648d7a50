"""The contract of `ports.Store`, for what is owed to the target: listed when due, settled only as it was read."""

from dataclasses import replace

import pytest

from scim.ports import Store
from scim.records import Backlog, Link, Membership, Record, Ref
from tests.stores.samples import LATER, event, group, user

SETTLED = Link("T1", "active", settled_version=1, unsettled=False)
NOW = 1000.0


def link_of(store: Store, record: Record) -> Link:
    found = store.get(record.ref)
    assert found
    return found.link


def due(store: Store, now: float = NOW) -> set[str]:
    return {record.id for record in store.unsettled("User", now, 100)}


def test_what_is_unsettled_is_listed_by_kind(store: Store):
    barbara = store.create(user(), (), event())
    guides = store.create(group(), (), event())
    store.create(user("mpepperidge", link=SETTLED), (), event())

    assert store.unsettled("User", NOW, 10) == [barbara]
    assert store.unsettled("Group", NOW, 10) == [guides]


def test_a_deprovisioned_record_is_owed_too(store: Store):
    before = store.create(user(link=SETTLED), (), event())

    former = store.replace(before, replace(before, wanted=False, link=replace(SETTLED, unsettled=True)), event())

    assert store.unsettled("User", NOW, 10) == [former]


def test_a_postponed_record_is_listed_when_its_time_has_come(store: Store):
    barbara = store.create(user(link=Link(next_attempt_at=NOW + 60)), (), event())

    assert due(store, NOW + 59) == set()
    assert due(store, NOW + 60) == {barbara.id}


def test_the_list_is_limited_and_begins_with_what_waited_longest(store: Store):
    later = store.create(user("a", link=Link(next_attempt_at=20.0)), (), event())
    soon = store.create(user("b", link=Link(next_attempt_at=10.0)), (), event())
    now = store.create(user("c"), (), event())

    assert store.unsettled("User", NOW, 2) == [now, soon]
    assert store.unsettled("User", NOW, 10) == [now, soon, later]


def test_save_link_keeps_what_settling_found_out_and_nothing_else(store: Store):
    barbara = store.create(user(), (), event())
    found_out = Link("T1", "invited", 0, True, 2, NOW + 5, "The account is busy.", "Ask Barbara to accept.")

    store.save_link(barbara.ref, found_out, None, event("user.invited"))

    assert store.get(barbara.ref) == replace(barbara, link=found_out)
    assert store.events(1)[0].action in {"user.created", "user.invited"}
    assert len(store.events(10)) == 2


def test_save_link_of_the_version_that_is_stored_settles(store: Store):
    barbara = store.create(user(), (), event())

    store.save_link(barbara.ref, Link("T1", "active"), 1, None)

    assert link_of(store, barbara) == SETTLED
    assert due(store) == set()


def test_save_link_of_an_older_version_leaves_the_newer_wish_unsettled(store: Store):
    before = store.create(user(), (), event())
    store.replace(before, replace(before, version=2), event())

    store.save_link(before.ref, Link("T1", "active"), 1, None)

    assert link_of(store, before) == Link("T1", "active", settled_version=1, unsettled=True)


def test_save_link_does_not_settle_a_group_whose_members_changed(store: Store):
    guides = store.create(group(), (), event())
    store.change_members(guides, [], [], LATER, event())

    store.save_link(guides.ref, Link("T2"), 1, None)

    assert link_of(store, guides).unsettled


def test_save_link_without_a_version_never_settles_nor_forgets_what_was_matched(store: Store):
    barbara = store.create(user(link=replace(SETTLED, unsettled=True)), (), event())

    store.save_link(barbara.ref, Link("T1", "suspended", unsettled=False), None, None)

    assert link_of(store, barbara) == Link("T1", "suspended", settled_version=1, unsettled=True)


def test_save_link_never_makes_a_settled_record_unsettled(store: Store):
    barbara = store.create(user(link=SETTLED), (), event())

    store.save_link(barbara.ref, Link("T1", "suspended", unsettled=True), None, None)

    assert not link_of(store, barbara).unsettled


def test_save_link_of_a_record_that_is_gone_keeps_the_event(store: Store):
    store.save_link(Ref("User", "gone"), Link("T1"), 1, event("user.invited"))

    assert [line.action for line in store.events(10)] == ["user.invited"]
    assert store.get(Ref("User", "gone")) is None


def test_a_record_is_found_by_the_id_the_target_gave_it(store: Store):
    barbara = store.create(user(link=Link("T1")), (), event())
    mandy = store.create(user("mpepperidge"), (), event())
    store.create(group(link=Link("T1")), (), event())

    store.save_link(mandy.ref, Link("T2"), None, None)

    assert store.linked("User", "T1") == [barbara]
    assert [record.id for record in store.linked("User", "T2")] == [mandy.id]
    assert store.linked("User", "T3") == []


@pytest.mark.parametrize("link", [Link(), Link("T2")])
def test_a_record_is_not_found_by_a_link_it_has_lost(store: Store, link: Link):
    barbara = store.create(user(link=Link("T1")), (), event())
    store.save_link(barbara.ref, link, None, None)

    assert store.linked("User", "T1") == []


def test_a_deprovisioned_record_is_not_found_by_its_link(store: Store):
    before = store.create(user(link=Link("T1")), (), event())
    former = store.replace(before, replace(before, wanted=False), event())

    store.save_link(former.ref, Link("T1", "suspended"), None, None)

    assert store.linked("User", "T1") == []


def test_an_edge_is_owed_until_it_is_settled(store: Store):
    barbara = store.create(user(), (), event())
    guides = store.create(group(), [barbara.id], event())

    (edge,) = store.unsettled_memberships(NOW, 10)
    store.settle_membership(edge, event("membership.granted"))

    assert edge == Membership(guides.id, barbara.id, wanted=True)
    assert (store.unsettled_memberships(NOW, 10), store.members(guides.id)) == ([], [barbara.id])
    assert "membership.granted" in {line.action for line in store.events(10)}


def test_an_unwanted_edge_disappears_when_it_is_settled(store: Store):
    barbara = store.create(user(), (), event())
    guides = store.create(group(), [barbara.id], event())
    store.change_members(guides, [], [barbara.id], LATER, event())

    (edge,) = store.unsettled_memberships(NOW, 10)
    store.settle_membership(edge, None)

    assert edge == Membership(guides.id, barbara.id, wanted=False)
    assert (store.unsettled_memberships(NOW, 10), store.members(guides.id)) == ([], [])


def test_an_edge_that_was_changed_since_it_was_read_stays_owed_and_the_event_is_kept(store: Store):
    barbara = store.create(user(), (), event())
    guides = store.create(group(), [barbara.id], event())
    (read,) = store.unsettled_memberships(NOW, 10)
    store.change_members(guides, [], [barbara.id], LATER, event())

    store.settle_membership(read, event("membership.granted"))

    assert store.unsettled_memberships(NOW, 10) == [replace(read, wanted=False)]
    assert "membership.granted" in {line.action for line in store.events(10)}


def test_an_edge_that_was_removed_and_made_again_is_not_settled_by_its_older_reading(store: Store):
    barbara = store.create(user(), (), event())
    guides = store.create(group(), [barbara.id], event())
    (read,) = store.unsettled_memberships(NOW, 10)
    store.change_members(guides, [], [barbara.id], LATER, event())
    (unwanted,) = store.unsettled_memberships(NOW, 10)
    store.settle_membership(unwanted, None)
    store.change_members(guides, [barbara.id], [], LATER, event())

    store.settle_membership(read, None)

    assert store.unsettled_memberships(NOW, 10) == [Membership(guides.id, barbara.id, wanted=True)]


def test_a_postponed_edge_is_listed_when_its_time_has_come(store: Store):
    barbara = store.create(user(), (), event())
    guides = store.create(group(), [barbara.id], event())
    (edge,) = store.unsettled_memberships(NOW, 10)

    store.postpone_membership(replace(edge, attempts=1, next_attempt_at=NOW + 60, last_error="busy"))

    assert store.unsettled_memberships(NOW + 59, 10) == store.unsettled_memberships(NOW + 59, 10, guides.id) == []
    expected = [Membership(guides.id, barbara.id, True, False, 1, NOW + 60, "busy")]
    assert store.unsettled_memberships(NOW + 60, 10) == store.unsettled_memberships(NOW + 60, 10, guides.id) == expected


def test_an_edge_with_a_newer_wish_is_not_postponed(store: Store):
    barbara = store.create(user(), (), event())
    guides = store.create(group(), [barbara.id], event())
    (read,) = store.unsettled_memberships(NOW, 10)
    store.change_members(guides, [], [barbara.id], LATER, event())

    store.postpone_membership(replace(read, attempts=1, next_attempt_at=NOW + 60))

    assert len(store.unsettled_memberships(NOW, 10)) == 1


@pytest.mark.parametrize("limit", [1, 3])
def test_the_edges_of_one_group_can_be_asked_for(store: Store, limit: int):
    people = [store.create(user(name), (), event()).id for name in ("bjensen", "mpepperidge", "jsmith")]
    guides = store.create(group(), people, event())
    store.create(group("Pilots"), people, event())

    found = store.unsettled_memberships(NOW, limit, guides.id)

    assert [edge.group_id for edge in found] == [guides.id] * limit
    assert len(store.unsettled_memberships(NOW, 4)) == 4


def test_the_backlog_counts_all_that_is_owed(store: Store):
    barbara = store.create(user(), (), event())
    mandy = store.create(user("mpepperidge", link=SETTLED), (), event())
    store.create(group(link=SETTLED), [barbara.id, mandy.id], event())
    current = store.get(mandy.ref)
    assert current
    store.replace(current, replace(current, wanted=False, link=Link("T1", next_attempt_at=NOW * 9)), event())

    assert store.backlog() == Backlog(users=2, groups=0, memberships=2)


def test_an_empty_store_owes_nothing(store: Store):
    assert store.backlog() == Backlog(0, 0, 0)
