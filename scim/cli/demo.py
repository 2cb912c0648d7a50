"""`make demo`: a provisioning life-cycle over HTTP, and what it did to the embedded target, step by step."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from scim import wiring
from scim.cli import desk, server
from scim.cli.account import show_world
from scim.cli.client import Client
from scim.cli.console import Problem, say
from scim.cli.credentials import ensure_bridge
from scim.cli.desk import Bridge
from scim.settings import Settings

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

PEOPLE = {
    "bjensen": ("Barbara", "Jensen"),
    "mpepperidge": ("Mandy", "Pepperidge"),
    "jsmith": ("John", "Smith"),
    "aanderson": ("Alice", "Anderson"),
    "bbrown": ("Bob", "Brown"),
}
GROUPS = {"guides": "Tour Guides", "employees": "Employees"}


def demo() -> None:
    """Play a provisioning life-cycle against the running bridge, or against one of its own if none runs."""
    with _a_bridge() as (settings, bridge):
        play = Play(Client(bridge), settings)
        play.tidy()
        play.joiners()
        play.groups()
        play.acceptance()
        play.changes()
        play.leavers()
        say("\nWhat arrived", style="bold")
        show_world(wiring.embedded_target(settings).world())


@contextmanager
def _a_bridge() -> Iterator[tuple[Settings, Bridge]]:
    settings = desk.settings(os.environ)
    _require_embedded(settings.target)
    running = desk.read(settings)
    if running and server.answers(settings.port):
        _require_embedded(running.target)
        say(f"Playing against the bridge that runs on port {settings.port}.")
        yield settings, running
        return
    with tempfile.TemporaryDirectory(prefix="scim-demo-") as directory:
        environment = desk.environment({**os.environ, "STATE_DIR": directory, "PORT": str(desk.free_port())})
        own = Settings.from_environment(environment)
        bridge = ensure_bridge(own)
        say(f"No bridge runs on port {settings.port}: starting one for this demo on port {own.port}.")
        started = server.start(environment, own.port, desk.log_file(own))
        try:
            started.await_ping()
            yield own, bridge
        finally:
            started.end()


def _require_embedded(target: str) -> None:
    if target != "embedded":
        raise Problem(
            "The demo invites people who do not exist, so it is for the embedded target only, and this bridge "
            "provisions a 1Password account. End it, or play with another STATE_DIR and PORT."
        )


@dataclass(frozen=True, slots=True)
class Play:
    """The acts. A resource is known by its externalId, `demo-…`, so nothing else on the bridge is touched."""

    client: Client
    settings: Settings

    def tidy(self) -> None:
        for endpoint, names in (("/Users", PEOPLE), ("/Groups", GROUPS)):
            for name in names:
                for left_over in self.client.find(endpoint, "externalId", f"demo-{name}"):
                    self.client.send("DELETE", f"{endpoint}/{left_over}", expect={204})

    def joiners(self) -> None:
        say("\nFive people join; each is invited while the identity provider waits", style="bold")
        for name, (given, family) in PEOPLE.items():
            self._step("POST", "/Users", _person(name, given, family), f"{given} {family}", expect=201)
        say("\nA sixth has an address no mail could reach, so nobody could invite them", style="bold")
        self._step("POST", "/Users", {"schemas": [USER], "userName": "nobody@localhost"}, "nobody", expect=400)

    def groups(self) -> None:
        say("\nTwo groups, then Tour Guides gains John and loses Mandy", style="bold")
        guides = [{"value": self._user(name)} for name in ("bjensen", "mpepperidge")]
        everyone = [{"value": self._user(name)} for name in PEOPLE]
        self._step("POST", "/Groups", _group("guides", guides), "Tour Guides: Barbara, Mandy", expect=201)
        self._step("POST", "/Groups", _group("employees", everyone), "Employees: all five", expect=201)
        path = f"/Groups/{self._group('guides')}"
        joins = {"op": "add", "path": "members", "value": [{"value": self._user("jsmith")}]}
        leaves = {"op": "remove", "path": f'members[value eq "{self._user("mpepperidge")}"]'}
        self._patch(path, joins, "John joins")
        self._patch(path, leaves, "Mandy leaves")

    def acceptance(self) -> None:
        say("\nThree accept their invitation; the bridge confirms them", style="bold")
        account = wiring.embedded_target(self.settings)
        waiting = {each["email"] for each in account.world()["people"] if each["state"] == "TRANSFER_PENDING"}
        for email in map(_email, ("bjensen", "mpepperidge", "jsmith")):
            if email in waiting:
                account.accept(email)
                say(f"  accepts {email}")
            else:
                say(f"  {email} did so in an earlier demo")
        report = wiring.jobs(self.settings).confirm()
        say(f"  {'confirm':<7} {report.state}")

    def changes(self) -> None:
        say("\nBarbara marries, a group gets a better name, Mandy takes a leave and comes back", style="bold")
        name = {"op": "replace", "value": {"displayName": "Barbara Ingram", "name": {"familyName": "Ingram"}}}
        self._patch(f"/Users/{self._user('bjensen')}", name, "renamed to Barbara Ingram")
        title = {"op": "replace", "path": "displayName", "value": "Guides"}
        self._patch(f"/Groups/{self._group('guides')}", title, "renamed to Guides")
        for active, what in ((False, "Mandy suspended"), (True, "Mandy reactivated")):
            change = {"op": "replace", "path": "active", "value": active}
            self._patch(f"/Users/{self._user('mpepperidge')}", change, what)

    def leavers(self) -> None:
        say("\nJohn is deactivated, Bob deleted: in the target people are suspended, never deleted", style="bold")
        change = {"op": "replace", "path": "active", "value": False}
        self._patch(f"/Users/{self._user('jsmith')}", change, "John deactivated")
        bob = f"/Users/{self._user('bbrown')}"
        self._step("DELETE", bob, None, "Bob deleted", expect=204)
        self._step("GET", bob, None, "and gone", expect=404)
        report = wiring.jobs(self.settings).settle()
        say(f"  {'settle':<7} {report.state}")

    def _patch(self, path: str, operation: dict[str, Any], what: str) -> None:
        self._step("PATCH", path, {"schemas": [PATCH], "Operations": [operation]}, what, expect=(200, 204))

    def _step(
        self, method: str, path: str, body: dict[str, Any] | None, what: str, expect: int | tuple[int, ...]
    ) -> None:
        expected = expect if isinstance(expect, tuple) else (expect,)
        answer = self.client.send(method, path, body, expect=expected)
        detail = f"  {answer.document.get('detail', '')}" if answer.status >= 400 else ""
        say(f"  {method:<7} {path.split('/')[1]:<7} {answer.status}  {what}{detail}")

    def _user(self, name: str) -> str:
        return self.client.find("/Users", "externalId", f"demo-{name}")[0]

    def _group(self, name: str) -> str:
        return self.client.find("/Groups", "externalId", f"demo-{name}")[0]


def _email(name: str) -> str:
    return f"{name}@example.com"


def _person(name: str, given: str, family: str) -> dict[str, Any]:
    return {
        "schemas": [USER],
        "externalId": f"demo-{name}",
        "userName": _email(name),
        "displayName": f"{given} {family}",
        "name": {"givenName": given, "familyName": family},
        "emails": [{"value": _email(name), "type": "work", "primary": True}],
        "active": True,
    }


def _group(name: str, members: list[dict[str, str]]) -> dict[str, Any]:
    return {"schemas": [GROUP], "externalId": f"demo-{name}", "displayName": GROUPS[name], "members": members}
