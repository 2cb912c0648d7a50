"""The account in memory in the place of the process that the bridge would start."""

from collections.abc import Mapping, Sequence

from scim.targets.op_process import Answer, Run, TooSlow
from tests import canaries
from tests.op.account import InMemory
from tests.op.faults import Hung


def in_process(account: InMemory) -> Run:
    """What `Op(run=…)` takes; a hang is over at once, as if the deadline had come."""

    def run(argv: Sequence[str], env: Mapping[str, str], stdin: bytes, seconds: float) -> Answer:
        canaries.look_into_call(argv, env)
        try:
            answer = account.run(list(argv[1:]), dict(env), stdin)
        except Hung as error:
            raise TooSlow(f"As scripted, no answer within {seconds} s.") from error
        return Answer(answer.code, answer.stdout, answer.stderr)

    return run
