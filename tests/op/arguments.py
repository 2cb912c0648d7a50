"""A command line read as cobra and pflag read it: which command, which flags, which arguments."""

from tests.op.answers import Refusal

SWITCH = "switch"
TEXT = "text"

GLOBALS = {
    "account": TEXT, "cache": SWITCH, "config": TEXT, "debug": SWITCH, "encoding": TEXT, "format": TEXT,
    "help": SWITCH, "iso-timestamps": SWITCH, "no-color": SWITCH, "session": TEXT, "version": SWITCH,
}  # fmt: skip
SHORT = {"h": "help", "v": "version", "f": "force"}
MANY = 1_000_000


class Command:
    """What a command takes. `writes`: it changes the account. `reads_stdin`: it asks for a password."""

    __slots__ = ("flags", "most", "name", "needs", "reads_stdin", "required", "writes")

    def __init__(
        self, name: str, least: int = 0, most: int = 0, flags: dict[str, str] | None = None, *,
        required: tuple[str, ...] = (), writes: bool = False, reads_stdin: bool = False,
    ) -> None:  # fmt: skip
        self.name = name
        self.needs = least
        self.most = most
        self.flags = flags or {}
        self.required = required
        self.writes = writes
        self.reads_stdin = reads_stdin


_EDGE = {"group": TEXT, "user": TEXT}
_SIGN_IN = {"raw": SWITCH, "force": SWITCH}
COMMANDS = {
    command.name: command
    for command in (
        Command(
            "account add",
            flags={
                "address": TEXT,
                "email": TEXT,
                "shorthand": TEXT,
                "secret-key": TEXT,
                "signin": SWITCH,
                "raw": SWITCH,
            },
            reads_stdin=True,
        ),
        Command("account list"),
        Command("account get"),
        Command("account forget", 0, 1, {"all": SWITCH}),
        Command("signin", flags=_SIGN_IN, reads_stdin=True),
        Command("signout", flags={"all": SWITCH, "forget": SWITCH}),
        Command("whoami"),
        Command(
            "user provision",
            flags={"email": TEXT, "name": TEXT, "language": TEXT},
            required=("email", "name"),
            writes=True,
        ),
        Command("user confirm", 0, 1, {"all": SWITCH}, writes=True),
        Command("user list", flags={"group": TEXT, "vault": TEXT}),
        Command("user get", 0, 1, {"me": SWITCH, "fingerprint": SWITCH, "public-key": SWITCH}),
        Command("user edit", 1, 1, {"name": TEXT, "travel-mode": TEXT}, writes=True),
        Command("user suspend", 1, 1, {"deauthorize-devices-after": TEXT}, writes=True),
        Command("user reactivate", 1, 1, writes=True),
        Command("user delete", 1, 1, writes=True),
        Command("user recovery begin", 1, MANY, writes=True),
        Command("group create", 1, 1, {"description": TEXT}, writes=True),
        Command("group edit", 1, 1, {"name": TEXT, "description": TEXT}, writes=True),
        Command("group delete", 1, 1, writes=True),
        Command("group get", 1, 1),
        Command("group list", flags={"user": TEXT, "vault": TEXT}),
        Command("group user grant", flags={**_EDGE, "role": TEXT}, required=("group", "user"), writes=True),
        Command("group user revoke", flags=_EDGE, required=("group", "user"), writes=True),
        Command("group user list", 1, 1),
    )
}
_PREFIXES = {" ".join(words[:n]) for name in COMMANDS for words in [name.split()] for n in range(1, len(words) + 1)}


class Call:
    """One command line, understood. `command` is empty if none was named."""

    __slots__ = ("arguments", "command", "flags")

    def __init__(self, command: str, flags: dict[str, str], arguments: list[str]) -> None:
        self.command = command
        self.flags = flags
        self.arguments = arguments


def named(argv: list[str]) -> str:
    """The command that the line names, as far as it names one: `user list`."""
    return _find(argv)[0]


def parse(argv: list[str]) -> Call:
    """Refusal with a usage text if the line is not one that `op` takes."""
    name, rest = _find(argv)
    command = COMMANDS.get(name)
    known = {**GLOBALS, **(command.flags if command else {})}
    try:
        flags, arguments = _split(rest, known)
        if command is None:
            return _without_command(name, flags, arguments)
        _count(command, flags, arguments)
    except Refusal as refusal:
        refusal.usage = _usage(name, command)
        raise
    return Call(name, flags, arguments)


def _find(argv: list[str]) -> tuple[str, list[str]]:
    """Cobra looks for the words of a command between the flags; what it does not know as a word ends the search."""
    words: list[str] = []
    rest: list[str] = []
    i = 0
    while i < len(argv):
        arg = argv[i]
        if arg == "--":
            break
        if arg.startswith("-") and arg != "-":
            rest.append(arg)
            i += 1
            takes_next = arg.startswith("--") and "=" not in arg and not _is_switch(arg[2:])
            if takes_next and i < len(argv):
                rest.append(argv[i])
                i += 1
            continue
        if " ".join([*words, arg]) not in _PREFIXES:
            break
        words.append(arg)
        i += 1
    return " ".join(words), rest + argv[i:]


def _is_switch(name: str) -> bool:
    return GLOBALS.get(name) == SWITCH or any(command.flags.get(name) == SWITCH for command in COMMANDS.values())


def _split(rest: list[str], known: dict[str, str]) -> tuple[dict[str, str], list[str]]:
    flags: dict[str, str] = {}
    arguments: list[str] = []
    left = iter(rest)
    for arg in left:
        if arg == "--":
            arguments.extend(left)
        elif arg.startswith("--"):
            name, given, value = arg[2:].partition("=")
            if name not in known:
                raise Refusal(f"unknown flag: --{name}", recorded=True)
            flags[name] = value if given else _value(name, known[name], left)
        elif arg.startswith("-") and arg != "-":
            for letter in arg[1:]:
                if SHORT.get(letter) not in known:
                    raise Refusal(f"unknown shorthand flag: {letter!r} in {arg}")
                flags[SHORT[letter]] = "true"
        else:
            arguments.append(arg)
    return flags, arguments


def _value(name: str, kind: str, left: object) -> str:
    if kind == SWITCH:
        return "true"
    value = next(left, None)  # type: ignore[call-overload]
    if value is None:
        raise Refusal(f"flag needs an argument: --{name}")
    return value


def _without_command(name: str, flags: dict[str, str], arguments: list[str]) -> Call:
    if arguments:
        raise Refusal(f'unknown command "{arguments[0]}" for "{f"op {name}".strip()}"')
    return Call("" if "version" in flags else f"{name} help".strip(), flags, arguments)


def _count(command: Command, flags: dict[str, str], arguments: list[str]) -> None:
    count = len(arguments)
    if count > command.most:
        plural = "" if command.most == 1 else "s"
        text = f"expected at most {command.most} argument{plural} but got {count} instead"
        raise Refusal(text, recorded=True)
    if count < command.needs and flags.get("help") != "true":
        plural = "" if command.needs == 1 else "s"
        raise Refusal(f"expected at least {command.needs} argument{plural} but got {count} instead")
    missing = [f'"{name}"' for name in command.required if name not in flags]
    if missing and flags.get("help") != "true":
        raise Refusal(f"required flag(s) {', '.join(missing)} not set")


def _usage(name: str, command: Command | None) -> str:
    lines = [f"Usage:  op {name} [flags]".replace("  [", " ["), "", "Flags:"]
    lines += [f"      --{flag}" for flag in (command.flags if command else ())]
    return "\n".join([*lines, "", "Global Flags:", *(f"      --{flag}" for flag in GLOBALS)]) + "\n"
