"""A real process for each thing that may be killed: forked, bounded in time, its answer handed back through a pipe."""

import os
import pickle
import select
import signal
import time
import traceback
from collections.abc import Callable
from typing import Any

LONGEST_SECONDS = 120.0


class Killed:
    """Stands for the answer of a process that died by the signal nothing can catch."""


def in_process(task: Callable[[], Any]) -> Any:
    """What the task returns in a child of its own, or Killed. RuntimeError with the child's traceback if it raises."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _answer(task, writer)
    os.close(writer)
    text = None
    try:
        text = _all_of(reader, time.monotonic() + LONGEST_SECONDS)
    finally:
        os.close(reader)
        if text is None:
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    if text is None:
        raise RuntimeError(f"A child did not end within {LONGEST_SECONDS:g} seconds.")
    if not text and os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return Killed
    return _unpacked(text)


def _answer(task: Callable[[], Any], writer: int) -> None:
    """Never returns: what the parent has to tidy up is not the child's."""
    try:
        text = pickle.dumps(task())
    except BaseException:
        text = pickle.dumps(RuntimeError(traceback.format_exc()))
    try:
        while text:
            text = text[os.write(writer, text) :]
    finally:
        os._exit(0)


def _all_of(reader: int, ends: float) -> bytes | None:
    """None if it does not end in time."""
    pieces: list[bytes] = []
    while select.select([reader], [], [], max(0.0, ends - time.monotonic()))[0]:
        piece = os.read(reader, 65536)
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)
    return None


def _unpacked(text: bytes) -> Any:
    if not text:
        raise RuntimeError("A child ended without an answer.")
    answer = pickle.loads(text)
    if isinstance(answer, RuntimeError):
        raise answer
    return answer
