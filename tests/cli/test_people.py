"""What an administrator types to see who is wanted, how each stands, and everything about one of them."""

from dataclasses import replace

import pytest

from scim.cli import finding, people
from scim.jobs.removals import NEVER
from scim.records import Link, Record, Ref
from tests.cli.cast import AT, as_json, happening, join, shown, typed

REFUSED = Link(unsettled=True, attempts=3, last_error="The domain is not allowed.")
HELD = Link("T-3", "active", held_at=1000.0, next_attempt_at=NEVER, last_error="Beyond the limit.")


@pytest.fixture
def three(kept):
    """Barbara is as wanted, Mandy is refused, John's suspension is held."""
    join(kept, "bjensen", "Barbara Jensen")
    join(kept, "mandy", "Mandy Pepperidge", REFUSED)
    join(kept, "jsmith", "John Smith", HELD)
    return kept


def names(*words):
    return [each["name"] for each in as_json("people", *words)]


def test_everybody_is_listed_with_how_they_stand_and_why(three):
    listed = " ".join(shown("people").split())

    assert "Barbara Jensen bjensen@example.com Active Active" in listed
    assert "Mandy Pepperidge mandy@example.com Refused The domain is not allowed." in listed
    assert "John Smith jsmith@example.com Held Active Beyond the limit." in listed


def test_with_nobody_it_says_so(kept):
    assert shown("people") == "People: none.\n"
    assert as_json("people") == []


def test_what_is_owed_and_was_never_tried_is_on_its_way(kept):
    join(kept, "bjensen", link=Link())

    assert "recorded; on its way" in shown("people")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["barb"], ["Barbara Jensen"]),
        (["BARBARA jen"], ["Barbara Jensen"]),
        (["mandy@example"], ["Mandy Pepperidge"]),
        (["exam"], ["Barbara Jensen", "Mandy Pepperidge", "John Smith"]),
        (["--standing", "refused"], ["Mandy Pepperidge"]),
        (["--standing", "active"], ["Barbara Jensen"]),
        (["exam", "--standing", "held"], ["John Smith"]),
        (["exam", "--standing", "active"], ["Barbara Jensen"]),
        (["john", "--standing", "active"], []),
        (["nobody"], []),
        (["list", "barb"], ["Barbara Jensen"]),
        (["list", "show"], []),
        (["  "], ["Barbara Jensen", "Mandy Pepperidge", "John Smith"]),
        (["\x00"], []),
    ],
)
def test_people_are_found_by_words_and_by_standing(three, words, found):
    assert names(*words) == found


def test_as_json_each_has_what_a_program_needs(three):
    [mandy] = as_json("people", "mandy")

    assert mandy == {
        "id": "mandy",
        "name": "Mandy Pepperidge",
        "user_name": "mandy@example.com",
        "address": "mandy@example.com",
        "standing": "refused",
        "target_id": None,
        "target_state": None,
        "owed": True,
        "why": "The domain is not allowed.",
    }


def test_a_standing_that_does_not_exist_is_typed_wrongly(three):
    done = typed("people", "--standing", "lost")

    assert (done.exit_code, "there are held, refused, owed" in done.output) == (2, True)


def test_a_longer_list_is_cut_and_says_so(three):
    done = typed("people", "--limit", "2")

    assert "John Smith" not in done.stdout
    assert "There are more: --all lists everybody" in done.stderr
    assert len(as_json("people", "--limit", "2")) == 2
    assert "There are more" not in typed("people", "--limit", "3").stderr


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_everybody_is_read_in_batches_and_shown_in_tables(kept, count, monkeypatch):
    monkeypatch.setattr(finding, "BATCH", 2)
    monkeypatch.setattr(people, "AT_ONCE", 2)
    for number in range(count):
        join(kept, f"person{number:03}")

    listed = shown("people", "--all")

    assert len(as_json("people", "--all")) == len(as_json("people", "person", "--all")) == count
    assert listed.count("@example.com") == count
    assert listed.count("owed, or why not") == -(-count // 2)


def test_somebody_without_an_address_or_a_name_is_listed_by_user_name(kept):
    document = {"userName": "bjensen", "active": True}
    kept.create(Record("User", "x", document, "okta", AT, AT), (), happening("user.created", at=AT))

    [person] = as_json("people")

    assert (person["name"], person["address"], person["user_name"]) == ("bjensen", None, "bjensen")


# ── one of them ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("who", ["bjensen", "bjensen@example.com", "BJensen@Example.com"])
def test_one_person_is_shown_by_id_user_name_or_address(three, who):
    assert as_json("people", "show", who)["id"] == "bjensen"


def test_by_an_address_that_is_only_one_of_several(kept):
    emails = [{"value": "bj@example.com", "primary": True}, {"value": "babs@example.com"}]
    join(kept, "bjensen", emails=emails)

    assert as_json("people", "show", "Babs@example.com")["id"] == "bjensen"


def test_an_address_of_several_people_asks_for_the_id(kept):
    for id in ("bjensen", "mandy"):
        join(kept, id, emails=[{"value": f"{id}@example.com", "primary": True}, {"value": "desk@example.com"}])

    done = typed("people", "show", "desk@example.com")

    assert (done.exit_code, "name one by id, bjensen, mandy" in str(done.exception)) == (1, True)


def test_everything_about_them_is_shown(three):
    group = Record("Group", "guides", {"displayName": "Tour Guides"}, "okta", AT, AT)
    three.create(group, ["mandy"], happening("group.created", Ref("Group", "guides"), at=AT))
    at = "2026-01-01T00:00:05Z"
    three.append_event(happening("settle.refused", Ref("User", "mandy"), at=at, actor="settle", reason="Not allowed."))

    told = shown("people", "show", "mandy")

    for each in (
        "Refused: tried and not possible yet",
        "The domain is not allowed.",
        "3 times",
        '"displayName": "Mandy Pepperidge"',
        "Tour Guides",
        "Refused by the account",
        "reason Not allowed.",
    ):
        assert each in told


def test_as_json_it_is_one_object(three):
    mandy = as_json("people", "show", "mandy")

    assert (mandy["standing"], mandy["document"]["userName"], mandy["groups"]) == ("refused", "mandy@example.com", [])
    assert (mandy["link"]["attempts"], mandy["link"]["last_error"]) == (3, "The domain is not allowed.")
    assert [event["action"] for event in mandy["history"]] == ["user.created"]


def test_of_their_history_as_much_is_shown_as_is_asked_for(three):
    for second in range(3):
        at = f"2026-01-01T00:00:0{second + 1}Z"
        three.append_event(happening("user.changed", Ref("User", "bjensen"), at=at))

    times = [event["at"] for event in as_json("people", "show", "bjensen", "--history", "2")["history"]]

    assert times == ["2026-01-01T00:00:03Z", "2026-01-01T00:00:02Z"]
    assert as_json("people", "show", "bjensen", "--history", "0")["history"] == []


def test_a_held_removal_has_no_next_attempt(three):
    assert "next attempt" not in shown("people", "show", "jsmith")


def test_who_was_deleted_is_still_found_by_id_and_by_address(kept):
    person = join(kept, "bjensen")
    gone = replace(person, wanted=False, lookup_keys=("address=bjensen@example.com",))
    kept.replace(person, gone, happening("user.deleted", person.ref, at=AT))

    assert "The identity provider deleted this user." in shown("people", "show", "bjensen")
    assert as_json("people", "show", "bjensen@example.com")["wanted"] is False
    assert as_json("people") == []


@pytest.mark.parametrize("who", ["nobody", "nobody@example.com", "a/b", "..", "\x1b[31m", ""])
def test_nobody_by_that_name_is_one_sentence(three, who):
    done = typed("people", "show", who)

    assert (done.exit_code, str(done.exception)) == (
        1, f"Nobody has the id, userName or address {who!r}: `python -m scim people` lists who there is.",
    )  # fmt: skip


# ── names that would be obeyed ────────────────────────────────────────────────────────────────────────────


def test_a_name_is_no_markup_no_emoji_and_no_order_to_the_terminal(kept):
    join(kept, "bjensen", "[red]Barbara[/red] :smile: \x1b[2J\x9b31m\u202egpj")

    for told in (shown("people"), shown("people", "show", "bjensen")):
        assert "[red]Barbara[/red] :smile:" in told
        assert [each for each in ("\x1b", "\x9b", "\u202e") if each in told] == []


def test_as_json_a_name_is_what_it_is(kept):
    join(kept, "bjensen", "[red]x :smile: \x1b[2J")

    assert names() == ["[red]x :smile: \x1b[2J"]
    assert "\x1b" not in shown("people", "--json")
