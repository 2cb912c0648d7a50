"""No name and no address, however hostile, becomes anything but the one value it was given as."""

import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scim.records import RefusedByTarget, TargetError
from scim.targets.onepassword import OnePasswordTarget
from scim.targets.op import Op
from scim.targets.op_process import Answer
from tests.op.account import StandIn
from tests.targets.op_doubles import TOKEN, opened, secrets

MANY = 100_000
SOME = 120
PIECES = (
    "-", "--", "=", " ", "\t", "\n", "\x00", "\x1b[31m", "'", '"', "`", "$(", ")", ";", "|", "&", "<", ">", "*", "?",
    "~", "\\", "/", "..", "%", "{", "}", "#", "@", "--email=", "--session=", "--account", "--format=", "-h", "--help",
    "op",
    "é", "ß", "\u0130", "\u202e", "\u200b", "\ufeff", "\U0001f511", "\ud800", "\udcff", "a", "Z", "0", "me", "null",
    "[ERROR]", "(404) Not Found", "user", "delete", "x" * 300,
)  # fmt: skip
HOSTILE = st.lists(st.sampled_from(PIECES) | st.characters(), max_size=12).map("".join)


def shapes(text: str, other: str) -> dict[str, list[str]]:
    """The arguments each call may have, and no others."""
    return {
        "invite": ["user", "provision", "--format=json", f"--email={text}", f"--name={other}"],
        "rename": ["user", "edit", f"--name={text}", "--", other],
        "suspend": ["user", "suspend", "--", text],
        "user": ["user", "get", "--format=json", "--", text],
        "create_group": ["group", "create", "--format=json", f"--description={other}", "--", text],
        "rename_group": ["group", "edit", f"--name={text}", "--", other],
        "members": ["group", "user", "list", "--format=json", "--", text],
        "grant": ["group", "user", "grant", f"--group={text}", f"--user={other}"],
    }


def call(target: OnePasswordTarget, verb: str, text: str, other: str) -> None:
    match verb:
        case "invite":
            target.invite(text, other)
        case "rename" | "rename_group":
            getattr(target, verb)(other, text)
        case "create_group" | "grant":
            getattr(target, verb)(text, other)
        case _:
            getattr(target, verb)(text)


class Recorder:
    """Answers every command with what it asks for, and keeps its arguments."""

    def __init__(self) -> None:
        self.argv: list[list[str]] = []

    def run(self, argv: Sequence[str], env: Mapping[str, str], stdin: bytes, seconds: float) -> Answer:
        self.argv.append(list(argv[1:]))
        someone = '{"id": "X", "name": "N", "email": "e@example.com", "type": "MEMBER", "state": "ACTIVE"}'
        match argv[1:3]:
            case ["account", "add"]:
                return Answer(0, TOKEN.encode())
            case ["whoami", _]:
                return Answer(0, b'{"user_uuid": "ME"}')
        return Answer(0, f"[{someone}]".encode() if "list" in argv else someone.encode())


def is_hostile(text: str) -> bool:
    return any(
        ord(character) < 32 or 127 <= ord(character) < 160 or 0xD800 <= ord(character) < 0xE000 for character in text
    )


def extra(argv: Sequence[Sequence[str]], verb: str, text: str, other: str) -> list[Sequence[str]]:
    """Command lines that are neither what was asked for nor a look of the bridge's own."""
    looks = (["user", "list", "--format=json"], ["group", "list", "--format=json"], ["whoami", "--format=json"])
    return [line for line in argv if line != shapes(text, other)[verb] and line not in looks]


@pytest.mark.slow
def test_a_hundred_thousand_names_and_addresses_add_no_argument() -> None:
    recorder, chance = Recorder(), random.Random(20260301)
    target = OnePasswordTarget(opened(recorder.run))
    target.members("warm")
    recorder.argv.clear()
    verbs = list(shapes("", ""))
    sent = refused = 0
    for n in range(MANY):
        text, other = ("".join(chance.choices(PIECES, k=chance.randint(1, 6))) for _ in range(2))
        verb = verbs[n % len(verbs)]
        try:
            call(target, verb, text, other)
            sent += 1
        except RefusedByTarget:
            refused += 1
        except TargetError:
            sent += 1
        assert extra(recorder.argv, verb, text, other) == []
        recorder.argv.clear()

    assert sent > MANY / 4
    assert refused > MANY / 4


@given(text=HOSTILE, other=HOSTILE, verb=st.sampled_from(sorted(shapes("", ""))))
@settings(max_examples=500, deadline=None)
def test_what_is_sent_is_sent_as_it_is_and_what_is_unspeakable_not_at_all(text: str, other: str, verb: str) -> None:
    recorder = Recorder()
    target = OnePasswordTarget(opened(recorder.run))
    try:
        call(target, verb, text, other)
    except TargetError as error:
        refused = isinstance(error, RefusedByTarget)
    else:
        refused = False

    said = (text,) if verb in ("suspend", "user", "members") else (text, other)
    signed_in = [line for line in recorder.argv if line[0] != "account"]
    assert refused is any(map(is_hostile, said))
    assert extra(signed_in, verb, text, other) == []


def test_through_a_process_they_add_no_argument_and_no_flag(tmp_path: Path) -> None:
    account, chance = StandIn(tmp_path), random.Random(20260302)
    target = OnePasswordTarget(Op(str(account.path), secrets(), 1e9))
    allowed: list[list[str]] = []
    verbs = list(shapes("", ""))
    for n in range(SOME):
        text, other = ("".join(chance.choices(PIECES, k=chance.randint(1, 4))) for _ in range(2))
        verb = verbs[n % len(verbs)]
        allowed.append(shapes(text, other)[verb])
        try:
            call(target, verb, text, other)
        except TargetError:
            continue

    lines = [line["argv"] for line in account.calls() if line["command"].split()[0] in ("user", "group")]
    looks = [line for line in lines if line[1:3] in (["list", "--format=json"], ["get", "--format=json"])]
    assert len(lines) > SOME / 4
    assert [
        line for line in lines if line not in allowed and line not in looks and line[:3] != ["group", "user", "list"]
    ] == []
    assert {len(line) for line in looks} <= {3, 5}
