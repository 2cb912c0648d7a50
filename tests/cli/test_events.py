"""What an administrator types to see who did what and when."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from scim.cli import events
from scim.records import Event, Ref
from tests.cli.cast import as_json, happening, join, shown, typed


def ago(**back):
    return (datetime.now(UTC) - timedelta(**back)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture
def busy(kept):
    """Four lines: three days, two hours and a minute ago about Barbara, and one of a job just now."""
    join(kept, "other")
    lines = [
        happening("user.created", Ref("User", "bjensen"), at=ago(days=3)),
        happening("user.changed", Ref("User", "bjensen"), at=ago(hours=2), actor="entra"),
        happening("settle.refused", Ref("User", "bjensen"), at=ago(minutes=1), actor="settle", reason="Not allowed."),
        happening("token.minted", at=ago(seconds=1), actor="cli:admin", client="okta"),
    ]
    for line in lines:
        kept.append_event(line)
    return kept


def actions(*words):
    return [event["action"] for event in as_json("events", *words)]


def test_the_newest_comes_first(busy):
    assert actions() == ["token.minted", "settle.refused", "user.changed", "user.created", "user.created"]


def test_a_line_says_who_did_what_to_whom_and_what_came_of_it(busy):
    listed = " ".join(shown("events", "--action", "settle.").split())

    assert "settle settle.refused Refused by the account User bjensen recorded: reason Not allowed." in listed


def test_of_a_patch_it_says_what_was_touched(kept):
    patch = [{"op": "replace", "path": f"/title{number}", "value": "Guide"} for number in range(6)]
    kept.append_event(Event("01A", ago(days=1), "okta", "user.changed", Ref("User", "x"), patch))

    listed = " ".join(shown("events").split())

    assert "replace /title0; replace /title1; replace /title2; replace /title3; …" in listed


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["--actor", "SETTLE"], ["settle.refused"]),
        (["--action", "user."], ["user.changed", "user.created", "user.created"]),
        (["--resource", "bjensen"], ["settle.refused", "user.changed", "user.created"]),
        (["--resource", "bjensen", "--action", "user."], ["user.changed", "user.created"]),
        (["--since", "1h"], ["token.minted", "settle.refused"]),
        (["--since", "2d"], ["token.minted", "settle.refused", "user.changed"]),
        (["--since", "2d", "--actor", "entra"], ["user.changed"]),
        (["--limit", "2"], ["token.minted", "settle.refused"]),
        (["--since", "2d", "--limit", "1"], ["token.minted"]),
        (["--actor", "nobody"], []),
    ],
)
def test_lines_are_found_by_who_what_whom_and_when(busy, words, found):
    assert actions(*words) == found


def test_since_a_time(busy):
    day = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()

    assert len(actions("--since", day)) == len(actions("--since", f"{day}T00:00:00+00:00")) == 3


@pytest.mark.parametrize("since", ["yesterday", "5", "-1d", "9" * 9 + "w", "1d2h"])
def test_a_time_nobody_understands_is_typed_wrongly(kept, since):
    assert typed("events", f"--since={since}").exit_code == 2


@pytest.mark.parametrize("id", ["nobody", "a/b", "\x1b"])
def test_what_never_was_is_a_sentence(busy, id):
    done = typed("events", "--resource", id)

    assert (done.exit_code, str(done.exception).startswith("Nothing has the id")) == (1, True)


def test_nothing_yet_is_a_sentence_and_an_empty_array(kept):
    assert shown("events") == "Events: none.\n"
    assert as_json("events") == []


def test_as_json_a_line_is_what_the_activity_screen_exports(busy):
    assert as_json("events", "--limit", "2")[1].keys() == {
        "id", "at", "actor", "action", "resource", "changes", "outcome"
    }  # fmt: skip


def test_pages_are_read_until_enough_fit(kept, monkeypatch):
    monkeypatch.setattr(events, "BATCH", 2)
    for number in range(5):
        actor = "entra" if number == 0 else "okta"
        kept.append_event(Event(f"{number}", ago(days=1), actor, "user.changed", None))

    assert [event["id"] for event in as_json("events", "--actor", "entra")] == ["0"]
    assert len(as_json("events", "--limit", "5")) == 5


def test_a_search_that_gives_up_says_how_far_it_looked(kept, monkeypatch):
    monkeypatch.setattr(events, "MOST_LOOKED_AT", 2)
    for number in range(3):
        kept.append_event(Event(f"{number}", ago(days=1), "entra" if number == 0 else "okta", "user.changed", None))

    done = typed("events", "--actor", "entra", "--json")

    assert json.loads(done.stdout) == []
    assert "Only the newest 2 lines were looked at: --since" in done.stderr
    assert len(as_json("events", "--actor", "entra", "--since", "2d")) == 1
