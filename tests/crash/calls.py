"""Calls of `op` as crash points: before, during and after each of them."""

import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from scim.targets.op_process import Answer
from tests.crash.fuse import Fuse
from tests.op import files, running
from tests.op.arguments import named

INVITATION = "user provision"


class AnnouncedCalls:
    """`op_process.Run` that answers from the stand-in's world and announces each call. Only whoever dies during a call
    starts a process of `op` for it: one that is left behind, and goes on to its end.
    """

    def __init__(self, world: Path, fuse: Fuse) -> None:
        self._world, self._fuse = str(world), fuse

    def __call__(self, argv: Sequence[str], env: Mapping[str, str], stdin: bytes, seconds: float) -> Answer:
        command = named(list(argv[1:]))
        address = _address(argv) if command == INVITATION else ""
        self._fuse.announce(f"before op {command}", address)
        left = _leave(argv, env, stdin) if self._fuse.is_next() else ""
        self._fuse.announce(f"during op {command}", address, left)
        with files.Held(self._world) as world:
            answer = running.answer(world, list(argv[1:]), dict(env), stdin, None)
        self._fuse.announce(f"after op {command}", address)
        return Answer(answer.code, answer.stdout, answer.stderr)


def _address(argv: Sequence[str]) -> str:
    return next(each.partition("=")[2] for each in argv if each.startswith("--email="))


def _leave(argv: Sequence[str], env: Mapping[str, str], stdin: bytes) -> int:
    pipe = subprocess.PIPE
    process = subprocess.Popen(list(argv), env=dict(env), stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True)
    assert process.stdin
    process.stdin.write(stdin)
    process.stdin.close()
    return process.pid


def wait_for_left(world: Path, pid: str, seconds: float = 20.0) -> None:
    """Until the process that was left behind has had its effect."""
    ends = time.monotonic() + seconds
    while not any(str(line["pid"]) == pid and "ended" in line for line in files.lines(f"{world}.calls")):
        if time.monotonic() > ends:
            raise RuntimeError(f"The process {pid} of op did not end.")
        time.sleep(0.005)
