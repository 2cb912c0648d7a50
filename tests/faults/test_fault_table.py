"""Each way `op` can fail by each thing the bridge asks of it: answered in time, the right answer, healed afterwards."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from scim.records import Backlog
from scim.stores.sqlite import SqliteStore
from scim.targets.pace import Pace
from tests.bridge import Bridge, Clock, make_bridge
from tests.faults.processes import left_of
from tests.onepassword import FAST, target_of
from tests.op.account import StandIn

WAIT = 1.0
"""Seconds a request waits for 1Password."""
SLACK = 3.0
"""Seconds for everything else on a busy machine: what is shown is that nothing waits for ever."""
BARBARA = "bjensen@example.com"


@dataclass
class Scene:
    """`rest`: time passes for whoever was told that there were too many calls."""

    bridge: Bridge
    account: StandIn
    rest: Callable[[], None]
    user: str = ""
    group: str = ""

    def change(self, path: str, name: str, value: Any) -> int:
        return self.bridge.patch(path, {"op": "replace", "path": name, "value": value}).status_code

    def person(self) -> dict[str, Any]:
        return self.account.person(BARBARA) or {}

    def groups(self) -> dict[str, list[str]]:
        ours = [group for group in self.account.world()["groups"] if "SCIM bridge" in group["description"]]
        return {group["name"]: [each for each in group["members"] if each == BARBARA] for group in ours}


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    account, clock = StandIn(tmp_path / "op"), Clock()
    passed = [0.0]
    pace = Pace(FAST, clock=lambda: time.monotonic() + passed[0])
    store, target = SqliteStore(":memory:"), target_of(account, tmp_path, clock, pace)

    def rest() -> None:
        passed[0] += 600

    yield Scene(make_bridge(tmp_path, store=store, target=target, clock=clock, wait=WAIT), account, rest)
    assert left_of(account) == [], "processes outlived their call"


# ── what is asked ─────────────────────────────────────────────────────────────────────────────────────────


def joined(scene: Scene) -> None:
    scene.user = f"/Users/{scene.bridge.post_user(displayName='Barbara Jensen')['id']}"


def suspended(scene: Scene) -> None:
    joined(scene)
    scene.change(scene.user, "active", False)


def grouped(scene: Scene) -> None:
    joined(scene)
    scene.group = f"/Groups/{scene.bridge.post_group('Guides')['id']}"


def member(scene: Scene) -> None:
    grouped(scene)
    scene.bridge.patch(scene.group, {"op": "add", "path": "members", "value": [{"value": scene.user[7:]}]})


def create(scene: Scene) -> int:
    answer = scene.bridge.send("POST", "/Users", {"userName": BARBARA, "displayName": "Barbara Jensen", **USER})
    scene.user = f"/Users/{answer.get_json(force=True).get('id')}"
    return answer.status_code


def make_group(scene: Scene) -> int:
    return scene.bridge.send("POST", "/Groups", {"displayName": "Guides", **GROUP}).status_code


USER = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"]}
GROUP = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"]}


@dataclass(frozen=True)
class Verb:
    """`command`: what `op` is asked. `before`: what has to be there. `done`: whether 1Password shows it."""

    command: str
    before: Callable[[Scene], None]
    act: Callable[[Scene], int]
    done: Callable[[Scene], bool]


def revoke(scene: Scene) -> int:
    return scene.bridge.patch(scene.group, {"op": "remove", "path": "members"}).status_code


def grant(scene: Scene) -> int:
    to = [{"value": scene.user.removeprefix("/Users/")}]
    return scene.bridge.patch(scene.group, {"op": "add", "path": "members", "value": to}).status_code


def state(*states: str) -> Callable[[Scene], bool]:
    return lambda scene: scene.person().get("state") in states


VERBS = {
    "invite": Verb("user provision", lambda _: None, create, state("TRANSFER_PENDING")),
    "look for a person": Verb("user list", lambda _: None, create, state("TRANSFER_PENDING")),
    "rename": Verb(
        "user edit",
        joined,
        lambda scene: scene.change(scene.user, "displayName", "Babs"),
        lambda scene: scene.person()["name"] == "Babs",
    ),
    "suspend": Verb(
        "user suspend",
        joined,
        lambda scene: scene.change(scene.user, "active", False),
        state("TRANSFER_SUSPENDED"),
    ),
    "look at owners": Verb(
        "group user list",
        joined,
        lambda scene: scene.change(scene.user, "active", False),
        state("TRANSFER_SUSPENDED"),
    ),
    "reactivate": Verb(
        "user reactivate",
        suspended,
        lambda scene: scene.change(scene.user, "active", True),
        state("TRANSFER_PENDING"),
    ),
    "delete a user": Verb(
        "user suspend",
        joined,
        lambda scene: scene.bridge.send("DELETE", scene.user).status_code,
        state("TRANSFER_SUSPENDED"),
    ),
    "create a group": Verb("group create", joined, make_group, lambda scene: list(scene.groups()) == ["Guides"]),
    "rename a group": Verb(
        "group edit",
        grouped,
        lambda scene: scene.change(scene.group, "displayName", "Tour Guides"),
        lambda scene: list(scene.groups()) == ["Tour Guides"],
    ),
    "delete a group": Verb(
        "group delete",
        grouped,
        lambda scene: scene.bridge.send("DELETE", scene.group).status_code,
        lambda scene: scene.groups() == {},
    ),
    "grant": Verb("group user grant", grouped, grant, lambda scene: scene.groups() == {"Guides": [BARBARA]}),
    "revoke": Verb("group user revoke", member, revoke, lambda scene: scene.groups() == {"Guides": []}),
}

# ── how it fails ──────────────────────────────────────────────────────────────────────────────────────────


def fault(kind: str, times: int = 50, **options: Any) -> Callable[[Scene, Verb], None]:
    return lambda scene, verb: scene.account.fault(kind, verb.command, times, **options)


def sign_in_fails(scene: Scene, _verb: Verb) -> None:
    scene.account.expire_sessions()
    scene.account.fault("401", "signin", 50)
    scene.account.fault("401", "account add", 50)


def binary_goes(scene: Scene, _verb: Verb) -> None:
    scene.account.path.rename(scene.account.path.with_name("away"))


FAULTS: dict[str, Callable[[Scene, Verb], None]] = {
    "hang": fault("hang", 1),
    "half of the answer": fault("half"),
    "error before the effect": fault("500"),
    "error after the effect": fault("500", after_effect=True),
    "error with status 0": fault("error", text="something new", code=0),
    "success without effect": fault("silent", 1),
    "conflict": fault("409"),
    "conflict once": fault("409", 1),
    "too many calls": fault("429"),
    "not found": fault("404"),
    "session expired": fault("expired", 1),
    "signed out": fault("expire", 1),
    "sign-in fails": sign_in_fails,
    "firewall rule": fault("firewall"),
    "killed": fault("killed"),
    "garbage": fault("garbage", code=1),
    "huge errors": fault("huge", 1, stream="stderr"),
    "binary missing": binary_goes,
}


# what is made comes back in the answer, with its id: a success that made nothing would be another tool
TABLE = [
    (kind, name)
    for kind in FAULTS
    for name in VERBS
    if kind != "success without effect" or VERBS[name].command not in {"user provision", "group create"}
]


@pytest.mark.parametrize(("kind", "name"), TABLE)
def test_it_is_answered_in_time_and_heals_when_the_fault_ends(scene: Scene, kind: str, name: str) -> None:
    verb = VERBS[name]
    verb.before(scene)
    FAULTS[kind](scene, verb)

    began = time.monotonic()
    status = verb.act(scene)
    seconds = time.monotonic() - began
    mend(scene)

    assert status in {200, 201, 204}
    assert seconds < WAIT + SLACK
    assert verb.done(scene)
    assert scene.bridge.store.backlog() == Backlog()
    assert {email: sent for email, sent in scene.account.mails().items() if sent != 1} == {}
    assert list(scene.groups().values()).count([BARBARA]) <= 1


@pytest.mark.parametrize("name", [name for name in VERBS if not name.startswith("look")])
def test_a_denial_is_403_and_nothing_is_recorded(scene: Scene, name: str) -> None:
    verb = VERBS[name]
    verb.before(scene)
    before = scene.account.world(), shown(scene)
    fault("403")(scene, verb)

    status = verb.act(scene)

    assert status == 403
    assert (scene.account.world(), shown(scene)) == before
    scene.account.heal()
    assert verb.act(scene) in {200, 201, 204}
    mend(scene)
    assert verb.done(scene)


@pytest.mark.parametrize("kind", [kind for kind in FAULTS if kind != "not found"])
def test_who_accepted_is_confirmed_when_the_fault_ends(scene: Scene, kind: str) -> None:
    verb = Verb("user confirm", joined, lambda _: 0, state("ACTIVE"))
    verb.before(scene)
    scene.account.accept(BARBARA)
    FAULTS[kind](scene, verb)
    whole = scene.bridge.target
    if kind == "hang":
        scene.bridge.target = whole.until(scene.bridge.clock() + WAIT)

    scene.bridge.confirm()
    scene.bridge.target = whole
    mend(scene)
    scene.bridge.confirm()

    assert verb.done(scene)


def shown(scene: Scene) -> list[Any]:
    """What a client sees, but for versions: a change that is taken back is another one."""
    found = [scene.bridge.send("GET", path).get_json(force=True).get("Resources", []) for path in ("/Users", "/Groups")]
    return [{name: value for name, value in each.items() if name != "meta"} for kind in found for each in kind]


def mend(scene: Scene) -> None:
    """The fault ends and a few ticks pass."""
    scene.account.heal()
    away = scene.account.path.with_name("away")
    if away.exists():
        away.rename(scene.account.path)
    scene.rest()
    for _ in range(3):
        scene.bridge.clock.advance(300)
        scene.account.advance(120)
        scene.bridge.settle()
