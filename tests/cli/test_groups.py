"""What an administrator types to choose groups, to move in, and to rebuild."""

import json
import os
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scim import wiring
from scim.cli import desk, groups
from scim.cli.app import app
from scim.cli.console import Problem
from scim.jobs.managed import NotManageable
from scim.jobs.managed_plan import Done, ManagedPlan
from scim.jobs.work import Busy
from scim.operations import ListedGroup
from tests.example_file import EXAMPLE


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


def test_what_was_chosen_and_let_go_is_json_for_other_programs(settings):
    managed = json.loads(typed("groups", "manage", "Guides", "--json"))
    unmanaged = json.loads(typed("groups", "unmanage", "Guides", "--json"))

    assert (managed["name"], managed["managed"], managed["members"]) == ("Guides", "adopted", 1)
    assert (unmanaged["target_id"], unmanaged["managed"]) == (managed["target_id"], "")


# ── as code ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def listing(settings, tmp_path, monkeypatch):
    """Pilots are there too. Writes the bridge.toml of the working directory."""
    with closing(wiring.embedded_target(settings)) as account:
        account.add_group("Pilots")
    monkeypatch.chdir(tmp_path)

    def written(*names):
        (tmp_path / "bridge.toml").write_text(f"[groups]\nmanage = {json.dumps(names)}\n")

    return written


def applied(*words, answer=""):
    return CliRunner().invoke(app, ["groups", "apply", *words], input=answer)


def chosen():
    return {group["name"] for group in json.loads(typed("groups", "list", "--json")) if group["managed"] == "adopted"}


def test_a_list_is_shown_asked_about_and_done_and_then_there_is_nothing_to_do(listing):
    typed("groups", "manage", "Pilots")
    listing("Guides")

    refused, before = applied(answer="n\n"), chosen()
    done, again = typed("groups", "apply", answer="y\n"), typed("groups", "apply")

    assert (refused.exit_code, before) == (1, {"Pilots"})
    assert "bridge.toml does not list it" in refused.output
    assert "The identity provider loses 1 chosen group." in refused.output
    assert "Pilots is not managed any more" in done
    assert "Guides is managed now, with 1 members" in done
    assert chosen() == {"Guides"}
    assert again == "Nothing to do. Listed in bridge.toml and managed already: 1.\n"


def test_what_is_lost_is_shown_also_where_nobody_is_asked(listing):
    listing("Guides", "Pilots")
    typed("groups", "apply", "--yes")
    listing()

    done = typed("groups", "apply", "--yes")

    assert done.index("The identity provider loses 2 chosen groups.") < done.index("is not managed any more")
    assert chosen() == set()


def test_whose_a_group_is_that_would_be_lost_is_shown(listing, settings):
    typed("groups", "manage", "Guides")
    with closing(wiring.store(settings)) as store:
        [guides] = store.scan("Group")
        store.replace(guides, replace(guides, client="okta"), None)
    listing()

    assert "bridge.toml does not list it, though okta uses it" in typed("groups", "apply", "--plan")


def test_a_look_changes_nothing(listing):
    listing("Guides")

    done = typed("groups", "apply", "--plan")

    assert "manage" in done
    assert chosen() == set()
    assert isinstance(applied("--plan", "--yes").exception, Problem)


@pytest.mark.parametrize("word", ["--yes", "--plan"])
def test_what_cannot_be_managed_ends_with_its_reason_whatever_else_is_done(listing, word):
    listing("Owners", "Guides", "Sailors")

    done = applied(word)

    assert done.exit_code == 1
    assert str(done.exception).splitlines() == [
        "Not done, Owners: The group 'Owners' cannot be managed: it is built in.",
        "Not done, Sailors: The target has no group 'Sailors': `python -m scim groups list` shows all.",
    ]
    assert "no group 'Sailors'" in done.stdout
    assert chosen() == ({"Guides"} if word == "--yes" else set())


def test_a_plan_and_what_was_done_are_json_for_other_programs(listing):
    listing("Guides", "Sailors")

    plan, done = applied("--plan", "--json"), applied("--yes", "--json")

    assert [each["name"] for each in json.loads(plan.stdout)["plan"]["manage"]] == ["Guides"]
    assert json.loads(plan.stdout)["done"] == {"managed": [], "unmanaged": []}
    told = json.loads(done.stdout)
    assert [each["name"] for each in told["done"]["managed"]] == ["Guides"]
    assert [each["entry"] for each in told["left"]] == ["Sailors"]
    assert (plan.exit_code, done.exit_code) == (1, 1)
    assert "--json does not ask" in str(applied("--json").exception)


def test_what_was_done_is_told_as_json_also_where_a_job_came_between(capsys):
    guides = ListedGroup("g1", "Guides", "adopted", "s1", 1)

    def interrupted():
        yield Done("managed", guides)
        raise Busy("A job is at work.")

    with pytest.raises(Busy):
        groups.told_as_json(ManagedPlan((), (), (), ()), interrupted())

    assert json.loads(capsys.readouterr().out)["done"] == {"managed": [asdict(guides)], "unmanaged": []}


def test_without_a_list_nothing_is_let_go(listing):
    typed("groups", "manage", "Guides")
    Path("bridge.toml").write_text('project = "acme-identity"\n')

    silent, elsewhere = applied("--yes"), applied("other.toml", "--yes")

    assert "bridge.toml has no [groups]" in str(silent.exception)
    assert "other.toml cannot be read" in str(elsewhere.exception)
    assert chosen() == {"Guides"}


def test_the_file_of_all_three_is_read(listing):
    with closing(wiring.embedded_target(desk.settings(os.environ))) as account:
        account.add_group("Engineering")
    Path("bridge.toml").write_text(EXAMPLE)

    typed("groups", "apply", "--yes")
    configured = typed("pull", "configure")

    assert chosen() == {"Guides", "Engineering"}
    assert "Stored: 2 groups or patterns" in configured


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
