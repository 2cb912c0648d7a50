"""The three functions in three processes, each with settings of its own: what they do together, what each may not, and
that none of them is missed.
"""

import json
import threading
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from tests import canaries
from tests.cloud.functions import Front
from tests.cloud.installation import ACCOUNTS, PERSON, Installation, installed
from tests.faults.processes import left_of
from tests.replay import replay

EXCHANGES = Path(__file__).parent.parent / "exchanges"
GIVEN = ["entra", "okta", "onelogin", "jumpcloud", "rippling"]
CALLERS = ["nobody", *ACCOUNTS, PERSON, "mallory@example.com", "a bearer token"]
MAY = {
    "jobs": {"scim", "admin", "scheduler"},
    "admin": {PERSON},
    "scim": {"a bearer token"},
}
DOORS = {"scim": ("GET", "/scim/v2/Users?count=1"), "jobs": ("POST", "/settle/User/none"), "admin": ("GET", "/")}


@pytest.fixture(scope="module")
def cloud(firestore_host: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("FIRESTORE_EMULATOR_HOST", firestore_host)
        with installed(tmp_path_factory.mktemp("cloud"), firestore_host) as running:
            yield running


def test_each_caller_opens_the_doors_that_are_theirs_and_no_other(cloud: Installation):
    opened: dict[str, set[str]] = {}
    for face, (method, path) in DOORS.items():
        opened[face] = set()
        for caller in CALLERS:
            token = cloud.identity(caller, face) if "@" in ACCOUNTS.get(caller, caller) else ""
            if caller == "a bearer token":
                token = cloud.tokens["rfc"]
            status, text = cloud.functions[face].ask(method, path, token)
            assert status in (200, 401), text
            if status == 200:
                opened[face].add(caller)

    assert opened == MAY


def test_a_token_for_one_function_opens_no_other(cloud: Installation):
    for_scim = cloud.identity("scheduler", "scim")
    for_admin = cloud.issuer.token(cloud.urls["jobs"], PERSON)

    assert cloud.functions["jobs"].ask("POST", "/settle", for_scim)[0] == 401
    assert cloud.functions["admin"].ask("GET", "/", for_admin)[0] == 401


def test_no_function_answers_for_another(cloud: Installation):
    asked = [
        cloud.functions["scim"].ask("POST", "/settle", cloud.identity("scheduler", "jobs"))[0],
        cloud.functions["jobs"].ask("POST", "/scim/v2/Users", cloud.tokens["rfc"])[0],
        cloud.functions["admin"].ask("POST", "/settle", cloud.identity("scheduler", "jobs"))[0],
    ]

    assert asked == [401, 401, 401]


def post_user(cloud: Installation, name: str) -> tuple[int, dict[str, Any]]:
    body = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name}
    status, text = cloud.functions["scim"].ask("POST", "/scim/v2/Users", cloud.tokens["rfc"], json.dumps(body))
    return status, json.loads(text)


def test_a_person_is_there_before_the_answer_is(cloud: Installation):
    """No schedule runs: the public function asked the jobs."""
    status, user = post_user(cloud, "bjensen@example.com")

    person = cloud.account.person("bjensen@example.com")
    assert (status, person and person["state"]) == (201, "TRANSFER_PENDING")
    assert user["meta"]["location"].startswith(cloud.urls["scim"])


def test_what_1password_refuses_is_refused_to_the_client_and_forgotten(cloud: Installation):
    cloud.account.set_account(domains=["example.com"])
    try:
        status, error = post_user(cloud, "bjensen@example.net")
    finally:
        cloud.account.set_account(domains=[])

    assert (status, error["schemas"]) == (400, ["urn:ietf:params:scim:api:messages:2.0:Error"])
    assert "example.net" in error["detail"]
    assert cloud.store.find("User", "username:bjensen@example.net") == []
    assert cloud.store.backlog().users == 0


def test_while_the_jobs_are_away_a_person_is_promised_and_the_schedule_delivers(cloud: Installation):
    cloud.functions["jobs"].kill()
    status, _ = post_user(cloud, "jjensen@example.com")
    assert (status, cloud.account.person("jjensen@example.com")) == (201, None)

    cloud.functions["jobs"].start()
    cloud.functions["jobs"].await_answer()
    assert cloud.run("settle")[0] == 200

    assert (cloud.account.person("jjensen@example.com") or {})["state"] == "TRANSFER_PENDING"


class Losses:
    """One function in turn at every twelfth request: the public one between two requests, for its client would have to
    ask again; the jobs while they are at work in 1Password.
    """

    def __init__(self, cloud: Installation) -> None:
        self._cloud = cloud
        self._faces = cycle(["jobs", "scim", "jobs", "admin"])
        self._next, self._requests = next(self._faces), 0
        self._losing: list[threading.Thread] = []
        self.failed: list[BaseException] = []

    def __call__(self, idle: bool) -> None:
        self._requests += 1
        if self._requests < 12 or (self._next == "scim" and not idle):
            return
        face, self._next, self._requests = self._next, next(self._faces), 0
        if face == "scim":
            self._cloud.replace(face)
        else:
            self.end()
            self._losing.append(threading.Thread(target=self._lose, args=[face]))
            self._losing[-1].start()

    def _lose(self, face: str) -> None:
        ends = time.monotonic() + 1
        while face == "jobs" and not left_of(self._cloud.account) and time.monotonic() < ends:
            time.sleep(0.002)
        try:
            self._cloud.replace(face)
        except BaseException as error:
            self.failed.append(error)

    def end(self) -> None:
        for thread in self._losing:
            thread.join(60)


def test_conversations_succeed_while_every_function_is_lost_again_and_again(cloud: Installation):
    """215 of 215 steps; the target is exactly what was asked for, and nobody was invited twice."""
    losses = Losses(cloud)
    results = {}
    with cloud.ticking() as ticks, Front(cloud.functions["scim"].port, losses).open() as origin:
        for name in GIVEN:
            path = EXCHANGES / f"{name}.json"
            token = cloud.tokens[json.loads(path.read_text())["idp"]]
            results[name] = replay(f"{origin}/scim/v2", token, path)
        losses.end()
        for function in cloud.functions.values():
            function.await_answer()
        cloud.await_settled()

    steps = [result for found in results.values() for result in found]
    assert [f"{step.name}: {step.problems}" for step in steps if not step.passed] == []
    assert len(steps) == 215
    assert cloud.differences() == []
    assert {email: sent for email, sent in cloud.account.mails().items() if sent != 1} == {}
    assert losses.failed == []
    assert min(function.lives for function in cloud.functions.values()) >= 3
    assert 200 in ticks


def test_what_the_functions_wrote_down_holds_no_identity_token(cloud: Installation):
    token = cloud.identity("scheduler", "jobs")
    cloud.functions["jobs"].ask("POST", "/confirm", token)
    cloud.functions["admin"].ask("GET", "/", token)
    cloud.functions["jobs"].ask("POST", "/confirm", token[:-9])
    said = "".join(function.log.read_text() for function in cloud.functions.values())

    canaries.look("logs", said, tokens=True)
    assert "jobs.refused" in said
    assert [part for part in token.split(".") if part in said] == []
    assert "eyJ" not in said
