"""A line of the activity: of whom it is by name, whom it is about, and what it says of itself."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from scim.admin import happened
from scim.records import Event, Kind, Ref
from tests.admin.screens import Screens

AT = "2027-01-15T08:00:00Z"


@pytest.fixture
def barbara(screens: Screens) -> str:
    return str(screens.bridge.post_user(displayName="Barbara Jensen")["id"])


@pytest.fixture
def guides(screens: Screens, barbara: str) -> str:
    return str(screens.bridge.post_group("Guides", barbara)["id"])


def tell(screens: Screens, action: str, kind: Kind, id: str, *changes: Mapping[str, Any]) -> happened.Row:
    event = Event("09", AT, "okta", action, Ref(kind, id), changes)
    (row,) = happened.rows(screens.bridge.store, [event])
    return row


def test_a_person_and_a_group_are_called_by_their_names_and_lead_to_their_pages(screens: Screens, guides: str):
    page = screens.get("/activity")

    assert f'<a href="/groups/{guides}">Guides</a>' in page
    assert "Barbara Jensen</a>" in page


def test_who_was_deprovisioned_keeps_the_name(screens: Screens, barbara: str):
    screens.bridge.send("DELETE", f"/Users/{barbara}")

    page = screens.get("/activity")

    assert f'<a href="/people/{barbara}">Barbara Jensen</a>' in page


def test_who_is_gone_is_told_by_a_short_id_that_leads_nowhere(screens: Screens):
    screens.bridge.store.append_event(Event("09", AT, "okta", "user.changed", Ref("User", "86c83d8c-1f0a")))

    assert '<span class="quiet">person 86c83d8c</span>' in screens.get("/activity")


@pytest.mark.parametrize(
    ("action", "facts", "said"),
    [
        ("refused", {"reason": "The domain is not allowed."}, "The domain is not allowed."),
        ("settle.refused", {"reason": "No."}, "No."),
        ("settle.deferred", {"reason": "No answer."}, "No answer."),
        ("user.invited", {"email": "babs@example.com", "target_id": "t"}, "babs@example.com"),
        ("user.email_changed", {"wanted": "babs@example.com", "before": "b@example.com"}, "babs@example.com"),
        ("user.renamed", {"name": "Barbara Jensen"}, ""),
        ("user.confirmed", {}, ""),
        ("user.changed", {"op": "replace", "path": "/title", "value": "Guide"}, ""),
        ("settle.refused", {"reason": "x" * 999}, "x" * 200),
        ("settle.refused", {"reason": 7}, "7"),
        ("settle.refused", {"reason": None}, ""),
    ],
)
def test_a_line_says_what_its_action_leaves_open(
    screens: Screens, barbara: str, action: str, facts: Mapping[str, Any], said: str
):
    assert tell(screens, action, "User", barbara, facts).said == said


@pytest.mark.parametrize(
    ("action", "change", "how"),
    [
        ("group.members", {"op": "add", "path": "/members/-", "value": {"value": "ID"}}, "added"),
        ("group.changed", {"op": "remove", "path": "/members", "value": {"value": "ID"}}, "removed"),
        ("group.members", {"member": "ID", "wanted": True}, "added"),
        ("group.members", {"member": "ID", "wanted": False}, "removed"),
        ("membership.granted", {"user": "ID"}, ""),
        ("membership.revoked", {"user": "ID"}, ""),
        ("removal.discarded", {"users": ["ID"]}, ""),
    ],
)
def test_a_membership_says_whose_it_is(
    screens: Screens, barbara: str, guides: str, action: str, change: dict[str, Any], how: str
):
    named = json.loads(json.dumps(change).replace("ID", barbara))

    row = tell(screens, action, "Group", guides, named)

    assert [(each.ref.id, each.name, each.how) for each in row.members] == [(barbara, "Barbara Jensen", how)]


@pytest.mark.parametrize(
    "change",
    [
        {"op": "add", "path": "/members/-", "value": "x"},
        {"op": "add", "path": "/members/-", "value": {"value": ["x"]}},
        {"op": "replace", "path": "/displayName", "value": {"value": "x"}},
        {"user": ""},
        {"user": None},
        {"users": "x"},
        {},
    ],
)
def test_what_names_no_member_names_none(screens: Screens, guides: str, change: Mapping[str, Any]):
    assert tell(screens, "group.members", "Group", guides, change).members == []


def test_of_many_members_a_few_are_named(screens: Screens, guides: str, barbara: str):
    strangers = [{"user": f"86c83d8{number}-1f0a"} for number in range(6)]
    screens.bridge.store.append_event(
        Event("09", AT, "okta", "group.members", Ref("Group", guides), [{"user": barbara}, *strangers])
    )

    text = screens.words("/activity?action=group.members")

    assert "Guides Barbara Jensen , person 86c83d80 , person 86c83d81 and 4 more recorded" in text


def test_a_refused_membership_says_whose_and_why(screens: Screens, guides: str, barbara: str):
    facts = {"user": barbara, "reason": "1 < 2"}
    screens.bridge.store.append_event(Event("09", AT, "settle", "settle.refused", Ref("Group", guides), [facts]))

    assert "Guides Barbara Jensen : 1 < 2 recorded" in screens.words("/activity?action=settle.refused")
    assert "1 &lt; 2" in screens.get("/activity?action=settle.refused")


def test_one_line_on_a_page_of_its_own_has_the_name_too(screens: Screens, barbara: str):
    event = screens.bridge.store.history(Ref("User", barbara), 1)[0]

    assert "Of Barbara Jensen , all that happened to it" in screens.words(f"/activity/{event.id}")
