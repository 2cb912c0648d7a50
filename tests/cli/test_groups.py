"""What an administrator types to choose groups, to move in, and to rebuild."""

import json
from contextlib import closing

import pytest
from typer.testing import CliRunner

from scim import wiring
from scim.cli import desk
from scim.cli.app import app
from scim.jobs.managed import NotManageable


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """An account with the group Guides, and Barbara in it."""
    environ = {"STATE_DIR": str(tmp_path / "state")}
    monkeypatch.setenv("STATE_DIR", environ["STATE_DIR"])
    chosen = desk.settings(environ)
    desk.prepare(chosen)
    with closing(wiring.embedded_target(chosen)) as account:
        guides = account.add_group("Guides").id
        account.grant(guides, account.add_person("bjensen@example.com", "Barbara Jensen").id)
    return chosen


def typed(*words, answer=""):
    done = CliRunner().invoke(app, words, input=answer, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_a_group_is_listed_chosen_and_let_go(settings):
    assert "Guides" in typed("groups", "list")
    assert "Guides is managed now, with 1 members" in typed("groups", "manage", "guides")
    [guides] = [group for group in json.loads(typed("groups", "list", "--json")) if group["name"] == "Guides"]
    assert (guides["managed"], guides["members"]) == ("adopted", 1)
    assert "Guides is not managed any more" in typed("groups", "unmanage", "Guides")


def test_who_chooses_is_in_the_audit(settings):
    typed("groups", "manage", "Guides")

    actors = {event.action: event.actor for event in wiring.store(settings).events(10)}

    assert actors["group.adopted"].startswith("cli")


def test_a_built_in_group_is_a_sentence(settings):
    done = CliRunner().invoke(app, ["groups", "manage", "Owners"])

    assert isinstance(done.exception, NotManageable)


def test_an_import_shows_asks_and_does(settings):
    refused = CliRunner().invoke(app, ["import"], input="n\n")
    store = wiring.store(settings)

    assert refused.exit_code == 1
    assert "People: 1 to take over" in refused.output
    assert "owner@example.com" in refused.output
    assert store.count("User") == 0
    assert "Taken over: 2." in typed("import", answer="y\n")
    assert (store.count("User"), store.count("Group")) == (1, 1)
    assert "There is nothing to take over." in typed("import")


def test_a_plan_as_json_does_nothing(settings):
    plan = json.loads(typed("import", "--json"))

    assert {each["name"]: each["how"] for each in plan}["bjensen@example.com"] == "adopted"
    assert wiring.store(settings).count("User") == 0


def test_a_store_is_rebuilt_from_what_was_exported(settings, tmp_path):
    typed("import", "--yes")
    store = wiring.store(settings)
    before = {record.id for kind in ("User", "Group") for record in store.scan(kind)}
    file = tmp_path / "people.jsonl"
    typed("export", str(file))

    refused = CliRunner().invoke(app, ["rebuild", "--yes"])
    for kind in ("Group", "User"):
        for record in store.scan(kind):
            store.discard(record, store.events(1)[0])
    typed("rebuild", "--backup", str(file), "--yes")

    assert "The store is not empty" in str(refused.exception)
    assert {record.id for kind in ("User", "Group") for record in store.scan(kind)} == before
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_there_is_not_written_over(settings, tmp_path):
    done = CliRunner().invoke(app, ["export", str(tmp_path)])

    assert "cannot be written" in str(done.exception)
