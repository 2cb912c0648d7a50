"""The bridge under trial: its ports can die, and then it is started again on the same store and the same account."""

import hashlib
import itertools
import uuid
from collections.abc import Callable
from functools import cache
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from scim import tokens
from scim.groups import Groups
from scim.jobs import confirm, lease, settle
from scim.jobs.deferring import DeferringSettler
from scim.jobs.holds import Holds
from scim.jobs.removals import RemovalLimit
from scim.jobs.settler import LocalSettler
from scim.jobs.work import Runner
from scim.matches import Matches
from scim.protocol.discovery import Limits
from scim.recorder import Recorder
from scim.records import Report, StoreUnavailable
from scim.search import Search
from scim.stores.sqlite import SqliteStore
from scim.tokens import Tokens
from scim.tokens.record import dump
from scim.users import Users
from scim.web.app import create_app
from scim.web.service import Service
from scim.wiring import event_id
from tests.bridge import BASE_URL, Clock
from tests.simulation.installation import KeptSecrets
from tests.stateful.accounts import Account
from tests.stateful.ports import Fault, Fuse, Killed, MortalStore, MortalTarget, Watch
from tests.stateful.tally import seen
from tests.stateful.wishes import Request, Wanted, shown

LIMIT = RemovalLimit(window_seconds=3600.0, people_least=2, people_percent=10, group_least=2, group_percent=20)
APPROVAL_SECONDS = 24 * 3600.0


class Rig:
    """`wait`: seconds a request waits for the target, 0 for not at all."""

    def __init__(self, account: Callable[[Clock], Account], wait: float) -> None:
        self.clock = Clock()
        self.account = account(self.clock)
        self.fuse, self.watch = Fuse(), Watch()
        self._inner = SqliteStore(":memory:")
        self._wait = wait
        self._ids = itertools.count()
        self.start()

    def start(self) -> None:
        """A new process: nothing is remembered but what is in the store and in the account."""
        self.store: Any = MortalStore(self._inner, self.fuse, self.watch)
        target: Any = MortalTarget(self.account.target(self.clock), self.fuse)
        self._runner = Runner(
            self.store, target, self.clock, event_id, "jobs", LIMIT, chance=lambda: 0.5, pause=self.clock.advance
        )
        self.holds = Holds(self._runner, APPROVAL_SECONDS)
        self._http = self._client()

    def close(self) -> None:
        self._inner.close()

    def does(self, act: Callable[[], Any], fault: Fault | None = None) -> Any:
        """What `act` returned; None if the process died or the store failed under it."""
        self.watch.resources.clear()
        self.watch.edges.clear()
        self.fuse.arm(fault)
        try:
            return act()
        except Killed:
            self.start()
            self.clock.advance(lease.SECONDS + 1)  # nobody gives a dead one's lease up
        except StoreUnavailable:
            self.clock.advance(lease.SECONDS + 1)  # it may have been asked to give the lease up
        finally:
            if self.fuse.struck and fault:
                seen["deaths" if fault.kills else "failed calls"] += 1
            self.fuse.arm(None)
        return None

    def send(self, request: Request) -> TestResponse:
        return self._http.open(request.path, method=request.verb, json=request.body(), headers=_headers())

    def read(self, path: str) -> TestResponse:
        return self._http.open(path, headers=_headers())

    def shown(self) -> Wanted:
        """All that SCIM shows."""
        users, groups = (
            self.read(f"/{kind}?count=100").get_json(force=True)["Resources"] for kind in ("Users", "Groups")
        )
        return shown(users, groups)

    def settle(self) -> Report:
        return settle.run(self._runner)

    def confirm(self) -> Report:
        return confirm.run(self._runner)

    def _client(self) -> FlaskClient:
        settler = LocalSettler(self._runner) if self._wait else DeferringSettler()
        recorder = Recorder(self.store, settler, self.clock, self._new_id, event_id, self._wait, self.clock.advance)
        limits = Limits()
        service = Service(
            Users(recorder),
            Groups(recorder),
            Search(Matches(self.store, BASE_URL), limits, self.clock),
            Tokens(KeptSecrets(tokens=_token()[1]), "tokens", self.clock),
            self.store,
            limits,
            BASE_URL,
            self.clock,
        )
        return create_app(service).test_client()

    def _new_id(self) -> str:
        """In no order, and the same in each run."""
        return str(uuid.UUID(bytes=hashlib.md5(str(next(self._ids)).encode()).digest()))


@cache
def _token() -> tuple[str, str]:
    """A token, and the secret that holds its hash."""
    token, record = tokens.mint("rfc", "rfc", now=Clock().at)
    return str(token), dump([record])


def _headers() -> dict[str, str]:
    return {"Authorization": f"Bearer {_token()[0]}", "Content-Type": "application/scim+json"}
