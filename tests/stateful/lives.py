"""A life on each account, and how many of them are tried."""

from hypothesis import HealthCheck, Phase, settings

from tests.stateful.machine import Life

STEPS = 30


class EmbeddedLife(Life):
    account = "embedded"


class OnePasswordLife(Life):
    account = "onepassword"


LIVES: dict[str, type[Life]] = {"embedded": EmbeddedLife, "onepassword": OnePasswordLife}


def few() -> settings:
    """The same ones each time, so that a suite does not fail for what nobody changed. What fails is not made shorter,
    which takes minutes: `python -m tests.stateful` does that.
    """
    return settings(_LIVES_ANYWAY, max_examples=40, derandomize=True, phases=(Phase.generate,))


def many(examples: int) -> settings:
    return settings(_LIVES_ANYWAY, max_examples=examples, report_multiple_bugs=False)


_LIVES_ANYWAY = settings(
    stateful_step_count=STEPS, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
