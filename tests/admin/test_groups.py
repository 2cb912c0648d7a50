"""Groups: which there are, whose they are, who is in them and which memberships are owed."""

from pathlib import Path

from scim.records import Ref
from tests.admin.screens import Screens, make_screens


def test_an_empty_list_says_what_to_do(screens: Screens):
    assert "None yet. Push a group at the identity provider" in screens.words("/groups")
    assert "None fits." in screens.words("/groups?q=guides")


def test_groups_are_listed_and_found(screens: Screens):
    screens.bridge.post_group("Tour Guides")
    screens.bridge.post_group("Drivers")

    assert "Tour Guides Active made by the bridge" in screens.words("/groups")
    assert "Drivers" not in screens.words("/groups?q=gui")


def test_one_group_is_shown_with_its_members(screens: Screens):
    ids = [screens.bridge.post_user(f"person{number}@example.com")["id"] for number in range(27)]
    group = screens.bridge.post_group("Tour Guides", *ids)["id"]

    first, second = screens.words(f"/groups/{group}"), screens.words(f"/groups/{group}?members=25")

    assert first.startswith("Groups Tour Guides Standing Active as wanted")
    assert "1 to 25 of 27" in first
    assert "Next members" in first
    assert "26 to 27 of 27" in second
    assert "First members" in second
    assert "displayName Tour Guides" in first


def test_odd_places_are_the_beginning(screens: Screens):
    group = screens.bridge.post_group("Tour Guides", screens.bridge.post_user()["id"])["id"]

    for place in ("-1", "9", "x", "99999999999", "٣"):
        assert "1 to 1 of 1" in screens.words(f"/groups/{group}?members={place}")


def test_an_empty_group_says_so(screens: Screens):
    group = screens.bridge.post_group("Tour Guides")["id"]

    assert "Nobody. Members come with the group" in screens.words(f"/groups/{group}")


def test_the_account_is_looked_at_when_asked(screens: Screens):
    group = screens.bridge.post_group("Tour Guides", screens.bridge.post_user()["id"])["id"]
    target_id = screens.bridge.store.get(Ref("Group", group)).link.target_id

    assert "Name Tour Guides Tour Guides Members 1 1" in screens.words(f"/groups/{group}?look=1")
    screens.bridge.target.delete_group(target_id)
    assert "The account has no such group any more." in screens.words(f"/groups/{group}?look=1")


def test_owed_memberships_say_why(tmp_path: Path):
    screens = make_screens(tmp_path, wait=0)
    user = screens.bridge.post_user(displayName="Barbara")["id"]
    group = screens.bridge.post_group("Tour Guides", user)["id"]
    screens.bridge.target.fail("grant", "DeniedByTarget", 9)

    assert "Barbara to be in the group On its way." in screens.words(f"/groups/{group}")
    screens.bridge.settle()
    owed = screens.words(f"/groups/{group}").partition("Memberships that are owed")[2]

    assert "Barbara to be in the group" in owed
    assert "On its way." not in owed


def test_a_group_is_settled_by_hand(screens: Screens):
    group = screens.bridge.post_group("Tour Guides")["id"]
    target_id = screens.bridge.store.get(Ref("Group", group)).link.target_id
    screens.bridge.target.rename_group(target_id, "Guides")

    assert "Looked at and in order" in screens.done(f"/groups/{group}/settle", f"/groups/{group}")
    assert screens.bridge.target.group(target_id).name == "Tour Guides"


def test_a_deleted_group_is_shown_as_such(screens: Screens):
    group = screens.bridge.post_group("Tour Guides")["id"]
    screens.bridge.send("DELETE", f"/Groups/{group}")

    assert "The identity provider deleted this group." in screens.words(f"/groups/{group}")
