"""With `--json` standard output is one JSON value, whatever the command."""

import json
from contextlib import closing

import pytest

from scim import wiring
from scim.cli import credentials
from scim.records import Link
from tests.cli.cast import as_json, join, shown, typed


@pytest.fixture
def held(kept):
    """Two people whose suspension waits."""
    for number in range(2):
        join(kept, f"person{number}", link=Link(f"T{number}", "active", held_at=1000.0 + number))
    return kept


@pytest.mark.parametrize(("command", "source"), [("settle", "Settle"), ("confirm", "ConfirmationWatcher")])
def test_a_job_by_hand_is_its_report(at_desk, command, source):
    report = as_json(command)

    assert (report["source"], report["state"]) == (source, "healthy")


def test_an_approved_hold_is_told_whole(held):
    [hold] = as_json("holds")

    assert as_json("holds", "approve", hold["scope"], "--digest", hold["digest"]) == hold
    assert held.backlog().held == 0


def test_a_discarded_hold_says_who_could_not_be_wanted_again(held):
    [hold] = as_json("holds")

    told = as_json("holds", "discard", hold["scope"], "--digest", hold["digest"])

    assert told == {"scope": "people", "digest": hold["digest"], "not_wanted_again": []}


@pytest.mark.parametrize("verb", ["approve", "discard"])
def test_a_program_is_asked_nothing(held, verb):
    done = typed("holds", verb, "people", "--json", answer="y\n")

    assert (done.exit_code, done.stdout, held.backlog().held) == (2, "", 2)
    assert "with --json nothing is asked" in " ".join(done.stderr.replace("│", " ").split())


def test_an_export_says_where_and_how_many(held, tmp_path):
    file = tmp_path / "people.jsonl"

    assert as_json("export", str(file)) == {"file": str(file), "records": 2}
    assert len(file.read_text().splitlines()) == 2


def test_the_plan_of_an_import_is_an_array(at_desk):
    with closing(wiring.embedded_target(at_desk)) as account:
        account.add_person("bjensen@example.com", "Barbara Jensen")

    plan = as_json("import")

    assert {each["name"]: each["how"] for each in plan}["bjensen@example.com"] == "adopted"


def test_the_link_of_the_admin_page_is_a_member(at_desk):
    url = as_json("admin-link")["url"]

    assert url == shown("admin-link").strip()
    assert url.endswith(credentials.ensure_key(wiring.secrets(at_desk), wiring.ADMIN_SECRET))


def test_an_archive_is_told_with_its_hash(tmp_path):
    told = as_json("archive", "--to", str(tmp_path / "source.zip"))

    assert (told["path"], told["sbom"]) == (str(tmp_path / "source.zip"), str(tmp_path / "source.cdx.json"))
    assert "main.py" in told["files"]
    assert told["size_bytes"] == (tmp_path / "source.zip").stat().st_size


def test_an_accepted_invitation_is_told(at_desk):
    with closing(wiring.embedded_target(at_desk)) as account:
        account.invite("bjensen@example.com", "Barbara Jensen")

    assert as_json("local", "accept", "bjensen@example.com") == {"email": "bjensen@example.com", "accepted": True}


def test_a_problem_leaves_standard_output_alone(at_desk):
    done = typed("local", "accept", "nobody@example.com", "--json")

    assert (done.exit_code, done.stdout) == (1, "")


def test_what_a_check_found_is_an_array_even_if_it_failed(at_desk):
    done = typed("doctor", "--json")

    assert (done.exit_code, json.loads(done.stdout)[0]["state"]) == (1, "failed")
