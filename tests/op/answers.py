"""What a call prints: JSON indented as Go indents it, columns for people, errors on stderr."""

try:  # `json` alone takes as long to load as everything else here
    from _json import encode_basestring
except ImportError:  # another Python
    from json.encoder import encode_basestring

NOT_FOUND_CODE = 4

# ── recorded texts (facts/onepassword.md §3a; zcutlip/pyonepassword#137; community.general#7321) ───────────

NOT_SIGNED_IN = "You are not currently signed in. Please run `op signin --help` for instructions"
WHOAMI_NOT_SIGNED_IN = "account is not signed in"
SESSION_EXPIRED = "session expired, sign in to create a new session"
NO_DEVICE = "No saved device ID. Set the OP_DEVICE environment variable and try again: `export OP_DEVICE={device}`"
BAD_REQUEST = "(400) Bad Request: The structure of request was invalid."
NOT_FOUND = "(404) Not Found: The requested resource was not found."
CONFLICT = "(409) Conflict: Internal server conflict"
FIREWALL = (
    "(403) Forbidden (Firewall Rule): The IP address of your SCIM bridge was blocked by a 1Password firewall rule."
)
TOO_MANY = (
    "(429) Too Many Requests: You've reached the maximum number of this type of requests this service account is "
    "allowed to make. Please retry in 58 minutes or try other requests."
)
# only "(403) Forbidden" and "Resource Invalid" are recorded of these
FORBIDDEN = "(403) Forbidden: You don't have permission to perform this action."
BAD_DOMAIN = "(400) Bad Request: Resource Invalid"
# not recorded
UNAUTHORIZED = "(401) Unauthorized: The email, Secret Key or account password is incorrect."
SERVER_ERROR = "(500) Internal Server Error: Something went wrong on our end."


class Answer:
    """How a call ended: exit code (negative: the signal), stdout and stderr as bytes."""

    __slots__ = ("code", "stderr", "stdout")

    def __init__(self, code: int = 0, stdout: bytes = b"", stderr: bytes = b"") -> None:
        self.code = code
        self.stdout = stdout
        self.stderr = stderr

    def __repr__(self) -> str:
        return f"Answer({self.code}, {self.stdout[:200]!r}, {self.stderr[:200]!r})"


class Refusal(Exception):
    """The call ends in an error. `recorded`: the text is known from the real thing, so it is never made vague."""

    def __init__(self, text: str, code: int = 1, *, recorded: bool = False, usage: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.code = code
        self.recorded = recorded
        self.usage = usage


def as_json(value: object) -> bytes:
    return (_dump(value, "\n") + "\n").encode("utf-8", "replace")


def _dump(value: object, line: str) -> str:
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, dict):
        deeper = line + "  "
        inside = [f"{encode_basestring(key)}: {_dump(each, deeper)}" for key, each in value.items()]
        return f"{{{deeper}{f',{deeper}'.join(inside)}{line}}}" if inside else "{}"
    if isinstance(value, (list, tuple)):
        deeper = line + "  "
        inside = [_dump(each, deeper) for each in value]
        return f"[{deeper}{f',{deeper}'.join(inside)}{line}]" if inside else "[]"
    return {True: "true", False: "false", None: "null"}.get(value) or str(value)


def as_table(rows: list[dict[str, str]], columns: tuple[str, ...]) -> bytes:
    """Columns under upper-case heads, as `op user list` prints them."""
    cells = [[column.upper() for column in columns], *([str(row.get(c, "")) for c in columns] for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(columns))]
    lines = ["    ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")


def as_card(value: dict[str, object]) -> bytes:
    """One `Name: value` to a line, as `op user get` prints them."""
    lines = [f"{key.replace('_', ' ').capitalize() + ':':<16}{each}" for key, each in value.items()]
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")
