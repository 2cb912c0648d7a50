"""bridge.toml is read strictly: what it does not understand chooses nobody by accident."""

import pytest

from scim.jobs.selection import Selection, SelectionError
from scim.source_records import SourceGroup, SourceUser
from tests.jobs.pulling import choice

HEADER = "[google_workspace]\n"


def group(email: str, *aliases: str) -> SourceGroup:
    return SourceGroup("g1", email, "A Group", aliases=aliases)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("groups = [", "bridge.toml is not TOML"),
        ("", r"has no \[google_workspace\]"),
        ("[google_workspaces]\ngroups = ['a@example.com']", "'google_workspaces', which means nothing"),
        (HEADER, "groups is missing: choose at least one group"),
        (HEADER + "groups = []", "groups is empty: choose at least one group"),
        (HEADER + "groups = 'a@example.com'", "groups must be a list"),
        (
            HEADER + "groups = ['a@example.com', 'staff']",
            r"groups\[1\] \('staff'\) must be an e-mail address, or a patt",
        ),
        (HEADER + "groups = ['a@b@example.com']", r"groups\[0\]"),
        (HEADER + "groups = [1]", r"groups\[0\] must be a text in quotes"),
        (HEADER + "groups = ['*']\nunits = ['Staff']", r"units\[0\] \('Staff'\) must be the path"),
        (HEADER + "groups = ['*']\nunits = ['/Staff//Sales']", r"units\[0\]"),
        (HEADER + "groups = ['*']\nexclude = ['root']", r"exclude\[0\] \('root'\) must be an e-mail address"),
        (HEADER + "groups = ['*']\nunlisted = 'delete'", 'unlisted must be "leave" or "suspend"'),
        (HEADER + "groups = ['*']\nexcluded = ['a@example.com']", "excluded is no key there is"),
        ("google_workspace = 1", "must be a table"),
        (HEADER + "groups = ['*']\nregion = 'x'", r"region is no key there is: .*; region stands above the first \[ta"),
    ],
)
def test_what_is_wrong_is_named(text: str, told: str):
    with pytest.raises(SelectionError, match=told):
        Selection.from_toml(text)


def test_everything_wrong_is_told_at_once():
    with pytest.raises(SelectionError) as error:
        Selection.from_toml(HEADER + "groups = ['staff']\nunits = ['Staff']\nsize = 3")

    assert len(str(error.value).splitlines()) == 3


def test_the_parts_of_others_are_left_to_them():
    others = "project = 'Not a project'\n" + HEADER + "groups = ['*']\n[groups]\nmanaged = 1\n[settings]\nX = 1"

    assert Selection.from_toml(others) == choice("*")


def test_what_is_stored_is_read_back_and_what_is_no_choice_is_told():
    selection = choice(units=["/Staff/"], exclude=["Root@example.com"], unlisted="suspend")

    assert Selection.from_note(selection.to_note()) == selection
    with pytest.raises(SelectionError, match="pull configure"):
        Selection.from_note({"groups": []})


def test_the_digest_is_of_what_is_chosen_not_of_how_it_is_written():
    written = choice("B@example.com", "a@example.com", "a@example.com", units=["/Staff/", "/Sales"])

    assert written.digest == choice("a@example.com", "b@example.com", units=["/Sales", "/Staff"]).digest
    assert written.digest != choice("a@example.com", "b@example.com").digest


@pytest.mark.parametrize(
    ("email", "chosen"),
    [
        ("staff@example.com", True),
        ("STAFF@example.com", True),
        ("team-a@example.com", True),
        ("team-@example.com", True),
        ("ateam-a@example.com", False),
        ("team-a@example.com.evil.example", False),
        ("staff@example.org", False),
        ("team.a@example.com", False),
    ],
)
def test_a_pattern_stands_for_the_whole_address(email: str, chosen: bool):
    assert choice().chooses(group(email)) is chosen


def test_brackets_and_dots_in_a_pattern_are_themselves():
    assert not choice("[st]aff@*").chooses(group("staff@example.com"))
    assert not choice("a.b@*").chooses(group("axb@example.com"))


def test_a_group_is_found_by_another_address_only_if_that_is_chosen_in_full():
    assert choice().chooses(group("everybody@example.com", "Staff@example.com"))
    assert not choice().chooses(group("everybody@example.com", "team-a@example.com"))


@pytest.mark.parametrize(
    ("unit", "inside"), [("/Staff", True), ("/staff/Sales", True), ("/Staffing", False), ("/", False), ("", False)]
)
def test_a_unit_is_chosen_with_its_children(unit: str, inside: bool):
    assert choice(units=["/Staff"]).has_unit(SourceUser("u1", "a@example.com", True, unit=unit)) is inside


@pytest.mark.parametrize("units", [[], ["/"]])
def test_without_units_or_with_the_root_everybody_is_inside(units: list[str]):
    assert choice(units=units).has_unit(SourceUser("u1", "a@example.com", True, unit="/Anywhere"))
