"""What was scripted to go wrong, and how it shows in an answer."""

import marshal

from tests.op import answers
from tests.op.answers import Answer, Refusal
from tests.op.arguments import COMMANDS
from tests.op.world import Entry, World

# name → text, exit code; with these names a fault is an error of that kind
ERRORS = {
    "400": (answers.BAD_REQUEST, 1),
    "401": (answers.UNAUTHORIZED, 1),
    "403": (answers.FORBIDDEN, 1),
    "404": (answers.NOT_FOUND, answers.NOT_FOUND_CODE),
    "409": (answers.CONFLICT, 1),
    "429": (answers.TOO_MANY, 1),
    "500": (answers.SERVER_ERROR, 1),
    "expired": (answers.SESSION_EXPIRED, 1),
    "firewall": (answers.FIREWALL, 1),
    "signed-out": (answers.NOT_SIGNED_IN, 1),
}
KINDS = ("error", "hang", "slow", "half", "silent", "huge", "garbage", "killed", "expire", *ERRORS)
GARBAGE = bytes(range(256)) * 4 + b"\xff\xfe\x00[ERROR] \x1b[31m\r\n\xed\xa0\x80"


class Hung(Exception):
    """The call never answers. Raised only where there is no process that could hang."""


def add(world: World, kind: str, command: str = "*", times: int = 1, **options: object) -> None:
    """See README.md for the kinds and their options."""
    if kind not in KINDS:
        raise ValueError(kind)
    world.state["faults"].append({"kind": kind, "command": command, "times": times, **options})
    world.changed = True


def take(world: World, command: str) -> Entry | None:
    """The fault that this call runs into, used up by one."""
    faults: list[Entry] = world.state["faults"]
    for fault in faults:
        if not _meant(fault["command"], command):
            continue
        world.changed = True
        if fault.get("skip", 0) > 0:
            fault["skip"] -= 1
            continue
        fault["times"] -= 1
        if fault["times"] <= 0:
            faults.remove(fault)
        return fault
    return None


def _meant(pattern: str, command: str) -> bool:
    if pattern in ("read", "write"):
        return command in COMMANDS and COMMANDS[command].writes == (pattern == "write")
    return pattern in ("*", command) or (pattern.endswith(" *") and command.startswith(pattern[:-1]))


def comes_first(fault: Entry | None) -> bool:
    """Whether it strikes before the effect, so that there is none."""
    return bool(fault) and not fault.get("after_effect", fault["kind"] in ("half", "huge", "silent", "expire"))


def shown(world: World, fault: Entry, answer: Answer) -> Answer:
    """What is seen of a call that would have answered `answer`."""
    kind = fault["kind"]
    if kind in ERRORS or kind == "error":
        text, code = ERRORS.get(kind, (answers.SERVER_ERROR, 1))
        return error(world, str(fault.get("text", text)), int(fault.get("code", code)))
    if kind == "half":
        return Answer(answer.code, answer.stdout[: int(len(answer.stdout) * fault.get("keep", 0.5))], answer.stderr)
    if kind == "huge":
        stuffing = b"x" * fault.get("size", 8_000_000)
        if fault.get("stream") == "stderr":
            return Answer(answer.code, answer.stdout, answer.stderr + stuffing)
        return Answer(answer.code, answer.stdout + stuffing, answer.stderr)
    if kind == "garbage":
        if fault.get("stream") == "stdout":
            return Answer(fault.get("code", 0), GARBAGE, answer.stderr)
        return Answer(fault.get("code", 1), b"", GARBAGE)
    if kind == "killed":
        return Answer(-9)
    return answer


def error(world: World, text: str, code: int, usage: str = "") -> Answer:
    stamp = world.timestamp().replace("-", "/").replace("T", " ").rstrip("Z")
    return Answer(code, b"", f"[ERROR] {stamp} {text}\n{usage}".encode("utf-8", "replace"))


def refused(world: World, refusal: Refusal) -> Answer:
    vague = world.account["vague"] if not (refusal.recorded or refusal.usage) else ""
    return error(world, vague or refusal.text, refusal.code, refusal.usage)


def snapshot(world: World) -> bytes:
    return marshal.dumps(world.state)


def restore(world: World, snapshot: bytes) -> None:
    """As if nothing had happened."""
    world.reset(marshal.loads(snapshot))
