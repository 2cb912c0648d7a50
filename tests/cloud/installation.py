"""A bridge in a cloud of its own: Firestore on the emulator, Secret Manager over gRPC, an issuer of identity tokens and
a metadata server for each function, the stand-in for `op`, and a clock that ticks as Cloud Scheduler does.
"""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from google.cloud.firestore import Client

from scim import tokens
from scim.dialects import DIALECTS
from scim.jobs.groups import MARK
from scim.jobs.lease import NAME
from scim.ports import Store
from scim.stores.firestore import open_store
from scim.tokens import TokenRecord
from scim.tokens.record import dump
from tests import issuer
from tests.cloud.functions import Function, free_port
from tests.faults.processes import left_of
from tests.issuer import Issuer
from tests.op.account import StandIn
from tests.secrets.server import PROJECT, SecretManagerServer, Version
from tests.test_exchanges import differences_of

PREFIX = "bridge-"
ACCOUNTS = {name: f"bridge-{name}@{PROJECT}.iam.gserviceaccount.com" for name in ("scim", "jobs", "admin", "scheduler")}
PERSON = "ann@example.com"
TICK_SECONDS = 1.0
SETTLE_SECONDS = 45.0


@dataclass
class Installation:
    """Everything there is. `database` names it on an emulator that others use too."""

    directory: Path
    firestore: str
    secret_manager: SecretManagerServer
    issuer: Issuer
    metadata: Mapping[str, str]
    database: str = field(default_factory=lambda: f"cloud-{uuid4().hex[:12]}")
    functions: dict[str, Function] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.account = StandIn(self.directory / "op")
        self.there_before = {person["id"] for person in self.account.world()["people"]}
        self.secret_manager.create(f"{PREFIX}scimsession", json.dumps(self.account.session).encode())
        minted = {dialect: tokens.mint(dialect, dialect, now=time.time()) for dialect in DIALECTS}
        self.tokens = {dialect: str(token) for dialect, (token, _) in minted.items()}
        self.keep(record for _, record in minted.values())
        ports = {face: free_port() for face in ("scim", "jobs", "admin")}
        self.urls = {face: f"http://127.0.0.1:{port}" for face, port in ports.items()}
        for face, port in ports.items():
            settings, log = self._settings(face), self.directory / f"{face}.log"
            self.functions[face] = Function(face, settings, log, port)
        self.store: Store = open_store(PROJECT, self.database)

    def keep(self, records: Any) -> None:
        """A new version of the list of tokens."""
        name = f"projects/{PROJECT}/secrets/{PREFIX}tokens"
        self.secret_manager.secrets.setdefault(name, []).append(Version(dump(records).encode()))

    def kept(self) -> tuple[TokenRecord, ...]:
        return tokens.record.parse(self.secret_manager.versions(f"{PREFIX}tokens")[-1].data.decode())

    def _settings(self, face: str) -> dict[str, str]:
        """As infra/functions.tf gives them, and where the stand-ins are."""
        common = {
            "STORE": "firestore", "TARGET": "onepassword", "GOOGLE_CLOUD_PROJECT": PROJECT,
            "FIRESTORE_DATABASE": self.database, "BASE_URL": self.urls["scim"], "LOG_LEVEL": "INFO",
            "FIRESTORE_EMULATOR_HOST": self.firestore, "STATE_DIR": str(self.directory / face),
            "GCE_METADATA_HOST": self.metadata[face], "IDENTITY_ISSUERS": issuer.NAME,
            "IDENTITY_CERTIFICATES_URL": self.issuer.certificates_url,
        }  # fmt: skip
        secrets = {
            "SECRETS": "secret_manager", "SECRETS_PREFIX": PREFIX,
            "SECRET_MANAGER_EMULATOR_HOST": self.secret_manager.host,
        }  # fmt: skip
        calls_jobs = {"JOBS_URL": self.urls["jobs"], "JOBS_AUDIENCE": self.urls["jobs"]}
        callers = ",".join(ACCOUNTS[name] for name in ("scim", "admin", "scheduler"))
        own = {
            "scim": {**secrets, **calls_jobs, "THREADS": "8", "SETTLE_WAIT_SECONDS": "5"},
            "jobs": {
                **secrets, "JOBS_AUDIENCE": self.urls["jobs"], "JOBS_CALLERS": callers, "THREADS": "16",
                "OP_PATH": str(self.account.path), "TARGET_CALLS_PER_SECOND": "1000",
                "REMOVAL_PEOPLE_LEAST": "100000", "REMOVAL_GROUP_LEAST": "100000",
            },
            "admin": {**calls_jobs, "ADMIN_AUDIENCES": self.urls["admin"], "ADMIN_CALLERS": PERSON, "THREADS": "8"},
        }  # fmt: skip
        return {**common, **own[face]}

    # ── what the cloud does ───────────────────────────────────────────────────────────────────────────────

    def start(self) -> None:
        for function in self.functions.values():
            function.start()
        for function in self.functions.values():
            function.await_answer()

    def end(self) -> None:
        for function in self.functions.values():
            function.kill()
        self.store.close()

    def replace(self, face: str) -> None:
        """An instance is lost and another one started. What it held is let go as if the time for that had passed:
        nothing of it lives on, so nobody is disturbed.
        """
        function = self.functions[face]
        function.kill()
        if face == "jobs":
            ends = time.monotonic() + 10
            while left_of(self.account) and time.monotonic() < ends:
                time.sleep(0.02)
            assert left_of(self.account) == []
            with closing(Client(project=PROJECT, database=self.database)) as client:
                client.collection("leases").document(NAME).delete()
        function.start()

    def identity(self, name: str, face: str) -> str:
        """The token with which somebody would call a function."""
        return self.issuer.token(self.urls[face], ACCOUNTS.get(name, name))

    def run(self, job: str) -> tuple[int, str]:
        return self.functions["jobs"].ask("POST", f"/{job}", self.identity("scheduler", "jobs"))

    @contextmanager
    def ticking(self) -> Iterator[list[int]]:
        """The statuses of what the schedule ran, 0 where nobody answered. A run that fails comes again."""
        statuses: list[int] = []
        ended = threading.Event()

        def tick() -> None:
            while not ended.wait(TICK_SECONDS):
                try:
                    statuses.append(self.run("settle")[0])
                except OSError:
                    statuses.append(0)

        thread = threading.Thread(target=tick)
        thread.start()
        try:
            yield statuses
        finally:
            ended.set()
            thread.join(60)

    # ── what can be seen ──────────────────────────────────────────────────────────────────────────────────

    def differences(self) -> list[str]:
        """Between what is wanted and what the account shows, without who and what was there before."""
        shown = self.account.world()
        people = [person for person in shown["people"] if person["id"] not in self.there_before]
        addresses = {person["email"] for person in people}
        groups = [
            {**group, "members": sorted(addresses.intersection(group["members"]))}
            for group in shown["groups"]
            if group["description"].startswith(MARK)
        ]
        bridge: Any = SimpleNamespace(store=self.store)
        return differences_of(bridge, {"people": people, "groups": groups})

    def await_settled(self) -> None:
        ends = time.monotonic() + SETTLE_SECONDS
        while (owed := self.store.backlog()) != type(owed)():
            assert time.monotonic() < ends, f"still owed: {owed}"
            time.sleep(0.2)


@contextmanager
def installed(directory: Path, firestore: str) -> Iterator[Installation]:
    """FIRESTORE_EMULATOR_HOST names the emulator to this process too."""
    with ExitStack() as stack:
        secret_manager, issuing = stack.enter_context(SecretManagerServer()), stack.enter_context(Issuer())
        metadata = {face: stack.enter_context(issuing.metadata(ACCOUNTS[face])) for face in ("scim", "jobs", "admin")}
        installation = Installation(directory, firestore, secret_manager, issuing, metadata)
        stack.callback(installation.end)
        installation.start()
        yield installation
