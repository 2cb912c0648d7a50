"""One call of `op`: paced, in time, and its answer a success or one of the target's errors."""

import logging
from collections.abc import Mapping, Sequence

from scim.ports import Clock
from scim.records import TargetUnavailable
from scim.targets import op_errors
from scim.targets.op_errors import Command, TooManyCalls
from scim.targets.op_process import Answer, CannotStart, ProcessFailed, Run, TooSlow
from scim.targets.pace import Pace

log = logging.getLogger("scim.op")

CALL_SECONDS = 20.0
FIRST_REST_SECONDS = 2.0
LONGEST_REST_SECONDS = 60.0


class Calls:
    """Told that there were too many, everybody who calls through this keeps quiet for a while, longer each time."""

    def __init__(self, path: str, pace: Pace, clock: Clock, run: Run) -> None:
        self.path = path
        self.pace = pace
        self._clock = clock
        self._run = run
        self._rest = FIRST_REST_SECONDS

    def make(self, args: Sequence[str], env: Mapping[str, str], stdin: bytes, ends: float) -> Answer:
        """`ends`: seconds since the epoch. TargetError."""
        command = Command.of(args)
        if not self.pace.take(ends - self._clock()):
            raise TargetUnavailable("The bridge has to call 1Password more slowly than the time left allows.")
        answer = self._answer(command, [self.path, *args], env, stdin, ends)
        error = op_errors.error_in(answer, command)
        if isinstance(error, TooManyCalls):
            self.pace.rest(self._rest)
            self._rest = min(self._rest * 2, LONGEST_REST_SECONDS)
            raise error
        self._rest = FIRST_REST_SECONDS
        if error:
            raise error
        return answer

    def _answer(
        self, command: Command, argv: Sequence[str], env: Mapping[str, str], stdin: bytes, ends: float
    ) -> Answer:
        seconds = min(CALL_SECONDS, ends - self._clock())
        try:
            return self._run(argv, env, stdin, seconds)
        except ProcessFailed as failed:
            log.warning(
                "op.no_answer", extra={"command": command.name, "seconds": round(seconds, 1), "why": str(failed)}
            )
            raise TargetUnavailable(_sentence(failed)) from failed


def _sentence(failed: ProcessFailed) -> str:
    match failed:
        case CannotStart():
            return "The bridge has no 1Password command-line tool that it can start (setting OP_PATH)."
        case TooSlow():
            return "1Password did not answer in time."
        case _:
            return "1Password's answer was longer than any the bridge expects."
