"""A new installation, and the second run of it, from what an operator sees to what is in the project afterwards."""

import json
import re
import shutil
import zipfile

import pytest

from tests.deploy.operator import PROJECT, TOKEN, Operator
from tests.op import seed

pytestmark = pytest.mark.slow

SECRETS = (seed.PASSWORD, seed.SECRET_KEY)


def tokens(operator: Operator) -> list[dict]:
    return json.loads(operator.state()["secrets"]["scim-bridge-tokens"][-1]["value"])


def versions(operator: Operator) -> dict[str, int]:
    return {name: len(held) for name, held in operator.state()["secrets"].items()}


def kept_files(operator: Operator) -> list[bytes]:
    return [path.read_bytes() for path in (operator.root / ".deploy").rglob("*") if path.is_file()]


def arguments(operator: Operator) -> list[bytes]:
    """Of every program that was started, `op` too."""
    of_op = [[str(each) for each in call["argv"]] for call in operator.account.calls()]
    return [" ".join(call).encode() for call in [*operator.calls(), *of_op]]


def test_it_is_live_and_the_token_on_the_screen_opens_it(installed, as_installed):
    [token] = re.findall(TOKEN, as_installed.screen)

    assert installed.edge.answer("GET", "/scim/v2/Users", token, b"")[0] == 200
    assert f"{installed.edge.origin}/scim/v2" in as_installed.screen
    assert "In Okta:" in as_installed.screen


def test_what_was_typed_is_in_secret_manager_and_nowhere_else(installed, as_installed):
    [version] = installed.state()["secrets"]["scim-bridge-scimsession"]
    session = json.loads(version["value"])

    assert (session["email"], session["secret_key"]) == (seed.BRIDGE_EMAIL, seed.SECRET_KEY)
    assert session["password"] == seed.PASSWORD
    assert re.fullmatch("[a-z2-7]{26}", session["device"])
    seen = [as_installed.screen.encode(), *arguments(installed), *kept_files(installed)]
    assert [secret for secret in SECRETS for text in seen if secret.encode() in text] == []


def test_the_token_is_in_no_argument_and_in_no_file(installed, as_installed):
    [token] = re.findall(TOKEN, as_installed.screen)

    stored = [version["value"].encode() for held in installed.state()["secrets"].values() for version in held]
    seen = [*kept_files(installed), *stored, *arguments(installed)]
    assert [text for text in seen if token.encode() in text] == []


def test_a_token_names_its_identity_provider(installed):
    assert [(each["client"], each["dialect"]) for each in tokens(installed)] == [("okta", "okta")]


def test_several_identity_providers_get_a_token_each_also_where_lines_move_and_have_colours(operator):
    run = operator.run(TERM="xterm-256color")
    run.enter("Google Cloud project:", PROJECT)
    run.enter("Number, or several", "1, 3")
    operator.answer_all(run, from_="region")

    assert run.ends() == 0
    found = set(re.findall(TOKEN, run.screen))
    assert len(found) == 2
    assert all(operator.edge.answer("GET", "/scim/v2/Users", token, b"")[0] == 200 for token in found)
    assert [each["client"] for each in tokens(operator)] == ["entra", "onelogin"]


def test_the_state_of_terraform_is_in_a_bucket_with_versions_that_is_never_public(installed):
    bucket = installed.state()["buckets"]["gs://acme-identity-tfstate"]
    assert (bucket["versioning_enabled"], bucket["uniform_bucket_level_access"]) == (True, True)
    assert bucket["public_access_prevention"] == "enforced"


def test_op_goes_into_the_archive_and_not_into_the_source(installed):
    with zipfile.ZipFile(installed.root / f".deploy/{PROJECT}/source.zip") as archive:
        assert archive.read("bin/op") == (installed.directory / "op/op").read_bytes()
    assert (installed.root / ".deploy/.gitignore").read_text() == "*\n"


def test_what_failed_in_the_middle_goes_on_without_asking_anything_again(operator):
    """The secrets are there before a function is, so that what was typed is not lost."""
    operator.fault("terraform apply google_cloudfunctions2_function", "Build failed: no reason")
    first = operator.run()
    operator.answer_all(first)
    assert first.ends() == 1
    assert "terraform apply failed:\nBuild failed: no reason" in first.screen.replace("  Build", "Build")

    second = operator.run("--project", PROJECT)
    second.enter("Do it?")

    assert second.ends() == 0
    assert len(re.findall(TOKEN, second.screen)) == 1
    assert versions(operator) == {"scim-bridge-scimsession": 1, "scim-bridge-tokens": 1}


def test_a_second_run_makes_and_asks_nothing_on_another_machine_either(installed):
    shutil.rmtree(installed.root / ".deploy")
    before = installed.state()
    called = len(installed.calls())

    run = installed.run("--project", PROJECT)

    assert run.ends() == 0
    assert "Nothing to change" in run.screen
    assert re.findall(TOKEN, run.screen) == []
    after = installed.state()
    for what in ("apis", "buckets", "resources", "databases", "secrets", "objects"):
        assert after[what] == before[what]
    changing = {"enable", "create", "update", "add", "apply", "import"}
    assert [call for call in installed.calls()[called:] if changing & set(call[:5])] == []


def test_a_changed_source_is_an_upgrade_that_shows_what_it_does(installed):
    (installed.root / "main.py").write_text("# a new release\n")

    run = installed.run("--project", PROJECT)
    run.enter("Do it?")

    assert run.ends() == 0
    assert "~ 3 to change:" in run.screen
    assert "! 1 to make anew:" in run.screen
    assert re.findall(TOKEN, run.screen) == []


def test_what_takes_something_away_asks_by_itself_and_no_is_no(installed):
    with installed.world() as world:
        world["resources"]["google_compute_address.egress[0]"] = ""

    run = installed.run("--project", PROJECT)
    run.enter("This takes something away. Do it? [y/N]")

    assert run.ends() == 1
    assert "- 1 to take away:\n       google_compute_address.egress[0]" in run.screen
    assert "google_compute_address.egress[0]" in installed.state()["resources"]


def test_an_answer_that_cannot_be_right_is_asked_again(operator):
    run = operator.run()
    run.enter("Google Cloud project:", "Acme Identity")
    run.sees("That is no project's id.")
    run.enter("Google Cloud project:", PROJECT)
    run.enter("Number, or several", "7")
    run.sees("Enter a number from 1 to 6")
    run.enter("Number, or several", "2")
    run.enter("Region", "Europe")
    run.sees("It looks like europe-west1")
    run.enter("Region", "")
    run.enter("Who is told", "everybody")
    run.sees("E-mail addresses")
    run.enter("Who is told", "-")
    run.sees("Alerts go to        nobody")
    run.enter("Sign-in address", "1password")
    run.sees("It looks like example.1password.com.")
    run.enter("Sign-in address", f"https://{seed.ADDRESS}/")
    run.enter("E-mail address of the bridge's member", "bridge")
    run.sees("It looks like scim-bridge@example.com.")
    run.enter("E-mail address of the bridge's member", seed.BRIDGE_EMAIL)
    run.enter("Its Secret Key", "A3-too-short")
    run.sees("It begins with A3- and has seven parts")

    assert run.interrupt() == 130


def test_a_wrong_password_is_asked_again(operator):
    run = operator.run()
    operator.answer_all_until(run, "password")
    run.enter("Its account password", "not that one")
    run.sees("wrong sign-in")
    run.enter("Enter the sign-in details again?", "")
    run.enter("Sign-in address [example-team.1password.com]", "")
    run.enter("E-mail address of the bridge's member [bridge@example.com]", "")
    run.enter("Its Secret Key", seed.SECRET_KEY)
    operator._answer(run, ["password"])
    run.enter("Do it?", "n")

    assert run.ends() == 1


def test_a_missing_permission_is_looked_for_again_and_no_at_the_plan_deploys_nothing(operator):
    operator.account.take_permission("SUSPEND_PERSON")
    run = operator.run()
    operator.answer_all_until(run, "plan")
    run.sees("The bridge cannot suspend and reactivate people")
    operator.account.give_permission("SUSPEND_PERSON")
    run.enter("Mend it at 1Password. Look again?", "")
    run.enter("Do it?", "n")

    assert run.ends() == 1
    assert operator.state()["resources"] == {}
    assert "Nothing was deployed." in run.screen
