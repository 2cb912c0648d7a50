"""What an administrator types to see and decide held removals."""

import json
from contextlib import closing

import pytest
from typer.testing import CliRunner

from scim import wiring
from scim.cli import desk
from scim.cli.app import app
from scim.jobs.removals import NEVER
from scim.records import Backlog, Event, Link, Record, Ref


@pytest.fixture
def store(tmp_path, monkeypatch):
    """A store in which two people wait for their suspension to be decided."""
    environ = {"STATE_DIR": str(tmp_path / "state")}
    monkeypatch.setenv("STATE_DIR", environ["STATE_DIR"])
    settings = desk.settings(environ)
    desk.prepare(settings)
    with closing(wiring.store(settings)) as opened:
        for number in range(2):
            held = Link(target_id=f"T{number}", held_at=1000.0 + number, next_attempt_at=NEVER)
            document = {"userName": f"person{number}@example.com", "active": False}
            at = "2026-01-01T00:00:00.000Z"
            opened.create(Record("User", f"id{number}", document, "okta", at, at, link=held), (), event(number))
        yield opened


def event(number):
    return Event(wiring.event_id(), "2026-01-01T00:00:00Z", "test", "user.created", Ref("User", f"id{number}"))


def typed(*words, answer=""):
    return CliRunner().invoke(app, ["holds", *words], input=answer)


def digest():
    return json.loads(typed("--json").stdout)[0]["digest"]


def test_who_is_held_is_shown_with_what_to_type_next(store):
    shown = typed().stdout

    assert "person0@example.com" in shown
    assert f"holds approve people --digest {digest()}" in shown


def test_as_json_every_item_is_there(store):
    (hold,) = json.loads(typed("--json").stdout)

    assert (hold["scope"], [item["name"] for item in hold["items"]]) == (
        "people",
        ["person0@example.com", "person1@example.com"],
    )


def test_an_approval_with_the_digest_asks_nothing(store):
    done = typed("approve", "people", "--digest", digest())

    assert (done.exit_code, store.backlog()) == (0, Backlog(users=2))


def test_without_the_digest_everything_is_shown_and_asked(store):
    done = typed("approve", "people", answer="y\n")

    assert (done.exit_code, "person1@example.com" in done.stdout, store.backlog().held) == (0, True, 0)


def test_whoever_says_no_changes_nothing(store):
    done = typed("discard", "people", answer="n\n")

    assert (done.exit_code, store.backlog().held) == (1, 2)


def test_a_digest_of_another_list_is_refused(store):
    done = typed("approve", "people", "--digest", "0" * 16)

    assert (done.exit_code, store.backlog().held) == (1, 2)


def test_discarded_they_are_wanted_again(store):
    done = typed("discard", "people", "--digest", digest())

    assert (done.exit_code, [record.document["active"] for record in store.scan("User")]) == (0, [True, True])


def test_with_nothing_held_it_says_so(store):
    typed("approve", "people", "--digest", digest())

    assert typed().stdout == "Nothing is held.\n"
    assert typed("approve", "people").exit_code == 1


def test_status_counts_what_is_held(store):
    assert "Held until you decide: 2 removals" in CliRunner().invoke(app, ["status"]).stdout


def test_whoever_decided_is_in_the_events(store):
    typed("approve", "people", "--digest", digest())

    actors = {each.actor for each in store.events(9) if each.action == "removal.approved"}
    assert len(actors) == 1
    assert actors.pop().startswith("cli")
