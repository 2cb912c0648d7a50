"""A bridge, its store and its 1Password account in one directory, for processes that use it in turn: each starts from
files.
"""

import json
import shutil
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from scim import tokens
from scim.groups import Groups
from scim.jobs import confirm, settle
from scim.jobs.deferring import DeferringSettler
from scim.jobs.settler import LocalSettler
from scim.jobs.work import Runner
from scim.matches import Matches
from scim.ports import Settler
from scim.protocol.discovery import Limits
from scim.recorder import Recorder
from scim.records import Report
from scim.search import Search
from scim.secrets.local import LocalSecrets
from scim.stores.sqlite import SqliteStore
from scim.targets.onepassword import OnePasswordTarget
from scim.targets.op import Op
from scim.tokens import Tokens
from scim.tokens.record import dump
from scim.users import Users
from scim.web.app import create_app
from scim.web.service import Service
from scim.wiring import event_id
from tests.bridge import BASE_URL, UNLIMITED, Clock
from tests.crash.calls import INVITATION, AnnouncedCalls
from tests.crash.client import Client
from tests.crash.fuse import AnnouncedStore, Fuse
from tests.crash.model import Shown
from tests.crash.sabotage import NONE, Sabotage
from tests.onepassword import FAST
from tests.op.account import StandIn

DOMAIN = "example.com"
FOREIGN = "Board"
"""A group that the bridge does not manage."""
WAIT_SECONDS = 5.0


@dataclass
class Stage:
    """`live` is what a trial works on, `kept` how it was when the trial began. Only forked processes use the bridge, so
    each begins with nothing in memory.
    """

    directory: Path
    sabotage: Sabotage = NONE
    chance: Random = field(default_factory=Random)
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.live, self.kept = self.directory / "live", self.directory / "kept"
        self.live.mkdir(parents=True)
        self.fuse = Fuse(self.live / "journal")
        self.account = StandIn(self.live / "op")
        self.account.set_account(domains=[DOMAIN])
        self.account.add_group(FOREIGN)
        self.untouchable = self.account.world()
        self._secrets = LocalSecrets(self.directory / "secrets")
        self._secrets.add_version("scimsession", json.dumps(self.account.session))
        self._token, record = tokens.mint("rfc", "rfc", now=self.clock())
        self._secrets.add_version("tokens", dump([record]))
        self.store = SqliteStore(str(self.live / "store.db"))
        self._announced: Any = AnnouncedStore(self.sabotage.store(self.store), self.fuse)
        self.runner = Runner(
            self._announced, self._target(), self.clock, event_id, "crash", UNLIMITED,
            chance=self.chance.random, pause=self.clock.advance,
        )  # fmt: skip
        self.client = self._client(LocalSettler(self.runner), WAIT_SECONDS)
        self.later = self._client(DeferringSettler(), 0.0)

    def settle(self) -> Report:
        return settle.run(self.runner)

    def confirm(self) -> Report:
        return confirm.run(self.runner)

    def keep(self) -> None:
        """What there is now is where each trial begins."""
        self.store.backlog()  # whoever closes the file last leaves no log of it that each trial would have to read
        self.close()
        shutil.copytree(self.live, self.kept)

    def begin(self) -> None:
        """There again is what was kept."""
        self.close()
        shutil.rmtree(self.live)
        shutil.copytree(self.kept, self.live)

    def close(self) -> None:
        self.store.close()

    def shown(self) -> Shown:
        """An invitation that was sent again counts as a mail: what 1Password makes of it is not known."""
        owed = self.store.backlog()
        sent = [point.address for point in self.fuse.points() if point.name == f"during op {INVITATION}"]
        return Shown(
            self.account.world(), self.untouchable, self.client.users(), self.client.groups(),
            {each.document["userName"]: each.link.target_id for each in self.store.scan("User")}
            | {each.document["displayName"]: each.link.target_id for each in self.store.scan("Group")},
            Counter(address for address in sent if address.endswith(f"@{DOMAIN}")),
            (owed.users, owed.groups, owed.memberships, owed.held),
        )  # fmt: skip

    def _target(self) -> OnePasswordTarget:
        run = self.sabotage.run(AnnouncedCalls(self.account.world_path, self.fuse))
        op = Op(str(self.account.path), self._secrets, FAST, self.clock, run=run, sleep=self.clock.advance)
        return self.sabotage.target(op, self.clock)

    def _client(self, settler: Settler, wait: float) -> Client:
        recorder = Recorder(self._announced, settler, self.clock, self._new_id, event_id, wait, self.clock.advance)
        service = Service(
            Users(recorder),
            Groups(recorder),
            Search(Matches(self._announced, BASE_URL), Limits(), self.clock),
            Tokens(self._secrets, "tokens", self.clock),
            self._announced,
            Limits(),
            BASE_URL,
            self.clock,
        )
        return Client(create_app(service).test_client(), str(self._token))

    def _new_id(self) -> str:
        """The same in each process that does the same: then they all pass the same points."""
        return str(UUID(int=self.chance.getrandbits(128), version=4))
