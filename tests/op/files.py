"""The world in a file: one call at a time holds it, and a reader never sees half of one."""

# pathlib takes as long to load as everything else here
# ruff: noqa: PTH103, PTH104, PTH116, PTH123

import fcntl
import os

from tests.op.answers import Refusal
from tests.op.world import Entry, World

try:  # `json` alone takes as long to load as everything else here
    from _json import encode_basestring_ascii, make_encoder, make_scanner
except ImportError:  # another Python
    make_scanner = None


def load(path: str) -> World:
    """World of the file, or a new one if there is none."""
    try:
        with open(path, encoding="utf-8") as file:
            return World(from_json(file.read()), configs=Directories())
    except FileNotFoundError:
        return World(configs=Directories())


def save(path: str, world: World) -> None:
    write(path, to_json(world.state))
    world.changed = False


class Held:
    """The world of the file under its lock; saved on leaving if it changed, also when an error leaves."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __enter__(self) -> World:
        self._lock = open(f"{self._path}.lock", "a", encoding="utf-8")
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        self._world = load(self._path)
        return self._world

    def __exit__(self, *_: object) -> None:
        try:
            if self._world.changed:
                save(self._path, self._world)
        finally:
            self._lock.close()


class Directories:
    """Config directories as `op` keeps them: a file `config` that nobody else may read."""

    def load(self, directory: str) -> Entry | None:
        try:
            mode = os.stat(directory).st_mode
            if mode & 0o077:  # the real one refuses too; the text is not recorded
                text = f"We can't safely access {directory!r} because its permissions are too broad: should be 0700"
                raise Refusal(f"{text}, is {mode & 0o777:04o}")
            with open(f"{directory}/config", encoding="utf-8") as file:
                return from_json(file.read())
        except (FileNotFoundError, NotADirectoryError):
            return None

    def save(self, directory: str, config: Entry) -> None:
        try:
            os.makedirs(directory, 0o700, exist_ok=True)
            write(f"{directory}/config", to_json(config))
        except OSError as error:
            raise Refusal(f"can't write config: {error.strerror}: {directory}") from error


def write(path: str, text: str) -> None:
    """All of it or nothing; nobody else may read it."""
    beside = f"{path}.{os.getpid()}.new"
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    os.rename(beside, path)


def append(path: str, entry: Entry) -> None:
    """One line, whole, whoever else writes."""
    line = to_json(entry).encode() + b"\n"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(descriptor, line)
    finally:
        os.close(descriptor)


def lines(path: str) -> list[Entry]:
    try:
        with open(path, encoding="utf-8") as file:
            return [from_json(line) for line in file]
    except FileNotFoundError:
        return []


def to_json(value: Entry) -> str:
    if make_scanner is None:
        return _json().dumps(value)
    encode = make_encoder(None, _unknown, encode_basestring_ascii, None, ":", ",", False, False, True)
    return "".join(encode(value, 0))


def from_json(text: str) -> Entry:
    if make_scanner is None:
        return _json().loads(text)
    return make_scanner(_Scanning)(text, 0)[0]


class _Scanning:
    """What the C scanner asks of its decoder."""

    strict = False
    object_hook = None
    object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = float
    memo: Entry = {}  # noqa: RUF012


def _unknown(value: object) -> object:
    raise TypeError(value)


def _json() -> object:
    import json  # noqa: PLC0415 - see above

    return json
