"""Managed groups: ticked in one form, what will happen before it happens, and exactly that is carried out."""

import re
from collections.abc import Iterable
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from scim.admin import ticks
from scim.jobs.desk import Desk
from scim.operations import JobsAway, ListedGroup
from tests.admin.html import faults
from tests.admin.screens import Screens, make_screens, words
from tests.bridge import GROUP

SAVE = "/managed/changes/save"
_INPUT = re.compile(r"<input ([^>]*)>")


def fields(page: str) -> dict[str, list[str]]:
    """What a browser sends of the form as it is."""
    found: dict[str, list[str]] = {}
    for text in _INPUT.findall(page):
        given = dict(re.findall(r'(\w+)="([^"]*)"', text))
        if given["type"] == "hidden" or " checked" in text:
            found.setdefault(given["name"], []).append(unescape(given["value"]))
    return found


def tick(screens: Screens, *, on: Iterable[str] = (), off: Iterable[str] = (), **more: str) -> TestResponse:
    """The form with these changed, sent."""
    form = fields(screens.get("/managed"))
    form["managed"] = [each for each in form.get("managed", []) if each not in off] + list(on)
    return screens.send("/managed", **form, **more)


def preview(screens: Screens, status: int = 200, **ticked: Iterable[str]) -> str:
    answer = tick(screens, **ticked)
    assert (answer.status_code, faults(answer.text)) == (status, [])
    return answer.text


def save(screens: Screens, page: str, **more: str) -> str:
    """What the page after it says."""
    answer = screens.send(SAVE, **{**fields(page), **more})
    assert answer.status_code in (303, 409)
    text = answer.text if answer.status_code == 409 else screens.get(answer.headers["Location"])
    assert faults(text) == []
    return words(text)


def ask_for(screens: Screens, name: str) -> int:
    return screens.bridge.send("POST", "/Groups", {"schemas": [GROUP], "displayName": name}).status_code


def managed(screens: Screens) -> set[str]:
    return {record.document["displayName"] for record in screens.bridge.store.scan("Group")}


def id_of(screens: Screens, name: str) -> str:
    return next(group.id for group in screens.bridge.target.groups() if group.name == name)


@pytest.fixture
def guides(screens: Screens) -> str:
    """A group that was there before, with a member the bridge knows."""
    assert screens.bridge.post_user()
    target = screens.bridge.target
    group = target.add_group("Guides")
    target.grant(group.id, target.find_user("bjensen@example.com").id)
    return group.id


@pytest.fixture
def drivers(screens: Screens) -> str:
    """A group that the bridge made."""
    screens.bridge.post_group("Drivers")
    return id_of(screens, "Drivers")


# ── the form ──────────────────────────────────────────────────────────────────────────────────────────────


def test_every_group_of_the_account_is_listed_with_whose_it_is(screens: Screens, guides: str, drivers: str):
    text = screens.words("/managed")

    assert "Drivers made by the bridge 0" in text
    assert "Guides not managed" in text
    assert fields(screens.get("/managed"))["managed"] == [drivers]


def test_what_is_asked_for_comes_first(screens: Screens, guides: str):
    screens.bridge.target.add_group("Aardvarks")
    assert ask_for(screens, "Guides") == 409

    text = screens.words("/managed")

    assert text.index("Guides asked for by the identity provider") < text.index("Aardvarks")


def test_what_is_built_in_by_its_name_has_no_box_and_says_why_not(screens: Screens):
    owners = id_of(screens, "Owners")

    assert "Why not Owners built in, by its name" in screens.words("/managed")
    assert f'value="{owners}"' not in screens.get("/managed")
    page = screens.words(f"/managed/{owners}")
    assert "1 group cannot be managed, and will be left alone Owners : The group" in page
    assert "built in" in page
    assert "Nothing would change." in page


def test_a_group_of_ones_own_with_such_a_name_can_be_managed_all_the_same(screens: Screens):
    security = screens.bridge.target.add_group("Provision Managers").id
    page = screens.get(f"/managed/{security}")

    assert "Managed now, with 0 members: “Provision Managers”." in save(screens, page)


def test_an_account_that_does_not_answer_is_told(screens: Screens):
    screens.bridge.target.fail("groups", "TargetUnavailable")

    assert "Nothing was done" in screens.words("/managed", 409)


# ── what will happen ──────────────────────────────────────────────────────────────────────────────────────


def test_what_will_happen_is_said_before_it_happens(screens: Screens, guides: str, drivers: str):
    text = words(preview(screens, on=[guides], off=[drivers]))

    assert "1 group will be managed Guides Nothing changes in the account now." in text
    assert "1 group will not be managed any more Drivers , with 0 members. Made by the bridge:" in text
    assert "Save: manage 1, unmanage 1" in text
    assert managed(screens) == {"Drivers"}


def test_nothing_changed_would_change_nothing(screens: Screens, guides: str, drivers: str):
    page = preview(screens)

    assert "Nothing would change: what is ticked is managed already" in words(page)
    assert "Save" not in words(page)


def test_a_form_without_groups_says_that_there_are_none(tmp_path: Path):
    class Empty(Desk):
        def groups(self) -> list[ListedGroup]:
            return []

    screens = with_desk(tmp_path, Empty)

    assert "The account has no groups." in screens.words("/managed")


def test_what_cannot_be_managed_is_told_and_left_out(screens: Screens, guides: str):
    owners = id_of(screens, "Owners")
    page = preview(screens, on=[guides, owners])

    assert "Owners : The group" in words(page)
    assert fields(page)["managed"] == [guides]
    save(screens, page)
    assert managed(screens) == {"Guides"}


def test_what_is_not_reached_in_time_is_said_to_be_unknown(tmp_path: Path):
    class Slow(Desk):
        def manageable(self, target_ids: Iterable[str]) -> dict[str, str]:
            return {}

    screens = with_desk(tmp_path, Slow)
    guides = screens.bridge.target.add_group("Guides").id

    assert "1 group could not be looked at in time" in words(preview(screens, on=[guides]))


def test_one_group_has_a_page_of_its_own(screens: Screens, guides: str, drivers: str):
    assert "Save: manage 1" in screens.words(f"/managed/{guides}")
    assert "Save: unmanage 1" in screens.words(f"/managed/{drivers}")


def test_another_site_does_not_make_the_account_be_looked_at(screens: Screens, guides: str):
    assert "See what will happen" in screens.get(f"/managed/{guides}", Sec_Fetch_Site="cross-site")


def test_a_choice_is_changed_again_with_its_ticks_kept(screens: Screens, guides: str, drivers: str):
    page = preview(screens, on=[guides], off=[drivers])

    again = screens.send("/managed", **fields(page), again="1")

    assert fields(again.text)["managed"] == [guides]
    assert fields(again.text)["shown"] == [drivers]


@pytest.mark.parametrize("id", ["nothing", "%00", "..%2fx"])
def test_a_group_that_is_not_there_is_not_found(screens: Screens, id: str):
    screens.get(f"/managed/{id}", 404)


# ── carried out ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_group_is_managed_and_taken_back(screens: Screens, guides: str):
    told = save(screens, preview(screens, on=[guides]))

    assert "Managed now, with 1 member: “Guides”. Let the identity provider try again." in told
    assert ask_for(screens, "Guides") == 201
    assert "Yours again: “Guides”; nothing changed" in save(screens, preview(screens, off=[guides]))
    assert ask_for(screens, "Guides") == 409
    assert {"admin"} == {
        event.actor for event in screens.bridge.store.events(50) if event.action in ("group.adopted", "group.unmanaged")
    }


def test_many_are_changed_at_once(screens: Screens, guides: str, drivers: str):
    more = [screens.bridge.target.add_group(f"Team {number}").id for number in range(4)]

    told = save(screens, preview(screens, on=[guides, *more], off=[drivers]))

    assert (
        "“Guides”, “Team 0”, “Team 1” and 2 more. Let the identity provider try again. Yours again: “Drivers”" in told
    )
    assert managed(screens) == {"Guides", *(f"Team {number}" for number in range(4))}


def test_a_form_of_thousands_of_groups_is_taken(screens: Screens, guides: str):
    assert "gone" in words(preview(screens, 409, on=[f"{number:026d}" for number in range(8000)]))


@pytest.mark.parametrize("path", ["/managed", SAVE])
def test_what_somebody_else_changed_is_not_reverted(screens: Screens, guides: str, drivers: str, path: str):
    shown = screens.get("/managed") if path == "/managed" else preview(screens, on=[guides], off=[drivers])
    form = fields(shown)
    if path == "/managed":
        form["managed"] = [guides]
    screens.desk.manage(guides, "somebody else")

    answer = screens.send(path, **form)

    assert (answer.status_code, faults(answer.text)) == (409, [])
    assert "since this page was shown: “Guides”. Nothing was done. Your other ticks are below." in words(answer.text)
    assert fields(answer.text)["managed"] == [guides]
    assert managed(screens) == {"Guides", "Drivers"}


def test_what_nobody_ticked_may_have_changed_meanwhile(screens: Screens, guides: str, drivers: str):
    page = preview(screens, on=[guides])
    screens.desk.unmanage(drivers, "somebody else")

    save(screens, page)

    assert managed(screens) == {"Guides"}


@pytest.mark.parametrize("change", ["renamed", "gone", "another digest"])
def test_what_is_not_what_was_shown_is_not_done(screens: Screens, guides: str, change: str):
    page = preview(screens, on=[guides])
    if change == "renamed":
        screens.bridge.target.rename_group(guides, "Owners of everything")
    if change == "gone":
        screens.bridge.target.delete_group(guides)

    told = save(screens, page, **({"digest": "0" * 16} if change == "another digest" else {}))

    assert "Nothing was done." in told
    assert managed(screens) == set()


def test_what_fails_is_told_beside_what_was_done(screens: Screens, guides: str):
    other = screens.bridge.target.add_group("Pilots").id
    page = preview(screens, on=[guides, other])
    screens.bridge.target.fail("group", "TargetUnavailable")

    told = save(screens, page)

    assert "Not done Guides : " in told
    assert "Done Pilots is managed now, with 0 members" in told
    assert managed(screens) == {"Pilots"}


def test_jobs_that_go_away_leave_the_rest_to_be_gone_on_with(tmp_path: Path):
    class Away(Desk):
        def manage(self, target_id: str, by: str) -> ListedGroup:
            raise JobsAway("Whether anything was done is not known.")

    screens = with_desk(tmp_path, Away)
    ids = [screens.bridge.target.add_group(name).id for name in ("Guides", "Pilots")]

    told = save(screens, preview(screens, on=ids))

    assert "Not done Guides : Whether anything was done is not known. Not begun with to be managed: Pilots" in told


def test_what_takes_too_long_is_gone_on_with(tmp_path: Path):
    class Slow(Desk):
        def manage(self, target_id: str, by: str) -> ListedGroup:
            self.runner.clock.advance(ticks.SECONDS)
            return super().manage(target_id, by)

        def unmanage(self, target_id: str, by: str) -> ListedGroup:
            self.runner.clock.advance(ticks.SECONDS)
            return super().unmanage(target_id, by)

    screens = with_desk(tmp_path, Slow)
    ids = [screens.bridge.target.add_group(name).id for name in ("Guides", "Pilots")]
    screens.bridge.post_group("Drivers")
    page = preview(screens, on=ids, off=[id_of(screens, "Drivers")])

    seen = []
    for _ in range(3):
        seen.append(managed(screens))
        answer = screens.send(SAVE, **fields(page))
        page = answer.text

    assert seen == [{"Drivers"}, set(), {"Guides"}]
    assert "“Pilots”. Let the identity provider" in screens.words(answer.headers["Location"])


def test_a_name_that_is_freed_is_taken_in_the_same_go(screens: Screens, drivers: str):
    """Where the look before could not tell."""
    later = ListedGroup(screens.bridge.target.add_group("Drivers").id, "Drivers", "")
    before = ListedGroup(drivers, "Drivers", "created")

    carried = ticks.carry_out(ticks.Change((later,), (before,)), screens.desk, "ann", screens.bridge.clock)

    assert [(each.target_id, each.managed) for each in carried.done] == [(drivers, ""), (later.target_id, "adopted")]


def with_desk(directory: Path, kind: type[Desk]) -> Screens:
    made = make_screens(directory)
    desk = kind(*(getattr(made.desk, name) for name in Desk.__slots__))
    return Screens(made.bridge, desk, replace(made.services, operations=desk), made.door)
