"""What an administrator types about tokens, for themselves and for programs; `tokens` is `token`."""

import time

import pytest
from typer.testing import CliRunner

from scim import wiring
from scim.cli.app import app
from scim.web.uses import note_name
from tests.cli.cast import as_json, shown, typed


def test_minted_for_a_program_the_token_comes_with_what_is_known_of_it(at_desk):
    minted = as_json("token", "mint", "okta", "--dialect", "okta", "--days", "30")

    assert wiring.tokens(at_desk).verify(f"Bearer {minted['token']}").id == minted["id"]
    assert (minted["client"], minted["dialect"], minted["revoked"]) == ("okta", "okta", None)
    assert minted["expires"] - minted["created"] == pytest.approx(30 * 86_400)


def test_a_list_for_a_program_holds_neither_tokens_nor_digests(at_desk):
    token = as_json("token", "mint", "okta")["token"]

    listed = shown("token", "list", "--json")

    assert token not in listed
    assert "digest" not in listed
    assert [(each["client"], each["live"], each["used"]) for each in as_json("token", "list")] == [("okta", True, None)]


def test_when_a_token_was_used_last_is_shown(kept):
    id = as_json("token", "mint", "okta")["id"]
    assert "never" in shown("token", "list")
    kept.put_note(note_name(id), {"at": 1_800_000_000.0})

    assert as_json("token", "list")[0]["used"] == 1_800_000_000.0
    assert "2027-01-15 08:00" in shown("token", "list")


def test_without_the_store_the_list_is_still_shown(at_desk):
    as_json("token", "mint", "okta")
    at_desk.database_path.write_bytes(b"no database" * 1000)

    done = typed("token", "list")

    assert (done.exit_code, "okta" in done.stdout) == (0, True)
    assert done.stderr.startswith("When they were used last is not known: ")


def test_revoked_for_a_program(at_desk):
    id = as_json("token", "mint", "okta")["id"]

    revoked = as_json("token", "revoke", id)

    assert (revoked["id"], revoked["revoked"] == pytest.approx(time.time(), abs=60)) == (id, True)
    assert as_json("token", "list")[0]["live"] is False


@pytest.mark.parametrize("words", [["tokens"], ["tokens", "list"], ["token"], ["token", "list"]])
def test_both_names_list(at_desk, words):
    as_json("tokens", "mint", "okta")

    assert [each["client"] for each in as_json(*words)] == ["okta"]


def test_only_one_of_the_names_is_in_the_help(at_desk):
    helped = CliRunner().invoke(app, ["--help"]).stdout

    assert [word for word in helped.split() if word in ("token", "tokens")] == ["token"]


def test_no_tokens_are_an_empty_array(at_desk):
    assert as_json("tokens") == []
