"""Managed groups: those that are asked for first, and what will happen before it happens."""

import pytest

from tests.admin.screens import Screens
from tests.bridge import GROUP


@pytest.fixture
def guides(screens: Screens) -> str:
    """A group that was there before, with a member the bridge knows."""
    user = screens.bridge.post_user()
    target = screens.bridge.target
    group = target.add_group("Guides")
    target.grant(group.id, target.find_user("bjensen@example.com").id)
    assert user
    return group.id


def ask_for(screens: Screens, name: str) -> int:
    return screens.bridge.send("POST", "/Groups", {"schemas": [GROUP], "displayName": name}).status_code


def test_every_group_of_the_account_is_listed_with_whose_it_is(screens: Screens, guides: str):
    screens.bridge.post_group("Drivers")

    text = screens.words("/managed")

    assert "Drivers made by the bridge 0 Unmanage…" in text
    assert "Guides not managed Manage…" in text


def test_what_is_asked_for_comes_first(screens: Screens, guides: str):
    screens.bridge.target.add_group("Aardvarks")
    assert ask_for(screens, "Guides") == 409

    text = screens.words("/managed")

    assert text.index("Guides asked for by the identity provider") < text.index("Aardvarks")


def test_what_will_happen_is_said_before_it_happens(screens: Screens, guides: str):
    text = screens.words(f"/managed/{guides}")

    assert "Manage “Guides” What will happen Nothing changes in the account now." in text
    assert ask_for(screens, "Guides") == 409


def test_a_group_is_managed_and_taken_back(screens: Screens, guides: str):
    path = f"/managed/{guides}"

    assert "“Guides” is managed now, with 1 member." in screens.done(f"{path}/manage", path)
    assert ask_for(screens, "Guides") == 201
    assert "Unmanage “Guides”" in screens.words(path)
    assert "“Guides” is yours again" in screens.done(f"{path}/unmanage", path)
    assert ask_for(screens, "Guides") == 409
    assert {"admin"} == {
        event.actor for event in screens.bridge.store.events(50) if event.action in ("group.adopted", "group.unmanaged")
    }


def test_what_cannot_be_managed_says_why(screens: Screens):
    owners = next(group for group in screens.bridge.target.groups() if group.name == "Owners")

    answer = screens.send(f"/managed/{owners.id}/manage")

    assert answer.status_code == 409
    assert "cannot be managed" in answer.text


def test_what_is_not_managed_cannot_be_taken_back(screens: Screens, guides: str):
    assert screens.send(f"/managed/{guides}/unmanage").status_code == 409


@pytest.mark.parametrize("id", ["nothing", "%00", "..%2fx"])
def test_a_group_that_is_not_there_is_not_found(screens: Screens, id: str):
    screens.get(f"/managed/{id}", 404)


def test_an_account_that_does_not_answer_is_told(screens: Screens):
    screens.bridge.target.fail("groups", "TargetUnavailable")

    assert "Nothing was done" in screens.words("/managed", 409)
