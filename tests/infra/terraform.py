"""Real terraform on a copy of infra/, with its state beside it and the stand-in as its provider."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
INFRA = ROOT / "infra"
SECONDS = 60
LOCAL_STATE = 'terraform {\n  backend "local" {}\n}\n'
EMPTY_ZIP = b"PK\x05\x06" + bytes(18)

Json = dict[str, Any]


class TerraformFailed(Exception):
    """What it wrote."""


@dataclass(frozen=True)
class Resource:
    """One resource of a plan or a state. What is not known before an apply is not among the `values`."""

    address: str
    type: str
    name: str
    key: str | int | None
    values: Json


@dataclass(frozen=True)
class Plan:
    resources: list[Resource]
    actions: Mapping[str, list[str]]
    """By address: `create`, `update`, `delete`, or two of them for a replacement; without what stays as it is."""
    text: str


class Terraform:
    """`provider`: the environment that the stand-in gives. Every command raises TerraformFailed unless told."""

    def __init__(self, directory: Path, provider: Mapping[str, str]) -> None:
        self._directory = directory
        # nothing of the machine: no configuration, no variables, no plugins but the stand-in
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
        self._env = {**inherited, **provider, "TF_CLI_CONFIG_FILE": os.devnull, "TF_IN_AUTOMATION": "1"}
        shutil.copytree(INFRA, directory, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".terraform", "*.tfstate*"))
        (directory / "backend_override.tf").write_text(LOCAL_STATE)
        self.archive = directory / "source.zip"
        self.archive.write_bytes(EMPTY_ZIP)

    def run(self, *arguments: str) -> str:
        done = self._ask(*arguments)
        if done.returncode != 0:
            raise TerraformFailed(f"terraform {' '.join(arguments)}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def fails(self, *arguments: str) -> str:
        """What it says when it refuses."""
        done = self._ask(*arguments)
        if done.returncode == 0:
            raise TerraformFailed(f"terraform {' '.join(arguments)} succeeded:\n{done.stdout}")
        return " ".join(done.stderr.replace("│", " ").split())

    def _ask(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["terraform", *arguments, "-no-color"]
            if arguments[0] not in {"show", "output"}
            else ["terraform", *arguments],
            cwd=self._directory,
            env=self._env,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def init(self) -> None:
        self.run("init", "-input=false")

    def values(self, variables: Mapping[str, Any]) -> str:
        """A file of values, as the argument that names it."""
        file = self._directory / "values.tfvars.json"
        file.write_text(json.dumps({"source_archive": self.archive.name, **variables}))
        return f"-var-file={file.name}"

    def plan(self, variables: Mapping[str, Any]) -> Plan:
        self.run("plan", "-input=false", self.values(variables), "-out=planned")
        text = self.run("show", "-json", "planned")
        shown = json.loads(text)
        changes = {each["address"]: each["change"]["actions"] for each in shown["resource_changes"]}
        actions = {address: done for address, done in changes.items() if done not in (["no-op"], ["read"])}
        return Plan(_resources(shown["planned_values"]), actions, text)

    def apply(self, variables: Mapping[str, Any]) -> str:
        """What it says while it does it."""
        return self.run("apply", "-input=false", "-auto-approve", self.values(variables))

    def state(self) -> Plan:
        """What is there, with nothing left to do."""
        text = self.run("show", "-json")
        return Plan(_resources(json.loads(text).get("values", {"root_module": {}})), {}, text)

    def output(self, name: str) -> Any:
        return json.loads(self.run("output", "-json", name))


def _resources(values: Json) -> list[Resource]:
    return [
        Resource(each["address"], each["type"], each["name"], each.get("index"), each["values"])
        for each in values["root_module"].get("resources", [])
        if each["mode"] == "managed"
    ]
