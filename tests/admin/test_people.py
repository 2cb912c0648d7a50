"""People: found by a word or by how they stand, a page at a time; one of them with everything there is to know."""

from pathlib import Path

import pytest

from scim.admin import listing
from scim.records import Link, Ref
from tests.admin.screens import Screens, make_screens


@pytest.fixture
def barbara(screens: Screens) -> str:
    user = screens.bridge.post_user(
        name={"givenName": "Barbara", "familyName": "Jensen"},
        emails=[{"value": "bjensen@example.com", "primary": True, "type": "work"}],
        externalId="701984",
        title="Guide",
    )
    return user["id"]


def test_an_empty_list_says_what_to_do(screens: Screens):
    assert "Nobody yet. Connect an identity provider" in screens.words("/people")


def test_people_are_listed_with_how_they_stand(screens: Screens, barbara: str):
    assert "Barbara Jensen bjensen@example.com Invited" in screens.words("/people")


@pytest.mark.parametrize("text", ["barb", "JENSEN", "bjensen@exa", "jens barb"])
def test_somebody_is_found_by_the_beginning_of_any_word(screens: Screens, barbara: str, text: str):
    screens.bridge.post_user("mandy@example.com", displayName="Mandy Pepperidge")

    page = screens.words(f"/people?q={text}")

    assert "Barbara Jensen" in page
    assert "Mandy" not in page


@pytest.mark.parametrize(
    "query", ["q=nobody", "standing=held", "q=barbara&standing=held", "q=%20%20nobody%20", "q=%00"]
)
def test_who_does_not_fit_is_not_shown(screens: Screens, query: str):
    screens.bridge.post_user(displayName="Barbara")
    page = screens.words(f"/people?{query}")

    assert ("Nobody fits." in page) is ("%00" not in query)


def test_people_are_listed_by_how_they_stand(screens: Screens, barbara: str):
    screens.bridge.post_user("mandy@example.com", active=False)

    assert "Barbara Jensen" in screens.words("/people?standing=invited")
    assert "mandy" not in screens.words("/people?standing=invited")
    assert "Barbara Jensen" in screens.words("/people?q=barbara&standing=invited")


@pytest.mark.parametrize("query", ["", "q=person", "standing=invited", "q=person&standing=invited"])
def test_every_page_leads_to_the_next_and_nobody_is_left_out(
    screens: Screens, query: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(listing, "PAGE", 3)
    monkeypatch.setattr(listing, "BATCH", 2)
    ids = {screens.bridge.post_user(f"person{number}@example.com")["id"] for number in range(8)}

    seen: list[str] = []
    path: str | None = f"/people?{query}"
    for _ in range(9):
        page = screens.get(path)
        seen += [link for link in ids if f"/people/{link}" in page]
        found = [part for part in page.split('"') if part.startswith("/people?") and "after=" in part]
        path = found[0].replace("&amp;", "&") if found else None
        if path is None:
            break

    assert path is None
    assert sorted(seen) == sorted(ids)


def test_a_search_that_finds_many_others_goes_on_on_the_next_page(screens: Screens, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(listing, "BATCH", 1)
    monkeypatch.setattr(listing, "PAGE", 1)
    for number in range(9):
        screens.bridge.post_user(f"person{number}@example.com")

    page = screens.words("/people?q=person&standing=active")

    assert "the search goes on on the next one" in page
    assert "Next page" in page


def test_a_place_that_is_gone_is_told(screens: Screens, barbara: str):
    screens.bridge.post_user("mandy@example.com")
    gone = "/people?standing=invited&after=00000000-0000-4000-8000-000000000000"

    assert "Begin the list again" in screens.words(gone, 404)


@pytest.mark.parametrize("after", ["%00", "x'--", "a" * 300, "%F0%9F%98%80"])
def test_a_place_that_never_was_is_the_beginning(screens: Screens, barbara: str, after: str):
    assert "Barbara Jensen" in screens.words(f"/people?after={after}")


def test_one_person_is_shown_with_everything(screens: Screens, barbara: str):
    group = screens.bridge.post_group("Tour Guides", barbara)

    text = screens.words(f"/people/{barbara}")

    assert text.startswith("People Barbara Jensen Standing Invited has not accepted yet")
    assert "externalId of rfc 701984" in text
    assert "Tour Guides" in text
    assert "name.givenName Barbara" in text
    assert "emails[1].primary true" in text
    assert "Invited by settle" in text
    assert "Created by the identity provider by rfc" in text
    assert f"/groups/{group['id']}" in screens.get(f"/people/{barbara}")
    assert "Barbara Jensen <bjensen@example.com>: Invited" in text


def test_the_account_is_looked_at_when_asked(screens: Screens, barbara: str):
    calls = screens.bridge.target.calls_made()
    assert "As of the last time the bridge looked: Invited" in screens.words(f"/people/{barbara}")
    assert screens.bridge.target.calls_made() == calls
    target_id = screens.bridge.store.get(Ref("User", barbara)).link.target_id
    screens.bridge.target.rename(target_id, "Babs")

    text = screens.words(f"/people/{barbara}?look=1")

    assert "State in the account invited fits" in text
    assert "Name Barbara Jensen Babs differs" in text
    assert "Address bjensen@example.com bjensen@example.com fits" in text


def test_another_site_makes_nobody_look(screens: Screens, barbara: str):
    calls = screens.bridge.target.calls_made()

    screens.get(f"/people/{barbara}?look=1", Sec_Fetch_Site="cross-site")

    assert screens.bridge.target.calls_made() == calls


def test_who_is_gone_from_the_account_is_told(screens: Screens, barbara: str):
    target_id = screens.bridge.store.get(Ref("User", barbara)).link.target_id
    screens.bridge.target.remove_person(target_id)

    assert "The account has nobody for this user any more." in screens.words(f"/people/{barbara}?look=1")


def test_who_never_was_in_the_account_is_told(screens: Screens):
    user = screens.bridge.post_user(active=False)["id"]

    assert "The account has nobody for this user yet." in screens.words(f"/people/{user}?look=1")


def test_an_account_that_does_not_answer_is_told(screens: Screens, barbara: str):
    screens.bridge.target.fail("user", "TargetUnavailable")

    assert "Wanted, and actual" in screens.words(f"/people/{barbara}?look=1")
    screens.bridge.target.fail("user", "DeniedByTarget")
    assert 'class="error"' in screens.get(f"/people/{barbara}?look=1")


def test_who_is_out_of_reach_is_told(screens: Screens, barbara: str):
    target_id = screens.bridge.store.get(Ref("User", barbara)).link.target_id
    screens.bridge.target.set_role("ownersaaaaaaaaaaaaaaaaaaaa", target_id, "MEMBER")

    assert "Out of the bridge's reach: this is an owner of the account." in screens.words(f"/people/{barbara}?look=1")


def test_a_refusal_is_shown_with_when_it_is_tried_again_and_tried_now(tmp_path: Path):
    screens = make_screens(tmp_path, wait=0)
    screens.bridge.target._allowed_domains = frozenset({"example.org"})
    user = screens.bridge.post_user()["id"]
    screens.bridge.settle()
    path = f"/people/{user}"

    text = screens.words(path)
    assert "Last refusal or failure The account does not allow the e-mail domain 'example.com'" in text
    assert "Tried 1 time; again by itself at 20" in text
    assert "The account refuses: The account does not allow" in screens.done(f"{path}/settle", path)

    screens.bridge.target._allowed_domains = frozenset()
    assert "Looked at and in order" in screens.done(f"{path}/settle", path)
    assert "Invited" in screens.words(path)
    asked = [each for each in screens.bridge.store.history(Ref("User", user), 9) if each.action == "settle.asked"]
    assert [(each.actor, each.outcome) for each in asked] == [("admin", "done"), ("admin", "refused")]


def test_looking_again_puts_right_what_was_changed_by_hand(screens: Screens, barbara: str):
    target_id = screens.bridge.store.get(Ref("User", barbara)).link.target_id
    screens.bridge.target.rename(target_id, "Babs")

    screens.done(f"/people/{barbara}/settle", f"/people/{barbara}")

    assert screens.bridge.target.user(target_id).name == "Barbara Jensen"


def test_what_cannot_be_settled_in_time_is_told(screens: Screens, barbara: str):
    screens.bridge.target.fail("user", "TargetUnavailable", 9)

    assert "the next pass goes on with it" in screens.done(f"/people/{barbara}/settle", f"/people/{barbara}")


def test_an_invitation_is_accepted_at_a_desk(screens: Screens, barbara: str):
    assert "Accept the invitation in their place" in screens.words(f"/people/{barbara}")

    text = screens.done("/accept", f"/people/{barbara}", email="bjensen@example.com")

    assert "bjensen@example.com has accepted" in text
    assert screens.bridge.target.find_user("bjensen@example.com").state == "accepted"
    assert screens.bridge.store.events(1)[0].action == "invitation.accepted"


def test_an_invitation_that_is_not_open_is_said_so(screens: Screens):
    answer = screens.send("/accept", email="nobody@example.com")

    assert answer.status_code == 409


def test_nobody_accepts_for_people_of_a_real_account(tmp_path: Path):
    screens = make_screens(tmp_path, account=None)
    user = screens.bridge.post_user()["id"]

    assert screens.send("/accept", email="bjensen@example.com").status_code == 404
    assert "in their place" not in screens.words(f"/people/{user}")


def test_a_deleted_user_is_shown_as_such(screens: Screens, barbara: str):
    screens.bridge.send("DELETE", f"/Users/{barbara}")

    text = screens.words(f"/people/{barbara}")

    assert "The identity provider deleted this user." in text
    assert "Barbara" not in screens.words("/people")


def test_waiting_and_held_are_explained(screens: Screens, barbara: str):
    ref = Ref("User", barbara)
    screens.bridge.store.save_link(ref, Link("T", "active", waiting="Waiting for the person: to change it."), 1, None)
    assert "Waits for Waiting for the person: to change it." in screens.words(f"/people/{barbara}")

    screens.bridge.store.save_link(ref, Link("T", "active", held_at=screens.bridge.clock.at - 7200), None, None)
    assert "2 hours ago. Decide" in screens.words(f"/people/{barbara}")
    assert "settle now" not in screens.words(f"/people/{barbara}")


def test_history_is_read_a_page_at_a_time(screens: Screens, barbara: str):
    for number in range(60):
        screens.bridge.patch(f"/Users/{barbara}", {"op": "replace", "path": "title", "value": f"Guide {number}"})

    first = screens.get(f"/people/{barbara}")
    before = first.partition("?before=")[2].partition("#")[0]

    assert "Created by the identity provider" not in first
    assert "Created by the identity provider" in screens.get(f"/people/{barbara}?before={before}")


@pytest.mark.parametrize("id", ["00000000-0000-4000-8000-000000000000", "x", "%00", "..%2f", "a" * 300])
@pytest.mark.parametrize("path", ["/people/", "/groups/"])
def test_what_is_not_there_is_not_found(screens: Screens, path: str, id: str):
    screens.get(path + id, 404)


def test_many_groups_are_cut_short(screens: Screens, barbara: str):
    for number in range(27):
        screens.bridge.post_group(f"Group {number}", barbara)

    assert "and 2 more." in screens.words(f"/people/{barbara}")


def test_an_address_that_cannot_be_used_hides_nothing(tmp_path: Path):
    screens = make_screens(tmp_path, wait=0)
    user = screens.bridge.post_user("bjensen")["id"]

    assert "bjensen bjensen Owed" in screens.words("/people")
    assert "bjensen" in screens.words(f"/people/{user}")
