"""The seam to `op`: what is repeated, what is not, how long it may take, and what comes of its answers."""

import threading
import time
from collections.abc import Mapping, Sequence

import pytest

from scim.records import DeniedByTarget, MissingInTarget, RefusedByTarget, TargetError, TargetUnavailable
from scim.targets.op import Op
from scim.targets.op_process import Answer, CannotStart, TooMuchOutput, TooSlow
from scim.targets.pace import Pace
from tests.op.account import InMemory
from tests.op.in_process import in_process
from tests.targets.op_doubles import Clock, Script, opened, secrets

BUSY = "(409) Conflict: Internal server conflict"
TROUBLE = "(503) Service Unavailable"


def test_a_read_is_json_and_says_so():
    script = Script().expect("user get --format=json -- X", '{"id": "X"}')

    assert opened(script.run).read("user", "get", "--", "X") == {"id": "X"}
    assert script.over()


@pytest.mark.parametrize("text", ["[]", "null", " [] \n"])
def test_an_empty_list_is_one_however_it_is_said(text: str):
    script = Script().expect("group user list --format=json -- g", text)

    assert opened(script.run).read_all("group", "user", "list", "--", "g") == []


def test_nothing_at_all_is_an_empty_list_only_if_it_is_said_twice():
    line = "group user list --format=json -- g"
    lost = Script().expect(line).expect(line, '[{"id": "X"}]')
    empty = Script().expect(line).expect(line, "\n")

    assert opened(lost.run).read_all("group", "user", "list", "--", "g") == [{"id": "X"}]
    assert opened(empty.run).read_all("group", "user", "list", "--", "g") == []


@pytest.mark.parametrize("text", ['[{"id": "X"}, {"id"', "{}", '"text"', "[1]", "[null]", "\x00", "\xff", "[" * 99_999])
def test_a_list_that_is_none_is_no_answer(text: str):
    script = Script().expect("user list --format=json", text)

    with pytest.raises(TargetUnavailable, match="cut short"):
        opened(script.run).read_all("user", "list")


@pytest.mark.parametrize("text", ["", "null", "[]", '{"id": ', "7"])
def test_an_object_that_is_none_is_no_answer(text: str):
    script = Script().expect("user get --format=json -- X", text)

    with pytest.raises(TargetUnavailable, match="cut short"):
        opened(script.run).read("user", "get", "--", "X")


# ── again, or not ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("trouble", [BUSY, TROUBLE, "dial tcp: i/o timeout"])
def test_what_may_be_repeated_is_repeated_while_1password_is_in_trouble(trouble: str):
    line = "user suspend -- X"
    script = Script().expect(line, said=trouble).expect(line, said=trouble).expect(line)
    clock = Clock()

    opened(script.run, clock).act("user", "suspend", "--", "X")

    assert script.over()
    assert len(clock.slept) == 2
    assert clock.slept[0] < clock.slept[1]


def test_repetitions_are_spread():
    def pause() -> float:
        clock = Clock()
        script = Script().expect("x", said=BUSY).expect("x")
        opened(script.run, clock).act("x")
        return clock.slept[0]

    assert len({pause() for _ in range(20)}) == 20


def test_a_creation_is_sent_once():
    script = Script().expect("group create --format=json -- Guides", said=BUSY)

    with pytest.raises(TargetUnavailable, match="another change"):
        opened(script.run).create("group", "create", "--", "Guides")

    assert script.over()


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("(403) Forbidden", DeniedByTarget),
        ("(404) Not Found", MissingInTarget),
        ("(400) Bad Request", RefusedByTarget),
        ("odd", TargetUnavailable),
    ],
)
def test_what_would_be_answered_the_same_is_not_repeated(said: str, kind: type[TargetError]):
    script = Script().expect("user suspend -- X", said=said)

    with pytest.raises(kind):
        opened(script.run).act("user", "suspend", "--", "X")

    assert script.over()


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        (TooSlow("slow"), "in time"),
        (TooMuchOutput("much"), "longer"),
        (CannotStart("nowhere/op cannot be started"), "OP_PATH"),
    ],
)
def test_no_answer_is_said_in_a_sentence_and_not_repeated(failure: Exception, sentence: str):
    script = Script().expect_failure("user list --format=json", failure)

    with pytest.raises(TargetUnavailable, match=sentence) as failed:
        opened(script.run).read_all("user", "list")

    assert "nowhere" not in str(failed.value)


def test_trouble_that_lasts_ends_within_the_time_of_a_call():
    clock = Clock()
    began = clock.now
    account = InMemory()
    account.fault("500", "user list", times=1000)

    with pytest.raises(TargetUnavailable, match="trouble"):
        opened(in_process(account), clock).read_all("user", "list")

    assert clock.now - began <= 20
    assert 3 <= account.counts()["user list"] <= 6


def test_after_too_many_calls_everybody_rests_longer_each_time():
    clock = Clock()
    pace = Pace(1e9, clock=clock, sleep=clock.sleep)
    account = InMemory()
    op = Op("op", secrets(), clock=clock, run=in_process(account), sleep=clock.sleep, pace=pace, environ={})
    op.read_all("user", "list")
    account.fault("429", "*", times=3)
    began = clock.now

    op.read_all("user", "list")

    assert clock.now - began >= 2 + 4 + 8


def test_a_rest_that_is_too_long_for_a_call_is_not_waited_for():
    clock = Clock()
    pace = Pace(1e9, clock=clock, sleep=clock.sleep)
    account = InMemory()
    op = Op("op", secrets(), clock=clock, run=in_process(account), sleep=clock.sleep, pace=pace, environ={})
    op.read_all("user", "list")
    account.fault("429", "*", times=99)
    with pytest.raises(TargetUnavailable):
        op.read_all("user", "list")
    made, slept = op.calls_made(), len(clock.slept)

    with pytest.raises(TargetUnavailable, match="slowly"):
        op.until(clock.now + 1).read_all("user", "list")

    assert (op.calls_made(), len(clock.slept)) == (made, slept)


# ── in time ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_process_gets_the_time_that_is_left():
    given: list[float] = []

    def run(argv: Sequence[str], env: Mapping[str, str], stdin: bytes, seconds: float) -> Answer:
        given.append(seconds)
        return Script().run(argv, env, stdin, seconds) if argv[1] == "account" else Answer(0, b"[]")

    clock = Clock()
    op = opened(run, clock)
    op.read_all("user", "list")
    op.until(clock.now + 3).read_all("user", "list")
    op.until(clock.now + 300).read_all("user", "list")
    op.until(clock.now + 3).until(clock.now + 300).read_all("user", "list")

    assert [round(seconds) for seconds in given] == [20, 20, 20, 3, 20, 3]


def test_when_time_is_over_nothing_is_started():
    account = InMemory()
    clock = Clock()

    with pytest.raises(TargetUnavailable):
        opened(in_process(account), clock).until(clock.now).read_all("user", "list")

    assert account.counts() == {}


def test_views_share_the_session_and_the_count():
    account = InMemory()
    clock = Clock()
    op = opened(in_process(account), clock)

    op.until(clock.now + 60).read_all("user", "list")
    op.until(clock.now + 60).read_all("user", "list")

    assert account.counts() == {"account add": 1, "account list": 1, "user list": 2}
    assert op.calls_made() == op.until(0).calls_made() == 4


def test_one_call_at_a_time():
    running: list[int] = []
    most: list[int] = []
    script = Script()

    def run(argv: Sequence[str], env: Mapping[str, str], stdin: bytes, seconds: float) -> Answer:
        running.append(1)
        most.append(len(running))
        time.sleep(0.002)
        running.pop()
        return script.run(argv, env, stdin, seconds) if argv[1] == "account" else Answer(0, b"[]")

    op = opened(run, time.time)
    threads = [threading.Thread(target=op.read_all, args=("user", "list")) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert max(most) == 1
    assert len(most) == 2 + 20  # two to sign in, once


def test_whoever_gets_no_turn_in_time_is_told_so():
    begun, end = threading.Event(), threading.Event()
    script = Script()

    def run(argv: Sequence[str], env: Mapping[str, str], stdin: bytes, seconds: float) -> Answer:
        if argv[1] == "account":
            return script.run(argv, env, stdin, seconds)
        begun.set()
        end.wait(10)
        return Answer(0, b"[]")

    op = opened(run, time.time)
    thread = threading.Thread(target=op.act, args=("x",))
    thread.start()
    begun.wait(10)

    with pytest.raises(TargetUnavailable, match="all the time"):
        op.until(time.time() + 0.05).act("x")

    end.set()
    thread.join()


# ── what goes in ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("value", ["nul\x00", "two\nlines", "\x7f", "\x85", "\ud800", "x" * 5000])
def test_what_no_argument_should_hold_is_refused_before_anything_starts(value: str):
    account = InMemory()
    op = opened(in_process(account))

    for call in (
        lambda: op.act("user", "edit", f"--name={value}", "--", "X"),
        lambda: op.create("group", "create", "--", value),
        lambda: op.read("user", "get", "--", value),
    ):
        with pytest.raises(RefusedByTarget):
            call()

    assert account.counts() == {}


def test_the_version_needs_no_session():
    account = InMemory()

    assert opened(in_process(account)).version().startswith("2.")
    assert account.counts() == {"": 1}
