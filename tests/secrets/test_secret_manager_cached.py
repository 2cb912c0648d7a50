"""What is served from memory, how long, and how often the source is asked."""

import threading
from collections.abc import Callable

import pytest

from scim.records import Secret, SecretMissing, SecretsUnavailable
from scim.secrets.cached import (
    AHEAD_SECONDS,
    FRESH_SECONDS,
    RETRY_SECONDS,
    STALE_SECONDS,
    CachedSecrets,
    SecretWithheld,
)
from tests.bridge import Clock
from tests.tokens.fakes import CountedSecrets

AWAY = SecretsUnavailable("no answer")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def source() -> CountedSecrets:
    return CountedSecrets({"tokens": Secret("one")})


@pytest.fixture
def secrets(source: CountedSecrets, clock: Clock) -> CachedSecrets:
    return CachedSecrets(source, clock)


def test_nothing_is_read_before_it_is_asked_for(secrets: CachedSecrets, source: CountedSecrets):
    assert source.reads == 0


def test_a_thousand_readings_in_a_minute_cost_two_at_most(secrets: CachedSecrets, source: CountedSecrets, clock: Clock):
    for _ in range(1000):
        secrets.get("tokens")
        clock.advance(FRESH_SECONDS / 1000)

    assert source.reads == 2


def test_a_new_value_is_served_within_a_minute(secrets: CachedSecrets, source: CountedSecrets, clock: Clock):
    secrets.get("tokens")
    source.values["tokens"] = Secret("two")

    clock.advance(FRESH_SECONDS)

    assert secrets.get("tokens") == "two"


def test_this_process_reads_what_it_wrote(secrets: CachedSecrets):
    secrets.get("tokens")
    secrets.add_version("tokens", "two")

    assert secrets.get("tokens") == "two"


def test_a_write_whose_answer_was_lost_is_read_again(secrets: CachedSecrets, source: CountedSecrets):
    secrets.get("tokens")

    def write(name: str, value: str) -> None:
        source.values[name] = Secret(value)
        raise AWAY

    source.add_version = write
    with pytest.raises(SecretsUnavailable):
        secrets.add_version("tokens", "two")

    assert secrets.get("tokens") == "two"


def test_names_do_not_share(secrets: CachedSecrets, source: CountedSecrets):
    source.values["session"] = Secret("other")

    assert (secrets.get("tokens"), secrets.get("session")) == ("one", "other")


# ── while the source is away ──────────────────────────────────────────────────────────────────────────────


def test_the_last_value_serves_an_hour_of_silence(secrets: CachedSecrets, source: CountedSecrets, clock: Clock):
    secrets.get("tokens")
    source.failure = AWAY

    clock.advance(STALE_SECONDS - 10)

    assert secrets.get("tokens") == "one"


def test_it_does_not_serve_longer(secrets: CachedSecrets, source: CountedSecrets, clock: Clock):
    secrets.get("tokens")
    source.failure = AWAY

    clock.advance(STALE_SECONDS + 1)

    with pytest.raises(SecretsUnavailable, match="no answer"):
        secrets.get("tokens")


def test_silence_is_asked_again_every_ten_seconds(secrets: CachedSecrets, source: CountedSecrets, clock: Clock):
    secrets.get("tokens")
    source.failure = AWAY
    clock.advance(FRESH_SECONDS)
    before = source.reads

    for _ in range(1000):
        secrets.get("tokens")
        clock.advance(0.1)  # and as much again, a millisecond at each look

    assert source.reads - before <= 1000 * 0.105 / RETRY_SECONDS + 2


def test_an_hour_without_an_answer_is_not_forgotten_by_trying(
    secrets: CachedSecrets, source: CountedSecrets, clock: Clock
):
    secrets.get("tokens")
    source.failure = AWAY

    for _ in range(400):
        clock.advance(RETRY_SECONDS)
        try:
            last = secrets.get("tokens")
        except SecretsUnavailable:
            last = None

    assert last is None


def test_what_was_never_read_is_unavailable_in_silence(secrets: CachedSecrets, source: CountedSecrets):
    source.failure = AWAY

    for _ in range(100):
        with pytest.raises(SecretsUnavailable):
            secrets.get("tokens")

    assert source.reads == 1


def test_a_source_that_is_back_is_believed_again(secrets: CachedSecrets, source: CountedSecrets, clock: Clock):
    secrets.get("tokens")
    source.failure = AWAY
    clock.advance(FRESH_SECONDS)
    secrets.get("tokens")
    source.failure, source.values["tokens"] = None, Secret("two")

    clock.advance(RETRY_SECONDS)

    assert secrets.get("tokens") == "two"


# ── when the answer is no ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("no", [SecretMissing("disabled"), SecretWithheld("denied")])
def test_a_no_ends_what_was_served_within_a_minute(
    secrets: CachedSecrets, source: CountedSecrets, clock: Clock, no: Exception
):
    secrets.get("tokens")
    source.failure = no

    clock.advance(FRESH_SECONDS)

    with pytest.raises(type(no), match=str(no)):
        secrets.get("tokens")


@pytest.mark.parametrize("no", [SecretMissing("disabled"), SecretWithheld("denied")])
def test_silence_after_a_no_revives_nothing(
    secrets: CachedSecrets, source: CountedSecrets, clock: Clock, no: Exception
):
    secrets.get("tokens")
    for failure in (no, AWAY):
        source.failure = failure
        clock.advance(FRESH_SECONDS)
        with pytest.raises((SecretMissing, SecretsUnavailable)):
            secrets.get("tokens")


def test_a_name_that_is_missing_costs_one_call_in_ten_seconds(secrets: CachedSecrets, source: CountedSecrets):
    for _ in range(1000):
        with pytest.raises(SecretMissing):
            secrets.get("nothing")

    assert source.reads == 1


def test_a_secret_that_is_made_is_found_ten_seconds_later(secrets: CachedSecrets, source: CountedSecrets, clock: Clock):
    with pytest.raises(SecretMissing):
        secrets.get("session")
    source.values["session"] = Secret("made")

    clock.advance(RETRY_SECONDS)

    assert secrets.get("session") == "made"


def test_an_exception_does_not_grow_by_being_raised_again(secrets: CachedSecrets):
    raised = []
    for _ in range(3):
        with pytest.raises(SecretMissing) as caught:
            secrets.get("nothing")
        raised.append(caught.value)

    assert len(set(map(id, raised))) == 3


# ── threads and clocks ────────────────────────────────────────────────────────────────────────────────────


class Slow:
    """A source whose next reading waits until it is let go."""

    def __init__(self) -> None:
        self.asked, self.go = threading.Event(), threading.Event()
        self.go.set()
        self.reads = 0

    def get(self, _name: str) -> Secret:
        self.reads += 1
        value = Secret(f"value {self.reads}")
        self.asked.set()
        assert self.go.wait(5)
        return value

    def add_version(self, name: str, value: str) -> None: ...


def in_thread(act: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=act)
    thread.start()
    return thread


def test_one_thread_reads_for_all(clock: Clock):
    source = Slow()
    secrets = CachedSecrets(source, clock)
    source.go.clear()

    threads = [in_thread(lambda: secrets.get("tokens")) for _ in range(8)]
    source.asked.wait(5)
    source.go.set()
    for thread in threads:
        thread.join(5)

    assert source.reads == 1


def test_nobody_waits_while_one_thread_reads_ahead(clock: Clock):
    source = Slow()
    secrets = CachedSecrets(source, clock)
    secrets.get("tokens")
    clock.advance(FRESH_SECONDS - AHEAD_SECONDS + 1)
    source.go.clear()
    source.asked.clear()

    reader = in_thread(lambda: secrets.get("tokens"))
    source.asked.wait(5)
    served = secrets.get("tokens")
    source.go.set()
    reader.join(5)

    assert (served, secrets.get("tokens")) == ("value 1", "value 2")


def test_after_a_minute_everybody_waits_for_the_answer(clock: Clock):
    source = Slow()
    secrets = CachedSecrets(source, clock)
    secrets.get("tokens")
    clock.advance(FRESH_SECONDS + 1)
    source.go.clear()
    source.asked.clear()
    served: list[str] = []

    threads = [in_thread(lambda: served.append(secrets.get("tokens"))) for _ in range(4)]
    source.asked.wait(5)
    source.go.set()
    for thread in threads:
        thread.join(5)

    assert served == ["value 2"] * 4


def test_a_clock_that_is_set_back_does_not_prolong(secrets: CachedSecrets, source: CountedSecrets, clock: Clock):
    secrets.get("tokens")
    source.values["tokens"] = Secret("two")

    clock.advance(-86_400)

    assert secrets.get("tokens") == "two"
