"""Whom the pull provisions, at the screens: where it comes from, how it is changed, which groups there are."""

import re
from html import unescape
from pathlib import Path

import pytest

from scim.jobs.pull_notes import SELECTION
from scim.jobs.selection import Selection
from scim.operations import Choice, JobsAway
from scim.records import Document
from scim.source_records import SourceDenied
from tests.admin.html import faults
from tests.admin.screens import Screens, make_choosing, make_desk, make_screens, words
from tests.bridge import make_bridge
from tests.jobs.pulling import MemorySource

DIGEST = re.compile(r'name="digest" value="(\w+)"')
STAFF = Choice(("staff@example.com",), ("/Staff",), ("ann@example.com",))


@pytest.fixture
def source() -> MemorySource:
    return MemorySource()


@pytest.fixture
def screens(tmp_path: Path, source: MemorySource) -> Screens:
    return open_screens(tmp_path, source)


def open_screens(directory: Path, source: MemorySource, file: Path | None = None) -> Screens:
    """One store for the screens and the jobs."""
    bridge = make_bridge(directory)
    desk = make_desk(bridge, choosing=make_choosing(bridge, source, file))
    return make_screens(directory, source="Google Workspace", operations=desk, store=bridge.store)


def put(screens: Screens, choice: Choice = STAFF) -> None:
    groups, units, exclude = choice.groups, choice.units, choice.exclude
    chosen = Selection(groups=groups, units=units, exclude=exclude, unlisted=choice.unlisted)
    screens.bridge.store.put_note(SELECTION, chosen.to_note())


def stored(screens: Screens) -> Document | None:
    return screens.bridge.store.note(SELECTION)


def digest(screens: Screens) -> str:
    return DIGEST.search(screens.get("/workspace/choice"))[1]


def fields(screens: Screens, **lists: str) -> dict[str, str]:
    return {"digest": digest(screens), "units": "/Staff", "exclude": "ann@example.com", "unlisted": "leave", **lists}


# ── what is chosen ────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_stored_is_shown_and_can_be_changed(screens: Screens):
    put(screens)

    text = screens.words("/workspace")

    assert "Groups staff@example.com Organizational units /Staff Excluded ann@example.com" in text
    assert "what was stored, here or with python -m scim pull configure" in text
    assert "Change what is chosen…" in text


def test_before_anything_is_chosen_it_is_said(screens: Screens):
    text = screens.words("/workspace")

    assert "No pull runs: Nothing says which groups to provision" in text
    assert "Comes from nowhere yet" in text
    assert "Change what is chosen…" in text


def test_what_is_in_a_file_is_shown_and_changed_in_the_file_alone(tmp_path: Path, source: MemorySource):
    file = tmp_path / "bridge.toml"
    file.write_text('[google_workspace]\ngroups = ["team-*@example.com"]\nunlisted = "suspend"\n')
    screens = open_screens(tmp_path / "bridge", source, file)

    text = screens.words("/workspace")

    assert f"the file {file} . To change it, edit the file" in text
    assert "Groups team-*@example.com Organizational units all Excluded nobody" in text
    assert "Everybody else suspended, as far as the bridge may" in text
    assert "Change what is chosen…" not in text
    assert "edit the file" in screens.words("/workspace/choice", 409)
    for path in ("/workspace/choice", "/workspace/choice/store", "/workspace/groups"):
        assert screens.send(path, groups="staff@example.com", digest="0").status_code == 409
    assert stored(screens) is None


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, source: MemorySource):
    screens = open_screens(tmp_path, source, tmp_path / "none.toml")

    assert "No pull runs:" in screens.words("/workspace")
    assert "none.toml cannot be read" in screens.words("/workspace")


def test_what_was_stored_and_cannot_be_read_is_shown_to_be_mended(screens: Screens):
    screens.bridge.store.put_note(SELECTION, {"groups": ["staff"], "colour": "blue"})

    assert "No pull runs: What `python -m scim pull configure` stored: groups[0] ('staff')" in screens.words(
        "/workspace"
    )
    assert "cannot be read, so no pull runs" in screens.words("/workspace/choice")
    assert "staff" in screens.words("/workspace/choice")


def test_a_long_list_is_folded(screens: Screens):
    put(screens, Choice(tuple(f"team{number}@example.com" for number in range(400))))

    assert "<summary>400</summary>" in screens.get("/workspace")


def test_jobs_that_are_away_take_no_plan_off_the_page(screens: Screens, monkeypatch: pytest.MonkeyPatch):
    def away(*_: object) -> None:
        raise JobsAway("The jobs cannot be asked just now.")

    monkeypatch.setattr(type(screens.desk), "selection", away)

    text = screens.words("/workspace")
    assert "The jobs cannot be asked just now." in text
    assert "The plan that waits" in text


# ── changing it ───────────────────────────────────────────────────────────────────────────────────────────


def test_the_form_has_what_is_chosen(screens: Screens):
    put(screens)

    text = screens.get("/workspace/choice")

    assert re.search(r'<textarea id="groups"[^>]*>\s*staff@example.com</textarea>', text)
    assert re.search(r'value="leave" checked', text)


def test_it_is_said_what_would_change_before_it_does(screens: Screens):
    put(screens)

    typed = fields(screens, groups="team-*@example.com\n\n Guides@example.com \r\n", unlisted="suspend")
    text = words(screens.send("/workspace/choice", **typed).text)

    assert "added: team-*@example.com added: guides@example.com removed: staff@example.com" in text
    assert "The next pull shows its plan and waits for your approval." in text
    assert "Everybody else added: suspend removed: leave" in text
    assert "People of the account whom the pull does not provision are to be suspended" in text
    assert "Units" not in text
    assert stored(screens)["groups"] == ["staff@example.com"]


def test_what_was_said_is_stored_and_told_of(screens: Screens):
    put(screens)
    typed = fields(screens, groups="staff@example.com\nteam-*@example.com")

    told = screens.done("/workspace/choice/store", **typed)

    assert "Stored: 2 groups or patterns, 1 unit, 1 excluded." in told
    assert stored(screens)["groups"] == ["staff@example.com", "team-*@example.com"]
    event = screens.bridge.store.events(1)[0]
    assert (event.actor, event.action) == ("admin", "pull.configured")
    assert event.changes == [
        {"before": {"groups": ["staff@example.com"]}, "after": {"groups": ["staff@example.com", "team-*@example.com"]}}
    ]


def test_the_first_choice_is_made_here(screens: Screens):
    screens.done("/workspace/choice/store", **fields(screens, groups="staff@example.com"))

    assert Selection.from_note(stored(screens)).groups == ("staff@example.com",)


def test_the_page_that_asks_sends_on_what_it_showed(screens: Screens):
    """Field by field, as a browser would."""
    typed = fields(screens, groups="a@example.com\nb@example.com", units="/Staff/Long term\n/Other")

    page = screens.send("/workspace/choice", **typed).text
    named = re.findall(r'<input type="hidden" name="(groups|units|exclude|unlisted|digest)" value="([^"]*)"', page)
    given = {name: [unescape(value) for key, value in named if key == name] for name, _ in named}
    screens.done("/workspace/choice/store", **given)

    assert stored(screens) == {
        "groups": ["a@example.com", "b@example.com"],
        "units": ["/Staff/Long term", "/Other"],
        "exclude": ["ann@example.com"],
        "unlisted": "leave",
    }


def test_whoever_thinks_again_finds_what_they_typed(screens: Screens):
    page = screens.send("/workspace/choice", **fields(screens, groups="guides@example.com"), again="1").text

    assert "guides@example.com</textarea>" in page
    assert faults(page) == []


@pytest.mark.parametrize(
    ("lists", "sentence"),
    [
        ({"groups": ""}, "groups is empty: choose at least one group, by e-mail address or pattern."),
        ({"groups": "staff@example.com\nstaff"}, "groups: 'staff' must be an e-mail address, or a pattern"),
        ({"groups": "a@example.com", "units": "Staff"}, "units: 'Staff' must be the path of an organizational unit"),
        ({"groups": "a@example.com", "exclude": "a b@x.example"}, "exclude: 'a b@x.example' must be an e-mail"),
        ({"groups": "a@example.com", "exclude": "a\0b@x.example"}, "exclude: 'a b@x.example' must be an e-mail"),
        ({"groups": f"{'a' * 400}@example.com"}, "groups: 'aaaaaaa"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_what_was_typed(screens: Screens, lists: dict[str, str], sentence: str):
    put(screens)

    answer = screens.send("/workspace/choice", **fields(screens, **lists))

    assert (answer.status_code, faults(answer.text)) == (400, [])
    assert sentence in words(answer.text)
    assert 'aria-invalid="true"' in answer.text
    assert all(line.replace("\0", " ") in unescape(answer.text) for text in lists.values() for line in text.split("\n"))
    assert stored(screens)["groups"] == ["staff@example.com"]


def test_every_problem_is_said_at_once(screens: Screens):
    page = words(screens.send("/workspace/choice", **fields(screens, groups="a\nb", units="c")).text)

    assert [f"'{each}' must be" in page for each in "abc"] == [True, True, True]


def test_what_is_wrong_is_not_stored_either(screens: Screens):
    assert screens.send("/workspace/choice/store", **fields(screens, groups="staff")).status_code == 409
    assert stored(screens) is None


@pytest.mark.parametrize("path", ["/workspace/choice", "/workspace/choice/store"])
def test_whoever_comes_second_is_told_and_keeps_what_they_typed(screens: Screens, path: str):
    put(screens)
    typed = fields(screens, groups="guides@example.com")
    put(screens, Choice(("drivers@example.com",)))

    answer = screens.send(path, **typed)

    assert (answer.status_code, faults(answer.text)) == (409, [])
    assert "What is chosen has changed since you looked at it. Nothing was stored." in words(answer.text)
    assert "guides@example.com</textarea>" in answer.text
    assert stored(screens)["groups"] == ["drivers@example.com"]


def test_the_same_again_changes_nothing(screens: Screens):
    put(screens)

    page = screens.send("/workspace/choice", **fields(screens, groups="staff@example.com")).text

    assert "Nothing: this is what is chosen already." in words(page)
    assert "Store this choice" not in page


@pytest.mark.parametrize("given", [{"digest": ""}, {"digest": "x y"}, {"unlisted": "delete"}])
def test_what_no_form_sends_is_refused(screens: Screens, given: dict[str, str]):
    typed = {**fields(screens, groups="staff@example.com"), **given}

    assert screens.send("/workspace/choice/store", **typed).status_code == 400


def test_a_choice_of_thousands_can_be_sent_and_nothing_larger(screens: Screens):
    many = [f"team{number:04}@example.com" for number in range(3000)]
    typed = fields(screens, groups="\n".join(many))

    assert screens.send("/workspace/choice", **typed).status_code == 200
    screens.done("/workspace/choice/store", **typed)
    assert len(stored(screens)["groups"]) == 3000
    assert screens.send("/workspace/choice", **fields(screens, groups="x" * 300_000)).status_code == 413


# ── which groups there are ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def teams(source: MemorySource) -> MemorySource:
    for number in range(450):
        source.team(f"team{number:03}@example.com", f"Team {number}", direct_users=number)
    source.team("staff@example.com", "Everybody")
    return source


def test_groups_are_shown_a_page_at_a_time_by_address(screens: Screens, teams: MemorySource):
    put(screens)

    first, third = screens.words("/workspace/groups"), screens.words("/workspace/groups?from=400")

    assert "1 to 200 of 451 groups" in first
    assert "chosen Everybody staff@example.com" in first
    assert "Team 198 team198@example.com 198" in first
    assert "401 to 451 of 451 groups" in third
    assert ("Next page" in first, "Next page" in third, "First page" in third) == (True, False, True)
    assert teams.calls == 1


def test_groups_are_searched(screens: Screens, teams: MemorySource):
    assert "1 to 1 of 1 group," in screens.words("/workspace/groups?q=EVERYBODY")
    assert "None that fits." in screens.words("/workspace/groups?q=nothing")


def test_ticked_groups_are_added_to_the_form_and_nothing_is_stored(screens: Screens, teams: MemorySource):
    put(screens)

    answer = screens.send("/workspace/groups", "/workspace/groups", add=["team001@example.com", "team002@example.com"])

    assert "staff@example.com\nteam001@example.com\nteam002@example.com</textarea>" in answer.text
    assert "/Staff</textarea>" in answer.text
    assert stored(screens)["groups"] == ["staff@example.com"]


def test_a_source_that_refuses_says_why(screens: Screens, source: MemorySource):
    source.fault = (1, SourceDenied("Google refuses the groups: the role has no right to read them."))

    assert "the role has no right to read them" in screens.words("/workspace/groups", 409)
    assert "None." in screens.words("/workspace/groups")


def test_another_site_lets_nobody_ask_the_source(screens: Screens, source: MemorySource):
    text = screens.get("/workspace/groups", Sec_Fetch_Site="cross-site")

    assert "Look which groups there are" in text
    assert source.calls == 0


def test_groups_of_a_file_cannot_be_ticked(tmp_path: Path, teams: MemorySource):
    file = tmp_path / "bridge.toml"
    file.write_text('[google_workspace]\ngroups = ["staff@example.com"]\n')
    screens = open_screens(tmp_path / "bridge", teams, file)

    text = screens.get("/workspace/groups")

    assert "not chosen" in text
    assert "checkbox" not in text


def test_before_anything_is_chosen_no_group_is(screens: Screens, teams: MemorySource):
    assert "<td>chosen</td>" not in screens.get("/workspace/groups")
    assert screens.get("/workspace/groups").count('type="checkbox"') == 200
