"""What `op` says when it fails, read in this one place and said again in sentences of ours.

Its texts are no interface and quote what it was given, so nothing of them reaches a client: the operator finds them,
without names, addresses and secrets, in the log. A text nobody has recorded is `TargetUnavailable`, since a guess could
take a person for gone.

TargetUnavailable
├── TryAgain              asking once more may help: parallel writes, the service or the network is in trouble
│   └── TooManyCalls      but not at once, and this goes for every call
├── SessionExpired        signing in anew helps
│   ├── AccountUnknown    but not in this configuration directory, which does not know the account
│   └── NoSession         signing in succeeded and gave none
├── SignInRefused         somebody has to look at the credentials
├── Barred                somebody has to change a setting of the account
└── Unknown               `op` said what nobody has recorded
DeniedByTarget
└── SwitchedOff           not to this member alone: the account does not let `op` do it
RefusedByTarget
├── AlreadySo             what is asked for is there already
└── Unspeakable           `op` was not even asked
"""

import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scim.records import DeniedByTarget, MissingInTarget, RefusedByTarget, TargetError, TargetUnavailable
from scim.targets.op_process import Answer

log = logging.getLogger("scim.op")


class TryAgain(TargetUnavailable): ...


class TooManyCalls(TryAgain): ...


class SessionExpired(TargetUnavailable): ...


class AccountUnknown(SessionExpired): ...


class NoSession(SessionExpired): ...


class SignInRefused(TargetUnavailable): ...


class Barred(TargetUnavailable): ...


class Unknown(TargetUnavailable): ...


class SwitchedOff(DeniedByTarget): ...


class AlreadySo(RefusedByTarget): ...


class Unspeakable(RefusedByTarget): ...


@dataclass(frozen=True, slots=True)
class Command:
    """What `op` is asked: `words` name the command, `values` are what it is given."""

    words: tuple[str, ...]
    values: tuple[str, ...]

    @classmethod
    def of(cls, args: Sequence[str]) -> "Command":
        """Of arguments in the forms used here: words, then `--flag=value` or `--flag`, then `--` and values."""
        words = tuple(args[: next((n for n, each in enumerate(args) if each.startswith("-")), len(args))])
        rest = list(args[len(words) :])
        end = rest.index("--") if "--" in rest else len(rest)
        flags = (each.partition("=")[2] for each in rest[:end])
        return cls(words, tuple(value for value in (*flags, *rest[end + 1 :]) if value))

    @property
    def name(self) -> str:
        return " ".join(self.words)

    @property
    def signs_in(self) -> bool:
        return self.words in {("account", "add"), ("signin",)}


def error_in(answer: Answer, command: Command) -> TargetError | None:
    """None if the answer is a success: exit status 0 and no line `[ERROR] …`. Tells the operator's log otherwise."""
    text = answer.stderr.decode(errors="replace")
    said = [line.group(1) for line in _ERROR_LINE.finditer(text)]
    if answer.code == 0 and not said:
        return None
    plain = _without(" ".join(said) or text, command.values)
    error = _understood(plain, command)
    facts = {"command": command.name, "exit_status": answer.code, "answer": type(error).__name__, "said": masked(plain)}
    log.warning("op.failed", extra=facts)
    return error


_ERROR_LINE = re.compile(r"^\[ERROR\] (?:\d{4}/\d\d/\d\d \d\d:\d\d:\d\d )?(.*)$", re.MULTILINE)
_STATUS = re.compile(r"\(([45]\d\d)\)")


def _without(text: str, values: Sequence[str]) -> str:
    """A name of somebody's choosing never decides what a text is taken for; `(404)` is the shortest that could."""
    for value in sorted({value for value in values if len(value) >= 5}, key=len, reverse=True):
        text = text.replace(value, "…")
    return re.sub(r"\"[^\"\n]*\"", '"…"', text)


def _understood(text: str, command: Command) -> TargetError:
    status = _STATUS.search(text)
    code = status.group(1) if status else ""
    tables = _BY_TEXT if code else (*_BY_TEXT, *_WITHOUT_STATUS)
    by_text = (answer for pattern, answer in tables if pattern.search(text))
    by_status = _BY_STATUS.get("5xx" if code.startswith("5") else code, _unknown)
    error = next(by_text, by_status)(command)
    if command.signs_in and not isinstance(error, (TryAgain, AccountUnknown, Barred)):
        return _sign_in_refused(command)
    return error


# ── sentences ─────────────────────────────────────────────────────────────────────────────────────────────

_PROVISION_MANAGERS = (
    "membership of its group Provision Managers (turn on CLI provisioning and add the bridge's member)"
)
_SUSPEND = "the permission Suspend People"
_MANAGE_GROUPS = "the permission Manage All Groups"
PERMISSIONS = {
    "user provision": _PROVISION_MANAGERS,
    "user confirm": _PROVISION_MANAGERS,
    "user suspend": _SUSPEND,
    "user reactivate": _SUSPEND,
    "user edit": "the permission Manage People",
    "group create": _MANAGE_GROUPS,
    "group edit": _MANAGE_GROUPS,
    "group delete": _MANAGE_GROUPS,
    "group user grant": _MANAGE_GROUPS,
    "group user revoke": _MANAGE_GROUPS,
}
_SEES = "the permission View Administrative Sidebar"
_NAMES_NOTHING = {"user list", "user provision", "group list", "group create", "whoami"}


def _denied(command: Command) -> TargetError:
    needed = PERMISSIONS.get(command.name, _SEES)
    return DeniedByTarget(f"1Password does not let the bridge's member do this: it needs {needed}.")


def _missing(command: Command) -> TargetError:
    if command.name in _NAMES_NOTHING:
        return _unknown(command)
    if command.words[:2] == ("group", "user") and len(command.values) > 1:
        return MissingInTarget("The group or the person is not in the 1Password account.")
    thing = "group" if command.words[:1] == ("group",) else "person"
    return MissingInTarget(f"The {thing} is not in the 1Password account.")


def _invalid(command: Command) -> TargetError:
    return RefusedByTarget(f"1Password refuses this as invalid ({command.name}): check the name and the address.")


def _invalid_domain(command: Command) -> TargetError:
    if command.name != "user provision":
        return _invalid(command)
    address = next((value for value in command.values if "@" in value), "")
    return RefusedByTarget(
        f"1Password refuses the invitation: the account does not allow the e-mail domain "
        f"{address.rpartition('@')[2]!r}. Add it to the account's allowed domains, or use another address."
    )


def _sign_in_refused(_: Command) -> TargetError:
    return SignInRefused(
        "The bridge cannot sign in to 1Password: check the sign-in address, e-mail address, Secret Key and password in "
        "its session secret, and that its member is active and uses neither single sign-on nor a second factor."
    )


def _unknown(_: Command) -> TargetError:
    return Unknown("1Password gave an answer the bridge does not know. The bridge's log has it.")


def _fixed(kind: type[TargetError], sentence: str) -> Callable[[Command], TargetError]:
    return lambda _: kind(sentence)


_EXPIRED = _fixed(SessionExpired, "The bridge's session with 1Password has ended and could not be renewed.")
_CONFLICT = _fixed(TryAgain, "1Password was busy with another change; the bridge tries again.")
_TOO_MANY = _fixed(TooManyCalls, "1Password takes no more calls for a while; the bridge tries again.")
_IN_TROUBLE = _fixed(TryAgain, "1Password has trouble just now; the bridge tries again.")
_BY_STATUS: dict[str, Callable[[Command], TargetError]] = {
    "400": _invalid,
    "401": _EXPIRED,
    "403": _denied,
    "404": _missing,
    "409": _CONFLICT,
    "422": _invalid,
    "429": _TOO_MANY,
    "5xx": _IN_TROUBLE,
}
_BY_TEXT: tuple[tuple[re.Pattern[str], Callable[[Command], TargetError]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), answer)
    for pattern, answer in (
        (
            "firewall rule",
            _fixed(
                Barred,
                "A firewall rule of the 1Password account blocks the bridge: allow the address it calls from "
                "(Security, Firewall), and give it a fixed one if it has none.",
            ),
        ),
        (
            "hosted provisioning|automated provisioning|management with 1password cli (?:isn't|is not) supported",
            _fixed(
                SwitchedOff,
                "The 1Password account uses automated provisioning of its own, which cannot be combined with this "
                "bridge: deactivate it (Integrations, Automated User Provisioning), or do without the bridge.",
            ),
        ),
        (
            "cli provisioning|provisioning .{0,40}(?:isn't|is not) (?:enabled|turned on)",
            _fixed(
                SwitchedOff,
                "CLI provisioning is off in the 1Password account: an owner or administrator turns it on at "
                "https://start.1password.com/settings/provisioning/cli and adds the bridge's member to Provision "
                "Managers.",
            ),
        ),
        (r"too many requests|rate limit", _TOO_MANY),
        ("no account found for filter|no accounts configured", _fixed(AccountUnknown, str(_EXPIRED(Command((), ()))))),
        (
            r"session (?:token |has |is )*expired|not (?:currently )?signed in|invalid session|authentication required",
            _EXPIRED,
        ),
        ("no saved device id", _sign_in_refused),
        (
            r"dial tcp|no such host|connection (?:refused|reset)|i/o timeout|tls handshake|network is unreachable",
            _fixed(TryAgain, "1Password cannot be reached over the network; the bridge tries again."),
        ),
        ("already (?:a member|exists|been (?:invited|provisioned))", _fixed(AlreadySo, "1Password has this already.")),
        (r"isn't a (?:user|group) in this account", _missing),
        ("resource invalid", _invalid_domain),
    )
)
_WITHOUT_STATUS: tuple[tuple[re.Pattern[str], Callable[[Command], TargetError]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), answer)
    for pattern, answer in (
        (r"^no such (?:user|group)\b|^(?:the )?(?:user|group|person) (?:\S+ )?(?:was )?not found\b", _missing),
        (r"^forbidden\b|\byou (?:aren't|are not) (?:allowed|authorized|permitted) to\b", _denied),
        (r"\b(?:don't|do not|doesn't|does not) have (?:the )?(?:\w+ )?permissions?\b", _denied),
    )
)
"""Not recorded, but plain: 1Password's own scripts look for "not found". A status counts for more."""

# ── for the operator ──────────────────────────────────────────────────────────────────────────────────────

LONGEST_SAID = 200
_PRIVATE = re.compile(
    r"\S+@\S+"  # an address
    r"|\bA3-[A-Z0-9-]+"  # a Secret Key
    r"|\bops_\S+"
    r"|[A-Za-z0-9+/=_-]{32,}",  # tokens; ids have 26
)


def masked(text: str) -> str:
    """On one line, without control characters, addresses and secrets, and not long."""
    printable = "".join(character if character.isprintable() else " " for character in text[: 10 * LONGEST_SAID])
    return _PRIVATE.sub("********", " ".join(printable.split()))[:LONGEST_SAID]
