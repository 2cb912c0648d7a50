"""The contract of `ports.Store`, for users and groups: written, found, changed, deprovisioned, discarded.

The same facts hold for every store; `test_store_*.py` beside this file have those of memberships, settling, paging
and the journal.
"""

from dataclasses import replace

import pytest

from scim.ports import Store
from scim.records import KeyTaken, Link, Ref, Stale
from tests.stores.samples import LATER, event, group, user

USER_NAME = "userName=bjensen@example.com"


def test_what_is_created_is_read_back_as_it_was(store: Store):
    barbara = replace(
        user(), document={"userName": "bjensen@example.com", "name": {"familyName": "Jensen"}, "n": 2**70, "": [1.5]}
    )

    saved = store.create(barbara, (), event())

    assert saved == store.get(barbara.ref) == barbara


def test_nothing_is_found_under_an_unknown_id(store: Store):
    assert store.get(Ref("User", "unknown")) is None


@pytest.mark.parametrize("id", ["", ".", "..", "a/b", "__id__", "x" * 2000, "\ud800", "\0", "ä"])
def test_an_id_no_store_could_hold_names_nobody(store: Store, id: str):
    assert store.get(Ref("User", id)) is None
    assert store.get_all([Ref("User", id), Ref("Group", id)]) == {}
    assert store.group_with(id, [id]) == (None, {})


def test_an_id_names_a_record_only_within_its_kind(store: Store):
    barbara = store.create(user(), (), event())

    assert store.get(Ref("Group", barbara.id)) is None


def test_many_are_read_at_once_deprovisioned_ones_too(store: Store):
    barbara, mandy = (store.create(user(name), (), event()) for name in ("bjensen", "mpepperidge"))
    guides = store.create(group(), (barbara.id,), event())
    gone = store.replace(mandy, replace(mandy, wanted=False, version=2), event())

    found = store.get_all([barbara.ref, guides.ref, mandy.ref, barbara.ref])

    assert found == {each.ref: store.get(each.ref) for each in (barbara, guides, gone)}
    assert found[barbara.ref].group_ids == (guides.id,)
    assert not found[mandy.ref].wanted


def test_of_many_those_that_are_not_there_are_left_out(store: Store):
    barbara = store.create(user(), (), event())

    assert store.get_all([Ref("Group", barbara.id), Ref("User", "unknown"), barbara.ref]) == {barbara.ref: barbara}
    assert store.get_all([]) == {}


def test_hundreds_are_read_at_once(store: Store):
    made = [store.create(user(f"person{number}"), (), event()) for number in range(120)]
    strangers = [Ref("User", f"stranger{number}") for number in range(200)]

    assert store.get_all([*strangers, *(each.ref for each in made)]) == {each.ref: each for each in made}


def test_an_id_is_given_once(store: Store):
    barbara = store.create(user(), (), event())

    with pytest.raises(KeyTaken):
        store.create(user("mpepperidge", id=barbara.id), (), event())

    assert store.find("User", "userName=mpepperidge@example.com") == []


@pytest.mark.parametrize("key", [USER_NAME, "email=babs@example.org", "externalId=entra=external-bjensen"])
def test_a_record_is_found_by_each_of_its_keys(store: Store, key: str):
    barbara = store.create(user(emails=("bjensen@example.com", "babs@example.org")), (), event())

    assert store.find("User", key) == [barbara]


@pytest.mark.parametrize("key", ["userName=unknown", "", "x" * 5000, "\ud800", USER_NAME + "\0"])
def test_a_key_nobody_holds_finds_nobody(store: Store, key: str):
    store.create(user(), (), event())

    assert store.find("User", key) == []


def test_a_lookup_key_may_be_shared_and_finds_all_in_store_order(store: Store):
    for name in ("bjensen", "mpepperidge", "jsmith"):
        store.create(user(name, emails=("desk@example.com",)), (), event())

    found = store.find("User", "email=desk@example.com")

    assert found == store.page("User", 0, 10)


def test_a_unique_key_is_held_once_and_the_refusal_names_it(store: Store):
    store.create(user(), (), event())

    with pytest.raises(KeyTaken) as refusal:
        store.create(user(), (), event("second"))

    assert refusal.value.key == USER_NAME
    assert (store.count("User"), len(store.events(10))) == (1, 1)


def test_the_refusal_names_the_one_key_of_several_that_is_taken(store: Store):
    store.create(user(), (), event())
    rival = user("mpepperidge")

    with pytest.raises(KeyTaken) as refusal:
        store.create(replace(rival, unique_keys=(*rival.unique_keys, USER_NAME)), (), event())

    assert refusal.value.key == USER_NAME
    assert store.create(rival, (), event()).id == rival.id


def test_a_unique_key_is_unique_within_its_kind(store: Store):
    store.create(user(), (), event())

    saved = store.create(replace(group(), unique_keys=(USER_NAME,)), (), event())

    assert store.find("Group", USER_NAME) == [saved]


def test_a_replaced_record_is_read_back_as_it_was_given(store: Store):
    before = store.create(user(), (), event())
    after = replace(
        before, document={"userName": "b"}, version=2, last_modified=LATER, link=Link("T1", unsettled=False)
    )

    saved = store.replace(before, after, event())

    assert saved == store.get(before.ref) == after


def test_a_renamed_record_is_found_under_its_new_keys_only(store: Store):
    before = store.create(user(), (), event())
    renamed = user("babs", id=before.id)

    saved = store.replace(before, replace(renamed, version=2), event())

    assert store.find("User", USER_NAME) == store.find("User", "email=bjensen@example.com") == []
    assert store.find("User", "userName=babs@example.com") == store.find("User", "email=babs@example.com") == [saved]


def test_a_name_that_was_given_up_can_be_taken(store: Store):
    before = store.create(user(), (), event())
    store.replace(before, user("babs", id=before.id), event())

    assert store.create(user(), (), event()).unique_keys == (USER_NAME,)


def test_a_rename_to_a_name_that_is_taken_changes_nothing(store: Store):
    store.create(user(), (), event())
    mandy = store.create(user("mpepperidge"), (), event())

    with pytest.raises(KeyTaken) as refusal:
        store.replace(mandy, replace(user(id=mandy.id), version=2), event())

    assert refusal.value.key == USER_NAME
    assert store.get(mandy.ref) == mandy


def test_of_two_writers_with_the_same_record_exactly_one_wins(store: Store):
    before = store.create(user(), (), event())
    for version in range(2, 22):
        winner = store.replace(before, replace(before, version=version), event())

        with pytest.raises(Stale):
            store.replace(before, replace(before, version=version, document={"userName": "lost"}), event())

        assert store.get(before.ref) == winner
        before = winner


def test_a_writer_that_lost_wins_once_it_has_read_again(store: Store):
    before = store.create(user(), (), event())
    store.replace(before, replace(before, version=2), event())

    current = store.get(before.ref)
    assert current is not None
    saved = store.replace(current, replace(current, version=3), event())

    assert saved.version == 3


def test_the_answer_of_a_replacement_can_be_replaced(store: Store):
    first = store.create(user(), (), event())
    second = store.replace(first, replace(first, version=2), None)

    third = store.replace(second, replace(second, version=3), None)

    assert third.version == 3


def test_a_deprovisioned_record_is_still_there_but_in_no_list(store: Store):
    before = store.create(user(link=Link("T1", "active")), (), event())

    saved = store.replace(before, replace(before, wanted=False, version=2), event())

    assert store.get(before.ref) == saved == replace(before, wanted=False, version=2)
    assert store.find("User", USER_NAME) == store.find("User", "email=bjensen@example.com") == []
    assert (store.page("User", 0, 10), list(store.scan("User")), store.count("User")) == ([], [], 0)


def test_a_deprovisioned_record_gives_its_names_up(store: Store):
    before = store.create(user(), (), event())
    store.replace(before, replace(before, wanted=False), event())

    successor = store.create(user(), (), event())

    assert store.find("User", USER_NAME) == [successor]


@pytest.mark.parametrize("key", [USER_NAME, "email=bjensen@example.com", "externalId=entra=external-bjensen"])
def test_a_deprovisioned_record_is_remembered_by_each_key_it_held(store: Store, key: str):
    before = store.create(user(), (), event())
    former = store.replace(before, replace(before, wanted=False), event())
    store.create(user(), (), event())

    assert store.find_former("User", ["unknown", key]) == [former]
    assert store.find_former("User", ["unknown"]) == store.find_former("User", []) == []


def test_former_records_are_found_by_any_number_of_keys_once_each(store: Store):
    for name in ("bjensen", "mpepperidge"):
        before = store.create(user(name), (), event())
        store.replace(before, replace(before, wanted=False), event())
    keys = [f"{kind}={name}@example.com" for kind in ("userName", "email") for name in ("bjensen", "mpepperidge")]

    found = store.find_former("User", keys + [f"key-{number}" for number in range(40)])

    assert len({record.id for record in found}) == len(found) == 2


def test_a_change_to_a_deprovisioned_record_keeps_what_it_is_remembered_by(store: Store):
    before = store.create(user(), (), event())
    former = store.replace(before, replace(before, wanted=False), event())

    former = store.replace(former, replace(former, version=3), event())

    assert store.find_former("User", [USER_NAME]) == [former]


def test_a_record_that_comes_back_holds_its_keys_again(store: Store):
    before = store.create(user(), (), event())
    former = store.replace(before, replace(before, wanted=False, version=2), event())

    back = store.replace(former, replace(former, wanted=True, version=3), event())

    assert store.find("User", USER_NAME) == store.page("User", 0, 10) == [back]
    assert store.find_former("User", [USER_NAME]) == []


def test_a_record_whose_name_was_taken_meanwhile_cannot_come_back(store: Store):
    before = store.create(user(), (), event())
    former = store.replace(before, replace(before, wanted=False), event())
    store.create(user(), (), event())

    with pytest.raises(KeyTaken):
        store.replace(former, replace(former, wanted=True), event())


def test_a_discarded_record_leaves_nothing_but_its_events(store: Store):
    before = store.create(user(), (), event("user.created"))

    store.discard(before, event("refused"))

    assert store.get(before.ref) is None
    assert store.find("User", USER_NAME) == store.find_former("User", [USER_NAME]) == store.page("User", 0, 10) == []
    assert store.create(user(), (), event()).unique_keys == (USER_NAME,)
    assert sorted(line.action for line in store.events(10)) == ["refused", "user.created", "user.created"]


def test_a_record_that_was_changed_is_not_discarded(store: Store):
    before = store.create(user(), (), event())
    after = store.replace(before, replace(before, version=2), event())

    with pytest.raises(Stale):
        store.discard(before, event())

    assert store.get(before.ref) == after


def test_a_record_is_discarded_once(store: Store):
    before = store.create(user(), (), event())
    store.discard(before, event())

    with pytest.raises(Stale):
        store.discard(before, event())
