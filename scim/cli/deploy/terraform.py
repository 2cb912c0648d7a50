"""Terraform as the guide runs it: never asking, its state in the project's bucket, its progress and errors as data
(developer.hashicorp.com/terraform/internals/machine-readable-ui).
"""

import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scim.cli.console import Problem
from scim.cli.deploy import processes, terraform_errors
from scim.cli.deploy.gcloud import sentence
from scim.cli.deploy.processes import Answer, Ask
from scim.cli.deploy.record import PREFIX, Place, bucket
from scim.cli.deploy.terraform_errors import TerraformFailed
from scim.cli.deploy.terraform_plan import Change, changes

LOCK_WAIT = "-lock-timeout=60s"
Progress = Callable[[int, str], None]


@dataclass
class _Talk:
    """What one command said: errors, and how much of its work is done."""

    progress: Progress
    errors: list[str] = field(default_factory=list)
    plain: list[str] = field(default_factory=list)
    done: int = 0

    def hear(self, line: str) -> None:
        try:
            said = json.loads(line)
        except ValueError:
            self.plain.append(line)
            return
        match said.get("type") if isinstance(said, dict) else None:
            case "apply_start" | "apply_progress":
                self.progress(self.done, str(said["hook"]["resource"]["addr"]))
            case "apply_complete":
                self.done += 1
                self.progress(self.done, "")
            case "diagnostic" if said["diagnostic"]["severity"] == "error":
                found = said["diagnostic"]
                where = f"{found['address']}: " if found.get("address") else ""
                self.errors.append(f"{where}{found['summary']}\n{found.get('detail', '')}".strip())
            case "log" if "Interrupt received" in str(said.get("@message")):
                self.progress(self.done, "finishing what has begun")


class Terraform:
    """`directory` holds the configuration. Everything raises TerraformFailed."""

    def __init__(
        self,
        place: Place,
        project: str,
        directory: Path,
        ask: Ask = processes.ask,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self.directory = directory
        self._project = project
        self._ask = ask
        self._begin = ["terraform", f"-chdir={directory}"]
        self._plan = place.work / "plan.tfplan"
        self._variables = place.work / "values.tfvars.json"
        kept = {name: value for name, value in environ.items() if not name.startswith(("TF_LOG", "TF_VAR_"))}
        self._environ = {
            **kept,
            "TF_IN_AUTOMATION": "1",
            "TF_INPUT": "0",
            "TF_DATA_DIR": str(place.work / "terraform"),  # one for each project: it is bound to one state
            # a person's credentials name no project of their own, and some APIs ask for one
            "GOOGLE_BILLING_PROJECT": project,
            "USER_PROJECT_OVERRIDE": "true",
        }

    def init(self, *, in_cloud: bool = True) -> None:
        state = (f"-backend-config=bucket={bucket(self._project)}", f"-backend-config=prefix={PREFIX}")
        self._text("init", "-input=false", "-no-color", *(state if in_cloud else ()))

    def set_variables(self, variables: Mapping[str, Any]) -> None:
        try:
            self._variables.write_text(json.dumps(variables, indent=2) + "\n")
        except OSError as cause:
            raise Problem(f"{self._variables} cannot be written: {cause.strerror}.") from cause

    def plan(self, *targets: str, destroy: bool = False) -> list[Change]:
        """Kept for `apply`. Without changes if there is nothing to do."""
        how = ["-destroy"] if destroy else []
        arguments = [
            *how,
            *(f"-target={each}" for each in targets),
            f"-var-file={self._variables}",
            f"-out={self._plan}",
        ]
        self._follow("plan", "-json", "-input=false", LOCK_WAIT, *arguments)
        shown = json.loads(self._text("show", "-json", str(self._plan)))
        return changes(shown)

    def apply(self, progress: Progress) -> None:
        """The plan made last."""
        self._follow("apply", "-json", "-input=false", LOCK_WAIT, str(self._plan), progress=progress)

    def outputs(self) -> dict[str, Any]:
        held = json.loads(self._text("output", "-json"))
        return {name: each["value"] for name, each in held.items()}

    def addresses(self) -> list[str]:
        """Of everything in the state; nothing where there is no state yet."""
        answer = self._answer("state", "list")
        if answer.code and "No state file was found" not in answer.err:
            raise self._failure("state list", answer.err)
        return [line.strip() for line in answer.out.splitlines() if line.strip()] if not answer.code else []

    def forget(self, addresses: Sequence[str]) -> None:
        """What is there stays; Terraform no longer knows of it."""
        if addresses:
            self._text("state", "rm", LOCK_WAIT, *addresses)

    def take_up(self, address: str, id: str) -> None:
        """What is there already, made by an earlier run."""
        arguments = ("-input=false", "-no-color", LOCK_WAIT, f"-var-file={self._variables}")
        self._text("import", *arguments, address, id)

    def _answer(self, *args: str) -> Answer:
        return self._ask([*self._begin, *args], self._environ)

    def _text(self, *args: str) -> str:
        answer = self._answer(*args)
        if answer.code:
            raise self._failure(args[0], answer.err or answer.out)
        return answer.out

    def _follow(self, *args: str, progress: Progress = lambda _done, _now: None) -> None:
        talk = _Talk(progress)
        code = processes.follow([*self._begin, *args], self._environ, talk.hear)
        if code:
            raise self._failure(args[0], *(talk.errors or ["\n".join(talk.plain[-20:])]))

    def _failure(self, command: str, *errors: str) -> TerraformFailed:
        said = [sentence(error, 700) for error in errors]
        return TerraformFailed(command, said, terraform_errors.cure(" ".join(errors), self._project))


def without_bucket(place: Place) -> Path:
    """A copy of the configuration whose state is a file of this machine, to plan before there is a bucket."""
    directory = place.work / "trial"
    try:
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        for path in [*place.infra.glob("*.tf"), *place.infra.glob(".terraform.lock.hcl")]:
            shutil.copy(path, directory)
        (directory / "backend_override.tf").write_text('terraform {\n  backend "local" {}\n}\n')
    except OSError as cause:
        raise Problem(f"{directory} cannot be written: {cause.strerror}.") from cause
    return directory
