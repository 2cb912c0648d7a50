"""Tokens change while requests come in: several processes, each with a gate of its own, read one list over gRPC."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from types import SimpleNamespace

import pytest
from flask import Flask
from grpc import StatusCode

from scim import tokens, wiring
from scim.ports import Secrets
from scim.secrets.secret_manager import Place, open_uncached
from scim.settings import Settings
from scim.tokens import TokenRecord, Tokens
from scim.tokens.gate import FRESH_SECONDS, STALE_SECONDS
from scim.web.app import create_app
from tests.bridge import Bridge, Clock, make_bridge
from tests.secrets.server import PROJECT, SecretManagerServer

PROCESSES = 4
THREADS = 8
ROUNDS = 100
REQUESTS = 10_000
CLIENTS = ("entra", "okta", "jumpcloud")


@dataclass
class Held:
    """A token and when it must open: from `opens` (a minute after it was stored, when every process has read it) until
    somebody begins to revoke it. From `closed` on (a minute after that was stored) it must not.
    """

    text: str
    record: TokenRecord
    opens: float
    revoking: float = float("inf")
    closed: float = float("inf")


@dataclass
class Desk:
    """Who mints and revokes, as `python -m scim token` does."""

    secrets: Secrets
    clock: Clock
    chance: Random
    held: list[Held] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)

    def turn(self) -> None:
        """Time passes; then one client's token is replaced: a new one beside the old one, or the old one goes."""
        self.clock.advance(self.chance.uniform(1, 40))
        client = self.chance.choice(CLIENTS)
        live = [each for each in self.held if each.record.client == client and each.revoking == float("inf")]
        if len(live) < 2:
            self.mint(client)
        else:
            self.revoke(live[0])

    def mint(self, client: str) -> None:
        text, record = tokens.mint(client, "rfc", now=self.clock.at)
        tokens.add(self.secrets, "tokens", record, self.clock.at)
        self.held.append(Held(str(text), record, self.clock.at + FRESH_SECONDS))
        self.done["minted"] += 1

    def revoke(self, token: Held) -> None:
        token.revoking = self.clock.at
        tokens.revoke(self.secrets, "tokens", token.record.id, self.clock.at)
        token.closed = self.clock.at + FRESH_SECONDS
        self.done["revoked"] += 1


@pytest.fixture
def server() -> Iterator[SecretManagerServer]:
    with SecretManagerServer() as running:
        running.create("bridge-tokens", b"[]")
        yield running


@pytest.fixture
def place(server: SecretManagerServer) -> Place:
    return Place(PROJECT, "bridge-", emulator_host=server.host)


@pytest.fixture
def bridge(tmp_path: Path) -> Iterator[Bridge]:
    made = make_bridge(tmp_path, wait=0.0)
    yield made
    made.store.close()


@pytest.fixture
def wired(bridge: Bridge, place: Place, monkeypatch: pytest.MonkeyPatch) -> list[Flask]:
    """The processes as the settings of the cloud make them, on the tests' time."""
    monkeypatch.setattr(wiring, "time", SimpleNamespace(time=bridge.clock))
    settings = {
        "SECRETS": "secret_manager",
        "SECRETS_PREFIX": place.prefix,
        "SECRET_MANAGER_EMULATOR_HOST": str(place.emulator_host),
        "GOOGLE_CLOUD_PROJECT": place.project,
    }
    ports = range(8001, 8001 + PROCESSES)  # nobody listens there: they tell one process from another
    return [
        process(bridge, wiring.tokens(Settings.from_environment({**settings, "PORT": str(port)}))) for port in ports
    ]


def process(bridge: Bridge, gate: Tokens) -> Flask:
    """The same service as every other, with a gate and a connection of its own."""
    service = bridge.http.application.extensions["scim"]  # type: ignore[attr-defined]
    return create_app(replace(service, tokens=gate))


def impatient(bridge: Bridge, place: Place) -> Flask:
    return process(bridge, Tokens(open_uncached(place, patience=0.2), "tokens", bridge.clock))


def status(app: Flask, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return app.test_client().get("/ServiceProviderConfig", headers=headers).status_code


def test_ten_thousand_requests_while_tokens_rotate_get_no_wrong_answer(
    bridge: Bridge, place: Place, wired: list[Flask]
):
    clock, chance = bridge.clock, Random(20260101)
    desk = Desk(open_uncached(place), clock, chance)
    for client in CLIENTS:
        desk.mint(client)
    clock.advance(FRESH_SECONDS)
    junk = [str(tokens.mint("nobody", "rfc", now=clock.at)[0]) for _ in range(5)]
    answers: Counter[str] = Counter()
    wrong: list[str] = []

    def ask(seed: int) -> None:
        choice = Random(seed)
        token = choice.choice([*desk.held[-8:], None])
        began = clock.at
        found = status(choice.choice(wired), token.text if token else choice.choice(junk))
        ended = clock.at
        if token is None or began > token.closed:
            expected = {401}
        elif began > token.opens and ended < token.revoking:
            expected = {200}
        else:
            expected = {200, 401}
        answers[f"{found} of {sorted(expected)}"] += 1
        if found not in expected:
            wrong.append(f"{found} instead of {expected}")

    with ThreadPoolExecutor(THREADS) as pool:
        for turn in range(ROUNDS):
            rotated = pool.submit(desk.turn)
            per_round = REQUESTS // ROUNDS
            list(pool.map(ask, range(turn * per_round, (turn + 1) * per_round)))
            rotated.result()

    assert wrong == []
    assert answers.total() == REQUESTS
    assert answers["200 of [200]"] > 2000
    assert answers["401 of [401]"] > 2000
    assert desk.done["minted"] > 30
    assert desk.done["revoked"] > 30


def test_a_revoked_token_is_refused_by_every_process_a_minute_later(bridge: Bridge, place: Place, wired: list[Flask]):
    clock = bridge.clock
    desk = Desk(open_uncached(place), clock, Random(1))
    desk.mint("okta")
    (token,) = desk.held
    assert [status(app, token.text) for app in wired] == [200] * PROCESSES

    desk.revoke(token)
    clock.advance(FRESH_SECONDS)

    assert [status(app, token.text) for app in wired] == [401] * PROCESSES


def test_without_a_list_nobody_comes_in(wired: list[Flask], server: SecretManagerServer, bridge: Bridge):
    server.secrets.clear()
    token, _ = tokens.mint("okta", "rfc", now=bridge.clock())

    assert status(wired[0], str(token)) == 401


def test_a_process_that_starts_after_it_refuses_at_once(bridge: Bridge, place: Place, wired: list[Flask]):
    desk = Desk(open_uncached(place), bridge.clock, Random(1))
    desk.mint("okta")
    desk.revoke(desk.held[0])

    assert status(wired[0], desk.held[0].text) == 401


def test_minutes_without_secret_manager_wrong_nobody(bridge: Bridge, place: Place, server: SecretManagerServer):
    """Nor does what nobody minted come in meanwhile; after five minutes the bridge says that it cannot tell."""
    clock = bridge.clock
    desk = Desk(open_uncached(place), clock, Random(1))
    desk.mint("okta")
    app = impatient(bridge, place)
    good, junk = desk.held[0].text, str(tokens.mint("okta", "rfc", now=clock.at)[0])
    assert status(app, good) == 200
    server.fail("AccessSecretVersion", *[StatusCode.UNAVAILABLE] * 10_000)

    seen = set()
    for _ in range(7):
        clock.advance((STALE_SECONDS - 20) / 7)
        seen.add((status(app, good), status(app, junk)))
    clock.advance(40)

    assert seen == {(200, 401)}
    assert (status(app, good), status(app, junk)) == (503, 503)


def test_a_grant_that_is_taken_away_closes_the_door(bridge: Bridge, place: Place, server: SecretManagerServer):
    """As far as the list can be told from one that is only away: for five minutes at most."""
    desk = Desk(open_uncached(place), bridge.clock, Random(1))
    desk.mint("okta")
    app = impatient(bridge, place)
    assert status(app, desk.held[0].text) == 200

    server.deny["AccessSecretVersion"] = "Permission denied"
    bridge.clock.advance(STALE_SECONDS + FRESH_SECONDS)

    assert status(app, desk.held[0].text) == 503
