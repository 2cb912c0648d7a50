"""The contract of `ports.Store`, for people who look: search by a word, by how somebody stands, and their history."""

from dataclasses import replace

import pytest

from scim import keys
from scim.ports import Store
from scim.records import Event, Kind, Link, Record, Ref
from tests.stores.samples import AT, event, group, user

ACTIVE = Link("T1", "active", unsettled=False)


def named(store: Store, name: str, display: str, link: Link = ACTIVE) -> Record:
    record = user(name, link=link)
    return store.create(replace(record, document={**record.document, "displayName": display}), (), event())


def found(store: Store, text: str, kind: Kind = "User") -> set[str]:
    label = "displayName" if kind == "Group" else "userName"
    return {record.document[label].partition("@")[0] for record in store.search(kind, keys.prefix(text), None, 100)}


# ── search ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def people(store: Store) -> Store:
    named(store, "bjensen", "Barbara Jensen")
    named(store, "mpepperidge", "Mandy Pepperidge")
    named(store, "bbrown", "Bärbel Brown-Jensen")
    return store


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("b", {"bjensen", "bbrown"}),
        ("BARB", {"bjensen"}),
        ("jensen", {"bjensen", "bbrown"}),
        ("bärb", {"bbrown"}),
        ("bjensen@ex", {"bjensen"}),
        ("bjensen@example.com", {"bjensen"}),
        ("example", {"bjensen", "bbrown", "mpepperidge"}),
        ("ensen", set()),
        ("%", set()),
        ("*", set()),
        ("", set()),
        ("\ud800", set()),
    ],
)
def test_people_are_found_by_the_beginning_of_a_word(people: Store, text: str, expected: set[str]):
    assert found(people, text) == expected


def test_groups_are_found_by_the_beginning_of_a_word(store: Store):
    for name in ("Tour Guides", "Guides of the South", "Pilots"):
        store.create(group(name), (), event())

    assert found(store, "guid", "Group") == {"Tour Guides", "Guides of the South"}


def test_who_is_renamed_is_found_by_the_new_name_only(people: Store):
    [barbara] = people.search("User", "barbara", None, 2)

    people.replace(barbara, replace(barbara, document={**barbara.document, "displayName": "Babs Jones"}), event())

    assert (found(people, "barbara"), found(people, "jones")) == (set(), {"bjensen"})


def test_who_is_deprovisioned_or_discarded_is_not_found(people: Store):
    [barbara] = people.search("User", "barbara", None, 2)
    [mandy] = people.search("User", "mandy", None, 2)

    people.replace(barbara, replace(barbara, wanted=False), event())
    people.discard(mandy, event())

    assert (found(people, "barbara"), found(people, "mandy")) == (set(), set())


def test_what_is_found_is_read_in_pages(store: Store):
    for number in range(7):
        named(store, f"person{number}", f"Person {number}")

    first = store.search("User", "person", None, 3)
    second = store.search("User", "person", first[-1].id, 3)
    third = store.search("User", "person", second[-1].id, 3)

    assert [len(page) for page in (first, second, third)] == [3, 3, 1]
    assert len({record.id for page in (first, second, third) for record in page}) == 7


# ── how they stand ────────────────────────────────────────────────────────────────────────────────────────

STANDINGS = {
    "active": ACTIVE,
    "invited": Link("T2", "invited", unsettled=False),
    "none": Link(unsettled=False),
    "owed": Link("T3", "active"),
    "refused": Link("T4", "active", attempts=1, next_attempt_at=5.0, last_error="No."),
    "waiting": Link("T5", "active", unsettled=False, waiting="Waiting for the person"),
    "held": Link("T6", "active", held_at=1.0, next_attempt_at=9e9, last_error="Held."),
}


@pytest.mark.parametrize("kind", ["User", "Group"])
def test_each_is_listed_and_counted_where_it_stands(store: Store, kind: Kind):
    for name, link in STANDINGS.items():
        store.create(user(name, link=link) if kind == "User" else group(name, link=link), (), event())

    for name in STANDINGS:
        [record] = store.standing(kind, name, None, 10)
        assert record.standing == name
        assert name in str(record.document).lower()
        assert store.count_standing(kind, name) == 1
    assert store.standing(kind, "suspended", None, 10) == []
    assert store.count_standing(kind, "suspended") == 0


def test_where_somebody_stands_changes_with_the_link_and_the_wish(store: Store):
    record = named(store, "bjensen", "Barbara Jensen", Link())
    seen = [record.standing]

    for link, settled in (
        (Link("T1", "invited"), record.version),
        (Link("T1", "active", waiting="Waiting for the person"), record.version),
        (Link("T1", "active"), None),
    ):
        store.save_link(record.ref, link, settled, None)
        seen += [name for name in ("owed", "invited", "waiting", "active") if store.count_standing("User", name)]
    current = store.get(record.ref)
    assert current
    store.replace(current, replace(current, wanted=False), event())

    assert seen == ["owed", "invited", "waiting", "active"]
    assert not any(store.count_standing("User", name) for name in STANDINGS)


def test_a_state_is_read_in_pages(store: Store):
    for number in range(5):
        named(store, f"person{number}", f"Person {number}")

    first = store.standing("User", "active", None, 2)
    rest = store.standing("User", "active", first[-1].id, 10)

    assert len({record.id for record in (*first, *rest)}) == 5


# ── history ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_history_is_of_one_resource_newest_first_and_in_pages(store: Store):
    barbara, guides = Ref("User", "2819c223"), Ref("Group", "2819c223")
    for number in range(6):
        ref = guides if number == 3 else barbara
        store.append_event(Event(f"01{number}", AT, "entra", f"act.{number}", ref))
    store.append_event(Event("019", AT, "entra", "act.9", Ref("User", "2819c2231")))
    store.append_event(Event("01A", AT, "entra", "act.A", None))

    first = store.history(barbara, 2)
    rest = store.history(barbara, 10, first[-1].id)

    assert [each.action for each in (*first, *rest)] == ["act.5", "act.4", "act.2", "act.1", "act.0"]
    assert [each.action for each in store.history(guides, 10)] == ["act.3"]
    assert store.history(Ref("User", "unknown"), 10) == []
