"""Errors as they were recorded (facts/onepassword.md §3a), and a command line as cobra reads it."""

import re

import pytest

from tests.op import seed


def test_an_error_has_its_date(desk):
    answer = desk.op("user", "get", "No Such User")

    assert re.fullmatch(rb"\[ERROR\] \d{4}/\d\d/\d\d \d\d:\d\d:\d\d .+\n", answer.stderr)


@pytest.mark.parametrize(
    ("argv", "code", "text"),
    [
        (
            ("user", "get", "No Such User"),
            1,
            '"No Such User" isn\'t a user in this account. Specify the user with their UUID, email address, or name.',
        ),
        (
            ("group", "get", "No Such Group"),
            1,
            '"No Such Group" isn\'t a group in this account. Specify the group with its UUID or name.',
        ),
        (("user", "get", "NOBODYAAAAAAAAAAAAAAAAAAAA"), 4, "(404) Not Found: The requested resource was not found."),
        (("group", "get", "nogroupaaaaaaaaaaaaaaaaaaa"), 4, "(404) Not Found: The requested resource was not found."),
        (("user", "list", "--account=other"), 1, "no account found for filter other"),
        (("user", "edit", seed.OWNER, "--email=babs@example.com"), 1, "unknown flag: --email"),
        (("signin", "bridge"), 1, "expected at most 0 arguments but got 1 instead"),
    ],
)
def test_an_error_is_said_as_it_was_recorded(desk, argv, code, text):
    assert desk.error(*argv) == (code, text)


@pytest.mark.parametrize(
    "argv",
    [
        ("user", "suspend"),
        ("user", "suspend", "one", "two"),
        ("user", "provision", "--email=bjensen@example.com"),
        ("user", "list", "--group"),
        ("user", "invite"),
        ("vault", "list"),
        ("user", "list", "--format=xml"),
        ("user", "list", "-x"),
        ("group", "create"),
        ("user", "suspend", seed.GUEST, "--deauthorize-devices-after=25h"),
        ("user", "edit", seed.GUEST, "--travel-mode=maybe"),
        ("group", "user", "grant", f"--group={seed.STEWARDS}", f"--user={seed.GUEST}", "--role=owner"),
    ],
)
def test_a_line_that_op_does_not_take_is_refused(desk, argv):
    before = desk.account.world()

    answer = desk.op(*argv)

    assert (answer.code, answer.stdout) == (1, b"")
    assert answer.stderr.startswith(b"[ERROR] ")
    assert desk.account.world() == before


@pytest.mark.parametrize("name", ["--help", "-v", "--", "-", "=", "a=b", "--name=x", "--format=json"])
def test_a_value_after_an_equals_sign_or_two_hyphens_is_a_value(desk, name):
    person = desk.invite(name=name)
    group = desk.json("group", "create", f"--description={name}", "--", name)

    assert person["name"] == name
    assert (group["name"], group["description"]) == (name, name)


def test_flags_stand_before_and_after_the_command(desk):
    token = desk.env.pop("OP_SESSION_bridge")

    answer = desk.op("--session", token, "--cache=false", "--no-color", "user", "--format", "json", "get", "--me")

    assert answer.code == 0, answer


def test_the_version_needs_no_session(desk):
    del desk.env["OP_SESSION_bridge"]

    assert desk.op("--version").stdout == b"2.39.0\n"


def test_a_domain_that_is_not_allowed_is_an_invalid_resource(desk):
    desk.account.set_account(domains=["example.com"])

    code, text = desk.error("user", "provision", "--email=bjensen@elsewhere.example", "--name=Barbara Jensen")

    assert (code, "Resource Invalid" in text) == (1, True)
    assert desk.account.person("bjensen@elsewhere.example") is None


def test_a_firewall_rule_stops_every_call(desk):
    desk.account.set_account(firewall=True)

    text = (
        "(403) Forbidden (Firewall Rule): The IP address of your SCIM bridge was blocked by a 1Password firewall rule."
    )
    assert desk.error("whoami") == desk.error("user", "list") == (1, text)
    assert desk.error("signin", "--raw") == (1, text)


def test_a_name_that_several_have_names_nobody(desk):
    for email in ("bjensen@example.com", "babs@example.com"):
        desk.invite(email)

    assert desk.error("user", "get", "Barbara Jensen")[0] == 1
    assert desk.json("user", "get", "babs@example.com")["email"] == "babs@example.com"


def test_texts_that_nobody_recorded_can_be_made_vague(desk):
    person = desk.invite()
    desk.account.set_account(vague="Something else went wrong.")

    assert desk.error("user", "confirm", person["id"]) == (1, "Something else went wrong.")
    assert desk.error("user", "get", "NOBODYAAAAAAAAAAAAAAAAAAAA")[0] == 4
