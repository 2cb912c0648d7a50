"""`make rotate`: two live tokens while the identity provider changes over, and a session that was tried."""

import json
import re

import pytest

from scim.cli.deploy.secret_versions import SecretVersions
from tests.deploy.operator import PROJECT, TOKEN
from tests.op import seed

pytestmark = pytest.mark.slow


def records(operator):
    return json.loads(operator.state()["secrets"]["scim-bridge-tokens"][-1]["value"])


def rotated(operator, *words):
    run = operator.run("rotate", *words, "--project", PROJECT)
    return run, run.ends()


def opens(operator, token):
    return operator.edge.answer("GET", "/health", token, b"")[0] == 200


def test_the_new_token_lives_beside_the_old_one_until_that_is_ended(installed, as_installed):
    [old] = re.findall(TOKEN, as_installed.screen)

    run, code = rotated(installed, "token")
    [new] = re.findall(TOKEN, run.screen)
    third, third_code = rotated(installed, "token", "okta")
    both = opens(installed, old), opens(installed, new)
    finish = installed.run("rotate", "token", "okta", "--finish", "--project", PROJECT)
    finish.enter("already? [y/N]", "y")

    assert (code, third_code, finish.ends()) == (0, 1, 0)
    assert "python -m scim deploy rotate token okta --finish" in third.screen
    assert both == (True, True)
    assert (opens(installed, old), opens(installed, new)) == (False, True)
    assert "Enter it in Okta where the old one is" in run.screen


def test_a_token_that_was_stored_and_not_shown_is_replaced(installed):
    installed.pause("gcloud secrets versions add scim-bridge-tokens", "after")
    run = installed.run("rotate", "token", "okta", "--project", PROJECT)
    installed.await_pause()
    assert run.interrupt() == 130

    again, code = rotated(installed, "token", "okta")

    assert code == 0
    assert "of a run that ended before it could be shown is revoked" in again.screen
    [new] = re.findall(TOKEN, again.screen)
    assert opens(installed, new)
    assert sum(each["revoked"] is None for each in records(installed)) == 2


def test_a_new_session_keeps_the_device_and_is_tried_first(installed):
    [before] = installed.state()["secrets"]["scim-bridge-scimsession"]
    installed.account.change_password("a newer password")
    run = installed.run("rotate", "session", "--project", PROJECT)
    run.enter(f"Sign-in address [{seed.ADDRESS}]", "")
    run.enter(f"E-mail address of the bridge's member [{seed.BRIDGE_EMAIL}]", "")
    run.enter("Its Secret Key", seed.SECRET_KEY)
    run.enter("Its account password", "a newer password")

    assert run.ends() == 0, run.screen
    versions = installed.state()["secrets"]["scim-bridge-scimsession"]
    assert len(versions) == 2
    newest = json.loads(versions[-1]["value"])
    assert (newest["password"], newest["device"]) == ("a newer password", json.loads(before["value"])["device"])
    assert "a newer password" not in run.screen
    assert "a run succeeded" in run.screen


def test_older_sessions_are_disabled_when_that_is_asked(installed):
    with installed.world() as world:
        held = world["secrets"]["scim-bridge-scimsession"]
        held.append({**held[0], "number": 2})

    assert SecretVersions(installed.gcloud(), "scim-bridge-").disable_older("scimsession") == 1

    states = [each["state"] for each in installed.state()["secrets"]["scim-bridge-scimsession"]]
    assert states == ["DISABLED", "ENABLED"]
