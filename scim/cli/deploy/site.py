"""What every command of the guide works on: one project, whoever is signed in, and what was chosen for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from scim import bridge_file
from scim.cli import archive
from scim.cli.console import Problem
from scim.cli.deploy import choices as chosen
from scim.cli.deploy import machine, record
from scim.cli.deploy.choices import Choices
from scim.cli.deploy.gcloud import Gcloud
from scim.cli.deploy.record import Place, Record
from scim.cli.deploy.screen import Screen
from scim.cli.deploy.secret_versions import SecretVersions

CONSOLE_PROJECT = "project id, in the list at https://console.cloud.google.com/cloud-resource-manager"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line said. `flags`: by the names of `choices.Choices`. `file`: instead of `bridge.toml`."""

    flags: Mapping[str, Any] = field(default_factory=dict)
    file: Path | None = None
    session_file: str = ""
    plan_only: bool = False
    allow_removals: bool = False
    root: Path = archive.ROOT


@dataclass(frozen=True, slots=True)
class Site:
    """`file`: where it was chosen. `others`: the sections of that file that other commands read."""

    screen: Screen
    gcloud: Gcloud
    place: Place
    account: str
    choices: Choices
    file: Path = bridge_file.FILE
    others: tuple[str, ...] = ()

    @property
    def project(self) -> str:
        return self.gcloud.project

    @property
    def secrets(self) -> SecretVersions:
        return SecretVersions(self.gcloud, f"{self.choices.name}-")

    def with_(self, **values: Any) -> "Site":
        return replace(self, choices=self.choices.with_(**values))

    def keep(self) -> None:
        """On this machine. What was pending stays so."""
        held = self.place.read() or Record()
        self.place.write(replace(held, choices=self.choices.model_dump(mode="json", exclude_unset=True)))


def find(wishes: Wishes, screen: Screen, account: str) -> Site:
    """The project, from a flag, the file, gcloud's configuration or an answer, and what was chosen for it before: by
    whoever deployed last, from whichever machine.
    """
    return _found(wishes, screen, account, lambda place, gcloud: record.fetch(gcloud) or _local(place))


def _found(wishes: Wishes, screen: Screen, account: str, kept: Callable[[Place, Gcloud], dict[str, Any]]) -> Site:
    tables = chosen.read_file(wishes.file or wishes.root / chosen.FILE)
    if wishes.file and not tables:
        raise Problem(f"{wishes.file} is not there, or says nothing.")
    file = bridge_file.deployment(tables)
    given = chosen.parse({**file, **wishes.flags}, str((wishes.file or Path(chosen.FILE)).name))
    project = given.project or _asked_project(screen)
    gcloud = Gcloud(project)
    place = Place(wishes.root, project)
    merged = chosen.merged(file, kept(place, gcloud), wishes.flags) | {"project": project}
    others = tuple(each for each in bridge_file.SECTIONS if each in tables)
    choices = chosen.parse(merged, chosen.FILE)
    return Site(screen, gcloud, place, account, choices, wishes.file or bridge_file.FILE, others)


def known(wishes: Wishes, screen: Screen) -> Site:
    """For what is done to an installation that is there. Problem if nobody is signed in, or nothing is known of it."""
    account = machine.account(Gcloud())
    screen.require([account] if account.state == "failed" else [])
    site = _found(wishes, screen, account.detail, lambda place, gcloud: _local(place) or record.fetch(gcloud) or {})
    if not site.choices.region:
        raise Problem(f"Of a bridge in {site.project} nothing is known here: run `make deploy` for it first.")
    return site


def _local(place: Place) -> dict[str, Any]:
    held = place.read()
    return held.choices if held else {}


def _asked_project(screen: Screen) -> str:
    default = Gcloud().value("config", "get-value", "project")
    if not screen.asks:
        if default:
            return default
        raise Problem("No project is given: set `project` in bridge.toml, or use --project.")
    return screen.ask("Google Cloud project", default, _project)


def _project(given: str) -> str:
    try:
        chosen.parse({"project": given}, "It")
    except Problem:
        return f"That is no project's id. Enter the {CONSOLE_PROJECT}."
    return ""
