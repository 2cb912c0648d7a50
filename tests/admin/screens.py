"""A whole bridge with its screens, and what a browser does there: open a page, read a form, send it."""

import re
from dataclasses import dataclass, field
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from scim.admin.app import create_app
from scim.admin.connections_known import Connections, OwnTokens
from scim.admin.door import Door, KeyDoor
from scim.admin.services import Installation, Services, Setting
from scim.jobs import choosing, chosen_by, confirm, reconcile, settle
from scim.jobs.choosing import Choosing
from scim.jobs.desk import Desk
from scim.jobs.holds import Holds
from scim.jobs.managed import ManagedGroups
from scim.jobs.puller import Puller
from scim.jobs.removals import RemovalLimit
from scim.jobs.settler import LocalSettler
from scim.operations import Operations
from scim.ports import Source, Store
from scim.records import Report
from scim.secrets.local import LocalSecrets
from scim.settings import Settings
from scim.wiring import event_id, new_id
from tests.admin.html import faults
from tests.bridge import UNLIMITED, Bridge, make_bridge
from tests.jobs.pulling import CLIENT, MemorySource

KEY = "the-key-of-the-page"
TOKEN = re.compile(r'name="form_token" value="([^"]+)"')
SETTINGS = (Setting("PORT", "8080", "8080", "default", "TCP port the server listens on."),)


@dataclass
class Screens:
    """`http` has opened the session; `new_browser` makes one that has not."""

    bridge: Bridge
    desk: Operations
    services: Services
    door: Door
    http: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.http = self.new_browser()
        assert self.http.get(f"/?key={KEY}").status_code in (200, 303)

    def new_browser(self) -> FlaskClient:
        return create_app(self.services, self.door).test_client()

    def get(self, path: str, status: int = 200, **headers: str) -> str:
        answer = self.http.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        text = answer.text
        answer.close()
        assert answer.status_code == status, (path, answer.status_code, text[-600:])
        if answer.mimetype == "text/html" and text.startswith("<!doctype"):
            assert faults(text) == [], path
        return text

    def words(self, path: str, status: int = 200) -> str:
        """What a person reads there."""
        return words(self.get(path, status))

    def token(self, path: str = "/") -> str:
        found = TOKEN.search(self.get(path))
        assert found, path
        return found[1]

    def send(self, path: str, form: str = "/", **fields: Any) -> TestResponse:
        """The form of the page `form`, as a browser sends it from there."""
        data = {"form_token": self.token(form), **fields}
        return self.http.post(path, data=data, headers={"Sec-Fetch-Site": "same-origin"})

    def done(self, path: str, form: str = "/", **fields: Any) -> str:
        """What the page says to which sending the form leads."""
        answer = self.send(path, form, **fields)
        assert answer.status_code == 303, (answer.status_code, words(answer.text)[-600:])
        return self.words(answer.headers["Location"])


def words(page: str) -> str:
    main = page[page.find("<main") : page.find("</main>")] or page
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", main))).strip()


def make_screens(
    directory: Path,
    *,
    limit: RemovalLimit = UNLIMITED,
    store: Store | None = None,
    wait: float = 5.0,
    source: str = "",
    reads: Source | None = None,
    **replaced: Any,
) -> Screens:
    """`reads`: what is pulled where `source` is named. `replaced`: fields of Services."""
    bridge = make_bridge(directory, removals=limit, store=store, wait=wait)
    desk = make_desk(bridge, **({"choosing": make_choosing(bridge, reads)} if source else {}))
    secrets = LocalSecrets(directory / "secrets")
    connections: Connections = OwnTokens(secrets, "tokens", bridge.clock)
    installation = Installation("https://bridge.example.com/scim/v2", "1Password", source, lambda: SETTINGS)
    given = {"operations": desk, "connections": connections, "account": bridge.target, **replaced}
    services = Services(bridge.store, installation=installation, clock=bridge.clock, event_id=event_id, **given)
    return Screens(bridge, given["operations"], services, KeyDoor(lambda: KEY, bridge.clock))


def make_desk(bridge: Bridge, **plans: Any) -> Desk:
    runner = bridge.runner(pause=bridge.clock.advance)

    def compare() -> Report:
        return reconcile.run(runner, {}, 3600)

    jobs = {"settle": lambda: settle.run(runner), "confirm": lambda: confirm.run(runner), "reconcile": compare}
    return Desk(runner, LocalSettler(runner), Holds(runner, 86400.0), ManagedGroups(runner, new_id), jobs, **plans)


def make_choosing(bridge: Bridge, source: Source | None = None, file: Path | None = None) -> Choosing:
    """As `desk_wiring` does. `file` chooses instead of what was stored."""
    runner, chosen = bridge.runner(), Settings(bridge_config=file)
    choose = partial(chosen_by.settings, chosen, bridge.store)
    return choosing.of(chosen, Puller(runner, source or MemorySource(), choose, CLIENT, new_id))
