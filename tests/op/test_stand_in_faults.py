"""What was scripted to go wrong does, once, and where it should."""

import pytest

from scim.targets.op_process import TooSlow
from tests.op import faults
from tests.op.in_process import in_process

INVITE = ("user", "provision", "--email=bjensen@example.com", "--name=Barbara Jensen", "--format=json")
TOO_MANY = (
    "(429) Too Many Requests: You've reached the maximum number of this type of requests this service account is "
    "allowed to make. Please retry in 58 minutes or try other requests."
)
RECORDED = {
    "404": (4, "(404) Not Found: The requested resource was not found."),
    "409": (1, "(409) Conflict: Internal server conflict"),
    "429": (1, TOO_MANY),
    "expired": (1, "session expired, sign in to create a new session"),
}


def invited(desk) -> bool:
    return desk.account.person("bjensen@example.com") is not None


@pytest.mark.parametrize("kind", faults.ERRORS)
def test_an_error_has_no_effect_and_comes_once(desk, kind):
    desk.account.fault(kind, "user provision")

    failed = desk.error(*INVITE)
    before = invited(desk)
    again = desk.op(*INVITE)

    assert failed == RECORDED.get(kind, failed)
    assert (failed[0] > 0, before, again.code) == (True, False, 0)


@pytest.mark.parametrize("kind", ["error", "500", "garbage", "killed"])
def test_a_failure_after_the_effect_hides_it(desk, kind):
    desk.account.fault(kind, "user provision", after_effect=True)

    answer = desk.op(*INVITE)

    assert answer.code != 0
    assert answer.stdout == b""
    assert invited(desk)


def test_an_error_may_have_any_text_and_any_exit_code(desk):
    desk.account.fault("error", text="something nobody recorded", code=0)

    assert desk.error(*INVITE) == (0, "something nobody recorded")
    assert not invited(desk)


def test_half_of_an_answer_has_its_whole_effect(desk):
    desk.account.fault("half", "user provision", keep=0.4)

    answer = desk.op(*INVITE)

    assert answer.code == 0
    assert answer.stdout.startswith(b"{")
    assert b"}" not in answer.stdout
    assert invited(desk)


def test_a_success_may_have_had_no_effect(desk):
    desk.account.fault("silent", "user provision")

    answer = desk.op(*INVITE)

    assert (answer.code, b"TRANSFER_PENDING" in answer.stdout) == (0, True)
    assert not invited(desk)
    assert desk.account.mails() == {}
    assert desk.op(*INVITE).code == 0


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_an_answer_may_be_huge(desk, stream):
    desk.account.fault("huge", "user list", size=3_000_000, stream=stream)

    assert len(getattr(desk.op("user", "list"), stream)) >= 3_000_000


def test_garbage_is_no_text(desk):
    desk.account.fault("garbage", "user list")

    with pytest.raises(UnicodeDecodeError):
        desk.op("user", "list").stderr.decode()


def test_a_session_may_end_under_a_call(desk):
    desk.account.fault("expire", "user provision")

    failed = desk.error(*INVITE)
    still = desk.error(*INVITE)
    desk.sign_in()

    assert failed == still == RECORDED["expired"]
    assert desk.op(*INVITE).code == 0


@pytest.mark.parametrize("after_effect", [False, True])
def test_a_hang_in_memory_is_over_at_once(desk, after_effect):
    desk.account.fault("hang", "user provision", after_effect=after_effect)

    with pytest.raises(TooSlow):
        in_process(desk.account)(["op", *INVITE], desk.env, b"", 1.0)

    assert invited(desk) is after_effect


def test_a_fault_waits_for_its_command_and_for_its_turn(desk):
    desk.account.fault("500", "user get", skip=1, times=2)

    codes = [desk.op("user", "get", "--me").code for _ in range(4)]

    assert codes == [0, 1, 1, 0]


@pytest.mark.parametrize(
    ("pattern", "hit"),
    [
        ("*", {"user list", "group create", "whoami"}),
        ("user *", {"user list"}),
        ("write", {"group create"}),
        ("read", {"user list", "whoami"}),
        ("group create", {"group create"}),
    ],
)
def test_a_fault_names_one_command_or_many(desk, pattern, hit):
    desk.account.fault("500", pattern, times=10)

    lines = {"user list": (), "group create": ("Guides",), "whoami": ()}
    assert {name for name, args in lines.items() if desk.op(*name.split(), *args).code} == hit


def test_a_sign_in_may_fail(desk):
    desk.account.fault("401", "signin")

    assert desk.error("signin", "--raw")[1].startswith("(401)")


def test_a_fault_of_an_unknown_kind_is_refused(desk):
    with pytest.raises(ValueError, match="explode"):
        desk.account.fault("explode")


def test_a_minute_has_its_limit(desk, clock):
    desk.account.set_account(limit=3)

    codes = [desk.op("whoami").code for _ in range(4)]
    limited = desk.error("whoami")
    clock.at += 61

    assert (codes, limited) == ([0, 0, 0, 1], RECORDED["429"])
    assert desk.op("whoami").code == 0


def test_healing_ends_every_fault(desk):
    desk.account.fault("500", times=1000)
    desk.account.set_account(firewall=True, limit=1)

    desk.account.heal()

    assert [desk.op("user", "list").code for _ in range(3)] == [0, 0, 0]
