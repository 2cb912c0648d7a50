"""Signing in, staying signed in, and what ends it."""

import pytest

from tests.op import seed
from tests.op.desk import Desk

NOT_SIGNED_IN = (1, "You are not currently signed in. Please run `op signin --help` for instructions")
EXPIRED = (1, "session expired, sign in to create a new session")


@pytest.fixture
def stranger(account, tmp_path) -> Desk:
    """A device on which nobody has signed in."""
    return Desk(account, tmp_path / "elsewhere")


def test_without_a_session_a_call_is_refused(stranger):
    assert stranger.error("user", "list") == NOT_SIGNED_IN
    assert stranger.error("whoami") == (1, "account is not signed in")


def test_without_a_device_id_nobody_signs_in(stranger):
    del stranger.env["OP_DEVICE"]

    answer = stranger.add_account("--signin", "--raw")

    assert answer.code == 1
    assert (
        b"No saved device ID. Set the OP_DEVICE environment variable and try again: `export OP_DEVICE=" in answer.stderr
    )


@pytest.mark.parametrize("name", ["OP_SESSION", "OP_SESSION_bridge", f"OP_SESSION_{seed.BRIDGE}"])
def test_the_token_is_taken_from_each_of_its_variables(desk, name):
    token = desk.env.pop("OP_SESSION_bridge")

    assert desk.op("user", "list", **{name: token}).code == 0
    assert desk.op("user", "list").code == 1


def test_a_token_is_worth_nothing_with_another_config_directory(desk, stranger):
    stranger.sign_in()
    mine, other = desk.env["OP_SESSION_bridge"], stranger.env["OP_SESSION_bridge"]

    assert desk.error("user", "list", OP_SESSION_bridge=other) == NOT_SIGNED_IN
    assert desk.op("user", "list", OP_SESSION_bridge=mine).code == 0


@pytest.mark.parametrize("wrong", ["password", "secret_key", "email"])
def test_wrong_credentials_open_nothing(stranger, wrong):
    stranger.session = {**stranger.session, wrong: "wrong@example.com"}

    answer = stranger.add_account("--signin", "--raw")

    assert (answer.code, answer.stdout) == (1, b"")
    assert stranger.json("account", "list") == []


def test_an_address_that_leads_nowhere_is_said(stranger):
    stranger.session = {**stranger.session, "address": "nowhere.1password.com"}

    assert b"no such host" in stranger.add_account("--signin", "--raw").stderr


def test_signing_in_again_asks_for_the_password_only(desk):
    answer = desk.op("signin", "--account=bridge", "--raw", "--force", stdin=desk.session["password"].encode())

    assert answer.code == 0
    assert desk.op("whoami", OP_SESSION_bridge=answer.stdout.decode().strip()).code == 0
    assert desk.op("whoami").code == 0


def test_without_raw_a_shell_is_told_what_to_export(desk):
    answer = desk.op("signin", stdin=desk.session["password"].encode())

    assert answer.stdout.startswith(f'export OP_SESSION_{seed.BRIDGE}="'.encode())


def test_half_an_hour_without_a_call_ends_a_session(desk, clock):
    for _ in range(4):
        clock.at += 29 * 60
        assert desk.op("whoami").code == 0

    clock.at += 30 * 60
    assert desk.error("whoami") == desk.error("user", "list") == EXPIRED


def test_the_clock_of_the_account_can_be_advanced(desk):
    desk.account.advance(31 * 60)

    assert desk.error("user", "list") == EXPIRED


def test_sessions_can_be_ended_from_outside(desk):
    desk.account.expire_sessions()
    ended = desk.error("user", "list")
    desk.sign_in()

    assert ended == EXPIRED
    assert desk.op("user", "list").code == 0


def test_a_changed_password_ends_sessions_and_opens_new_ones(desk):
    desk.account.change_password("another password")

    assert desk.error("user", "list") == EXPIRED
    assert desk.op("signin", "--raw", stdin=b"a dedicated member's password\n").code == 1
    assert desk.op("signin", "--raw", stdin=b"another password\n").code == 0
    assert desk.account.session["password"] == "another password"


def test_who_is_suspended_is_signed_out(desk):
    desk.account.set_state(seed.BRIDGE, "SUSPENDED")

    assert desk.op("user", "list").code == 1
    assert desk.op("signin", "--raw", stdin=desk.session["password"].encode()).code == 1


def test_a_second_factor_stops_who_cannot_give_a_code(desk):
    desk.account.set_account(second_factor=True)

    assert desk.op("signin", "--raw", stdin=desk.session["password"].encode()).code == 1


def test_signing_out_ends_the_session(desk):
    desk.op("signout")

    assert desk.error("user", "list") == NOT_SIGNED_IN


def test_an_account_that_is_forgotten_is_not_found(desk):
    desk.op("account", "forget", "bridge")

    assert desk.json("account", "list") == []
    assert desk.error("signin", "--account=bridge") == (1, "no account found for filter bridge")


def test_one_device_id_is_one_device(desk, stranger):
    stranger.sign_in()

    assert desk.account.devices() == [desk.session["device"]]


def test_the_account_tells_about_itself(desk):
    assert list(desk.json("account", "get")) == ["id", "name", "domain", "type", "state", "created_at"]
