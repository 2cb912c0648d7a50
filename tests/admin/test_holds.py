"""Holds: exactly who and what, and a decision about exactly those."""

from pathlib import Path

import pytest

from scim import operations
from scim.jobs import desk as desks
from scim.jobs.desk import Desk
from scim.jobs.removals import RemovalLimit
from tests.admin.screens import Screens, make_desk, make_screens
from tests.bridge import make_bridge
from tests.jobs.test_removals import deactivate, join, suspended


@pytest.fixture
def screens(tmp_path: Path) -> Screens:
    """Of seven people who are to be suspended one is, and six are held."""
    made = make_screens(tmp_path, limit=RemovalLimit(people_least=1, people_percent=1))
    for id in join(made.bridge, 7):
        deactivate(made.bridge, id)
    made.bridge.settle()
    return made


def digest(screens: Screens) -> str:
    return screens.desk.holds()[0].digest


def test_nothing_held_says_when_something_would_be(tmp_path: Path):
    assert "Nothing is held. A single leaver never waits here" in make_screens(tmp_path).words("/holds")


def test_a_hold_says_exactly_who_what_and_why(screens: Screens):
    text = screens.words("/holds")

    assert "People to suspend: 6" in text
    assert "person1@example.com would be suspended" in text
    assert "because more were to go within the hour than the limit lets through unasked" in text


def test_a_long_list_is_shown_whole_a_page_at_a_time(screens: Screens, monkeypatch: pytest.MonkeyPatch):
    for module in (operations, desks):
        monkeypatch.setattr(module, "PAGE", 4)
        monkeypatch.setattr(module, "FIRST", 2)
    monkeypatch.setattr("scim.admin.holds.PAGE", 4)

    assert "See all 6" in screens.words("/holds")
    assert "1 to 4 of 6" in screens.words("/holds/people")
    assert "5 to 6 of 6" in screens.words("/holds/people?from=4")
    assert "person6@example.com" in screens.words("/holds/people?from=4")


def test_a_decision_is_shown_before_it_is_taken(screens: Screens):
    approve, discard = (screens.words(f"/holds/people?decision={each}") for each in ("approve", "discard"))

    assert "Exactly these 6 removals will be carried out at the next pass" in approve
    assert "Let exactly these 6 through" in approve
    assert "None of these 6 removals will be carried out" in discard
    assert suspended(screens.bridge) == 1


def test_what_is_let_through_is_carried_out(screens: Screens):
    form = "/holds/people?decision=approve"

    assert "Let through: 6 removals." in screens.done("/holds/people/approve", form, digest=digest(screens))
    screens.bridge.settle()

    assert suspended(screens.bridge) == 7
    approved = [event for event in screens.bridge.store.events(99) if event.action == "removal.approved"]
    assert [event.actor for event in approved] == ["admin"] * 6


def test_what_is_kept_is_wanted_again(screens: Screens):
    form = "/holds/people?decision=discard"

    assert "Kept: what is there is wanted again." in screens.done("/holds/people/discard", form, digest=digest(screens))
    screens.bridge.settle()

    assert suspended(screens.bridge) == 1
    assert "Nothing is held" in screens.words("/holds")


@pytest.mark.parametrize("verb", ["approve", "discard"])
def test_a_list_that_changed_meanwhile_is_not_decided(screens: Screens, verb: str):
    seen = digest(screens)
    deactivate(screens.bridge, screens.bridge.post_user("late@example.com")["id"])
    screens.bridge.settle()

    answer = screens.send(f"/holds/people/{verb}", digest=seen)

    assert answer.status_code == 409
    assert "is not what you looked at" in answer.text
    assert suspended(screens.bridge) == 1


@pytest.mark.parametrize("given", ["", "x y", "é"])
def test_a_decision_names_its_list(screens: Screens, given: str):
    assert screens.send("/holds/people/approve", digest=given).status_code == 400


@pytest.mark.parametrize("scope", ["groups", "group:x", "nothing"])
def test_what_is_not_held_is_not_found(screens: Screens, scope: str):
    screens.get(f"/holds/{scope}", 404)
    assert screens.send(f"/holds/{scope}/approve", digest="0").status_code == 404
    assert screens.send(f"/holds/{scope}/discard", digest="0").status_code == 409


class Taken(Desk):
    """Somebody else has the addresses meanwhile."""

    def discard(self, scope: str, digest: str, by: str) -> list[str]:
        return ["person1@example.com", "person2@example.com"]


def test_whom_nothing_could_be_done_for_is_named(tmp_path: Path):
    desk = make_desk(make_bridge(tmp_path))
    screens = make_screens(tmp_path / "other", operations=Taken(*(getattr(desk, name) for name in Desk.__slots__)))

    text = screens.done("/holds/people/discard", digest="0123456789abcdef")

    assert "but not these" in text
    assert "person1@example.com, person2@example.com." in text


def test_groups_and_members_are_held_each_on_its_own(tmp_path: Path):
    screens = make_screens(
        tmp_path, limit=RemovalLimit(people_least=0, people_percent=0, group_least=0, group_percent=0)
    )
    ids = join(screens.bridge, 2)
    guides = screens.bridge.post_group("Guides", *ids)["id"]
    drivers = screens.bridge.post_group("Drivers")["id"]
    screens.bridge.patch(f"/Groups/{guides}", {"op": "remove", "path": f'members[value eq "{ids[0]}"]'})
    screens.bridge.send("DELETE", f"/Groups/{drivers}")
    screens.bridge.settle()

    text = screens.words("/holds")

    assert "Members to lose 'Guides': 1" in text
    assert "person0@example.com would leave the group" in text
    assert "Groups to delete: 1" in text
    assert "Drivers would be deleted" in text
    assert "Deleted groups are gone" in screens.words("/holds/groups?decision=approve")
    assert "be deleted" in screens.words("/holds/groups")
    assert "leave the group" in screens.words(f"/holds/group:{guides}")
