"""Whole provisioning conversations, replayed over HTTP; after each change the target is exactly what was asked for."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from scim import identity
from scim.jobs.groups import MARK
from scim.jobs.removals import RemovalLimit
from scim.ports import Store
from scim.stores.sqlite import SqliteStore
from tests.bridge import Bridge, Clock, make_bridge
from tests.onepassword import target_of
from tests.op.account import StandIn
from tests.replay import replay
from tests.stores.opening import opened

FOLDER = Path(__file__).parent / "exchanges"
GIVEN = ["entra", "okta", "onelogin", "jumpcloud", "rippling"]
World = dict[str, list[dict[str, Any]]]
LIVE = {"TRANSFER_PENDING", "TRANSFER_ACCEPTED", "ACTIVE"}
SUSPENDED = {"SUSPENDED", "TRANSFER_SUSPENDED"}


class Watched:
    """The application, which compares the target with what is wanted whenever no request is under way. `world` shows
    the target: people with their state, groups with the addresses of their members.
    """

    def __init__(self, bridge: Bridge, world: Callable[[], World]) -> None:
        self.bridge = bridge
        self.world = world
        self.problems: list[str] = []
        self._there_before = {person["id"] for person in world()["people"]}
        self._changing = 0
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        with self._lock:
            self._changing += 1
        answer = self.bridge.http.application(environ, start_response)
        with self._lock:
            self._changing -= 1
            if environ["REQUEST_METHOD"] != "GET" and not self._changing:
                self.bridge.settle()  # the tick, which revokes what a deleted user leaves behind
                differences = differences_of(self.bridge, self._ours())
                self.problems += [f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}: {each}" for each in differences]
        return answer

    def _ours(self) -> World:
        """Without who and what was there before."""
        shown = self.world()
        people = [person for person in shown["people"] if person["id"] not in self._there_before]
        addresses = {person["email"] for person in people}
        groups = [
            {**group, "members": sorted(addresses.intersection(group["members"]))}
            for group in shown["groups"]
            if group["description"].startswith(MARK)
        ]
        return {"people": people, "groups": groups}


def differences_of(bridge: Bridge, world: World) -> list[str]:
    """Where the target is not what the identity provider asked for."""
    people = {person["id"]: person for person in world["people"]}
    wanted = {record.link.target_id: record for record in bridge.store.scan("User")}
    found = []
    for target_id, record in wanted.items():
        person = people.get(target_id)
        if person is None:
            found.append(f"{record.document['userName']} is not in the target")
            continue
        states = LIVE if record.document["active"] else SUSPENDED
        if person["state"] not in states:
            found.append(f"{person['email']} is {person['state']}")
        if person["name"] != identity.display_name(record.document):
            found.append(f"{person['email']} is called {person['name']}")
    found += [
        f"{person['email']} is {person['state']} though nobody wants them"
        for id, person in people.items()
        if id not in wanted and person["state"] not in SUSPENDED
    ]
    expected = {
        record.document["displayName"]: sorted(
            people[member.link.target_id]["email"]
            for member in wanted.values()
            if record.id in member.group_ids and member.link.target_id in people
        )
        for record in bridge.store.scan("Group")
    }
    actual = {group["name"]: group["members"] for group in world["groups"]}
    if expected != actual:
        found.append(f"groups are {actual}, wanted {expected}")
    return found


def read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return content


@contextmanager
def served(application: Any) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}/scim/v2"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(params=["sqlite-file", "firestore"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with opened(request.param, request, tmp_path) as empty:
        yield empty


@pytest.mark.parametrize("name", [path.stem for path in sorted(FOLDER.glob("*.json"))])
def test_a_conversation_succeeds_and_the_target_follows_every_step(store: Store, tmp_path: Path, name: str) -> None:
    replay_and_compare(make_bridge(tmp_path, store=store, removals=RemovalLimit()), name)


@pytest.mark.parametrize("name", [path.stem for path in sorted(FOLDER.glob("*.json"))])
def test_a_conversation_succeeds_and_1password_follows_every_step(tmp_path: Path, name: str) -> None:
    account, clock = StandIn(tmp_path / "op"), Clock()
    store, target = SqliteStore(str(tmp_path / "bridge.db")), target_of(account, tmp_path, clock)
    bridge = make_bridge(tmp_path, store=store, target=target, clock=clock, removals=RemovalLimit(), wait=25.0)

    replay_and_compare(bridge, name, account.world)

    assert {email: sent for email, sent in account.mails().items() if sent != 1} == {}


def replay_and_compare(bridge: Bridge, name: str, world: Callable[[], World] | None = None) -> None:
    watched = Watched(bridge, world or bridge.target.world)
    path = FOLDER / f"{name}.json"

    with served(watched) as base_url:
        results = replay(base_url, bridge.tokens[read(path)["idp"]], path)

    assert [f"{result.name}: {result.problems}" for result in results if not result.passed] == []
    assert watched.problems == []
    assert bridge.store.backlog() == type(bridge.store.backlog())()


def test_the_conversations_that_were_given_have_215_steps() -> None:
    steps = [step for name in GIVEN for step in read(FOLDER / f"{name}.json")["steps"]]

    assert len([step for step in steps if not step.get("cleanup")]) == 215
