"""Drift: what was changed by hand, since when, and a look on demand."""

import pytest

from scim.records import Ref
from tests.admin.screens import Screens


def test_before_anybody_looked_it_is_said(screens: Screens):
    assert "Nobody has looked yet." in screens.words("/drift")


def test_nothing_that_differs_is_told(screens: Screens):
    assert "Reconcile ran: healthy." in screens.done("/run/reconcile", "/drift")
    assert "Nothing differs." in screens.words("/drift")


@pytest.fixture
def renamed(screens: Screens) -> str:
    user = screens.bridge.post_user(displayName="Barbara Jensen")["id"]
    screens.bridge.target.rename(screens.bridge.store.get(Ref("User", user)).link.target_id, "Babs")
    screens.done("/run/reconcile", "/drift")
    return user


def test_what_differs_is_listed_with_both_sides(screens: Screens, renamed: str):
    screens.bridge.clock.advance(5 * 3600)

    text = screens.words("/drift")

    assert "renamed by hand Barbara Jensen Babs 2027-01-15" in text
    assert f"/people/{renamed}" in screens.get("/drift")


def test_what_the_list_has_no_room_for_is_counted(screens: Screens, renamed: str):
    note = screens.bridge.store.note("drift")
    screens.bridge.store.put_note("drift", {**note, "more": 1234})

    assert "and 1,234 more." in screens.words("/drift")
