"""A whole bridge in one process: SQLite in memory, the embedded target, and a client that holds a token."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from scim import tokens
from scim.dialects import DIALECTS
from scim.groups import Groups
from scim.jobs import confirm, settle
from scim.jobs.deferring import DeferringSettler
from scim.jobs.removals import RemovalLimit
from scim.jobs.settler import LocalSettler
from scim.jobs.work import Runner
from scim.matches import Matches
from scim.ports import Store, Target
from scim.protocol.discovery import Limits
from scim.recorder import Recorder
from scim.records import Report
from scim.search import Search
from scim.secrets.local import LocalSecrets
from scim.stores.sqlite import SqliteStore
from scim.targets.embedded import EmbeddedTarget
from scim.tokens import Tokens
from scim.tokens.record import dump
from scim.users import Users
from scim.web.app import create_app
from scim.web.service import Service
from scim.wiring import event_id, new_id
from tests import canaries

BASE_URL = "https://bridge.example.com/scim/v2"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


UNLIMITED = RemovalLimit(people_least=10**6, group_least=10**6)
"""Most tests remove more of their few people than a company does of its many."""


class Clock:
    """Time that moves when a test says so, and a millisecond at each look so that nothing happens at one instant."""

    def __init__(self, start: float = 1_800_000_000.0) -> None:
        self.at = start

    def __call__(self) -> float:
        self.at += 0.001
        return self.at

    def advance(self, seconds: float) -> None:
        self.at += seconds


@dataclass
class Bridge:
    store: Store
    target: EmbeddedTarget
    clock: Clock
    http: FlaskClient
    tokens: dict[str, str]
    limit: RemovalLimit
    dialect: str = "rfc"

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        given = {
            "Authorization": f"Bearer {self.tokens[self.dialect]}",
            **{k.replace("_", "-"): v for k, v in headers.items()},
        }
        body = {} if body is None else {"json": body}
        kind = {"Content-Type": "application/scim+json"} if body else {}
        answer = self.http.open(path, method=method, headers={**kind, **given}, **body)
        canaries.look("answers", answer.text, tokens=True)
        return answer

    def post_user(self, user_name: str = "bjensen@example.com", **attributes: Any) -> dict[str, Any]:
        answer = self.send("POST", "/Users", {"schemas": [USER], "userName": user_name, **attributes})
        assert answer.status_code == 201, answer.text
        return answer.get_json(force=True)

    def post_group(self, name: str = "Tour Guides", *members: str, **attributes: Any) -> dict[str, Any]:
        body = {"schemas": [GROUP], "displayName": name, **attributes}
        if members:
            body["members"] = [{"value": id} for id in members]
        answer = self.send("POST", "/Groups", body)
        assert answer.status_code == 201, answer.text
        return answer.get_json(force=True)

    def patch(self, path: str, *operations: dict[str, Any], **headers: str) -> TestResponse:
        return self.send("PATCH", path, {"schemas": [PATCH], "Operations": list(operations)}, **headers)

    def settle(self) -> Report:
        return settle.run(self.runner())

    def confirm(self) -> Report:
        return confirm.run(self.runner())

    def runner(self, **replaced: Any) -> Runner:
        ports = {"store": self.store, "target": self.target, "clock": self.clock, "limit": self.limit}
        return Runner(**{**ports, **replaced}, event_id=event_id, holder="test")


def make_bridge(
    directory: Path,
    *,
    store: Store | None = None,
    wait: float = 5.0,
    limits: Limits | None = None,
    domains: tuple[str, ...] = (),
    removals: RemovalLimit = UNLIMITED,
    target: Target | None = None,
    clock: Clock | None = None,
) -> Bridge:
    """`target`: something else than the embedded one, for whose world the caller knows another way."""
    clock = clock or Clock()
    kept = store or SqliteStore(":memory:")
    provisioned: Any = target or EmbeddedTarget(":memory:", allowed_domains=domains)
    secrets = LocalSecrets(directory / "secrets")
    given = mint_all(secrets, clock)
    runner = Runner(kept, provisioned, clock, event_id, "web", removals)
    service = make_service(runner, secrets, wait, limits or Limits())
    return Bridge(kept, provisioned, clock, create_app(service).test_client(), given, removals)


def mint_all(secrets: LocalSecrets, clock: Clock) -> dict[str, str]:
    """A token for each dialect; the client is named like it. Written once, for each write waits for the disk."""
    minted = {dialect: tokens.mint(dialect, dialect, now=clock()) for dialect in DIALECTS}
    secrets.add_version("tokens", dump(record for _, record in minted.values()))
    return {dialect: str(token) for dialect, (token, _) in minted.items()}


def make_service(runner: Runner, secrets: LocalSecrets, wait: float, limits: Limits) -> Service:
    store, clock = runner.store, runner.clock
    settler = LocalSettler(runner) if wait else DeferringSettler()
    recorder = Recorder(store, settler, clock, new_id, event_id, wait)
    return Service(
        Users(recorder),
        Groups(recorder),
        Search(Matches(store, BASE_URL), limits, clock),
        Tokens(secrets, "tokens", clock),
        store,
        limits,
        BASE_URL,
        clock,
    )
