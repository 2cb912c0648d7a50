"""`gcloud` as the guide calls it: never asking, its answers data, its failures told apart by what mends them.

GcloudFailed
├── NotThere        what was named does not exist
├── Denied          this account may not
├── SwitchedOff     the API is not switched on in the project
├── SignedOut       nobody is signed in, or no longer
├── NoAnswer        Google or the network did not answer; once more may help
└── Existing        it is there already
"""

import json
import os
import re
from collections.abc import Mapping
from typing import Any

from scim.cli.console import Problem
from scim.cli.deploy import processes
from scim.cli.deploy.processes import Answer, Ask

INSTALL = "https://cloud.google.com/sdk/docs/install"


class GcloudFailed(Problem):
    """What it said, in one line."""


class NotThere(GcloudFailed): ...


class Denied(GcloudFailed): ...


class SwitchedOff(GcloudFailed): ...


class SignedOut(GcloudFailed): ...


class NoAnswer(GcloudFailed): ...


class Existing(GcloudFailed): ...


# The first that fits: a refusal because of a switched-off API speaks of permission, too.
_BY_TEXT = (
    (r"SERVICE_DISABLED|has not been used in project|API .{0,80}is not enabled|it is disabled", SwitchedOff),
    (
        (
            r"do not currently have an active account|gcloud auth login|Reauthentication|invalid_grant|"
            r"refreshing (your|the) .{0,20}(auth|credentials|token)|UNAUTHENTICATED"
        ),
        SignedOut,
    ),
    (r"ALREADY_EXISTS|already (exists|own)|HTTPError 409", Existing),
    (r"NOT_FOUND|not found: 404|HTTPError 404|was not found|does not exist|could not be found", NotThere),
    (
        (
            r"PERMISSION_DENIED|does not have (permission|\S+ access)|HTTPError 403|Permission .{0,80}denied|"
            r"may not exist\)?\.?$|forbidden"
        ),
        Denied,
    ),
    (r"UNAVAILABLE|DEADLINE_EXCEEDED|Connection (reset|refused|aborted)|resolve host|HTTPError 5\d\d", NoAnswer),
)


class Gcloud:
    """`project`: named in every call, so that the configuration of this machine never decides."""

    def __init__(self, project: str = "", ask: Ask = processes.ask, environ: Mapping[str, str] = os.environ) -> None:
        self.project = project
        self._ask = ask
        self._environ = {
            **environ,
            "CLOUDSDK_CORE_DISABLE_PROMPTS": "1",
            "CLOUDSDK_CORE_LOG_HTTP": "false",  # it would write the secrets that it carries
            "CLOUDSDK_CORE_VERBOSITY": "warning",
        }

    def text(self, *args: str, stdin: str = "") -> str:
        """Standard output. GcloudFailed, ToolMissing, ToolSilent."""
        named = (f"--project={self.project}",) if self.project else ()
        answer = self._ask(["gcloud", *args, *named], self._environ, stdin)
        if answer.code:
            raise failure(answer)
        return answer.out

    def value(self, *args: str) -> str:
        return self.text(*args).strip()

    def lines(self, *args: str) -> list[str]:
        return [line.strip() for line in self.text(*args).splitlines() if line.strip()]

    def data(self, *args: str) -> Any:
        """JSON; None for nothing."""
        text = self.text(*args, "--format=json")
        try:
            return json.loads(text) if text.strip() else None
        except ValueError:
            raise GcloudFailed(f"gcloud {args[0]} {args[1]} answered what is no JSON.") from None

    def is_there(self, *args: str) -> bool:
        """Whether what a `describe` names exists; not while its API is switched off."""
        try:
            self.text(*args, "--format=value(name)")
        except (NotThere, SwitchedOff):
            return False
        return True


def failure(answer: Answer) -> GcloudFailed:
    said = sentence(answer.err)
    kind = next((kind for pattern, kind in _BY_TEXT if re.search(pattern, answer.err, re.IGNORECASE)), GcloudFailed)
    return kind(said or f"gcloud ended with status {answer.code} and said nothing.")


def sentence(text: str, longest: int = 400) -> str:
    """What a program said when it failed, fit for a line of a terminal: its first error, without what moves cursors."""
    printable = "".join(character if character.isprintable() or character == "\n" else " " for character in text)
    lines = [line.strip() for line in printable.splitlines() if line.strip()]
    first = next((number for number, line in enumerate(lines) if line.startswith("ERROR:")), 0)
    said = re.sub(r"^ERROR: (\(gcloud[^)]*\) )?", "", " ".join(lines[first:]))
    return said if len(said) <= longest else f"{said[:longest]}…"
