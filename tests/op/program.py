"""The executable's inside: the world under its lock, the log of calls, and what only a process can do: hang and die."""

# pathlib takes as long to load as everything else here
# ruff: noqa: PTH100, PTH118, PTH120

import _signal  # `signal` loads `enum` and `re`
import os
import sys
import time

from tests.op import faults, files
from tests.op.answers import CONFLICT, Answer
from tests.op.arguments import COMMANDS, named
from tests.op.running import answer
from tests.op.world import Entry, World

WORLD = "STAND_IN_WORLD"
LONGEST_HANG = 300.0  # seconds: nothing that a test forgot lives longer


def main(world_path: str = "") -> None:
    beside = os.path.join(os.path.dirname(os.path.abspath(sys.argv[0])), "world.json")
    path = world_path or os.environ.get(WORLD) or beside
    ended = run(path, sys.argv[1:], dict(os.environ))
    for descriptor, text in ((1, ended.stdout), (2, ended.stderr)):
        _write(descriptor, text)
    os._exit(ended.code)  # nothing is left to tidy, and it is faster


def run(path: str, argv: list[str], env: dict[str, str]) -> Answer:
    command = named(argv)
    started = {"pid": os.getpid(), "at": time.time(), "argv": argv, "command": command, **_shown(env)}
    files.append(f"{path}.calls", started)
    stdin = _stdin(command, argv)
    with files.Held(path) as world:
        fault = faults.take(world, command)
        waits = fault and fault["kind"] in ("hang", "slow", "killed") and faults.comes_first(fault)
        busy = not waits and _enter_writing(world, command)
        ended = None if waits or busy else answer(world, argv, env, stdin, fault)
    if waits:
        _wait(path, fault)
    if busy:
        time.sleep(busy)
    if ended is None:
        with files.Held(path) as world:
            ended = _leave_writing(world) if busy else None
            ended = ended or answer(world, argv, env, stdin, fault)
    if fault and not waits:
        _wait(path, fault)
    files.append(
        f"{path}.calls", {"pid": started["pid"], "ended": time.time(), "code": ended.code, "stdin": len(stdin)}
    )
    return ended


def _shown(env: dict[str, str]) -> Entry:
    """What belongs to `op` in full, of the rest the names."""
    return {
        "env": {name: value for name, value in env.items() if name.startswith("OP_")},
        "others": sorted(name for name in env if not name.startswith("OP_")),
    }


def _stdin(command: str, argv: list[str]) -> bytes:
    """A password's line, or everything if ids come that way; else what is there stays there, as with the real one."""
    if "-" in argv:
        return sys.stdin.buffer.read()
    if command in COMMANDS and COMMANDS[command].reads_stdin and "--help" not in argv:
        return sys.stdin.buffer.readline() if sys.stdin else b""
    return b""


def _wait(path: str, fault: Entry) -> None:
    if fault["kind"] == "killed":
        os.kill(os.getpid(), _signal.SIGKILL)
    if fault["kind"] == "slow":
        time.sleep(fault.get("seconds", 1.0))
    if fault["kind"] == "hang":
        if fault.get("child", True):
            _leave_child(path)
        if fault.get("stubborn", True):
            _signal.signal(_signal.SIGTERM, _signal.SIG_IGN)
        time.sleep(LONGEST_HANG)


def _leave_child(path: str) -> None:
    """A process of the same group that keeps stdout open: it survives unless the whole group is ended."""
    parent = os.getpid()
    child = os.fork()
    if child:
        files.append(f"{path}.calls", {"pid": parent, "child": child})
        return
    _signal.signal(_signal.SIGTERM, _signal.SIG_IGN)
    time.sleep(LONGEST_HANG)
    os._exit(0)


def _enter_writing(world: World, command: str) -> float:
    """Seconds for which this write is under way for others to see; 0 if writes take no time."""
    seconds = world.account["write_seconds"] if command in COMMANDS and COMMANDS[command].writes else 0.0
    if seconds:
        writing: Entry = world.state["writing"]
        others = [pid for pid in writing if _alive(int(pid))]
        world.state["writing"] = {pid: writing[pid] for pid in others} | {str(os.getpid()): bool(others)}
        world.changed = True
    return seconds


def _leave_writing(world: World) -> Answer | None:
    """The conflict, if somebody else was writing when this call came."""
    world.changed = True
    if world.state["writing"].pop(str(os.getpid()), False):
        return faults.error(world, CONFLICT, 1)
    return None


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _write(descriptor: int, text: bytes) -> None:
    try:
        while text:
            text = text[os.write(descriptor, text) :]
    except BrokenPipeError:
        os._exit(1)
