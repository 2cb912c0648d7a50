"""Each verb runs into each fault: answered in time by one of the five errors, nothing is done twice, nothing stays."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from scim.records import MissingInTarget, TargetError, TargetUnavailable
from scim.targets.onepassword import OnePasswordTarget
from scim.targets.op import Op
from tests.op.account import InMemory, People, StandIn
from tests.op.in_process import in_process
from tests.targets.conftest import LeftBehind
from tests.targets.op_doubles import Clock, opened, secrets


@dataclass
class Scene:
    """An account with Mandy, who accepted, and a group of hers; `target` is signed in."""

    account: People
    target: OnePasswordTarget
    mandy: str = ""
    group: str = ""

    def __post_init__(self) -> None:
        self.mandy = str(self.account.add_person("mandy@example.com", "Mandy", "TRANSFER_ACCEPTED")["id"])
        self.group = self.target.create_group("Guides", "mark").id
        self.target.grant(self.group, self.mandy)
        self.target.protected()


VERBS: dict[str, tuple[str, Callable[[OnePasswordTarget, Scene], object]]] = {
    "user": ("user get", lambda it, at: it.user(at.mandy)),
    "find_user": ("user list", lambda it, at: it.find_user("mandy@example.com")),
    "users": ("user list", lambda it, at: it.users()),
    "invite": ("user provision", lambda it, at: it.invite("bjensen@example.com", "Barbara Jensen")),
    "confirm": ("user confirm", lambda it, at: it.confirm(at.mandy)),
    "rename": ("user edit", lambda it, at: it.rename(at.mandy, "Amanda")),
    "suspend": ("user suspend", lambda it, at: it.suspend(at.mandy)),
    "reactivate": ("user reactivate", lambda it, at: it.reactivate(at.mandy)),
    "group": ("group get", lambda it, at: it.group(at.group)),
    "groups": ("group list", lambda it, at: it.groups()),
    "create_group": ("group create", lambda it, at: it.create_group("Pilots", "another mark")),
    "rename_group": ("group edit", lambda it, at: it.rename_group(at.group, "Tour Guides")),
    "delete_group": ("group delete", lambda it, at: it.delete_group(at.group)),
    "members": ("group user list", lambda it, at: it.members(at.group)),
    "grant": ("group user grant", lambda it, at: it.grant(at.group, at.mandy)),
    "revoke": ("group user revoke", lambda it, at: it.revoke(at.group, at.mandy)),
    "protected": ("group user list", lambda it, at: it.protected()),
}
FAULTS = (
    "hang", "half", "killed", "garbage", "huge", "error",
    "400", "401", "403", "404", "409", "429", "500", "expired", "signed-out", "firewall", "expire",
)  # fmt: skip
READS = {"user", "find_user", "users", "group", "groups", "members", "protected"}
CREATES = {"invite", "create_group"}
NO_EFFECT = ("401", "expired", "signed-out")
"""Who is told so was not let in: there is no such answer after an effect."""


def state(at: Scene) -> object:
    """What the verbs are about, without times."""
    world = at.account.world()
    return [
        sorted((each["email"], each["name"], each["state"], *each["groups"]) for each in world["people"]),
        sorted((each["name"], each["description"], *each["members"]) for each in world["groups"]),
    ]


def attempt(at: Scene, verb: str) -> Exception | None:
    try:
        VERBS[verb][1](at.target, at)
    except TargetError as error:
        return error
    return None


def undisturbed(verb: str) -> object:
    clock = Clock()
    account = InMemory()
    at = Scene(account, OnePasswordTarget(opened(in_process(account), clock), clock))
    assert attempt(at, verb) is None
    return state(at)


@pytest.mark.parametrize("after_effect", [False, True])
@pytest.mark.parametrize("times", [1, 99])
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("verb", VERBS)
def test_after_the_fault_the_verb_ends_where_it_should_have(verb: str, fault: str, times: int, after_effect: bool):
    after_effect = after_effect and fault not in NO_EFFECT
    clock = Clock()
    account = InMemory()
    at = Scene(account, OnePasswordTarget(opened(in_process(account), clock), clock))
    account.fault(fault, VERBS[verb][0], times=times, after_effect=after_effect)
    began = clock.now

    attempt(at, verb)
    took = clock.now - began
    account.heal()
    clock.now += 61  # so that nothing refused or seen a moment ago counts
    again = attempt(at, verb)

    assert took <= 20
    assert again is None or (verb == "confirm" and after_effect)
    assert state(at) == undisturbed(verb)
    assert all(count == 1 for count in account.mails().values())


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault != "404"])
@pytest.mark.parametrize("verb", sorted(READS))
def test_a_read_that_fails_says_so_and_never_that_there_is_nothing(verb: str, fault: str):
    clock = Clock()
    account = InMemory()
    at = Scene(account, OnePasswordTarget(opened(in_process(account), clock), clock))
    account.fault(fault, VERBS[verb][0], times=99)

    error = attempt(at, verb)

    assert isinstance(error, TargetError)
    assert not isinstance(error, MissingInTarget)


@pytest.mark.parametrize("verb", sorted(CREATES))
@pytest.mark.parametrize("fault", FAULTS)
def test_a_creation_is_sent_at_most_once_for_each_time_it_is_asked_for(verb: str, fault: str):
    clock = Clock()
    account = InMemory()
    at = Scene(account, OnePasswordTarget(opened(in_process(account), clock), clock))
    before = account.counts().get(VERBS[verb][0], 0)
    account.fault(fault, VERBS[verb][0], times=99)

    attempt(at, verb)

    assert account.counts()[VERBS[verb][0]] - before <= 1 + (fault in (*NO_EFFECT, "expire"))


# ── with processes ────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Scene]:
    account = StandIn(tmp_path)
    op = Op(str(account.path), secrets(), 1e9)
    yield Scene(account, OnePasswordTarget(op))
    op.close()


@pytest.mark.parametrize("verb", VERBS)
def test_what_hangs_is_ended_in_time_and_leaves_nobody_behind(at: Scene, verb: str, left_behind: LeftBehind):
    at.account.fault("hang", VERBS[verb][0], times=99)
    bounded = Scene.__new__(Scene)
    bounded.account, bounded.mandy, bounded.group = at.account, at.mandy, at.group
    began = time.monotonic()
    bounded.target = at.target.until(time.time() + 1.0)

    error = attempt(bounded, verb)

    assert isinstance(error, TargetUnavailable)
    assert time.monotonic() - began < 3
    assert left_behind() == set()


@pytest.mark.parametrize("fault", ["killed", "huge", "half", "garbage"])
def test_what_ends_badly_leaves_nobody_behind(at: Scene, fault: str, left_behind: LeftBehind):
    for verb, (command, _) in VERBS.items():
        at.account.fault(fault, command)
        attempt(at, verb)

    assert left_behind() == set()


def test_a_tool_that_is_missing_is_unavailable(tmp_path: Path):
    target = OnePasswordTarget(Op(str(tmp_path / "op"), secrets(), 1e9))

    with pytest.raises(TargetUnavailable, match="OP_PATH"):
        target.users()
