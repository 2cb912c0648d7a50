"""What is understood of `op`'s stderr, and what of it is said to whom."""

import logging

import pytest

from scim.records import (
    DeniedByTarget,
    MissingInTarget,
    RefusedByTarget,
    TargetError,
    TargetUnavailable,
)
from scim.targets import op_errors
from scim.targets.op_errors import (
    AccountUnknown,
    AlreadySo,
    Barred,
    Command,
    SessionExpired,
    SignInRefused,
    SwitchedOff,
    TooManyCalls,
    TryAgain,
    Unknown,
    error_in,
)
from scim.targets.op_process import Answer
from tests.targets.op_doubles import TOKEN

GET = Command.of(["user", "get", "--format=json", "--", "BARBARAAAAAAAAAAAAAAAAAAAA"])
LIST = Command.of(["user", "list", "--format=json"])
PROVISION = Command.of(["user", "provision", "--email=bjensen@elsewhere.example", "--name=Barbara Jensen"])
SUSPEND = Command.of(["user", "suspend", "--", "BARBARAAAAAAAAAAAAAAAAAAAA"])
GRANT = Command.of(["group", "user", "grant", "--group=g", "--user=u"])
GROUP = Command.of(["group", "get", "--format=json", "--", "g"])
ADD = Command.of(["account", "add", "--address=a.1password.com", "--email=bridge@example.com", "--signin", "--raw"])
SIGNIN = Command.of(["signin", "--account=bridge", "--raw"])

NOT_SIGNED_IN = "You are not currently signed in. Please run `op signin --help` for instructions"
SESSION_EXPIRED = "session expired, sign in to create a new session"
NO_DEVICE = "No saved device ID. Set the OP_DEVICE environment variable and try again: `export OP_DEVICE=xxxxxxxx`"
NOT_FOUND = "(404) Not Found: The requested resource was not found."
CONFLICT = "(409) Conflict: Internal server conflict"
FIREWALL = (
    "(403) Forbidden (Firewall Rule): The IP address of your SCIM bridge was blocked by a 1Password firewall rule."
)
TOO_MANY = "(429) Too Many Requests: You've reached the maximum number of this type of requests."
FORBIDDEN = "(403) Forbidden: You don't have permission to perform this action."
UNAUTHORIZED = "(401) Unauthorized: The email, Secret Key or account password is incorrect."
VAGUE = "(400) Bad Request: The structure of request was invalid."
HOSTED = "User and group management with 1Password CLI isn't supported because automated provisioning is turned on."

# recorded texts first: facts/onepassword.md §3a
TABLE = [
    (GET, '"No One" isn\'t a user in this account. Specify the user with their UUID, email address, or name.',
     MissingInTarget, "The person is not in"),
    (GROUP, '"None" isn\'t a group in this account. Specify the group with its UUID or name.',
     MissingInTarget, "The group is not in"),
    (GET, NOT_FOUND, MissingInTarget, "The person is not in"),
    (GRANT, NOT_FOUND, MissingInTarget, "The group or the person is not in"),
    (LIST, NOT_FOUND, Unknown, "does not know"),
    (PROVISION, NOT_FOUND, Unknown, "does not know"),
    (GET, "account is not signed in", SessionExpired, "session"),
    (GET, NOT_SIGNED_IN, SessionExpired, "session"),
    (GET, SESSION_EXPIRED, SessionExpired, "session"),
    (GET, UNAUTHORIZED, SessionExpired, "session"),
    (GET, "Your session has expired. Sign in again.", SessionExpired, "session"),
    (GET, "session token expired", SessionExpired, "session"),
    (GET, "(401) Unauthorized: You aren't authorized to perform this action.", SessionExpired, "session"),
    (SIGNIN, UNAUTHORIZED, SignInRefused, "Secret Key"),
    (ADD, UNAUTHORIZED, SignInRefused, "Secret Key"),
    (ADD, NO_DEVICE, SignInRefused, "sign in"),
    (ADD, "Enter your six-digit authentication code: EOF", SignInRefused, "second factor"),
    (ADD, SESSION_EXPIRED, SignInRefused, "sign in"),
    (ADD, NOT_FOUND, SignInRefused, "address"),
    (SIGNIN, "no account found for filter bridge", AccountUnknown, "session"),
    (SIGNIN, "No accounts configured for use with 1Password CLI.", AccountUnknown, "session"),
    (ADD, FIREWALL, Barred, "firewall rule"),
    (GET, FIREWALL, Barred, "Security, Firewall"),
    (SUSPEND, HOSTED, SwitchedOff, "automated provisioning"),
    (PROVISION, f"(403) Forbidden: {HOSTED}", SwitchedOff, "automated provisioning"),
    (PROVISION, "(403) Forbidden: Provisioning with 1Password CLI isn't turned on for this account.",
     SwitchedOff, "settings/provisioning/cli"),
    (PROVISION, FORBIDDEN, DeniedByTarget, "Provision Managers"),
    (SUSPEND, FORBIDDEN, DeniedByTarget, "Suspend People"),
    (Command.of(["user", "edit", "--name=x", "--", "y"]), FORBIDDEN, DeniedByTarget, "Manage People"),
    (GRANT, FORBIDDEN, DeniedByTarget, "Manage All Groups"),
    (LIST, FORBIDDEN, DeniedByTarget, "View Administrative Sidebar"),
    (SUSPEND, "You don't have the required permission to do this.", DeniedByTarget, "Suspend People"),
    (SUSPEND, "You aren't authorized to perform this action.", DeniedByTarget, "Suspend People"),
    (GET, "user not found", MissingInTarget, "The person is not in"),
    (GROUP, "no such group: g", MissingInTarget, "The group is not in"),
    (LIST, "user not found", Unknown, "does not know"),
    (GET, "config file for this user not found", Unknown, "does not know"),
    (GET, "open config: permission denied", Unknown, "does not know"),
    (GRANT, CONFLICT, TryAgain, "another change"),
    (ADD, CONFLICT, TryAgain, "another change"),
    (LIST, TOO_MANY, TooManyCalls, "no more calls"),
    (LIST, "too many requests", TooManyCalls, "no more calls"),
    (LIST, "(500) Internal Server Error", TryAgain, "trouble"),
    (LIST, "(503) Service Unavailable", TryAgain, "trouble"),
    (ADD, "(502) Bad Gateway", TryAgain, "trouble"),
    (LIST, 'Get "https://a.1password.com": dial tcp: lookup a.1password.com: no such host', TryAgain, "network"),
    (PROVISION, "(400) Bad Request: Resource Invalid", RefusedByTarget, r"'elsewhere\.example'"),
    (PROVISION, "Resource Invalid", RefusedByTarget, "allowed domains"),
    (PROVISION, VAGUE, RefusedByTarget, "invalid"),
    (SUSPEND, VAGUE, RefusedByTarget, "invalid"),
    (GRANT, '"bjensen@example.com" is already a member of "Guides".', AlreadySo, "already"),
    (SUSPEND, '"bjensen@example.com" is already suspended.', Unknown, "does not know"),
    (GET, "unknown flag: --format", Unknown, "does not know"),
    (GET, "", Unknown, "does not know"),
]  # fmt: skip


def said(text: str, code: int = 1) -> Answer:
    return Answer(code, b"", f"[ERROR] 2026/02/20 10:52:58 {text}\n".encode())


@pytest.mark.parametrize(("command", "text", "kind", "sentence"), TABLE)
def test_an_error_is_understood_as(command: Command, text: str, kind: type[TargetError], sentence: str):
    error = error_in(said(text), command)

    assert type(error) is kind
    with pytest.raises(kind, match=sentence):
        raise error


def test_an_error_is_one_whatever_the_exit_status():
    assert type(error_in(said(NOT_FOUND, 0), GET)) is MissingInTarget


@pytest.mark.parametrize("code", [1, 4, 127, -9])
def test_an_exit_status_alone_says_no_more_than_that_it_failed(code: int):
    assert type(error_in(Answer(code, b"[]", b"anything"), GET)) is Unknown


@pytest.mark.parametrize(
    "stderr", [b"", b"A new version is available.\n", b"[WARNING] 2026/02/20 10:52:58 (404) gone\n"]
)
def test_what_is_no_error_is_a_success(stderr: bytes):
    assert error_in(Answer(0, b"[]", stderr), GET) is None


def test_of_several_errors_the_one_about_everybody_counts():
    both = Answer(1, b"", said(NOT_FOUND).stderr + said(FIREWALL).stderr)

    assert type(error_in(both, GET)) is Barred


@pytest.mark.parametrize(
    "name",
    ["(404) Not Found", "(403) Forbidden", "(404)", "session expired", "firewall rule", "[ERROR] (404)",
     'x" isn\'t a user in this account', "already a member"],
)  # fmt: skip
def test_a_name_does_not_decide_what_an_error_is_taken_for(name: str):
    command = Command.of(["user", "edit", f"--name={name}", "--", "BARBARAAAAAAAAAAAAAAAAAAAA"])

    quoted = [error_in(said(f"cannot rename {name} to that"), command), error_in(said(f'cannot use "{name}"'), command)]

    assert [type(error) for error in quoted] == [Unknown, Unknown]


def test_a_vendors_text_reaches_nobody_but_the_operator(caplog: pytest.LogCaptureFixture):
    text = "(500) panic at gateway-7.internal"

    error = error_in(said(text), LIST)

    assert "panic" not in str(error)
    assert [getattr(record, "said", "") for record in caplog.records] == [text]


def test_the_operator_reads_no_address_no_name_and_no_secret(caplog: pytest.LogCaptureFixture):
    command = Command.of(["user", "edit", "--name=Barbara Jensen", "--", "BARBARAAAAAAAAAAAAAAAAAAAA"])
    secret = "A3-ASWWYB-798JRY-LJVD4-23DC2-86TVM-H43EB"
    text = f'{secret} ops_eyJhbGciOi bjensen@example.com "Mandy" Barbara Jensen {TOKEN}'

    error_in(said(f"\x1b[31m{text}\x00 odd"), command)

    shown = caplog.records[0].said
    assert shown.endswith("odd")
    assert [bad for bad in ("A3-", "ops_", "@", "Mandy", "Jensen", "kBk", "\x1b", "\x00") if bad in shown] == []


def test_the_operator_reads_the_command_and_what_it_was_taken_for(caplog: pytest.LogCaptureFixture):
    error_in(said("odd"), SUSPEND)

    (record,) = caplog.records
    assert (record.name, record.message, record.levelno) == ("scim.op", "op.failed", logging.WARNING)
    assert (record.command, record.exit_status, record.answer) == ("user suspend", 1, "Unknown")


def test_megabytes_of_nonsense_are_an_unknown_answer_and_a_short_line(caplog: pytest.LogCaptureFixture):
    error = error_in(Answer(1, b"", bytes(range(256)) * 250), GET)

    assert type(error) is Unknown
    assert len(caplog.records[0].said) <= op_errors.LONGEST_SAID


def test_every_answer_is_one_of_the_five():
    kinds = {kind for _, _, kind, _ in TABLE}

    assert all(
        issubclass(kind, MissingInTarget | DeniedByTarget | RefusedByTarget | TargetUnavailable) for kind in kinds
    )


def test_a_command_is_its_words_and_its_values():
    command = Command.of(["group", "create", "--format=json", "--description=mark=1", "--raw", "--", "--name=x"])

    assert command == Command(("group", "create"), ("json", "mark=1", "--name=x"))
