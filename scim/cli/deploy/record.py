"""What one deployment remembers: its choices, and the tokens it made and has not shown yet, by their public ids.

No secret, and nothing that the cloud knows better. It is a file beside the source, `.deploy/PROJECT.json`; a copy of
the choices is kept with Terraform's state, so that another machine goes on without asking again.
"""

import json
import os
import tempfile
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from scim.cli.console import Problem
from scim.cli.deploy.gcloud import Denied, Gcloud, GcloudFailed, NotThere

PREFIX = "scim-bridge"


@dataclass(frozen=True, slots=True)
class Record:
    """`pending`: ids of tokens that may have been stored and were never shown."""

    choices: dict[str, Any] = field(default_factory=dict)
    pending: tuple[str, ...] = ()


class Place:
    """Where a deployment keeps what is its own. `root`: the source of the bridge."""

    def __init__(self, root: Path, project: str) -> None:
        self.root = root
        self.infra = root / "infra"
        self.directory = root / ".deploy"
        self.file = self.directory / f"{project}.json"
        self.work = self.directory / project

    def prepare(self) -> None:
        """For its owner only, and never part of a commit."""
        try:
            self.work.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.directory.chmod(0o700)
            (self.directory / ".gitignore").write_text("*\n")
        except OSError as cause:
            raise Problem(f"{self.directory} cannot be used: {cause.strerror}.") from cause

    def read(self) -> Record | None:
        """None if nothing was kept here. Problem if it cannot be understood."""
        try:
            held = json.loads(self.file.read_text())
            return Record(dict(held["choices"]), tuple(str(each) for each in held["pending"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, LookupError, TypeError) as cause:
            raise Problem(f"{self.file} cannot be read. Delete it: what it held is asked again.") from cause

    def write(self, record: Record) -> None:
        """Whole or not at all."""
        self.prepare()
        try:
            handle, draft = tempfile.mkstemp(dir=self.directory, prefix=self.file.name)
            with os.fdopen(handle, "w") as file:
                json.dump({"version": 1, **asdict(record)}, file, indent=2)
                file.write("\n")
            Path(draft).replace(self.file)
        except OSError as cause:
            raise Problem(f"{self.file} cannot be written: {cause.strerror}.") from cause

    def set_pending(self, pending: tuple[str, ...]) -> None:
        self.write(replace(self.read() or Record(), pending=pending))


# ── the copy in the cloud ─────────────────────────────────────────────────────────────────────────────────


def bucket(project: str) -> str:
    """Of Terraform's state. Bucket names are the world's: it begins with the project's id, which is, too."""
    return f"{project}-tfstate"


def _copy(project: str) -> str:
    return f"gs://{bucket(project)}/{PREFIX}/choices.json"


def fetch(gcloud: Gcloud) -> dict[str, Any] | None:
    """What was chosen, from whichever machine; None if nothing is there or this account may not see it."""
    try:
        held = json.loads(gcloud.text("storage", "cat", _copy(gcloud.project)))
    except (NotThere, Denied):
        return None
    except (GcloudFailed, ValueError):
        return None
    return held if isinstance(held, dict) else None


def send(gcloud: Gcloud, choices: dict[str, Any]) -> None:
    gcloud.text("storage", "cp", "-", _copy(gcloud.project), stdin=json.dumps(choices, indent=2) + "\n")
