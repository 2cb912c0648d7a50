"""The contract of `ports.Store`, for removals that wait for a person: kept, listed, and cleared by a newer wish."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from scim.ports import Store
from scim.records import Backlog, Kind, Ledger, Link, Membership, Record, Ref, Stale
from tests.stores.samples import LATER, event, group, user

NOW = 1_767_600_000.5
NEVER = 253402300800.0
"""The year 10000, from when on a held removal is due."""

HELD = Link("T1", "active", next_attempt_at=NEVER, last_error="Held: too many.", held_at=NOW)
APPROVED = Link("T1", "active", approved_version=3, approved_until=NOW + 3600, removed_at=NOW - 60)


def link_of(store: Store, record: Record) -> Link:
    found = store.get(record.ref)
    assert found
    return found.link


def made(store: Store, kind: Kind, name: str, link: Link) -> Record:
    return store.create(user(name, link=link) if kind == "User" else group(name, link=link), (), event())


@pytest.fixture
def barbara(store: Store) -> Record:
    return store.create(user(link=Link(unsettled=False)), (), event())


@pytest.fixture
def guides(store: Store, barbara: Record) -> Record:
    """A group whose only membership is wanted no longer, and held."""
    made = store.create(group(link=Link(unsettled=False)), [barbara.id], event())
    unwanted = store.change_members(made, [], [barbara.id], LATER, event())
    (edge,) = store.unsettled_memberships(NOW, 10)
    store.postpone_membership(hold(edge))
    return unwanted


def hold(edge: Membership) -> Membership:
    return replace(edge, attempts=1, next_attempt_at=NEVER, last_error="Held: too many.", held_at=NOW)


# ── users and groups ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", ["User", "Group"])
@pytest.mark.parametrize("link", [HELD, APPROVED], ids=["held", "approved"])
def test_a_record_is_created_with_all_of_its_link(store: Store, kind: Kind, link: Link):
    record = made(store, kind, "bjensen", link)

    assert record.link == link_of(store, record) == link


@pytest.mark.parametrize("link", [HELD, APPROVED, Link()], ids=["held", "approved", "empty"])
def test_a_replacement_replaces_all_of_the_link(store: Store, link: Link):
    before = store.create(user(link=replace(APPROVED, held_at=1.0)), (), event())

    saved = store.replace(before, replace(before, link=link), event())

    assert saved.link == link_of(store, before) == link


@pytest.mark.parametrize("link", [HELD, APPROVED, Link()], ids=["held", "approved", "empty"])
def test_save_link_replaces_all_of_the_link(store: Store, link: Link):
    before = store.create(user(link=replace(APPROVED, held_at=1.0)), (), event())

    store.save_link(before.ref, link, None, None)

    assert link_of(store, before) == link


def test_a_change_of_members_keeps_the_link(store: Store):
    guides = store.create(group(link=APPROVED), (), event())

    store.change_members(guides, [], [], LATER, event())

    assert link_of(store, guides) == APPROVED


@pytest.mark.parametrize("kind", ["User", "Group"])
def test_held_records_are_listed_by_kind_and_deprovisioned_ones_too(store: Store, kind: Kind):
    before = made(store, kind, "bjensen", Link("T1", unsettled=False))
    former = store.replace(before, replace(before, wanted=False, link=HELD), event())
    made(store, "Group" if kind == "User" else "User", "other", HELD)
    made(store, kind, "free", APPROVED)

    assert store.held(kind) == [former]


def test_held_records_come_by_the_time_they_wait_and_then_by_id(store: Store):
    late = store.create(user("a", id="a", link=replace(HELD, held_at=NOW + 1)), (), event())
    second = store.create(user("c", id="c", link=HELD), (), event())
    first = store.create(user("b", id="b", link=HELD), (), event())

    assert store.held("User") == [first, second, late]


def test_a_held_record_comes_up_only_when_its_time_does(store: Store):
    held = store.create(user(link=HELD), (), event())

    assert store.unsettled("User", NEVER - 1, 10) == []
    assert store.unsettled("User", float("inf"), 10) == [held]


def test_a_record_is_held_from_when_its_link_says_so_until_it_does_not(store: Store):
    barbara = store.create(user(), (), event())

    store.save_link(barbara.ref, HELD, None, None)
    listed = [record.link for record in store.held("User")]
    store.save_link(barbara.ref, APPROVED, None, None)

    assert (listed, store.held("User")) == ([HELD], [])
    assert [record.link for record in store.unsettled("User", NOW, 10)] == [APPROVED]


def test_a_newer_wish_ends_a_hold_where_it_says_so(store: Store):
    before = store.create(user(link=HELD), (), event())

    store.replace(before, replace(before, version=2, link=Link("T1")), event())

    assert store.held("User") == []


@pytest.mark.parametrize("wanted", [True, False])
def test_a_hold_that_replaces_only_the_link_is_stale_if_a_newer_wish_came(store: Store, wanted: bool):
    barbara = store.create(user(), (), event())
    read = store.replace(barbara, replace(barbara, version=2, wanted=wanted), event())
    newer = store.replace(read, replace(read, version=3, wanted=True), event())

    with pytest.raises(Stale):
        store.replace(read, replace(read, link=HELD), event())

    assert (store.get(newer.ref), store.held("User")) == (newer, [])


def test_a_hold_that_replaces_only_the_link_leaves_a_deprovisioned_record_to_be_found(store: Store):
    barbara = store.create(user(), (), event())
    former = store.replace(barbara, replace(barbara, version=2, wanted=False), event())

    held = store.replace(former, replace(former, link=HELD), event())

    assert held == replace(former, link=HELD)
    assert store.held("User") == store.find_former("User", barbara.unique_keys) == [held]


def test_a_held_record_that_is_discarded_is_held_no_longer(store: Store):
    before = store.create(user(link=HELD), (), event())

    store.discard(before, event())

    assert (store.held("User"), store.backlog()) == ([], Backlog())


# ── what waits for a person in the target ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", ["User", "Group"])
@pytest.mark.parametrize("unsettled", [True, False])
def test_wanted_records_that_wait_are_listed_by_kind(store: Store, kind: Kind, unsettled: bool):
    waits = made(store, kind, "bjensen", Link("T1", waiting="Ask Barbara to accept.", unsettled=unsettled))
    made(store, kind, "free", Link("T2"))
    made(store, "Group" if kind == "User" else "User", "other", Link(waiting="Ask."))

    assert store.waiting(kind) == [waits]


def test_those_who_wait_come_in_the_order_of_pages(store: Store):
    for number in range(12):
        store.create(user(f"friend{number}", link=Link(waiting="Ask.")), (), event())

    assert store.waiting("User") == store.page("User", 0, 20)


def test_a_record_waits_from_when_its_link_says_so_until_it_does_not(store: Store):
    barbara = store.create(user(), (), event())

    store.save_link(barbara.ref, Link("T1", waiting="Ask."), 1, None)
    listed = [record.id for record in store.waiting("User")]
    store.save_link(barbara.ref, Link("T1"), 1, None)

    assert (listed, store.waiting("User")) == ([barbara.id], [])


def test_a_deprovisioned_record_is_not_waited_for_until_it_comes_back(store: Store):
    before = store.create(user(link=Link(waiting="Ask.")), (), event())
    former = store.replace(before, replace(before, wanted=False), event())
    store.save_link(former.ref, Link(waiting="Ask."), None, None)
    listed = store.waiting("User")
    current = store.get(former.ref)
    assert current

    returned = store.replace(current, replace(current, wanted=True), event())

    assert (listed, store.waiting("User")) == ([], [returned])


# ── memberships ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_held_edge_is_listed_as_it_was_kept(store: Store, guides: Record, barbara: Record):
    expected = Membership(guides.id, barbara.id, False, False, 1, NEVER, "Held: too many.", NOW)

    assert store.held_memberships() == [expected]
    assert store.unsettled_memberships(NEVER - 1, 10) == store.unsettled_memberships(NEVER - 1, 10, guides.id) == []
    assert store.unsettled_memberships(float("inf"), 10) == [expected]
    assert store.unsettled_memberships(float("inf"), 10, guides.id) == [expected]


def test_held_edges_come_by_group_and_user(store: Store):
    people = [store.create(user(name, id=name), (), event()).id for name in ("c", "a", "b")]
    for name in ("g-2", "g", "g-1"):
        store.create(group(name, id=name), people, event())
    for number, edge in enumerate(store.unsettled_memberships(NOW, 20)):
        store.postpone_membership(replace(edge, held_at=NOW - number))

    found = [(edge.group_id, edge.user_id) for edge in store.held_memberships()]

    assert found == [(group_id, user_id) for group_id in ("g", "g-1", "g-2") for user_id in ("a", "b", "c")]


def test_an_approved_edge_is_owed_with_its_approval_and_held_no_longer(store: Store, guides: Record, barbara: Record):
    (held,) = store.held_memberships()

    store.postpone_membership(replace(held, held_at=None, approved_until=NOW + 60, next_attempt_at=None, attempts=0))

    assert store.held_memberships() == []
    expected = Membership(guides.id, barbara.id, False, last_error="Held: too many.", approved_until=NOW + 60)
    assert store.unsettled_memberships(NOW, 10) == [expected]


def repeat(store: Store, guides: Record, barbara: Record) -> bool:
    store.change_members(guides, [], [barbara.id], LATER, event())
    return False


def grant(store: Store, guides: Record, barbara: Record) -> bool:
    store.change_members(guides, [barbara.id], [], LATER, event())
    return True


def grant_with_the_group(store: Store, guides: Record, barbara: Record) -> bool:
    current = store.get(guides.ref)
    assert current
    store.replace(current, replace(current, version=9), event(), [barbara.id])
    return True


WISHES = [repeat, grant, grant_with_the_group]


@pytest.mark.parametrize("wish", WISHES)
@pytest.mark.parametrize("kept", [{"held_at": NOW}, {"held_at": None, "approved_until": NOW + 60}])
def test_a_new_wish_clears_the_hold_and_the_approval_of_an_edge(
    store: Store, guides: Record, barbara: Record, wish: Callable[[Store, Record, Record], bool], kept: dict[str, float]
):
    (held,) = store.held_memberships()
    store.postpone_membership(replace(held, **kept))

    wanted = wish(store, guides, barbara)

    assert store.held_memberships() == []
    assert store.unsettled_memberships(NOW, 10) == [Membership(guides.id, barbara.id, wanted)]


def test_an_edge_that_ends_with_its_user_is_held_no_longer(store: Store, barbara: Record):
    pilots = store.create(group("Pilots"), [barbara.id], event())
    (edge,) = store.unsettled_memberships(NOW, 10)
    store.postpone_membership(hold(edge))
    current = store.get(barbara.ref)
    assert current

    store.replace(current, replace(current, wanted=False), event())

    assert store.held_memberships() == []
    assert store.unsettled_memberships(NOW, 10) == [Membership(pilots.id, barbara.id, wanted=False)]


def test_an_edge_that_was_changed_since_it_was_read_is_not_held(store: Store, guides: Record, barbara: Record):
    (held,) = store.held_memberships()
    store.change_members(guides, [barbara.id], [], LATER, event())

    store.postpone_membership(replace(held, approved_until=NOW + 60))

    assert store.held_memberships() == []
    assert store.unsettled_memberships(NOW, 10) == [Membership(guides.id, barbara.id, wanted=True)]


def test_a_held_edge_that_is_settled_is_gone(store: Store, guides: Record):
    (held,) = store.held_memberships()

    store.settle_membership(held, None)

    assert (store.held_memberships(), store.unsettled_memberships(float("inf"), 10, guides.id)) == ([], [])


def test_a_wanted_edge_that_is_settled_keeps_no_hold(store: Store, barbara: Record):
    store.create(group("Pilots", link=Link(unsettled=False)), [barbara.id], event())
    (edge,) = store.unsettled_memberships(NOW, 10)
    store.postpone_membership(replace(hold(edge), approved_until=NOW + 60))
    (held,) = store.held_memberships()

    store.settle_membership(held, None)

    assert (store.held_memberships(), store.backlog()) == ([], Backlog())


# ── the ledger and the backlog ────────────────────────────────────────────────────────────────────────────────


def test_a_ledger_nobody_put_is_empty(store: Store):
    assert store.ledger("people") == Ledger()


@pytest.mark.parametrize("scope", ["people", "group:2819c223", "a/b", "..", "__x__", "ä ö", "x" * 2000])
@pytest.mark.parametrize("ledger", [Ledger(), Ledger(((29460000, 3), (29460001, 1)), 5000, NOW)])
def test_a_ledger_is_read_back_as_it_was(store: Store, scope: str, ledger: Ledger):
    store.put_ledger(scope, ledger)

    assert store.ledger(scope) == ledger


def test_a_note_nobody_put_is_none(store: Store):
    assert store.note("pull.plan") is None


@pytest.mark.parametrize("name", ["pull", "drift/User", "ü 漢 \U0001f511", "x" * 2000])
def test_a_note_is_read_back_as_it_was_and_the_last_counts(store: Store, name: str):
    store.put_note(name, {"first": True})
    store.put_note(name, {"groups": ["Guides", "\ud800", None], "since": 12.5, "nested": {"": {}}})

    assert store.note(name) == {"groups": ["Guides", "\ud800", None], "since": 12.5, "nested": {"": {}}}
    assert store.note("another") is None


def test_a_note_is_taken_away_once_or_twice(store: Store):
    store.put_note("pull", {"kept": True})

    store.put_note("pull", None)
    store.put_note("pull", None)

    assert store.note("pull") is None


def test_a_note_may_be_large(store: Store):
    large = {"people": [f"person{number}@example.com" for number in range(30_000)]}

    store.put_note("pull", large)

    assert store.note("pull") == large


def test_each_scope_has_its_own_ledger_and_the_last_counts(store: Store):
    store.put_ledger("people", Ledger(((1, 1),), 10, 60.0))
    store.put_ledger("group:2819c223", Ledger(((1, 2),), 20))
    store.put_ledger("people", Ledger(((2, 5),), 30))

    assert store.ledger("people") == Ledger(((2, 5),), 30)
    assert store.ledger("group:2819c223") == Ledger(((1, 2),), 20)
    assert store.ledger("group") == Ledger()


def test_the_backlog_tells_how_much_of_it_is_held(store: Store, guides: Record, barbara: Record):
    store.create(user("mpepperidge", link=HELD), (), event())
    store.create(user("jsmith"), (), event())
    store.create(group("Pilots", link=HELD), [barbara.id], event())

    assert store.backlog() == Backlog(users=2, groups=1, memberships=2, held=3)


# ── revocations that wait from their beginning ────────────────────────────────────────────────────────────────


@pytest.fixture
def members(store: Store) -> list[str]:
    return [store.create(user(name, id=name), (), event()).id for name in ("a", "b", "c")]


def test_revocations_are_held_in_the_commit_that_wishes_them(store: Store, members: list[str]):
    pilots = store.create(group("Pilots", link=Link(unsettled=False)), members[:2], event())

    store.change_members(pilots, members[2:], members[:2], LATER, event(), NOW)

    held = [Membership(pilots.id, id, wanted=False, next_attempt_at=NEVER, held_at=NOW) for id in members[:2]]
    assert store.held_memberships() == held
    assert store.members(pilots.id) == members[2:]
    assert store.unsettled_memberships(NEVER - 1, 10) == [Membership(pilots.id, "c", wanted=True)]


def test_a_hold_from_the_beginning_is_the_hold_that_settling_makes(store: Store, guides: Record, barbara: Record):
    (settled,) = store.held_memberships()
    store.change_members(guides, [barbara.id], [], LATER, event())

    store.change_members(guides, [], [barbara.id], LATER, event(), NOW)

    (held,) = store.held_memberships()
    assert held == replace(settled, attempts=0, last_error=None)


@pytest.mark.parametrize("wish", WISHES)
def test_a_newer_wish_ends_a_hold_from_the_beginning(
    store: Store, barbara: Record, wish: Callable[[Store, Record, Record], bool]
):
    pilots = store.create(group("Pilots", link=Link(unsettled=False)), [barbara.id], event())
    store.change_members(pilots, [], [barbara.id], LATER, event(), NOW)

    wanted = wish(store, pilots, barbara)

    assert store.held_memberships() == []
    assert store.unsettled_memberships(NOW, 10) == [Membership(pilots.id, barbara.id, wanted)]


def test_a_group_or_user_that_ends_leaves_a_held_revocation_held(store: Store, members: list[str]):
    pilots = store.create(group("Pilots", link=Link(unsettled=False)), members, event())
    store.change_members(pilots, [], members[:2], LATER, event(), NOW)
    for ref in (pilots.ref, Ref("User", "a")):
        current = store.get(ref)
        assert current
        store.replace(current, replace(current, wanted=False), event())

    assert [edge.user_id for edge in store.held_memberships()] == ["a", "b"]
    assert [edge.user_id for edge in store.unsettled_memberships(NEVER - 1, 10)] == ["c"]


def test_many_revocations_are_held_in_one_call(store: Store):
    people = [store.create(user(f"p{number}", id=f"p{number}"), (), event()).id for number in range(260)]
    pilots = store.create(group("Pilots"), people, event())

    store.change_members(pilots, [], people, LATER, event(), NOW)

    assert len(store.held_memberships()) == 260
    assert store.members(pilots.id) == []
