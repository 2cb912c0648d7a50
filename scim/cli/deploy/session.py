"""The bridge's member at 1Password: its five values asked without echo, tried with the real `op`, and never written to
a file of this machine.
"""

import base64
import json
import os
import re
import secrets as randomness
import sys
from pathlib import Path

from scim.cli.console import Problem
from scim.cli.deploy.choices import OnePassword
from scim.cli.deploy.screen import Check, Screen
from scim.records import Finding, Secret, SecretMissing, SecretsUnavailable, TargetError
from scim.settings import Settings
from scim.targets.onepassword import OnePasswordTarget
from scim.targets.op import Op
from scim.targets.op_session import SECRET, Credentials

ADDRESS = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
SECRET_KEY = re.compile(r"A\d-[A-Z0-9]{6}-[A-Z0-9]{6}(-[A-Z0-9]{5}){4}")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
GUIDE = "docs/1password.md says how to make the member and what it may do."


def asked(screen: Screen, known: OnePassword, device: str = "") -> Secret:
    """The session as JSON. `known` is offered again; a `device` that is kept is no new one to 1Password."""
    address = screen.ask("Sign-in address", known.address, _address)
    email = screen.ask("E-mail address of the bridge's member", known.email, _email)
    secret_key = screen.ask_secret("Its Secret Key", _secret_key)
    password = screen.ask_secret("Its account password", _line)
    return session(_host(address), email, secret_key, password, device or new_device())


def session(address: str, email: str, secret_key: str, password: str, device: str) -> Secret:
    fields = {"address": address, "email": email, "secret_key": secret_key, "password": password, "device": device}
    return Secret(json.dumps(fields))


def from_file(name: str, device: str = "") -> Secret:
    """The JSON of docs/1password.md from a file, or `-` for standard input. `device`: if it names none; else a new one
    is made. Problem.
    """
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text()
        given = json.loads(text)
    except (OSError, UnicodeDecodeError) as cause:
        raise Problem(f"The session file {name} cannot be read.") from cause
    except ValueError:
        raise Problem(f"The session file {name} is not JSON. {GUIDE}") from None  # no cause: it carries the text
    if isinstance(given, dict):
        given.setdefault("device", device or new_device())
    return checked(Secret(json.dumps(given)))


def checked(value: Secret) -> Secret:
    """Problem unless all five values are there."""
    try:
        Credentials.parse(value)
    except TargetError as problem:
        raise Problem(str(problem)) from None
    return value


def public_part(value: Secret) -> OnePassword:
    """What is no secret of it, to be offered again."""
    credentials = Credentials.parse(value)
    return OnePassword(address=str(credentials.address), email=str(credentials.email))


def device_of(value: Secret) -> str:
    return str(Credentials.parse(value).device)


def new_device() -> str:
    """26 letters and digits, as `op` makes them."""
    return base64.b32encode(randomness.token_bytes(17)).decode().lower()[:26]


def preflight(program: Path, value: Secret) -> list[Check]:
    """What `op` says, signed in with it: whether the bridge can do its work in the account."""
    settings = Settings.from_environment(_pace_only())
    op = Op(str(program), _Given(value), settings.target_calls_per_second)
    try:
        return [_check(finding) for finding in OnePasswordTarget(op).preflight()]
    finally:
        op.close()


def is_refused(checks: list[Check]) -> bool:
    """Whether the five values do not sign in, so that asking for them again may help."""
    return not any(check.subject == "sign-in" and check.state == "ok" for check in checks)


def _pace_only() -> dict[str, str]:
    name = "TARGET_CALLS_PER_SECOND"
    return {name: os.environ[name]} if os.environ.get(name) else {}


def _check(finding: Finding) -> Check:
    return Check(finding.subject, finding.state, finding.detail)


class _Given:
    """`ports.Secrets` of one value that is in memory only."""

    def __init__(self, value: Secret) -> None:
        self._value = value

    def get(self, name: str) -> Secret:
        if name != SECRET:
            raise SecretMissing(f"There is no secret {name!r} here.")
        return self._value

    def add_version(self, name: str, value: str) -> None:  # noqa: ARG002 - the port's
        raise SecretsUnavailable(f"The secret {name!r} is only tried here, not stored.")


# ── what an answer has to look like ───────────────────────────────────────────────────────────────────────


def _host(address: str) -> str:
    return address.strip().lower().removeprefix("https://").split("/")[0]


def _address(given: str) -> str:
    return "" if ADDRESS.fullmatch(_host(given)) else "It looks like example.1password.com."


def _email(given: str) -> str:
    return "" if EMAIL.fullmatch(given) else "It looks like scim-bridge@example.com."


def _secret_key(given: str) -> str:
    shape = "It begins with A3- and has seven parts"
    return "" if SECRET_KEY.fullmatch(given) else f"{shape}; it is in the member's Emergency Kit."


def _line(given: str) -> str:
    return "" if given.isprintable() else "A password is one line of printable characters."
