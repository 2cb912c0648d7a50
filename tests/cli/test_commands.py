"""What a person types, and what they read when something is wrong: one sentence, no traceback."""

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import scim
from scim import tokens, wiring
from scim.cli import desk
from scim.cli.app import app

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("STATE_DIR", str(tmp_path / "state"))
    chosen = desk.settings({"STATE_DIR": str(tmp_path / "state")})
    desk.prepare(chosen)
    return chosen


def typed(*words):
    done = CliRunner().invoke(app, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def refused(*words, **environ):
    """The sentence on standard error of a command that ends with status 1."""
    done = subprocess.run(
        [sys.executable, "-m", "scim", *words],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    return done.stderr


def test_the_version_is_told():
    assert typed("--version") == f"{scim.__version__}\n"


def test_a_token_is_shown_once_and_alone(state):
    token = typed("token", "mint", "okta", "--dialect", "okta").strip()

    assert token.startswith("scimb_")
    assert wiring.tokens(state).verify(f"Bearer {token}").client == "okta"


def test_the_list_of_tokens_shows_no_token(state):
    token = typed("token", "mint", "okta", "--days", "30").strip()

    listed = typed("token", "list")

    assert "okta" in listed
    assert "live until" in listed
    assert token not in listed


def test_no_tokens_are_a_sentence(state):
    assert typed("token", "list") == "Tokens: none.\n"


def test_a_revoked_token_is_listed_as_revoked(state):
    typed("token", "mint", "okta")
    (record,) = tokens.read(wiring.secrets(state), wiring.TOKENS_SECRET)

    typed("token", "revoke", record.id)

    assert "revoked" in typed("token", "list")


def test_the_status_of_a_new_bridge_owes_nothing(state):
    assert "Owed to the target: 0 users, 0 groups, 0 memberships." in typed("status")


def test_settling_nothing_is_healthy(state):
    assert "is healthy" in typed("settle")


def test_confirming_nobody_is_healthy(state):
    assert "is healthy" in typed("confirm")


def test_the_world_shows_who_arrived(state):
    wiring.embedded_target(state).invite("bjensen@example.com", "Barbara Jensen")

    shown = typed("local", "show")

    assert "bjensen@example.com" in shown
    assert "TRANSFER_PENDING" in shown


def test_the_world_is_json_for_other_programs(state):
    wiring.embedded_target(state).invite("bjensen@example.com", "Barbara Jensen")

    assert '"email": "bjensen@example.com"' in typed("local", "show", "--json")


def test_accepting_is_what_the_invited_person_does(state):
    wiring.embedded_target(state).invite("bjensen@example.com", "Barbara Jensen")

    typed("local", "accept", "bjensen@example.com")

    assert "TRANSFER_ACCEPTED" in typed("local", "show")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "environ", "sentence"),
    [
        (["local", "run"], {"PORT": "x"}, "PORT is 'x': it must be a valid integer"),
        (["local", "run"], {"STATE_DIR": "/dev/null/state"}, "The state directory /dev/null/state cannot be used"),
        (["token", "mint", "okta", "--dialect", "klingon"], {}, "There is no dialect 'klingon'; there are rfc, entra"),
        (["token", "revoke", "none"], {}, "There is no token with the id 'none'."),
        (["local", "accept", "nobody@example.com"], {}, "Nobody with the address nobody@example.com was invited."),
        (["local", "show"], {"TARGET": "onepassword"}, "This is for the embedded target."),
        (["local", "demo"], {"TARGET": "onepassword"}, "The demo invites people who do not exist"),
    ],
    ids=["setting", "state-directory", "dialect", "token", "person", "other-target", "demo"],
)
def test_what_cannot_be_done_is_one_sentence(words, environ, sentence, state):
    told = refused(*words, **{"STATE_DIR": str(state.state_dir)} | environ)

    assert told.startswith(sentence)
    assert told.count("\n") == 1
