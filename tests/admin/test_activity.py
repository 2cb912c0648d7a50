"""Activity: who did what, found again; one change as a diff; the whole as files that no spreadsheet calculates."""

import csv
import io
import json

import pytest

from scim.admin import activity, diffs
from scim.records import Event, Ref
from tests.admin.screens import Screens


@pytest.fixture
def barbara(screens: Screens) -> str:
    user = screens.bridge.post_user(displayName="Barbara Jensen", title="Guide")["id"]
    screens.bridge.patch(f"/Users/{user}", {"op": "replace", "path": "title", "value": "Driver"})
    screens.bridge.patch(f"/Users/{user}", {"op": "remove", "path": "title"})
    return user


def test_nothing_yet_says_what_will_be_here(screens: Screens):
    assert "Nothing has happened yet. Every change" in screens.words("/activity")


def test_what_happened_is_listed_newest_first(screens: Screens, barbara: str):
    text = screens.words("/activity")

    assert text.index("Changed by the identity provider") < text.index("Created by the identity provider")
    assert text.count("Barbara Jensen") == 4


@pytest.mark.parametrize(
    ("query", "seen", "unseen"),
    [
        ("actor=settle", "Invited", "Created by"),
        ("actor=RFC", "Created by", "Invited"),
        ("action=user.created", "Created by", "Changed by"),
        ("action=user.&actor=settle", "Invited", "Created by"),
    ],
)
def test_lines_are_found_by_who_and_what(screens: Screens, barbara: str, query: str, seen: str, unseen: str):
    text = screens.words(f"/activity?{query}").partition("Outcome")[2]

    assert seen in text
    assert unseen not in text


def test_lines_are_found_by_resource(screens: Screens, barbara: str):
    screens.bridge.post_user("mandy@example.com")

    assert screens.words(f"/activity?resource=User/{barbara}").count("Barbara Jensen") == 4
    assert "Nothing fits." in screens.words("/activity?resource=User/nobody")


def test_every_line_is_on_one_of_the_pages(screens: Screens, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(activity, "PAGE", 4)
    for number in range(9):
        screens.bridge.store.append_event(
            Event(f"0{number}", "2027-01-15T08:00:00Z", "okta", "user.changed", Ref("User", f"x{number}"))
        )
    for query in ("", "actor=okta"):
        path, seen = f"/activity?{query}", 0
        for _ in range(5):
            page = screens.get(path)
            seen += page.count("Changed by the identity provider</a>")
            links = [part for part in page.split('"') if "before=" in part]
            if not links:
                break
            path = links[0].replace("&amp;", "&")
        assert seen == 9


def test_a_search_far_back_goes_on_when_asked(screens: Screens, barbara: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(activity, "MOST_LOOKED_AT", 2)

    text = screens.words("/activity?action=user.created")

    assert "None of the last 2 lines fits; look further back." in text
    assert "Look further back" in text


def event_path(screens: Screens, user: str, number: int) -> str:
    """The newest has the number 0."""
    return f"/activity/{screens.bridge.store.history(Ref('User', user), 9)[number].id}"


def test_a_change_shows_before_and_after(screens: Screens, barbara: str):
    assert "title Guide Driver" in screens.words(event_path(screens, barbara, 1))
    assert "title Driver removed" in screens.words(event_path(screens, barbara, 0))


def test_a_creation_shows_every_attribute(screens: Screens, barbara: str):
    text = screens.words(event_path(screens, barbara, 3))

    assert "userName \u2013 bjensen@example.com" in text
    assert "displayName \u2013 Barbara Jensen" in text
    assert "rfc" in text


def test_an_effect_shows_its_facts(screens: Screens, barbara: str):
    assert "email \u2013 bjensen@example.com" in screens.words(event_path(screens, barbara, 2))


def test_an_action_without_facts_says_so(screens: Screens):
    screens.bridge.store.append_event(Event("01", "2027-01-15T08:00:00Z", "ann", "job.asked", None))

    assert "the action itself is all there is to tell" in screens.words("/activity/01")
    assert "no one resource" in screens.words("/activity/01")


@pytest.mark.parametrize("id", ["0", "01HZZZZZZZZZZZZZZZZZZZZZZZ", "%00", "a~", "x" * 70])
def test_a_line_that_is_not_there_is_not_found(screens: Screens, barbara: str, id: str):
    screens.get(f"/activity/{id}", 404)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"op": "replace", "path": "/name/givenName", "value": "Babs"}, ("name.givenName", None, "Babs")),
        ({"op": "add", "path": "/urn:a~1b~0c", "value": {"x": 1}}, ("urn:a/b~c", None, '{"x": 1}')),
        ({"op": "remove", "path": "/title"}, ("title", None, None)),
        ({"op": "add", "path": "", "value": "odd"}, ("", None, "odd")),
        ({"reason": "No."}, ("reason", None, "No.")),
        ({"op": "replace", "path": "/title", "value": "x" * 999}, ("title", None, "x" * 400 + "…")),
        ({"op": "replace", "path": "/active", "value": False}, ("active", None, "false")),
    ],
)
def test_each_form_of_a_change_is_readable(change: dict[str, object], line: tuple[str, str | None, str | None]):
    (found,) = diffs.lines(Event("1", "", "", "", None, [change]))

    assert (found.path, found.before, found.after) == line


# ── as files ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b"])
def test_no_cell_is_a_formula(screens: Screens, start: str):
    evil = f'{start}HYPERLINK("http://evil.example","x")'
    screens.bridge.store.append_event(Event("01", "2027-01-15T08:00:00Z", evil, evil, Ref("User", evil), [], evil))

    rows = list(csv.reader(io.StringIO(screens.get("/activity.csv"), newline="")))

    assert rows[0] == list(activity.COLUMNS)
    assert [cell for cell in rows[1] if cell.startswith(activity.FORMULA)] == []
    assert rows[1][2] == f"'{evil}"


def test_a_file_has_what_is_shown(screens: Screens, barbara: str):
    rows = list(csv.DictReader(io.StringIO(screens.get("/activity.csv?action=user.created"), newline="")))
    lines = [json.loads(line) for line in screens.get(f"/activity.jsonl?resource=User/{barbara}").splitlines()]

    assert [(row["actor"], row["kind"], row["resource"]) for row in rows] == [("rfc", "User", barbara)]
    assert [line["action"] for line in lines] == ["user.changed", "user.changed", "user.invited", "user.created"]
    assert lines[-1]["resource"] == {"kind": "User", "id": barbara}


@pytest.mark.parametrize(
    ("days", "count"), [("", 1), ("10", 1), ("60", 2), ("0", 1), ("x", 1), ("99999", 2), ("99", 2)]
)
def test_a_file_reaches_as_far_back_as_asked(screens: Screens, days: str, count: int):
    for id, at in (("01", "2026-12-01T00:00:00Z"), ("02", "2027-01-14T12:00:00Z")):
        screens.bridge.store.append_event(Event(id, at, "okta", "user.changed", None))

    assert len(screens.get(f"/activity.jsonl?days={days}").splitlines()) == count


def test_a_file_is_sent_as_it_is_read(screens: Screens, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(activity, "BATCH", 2)
    for number in range(9):
        screens.bridge.store.append_event(Event(f"0{number}", "2027-01-15T08:00:00Z", "okta", "user.changed", None))
    asked: list[str | None] = []
    read = screens.bridge.store.events
    monkeypatch.setattr(
        type(screens.bridge.store), "events", lambda _, limit, before=None: asked.append(before) or read(limit, before)
    )

    answer = screens.http.get("/activity.jsonl", buffered=False)
    lines = iter(answer.response)
    next(lines)

    assert len(asked) == 1
    assert len(list(lines)) == 8
    assert len(asked) == 5
    assert answer.headers["Content-Disposition"] == 'attachment; filename="activity.jsonl"'
