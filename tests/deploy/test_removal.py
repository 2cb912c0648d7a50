"""`make destroy`: what goes, what stays, and how it comes back."""

import re

import pytest

from tests.deploy.operator import PROJECT, TOKEN

pytestmark = pytest.mark.slow


def destroyed(operator, *words, typed=PROJECT):
    run = operator.run("destroy", "--project", PROJECT, *words)
    run.enter("to go on: ", typed)
    return run.ends(), run.screen


def test_the_database_and_the_secrets_stay_and_are_taken_up_again(installed):
    before = installed.state()

    refused = destroyed(installed, typed="yes")
    untouched = installed.state()["resources"]
    code, screen = destroyed(installed)

    assert (refused[0], untouched) == (1, before["resources"])
    assert "Nothing was destroyed." in refused[1]
    assert code == 0, screen
    after = installed.state()
    assert after["resources"] == {}
    assert (after["databases"], after["secrets"]) == (before["databases"], before["secrets"])
    again = installed.run("--project", PROJECT)
    again.enter("Do it?")
    assert again.ends() == 0
    assert again.screen.count("Taken up, with what it holds") == 3
    assert re.findall(TOKEN, again.screen) == []
    assert installed.state()["secrets"] == before["secrets"]


def test_everything_is_everything_asks_for_more_words_and_goes_on_where_it_was_interrupted(installed):
    words = f"destroy everything in {PROJECT}"

    refused, _ = destroyed(installed, "--everything")
    untouched = installed.state()["databases"]
    installed.pause("terraform apply google_cloudfunctions2_function")
    run = installed.run("destroy", "--project", PROJECT, "--everything")
    run.enter("to go on: ", words)
    installed.await_pause()
    interrupted = run.interrupt()
    code, screen = destroyed(installed, "--everything", typed=words)

    assert (refused, bool(untouched), interrupted) == (1, True, 130)
    assert "`make destroy EVERYTHING=1` goes on from here" in run.screen
    assert code == 0, screen
    after = installed.state()
    assert (after["resources"], after["databases"], after["secrets"]) == ({}, {}, {})
    assert "gcloud storage rm --recursive gs://acme-identity-tfstate" in screen
    assert not (installed.root / f".deploy/{PROJECT}.json").exists()


def test_where_nothing_is_there_is_nothing_to_destroy(operator):
    (operator.root / "bridge.toml").write_text('region = "europe-west1"\n')

    run = operator.run("destroy", "--project", PROJECT)

    assert run.ends() == 1
    assert "there is nothing to take down" in run.screen
