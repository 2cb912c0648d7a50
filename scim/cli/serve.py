"""`python -m scim serve`: the bridge on a machine of your own, in one command (docs/own-infrastructure.md).

The public API listens on HOST and PORT. The jobs have no door at all: they run by their intervals in this process. The
admin page is a server of its own, on the loopback address unless told, and opens to its key alone.
"""

import logging
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from scim import logs, wiring
from scim.cli import desk, server
from scim.cli.console import AsJson, Problem, say, show_json
from scim.cli.credentials import ensure_key
from scim.cli.ending import Ending
from scim.cli.server import Server
from scim.cli.ticker import Ticker
from scim.records import SecretMissing
from scim.settings import Settings
from scim.tokens import NoLiveToken

log = logging.getLogger("scim.cli.serve")

LOOK_SECONDS = 1.0
GRACE_SECONDS = 35.0
"""gunicorn gives requests 30 seconds to finish."""


class Face(StrEnum):
    SCIM = "scim"
    ADMIN = "admin"
    JOBS = "jobs"


Faces = Annotated[
    list[Face] | None, typer.Argument(help="What to run; all three if none is named.", show_default=False)
]
Host = Annotated[str, typer.Option(envvar="HOST", help="Address the public API listens on.")]
Workers = Annotated[int, typer.Option(envvar="WORKERS", min=1, max=32, help="Processes of the public API.")]
AdminHost = Annotated[str, typer.Option(envvar="ADMIN_HOST", help="Address the admin page listens on.")]
AdminPort = Annotated[int, typer.Option(envvar="ADMIN_PORT", min=1, max=65535, help="Port of the admin page.")]


@dataclass(frozen=True, slots=True)
class Door:
    """Where a function listens, and the variables it starts with."""

    face: Face
    host: str
    port: int
    environ: Mapping[str, str]

    def require_free(self) -> None:
        desk.require_free(self.port, self.host, f"{'ADMIN_' if self.face is Face.ADMIN else ''}PORT")


def serve(
    faces: Faces = None,
    host: Host = desk.HOST,
    workers: Workers = 1,
    admin_host: AdminHost = desk.HOST,
    admin_port: AdminPort = 8081,
) -> None:
    """Serve the public API and the admin page and run the jobs, until SIGTERM or Ctrl-C. Settings: docs/settings.md."""
    chosen = set(faces or Face)
    environ = _environment(os.environ, chosen)
    settings = Settings.from_environment(environ)
    logs.configure(settings.log_level)
    desk.prepare(settings)
    doors = []
    if Face.SCIM in chosen:
        _require_open(settings, environ)
        doors.append(Door(Face.SCIM, host, settings.port, _public(environ, settings, workers)))
    if Face.ADMIN in chosen:
        ensure_key(wiring.secrets(settings), wiring.ADMIN_SECRET)
        doors.append(Door(Face.ADMIN, admin_host, admin_port, {**environ, "WORKERS": "1"}))
    for door in doors:
        door.require_free()
    _Bridge(doors, Ticker(settings) if Face.JOBS in chosen else None).run()


def admin_link(admin_port: AdminPort = 8081, as_json: AsJson = False) -> None:
    """Print the link that opens the admin page of `serve`. It carries the key: give it to nobody."""
    settings = Settings.from_environment(_environment(os.environ, set(Face)))
    desk.prepare(settings)
    url = f"http://{desk.HOST}:{admin_port}/?key={ensure_key(wiring.secrets(settings), wiring.ADMIN_SECRET)}"
    if as_json:
        show_json({"url": url})
    else:
        say(url)


def _environment(environ: Mapping[str, str], chosen: set[Face]) -> dict[str, str]:
    """`environ` with what follows from running these faces. Without the jobs nobody waits for them: a process that only
    records has no need of the target's session, and never reads it.
    """
    given = {name: value for name, value in environ.items() if value and name != "FACE"}
    defaults = {} if Face.JOBS in chosen else {"SETTLE_WAIT_SECONDS": "0"}
    state = Path(given.get("STATE_DIR", desk.DEFAULTS["STATE_DIR"])).absolute()
    return {**defaults, **given, "STATE_DIR": str(state)}


def _public(environ: Mapping[str, str], settings: Settings, workers: int) -> dict[str, str]:
    """FACE=scim cannot reach the target, whatever is in its way (scim.wiring); it is the choice where nobody waits."""
    face = "scim" if settings.settle_wait_seconds == 0 else "local"
    return {**environ, "FACE": face, "WORKERS": str(workers), "THREADS": str(settings.threads)}


def _require_open(settings: Settings, environ: Mapping[str, str]) -> None:
    if "BASE_URL" not in environ:
        raise Problem(
            "BASE_URL is not set: name the public https:// address of the bridge, which its links begin with."
        )
    if settings.secrets == "local":
        try:
            wiring.tokens(settings).require_live()
        except (NoLiveToken, SecretMissing) as cause:
            raise Problem("No bearer token is live: `python -m scim token mint CLIENT --dialect okta`.") from cause


@dataclass
class _Bridge:
    """The servers and the ticker, which live and end together: what restarts a machine's services restarts them all."""

    doors: list[Door]
    ticker: Ticker | None
    servers: list[Server] = field(default_factory=list)

    def run(self) -> None:
        ending = Ending(self._stop)
        try:
            for door in self.doors:
                if not ending.asked:
                    self.servers.append(server.launch(door.face, door.environ, door.host, door.port))
            for each in self.servers:
                each.await_ping()
            if self.ticker:
                self.ticker.start()
            self._announce()
            while not ending.asked_within(LOOK_SECONDS):
                self._require_alive()
        finally:
            self._end()
        log.info("serve.ended")

    def _stop(self) -> None:
        for each in self.servers:
            each.stop()

    def _require_alive(self) -> None:
        for each in self.servers:
            if each.ended_within(0):
                each.require_asked_to_end()
        if self.ticker:
            self.ticker.require_alive()

    def _end(self) -> None:
        """All are asked before one is waited for."""
        self._stop()
        deadline = time.monotonic() + GRACE_SECONDS
        if self.ticker:
            self.ticker.end(deadline - time.monotonic())
        for each in self.servers:
            each.end(deadline - time.monotonic())

    def _announce(self) -> None:
        listening = {door.face.value: f"{door.host}:{door.port}" for door in self.doors}
        log.info("serve.started", extra={"listening": listening, "jobs": self.ticker is not None})
        if sys.stdout.isatty():
            say("The SCIM bridge runs. Ctrl-C ends it.", style="bold green")
            for face, address in listening.items():
                say(f"  {face:<6} http://{address}")
