"""What an installation is, in the operator's words: from `bridge.toml`, flags, what was chosen before, and questions.
No secret is among it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from scim import bridge_file
from scim.bridge_file import BridgeFileError, NoBridgeFile
from scim.cli.console import Problem
from scim.cli.deploy.identity_providers import IDENTITY_PROVIDERS

FILE = bridge_file.FILE.name
Names = tuple[Annotated[str, Field(pattern=r"^[a-z]+$")], ...]
Email = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")]
Member = Annotated[str, Field(pattern=r"^(user|group|serviceAccount):[^@\s]+@[^@\s]+$")]


class OnePassword(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    address: str = ""
    email: str = ""


class Choices(BaseModel):
    """The names are those of `infra/variables.tf`, but for `project`, `identity_providers` and `onepassword`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    project: str = Field("", pattern=r"^([a-z][a-z0-9-]{4,28}[a-z0-9])?$")
    region: str = Field("", pattern=r"^([a-z]+-[a-z]+[0-9]{1,2})?$")
    identity_providers: Names = ()
    name: str = Field("scim-bridge", pattern=r"^[a-z][a-z0-9-]{2,18}[a-z0-9]$")
    admin_members: tuple[Member, ...] = ()
    alert_emails: tuple[Email, ...] | None = None
    firestore_location: str = ""
    public_access: str = Field("", pattern=r"^(all_users|invoker_check_off)?$")
    domain: str = ""
    allowed_ip_ranges: tuple[str, ...] = ()
    static_egress_ip: bool = False
    private_jobs: bool = False
    min_instances: int | None = Field(None, ge=0, le=10)
    max_instances: int | None = Field(None, ge=1, le=100)
    pull_schedule: str = ""
    reconcile_schedule: str | None = None
    settings: Mapping[str, str] = Field(default_factory=dict)
    onepassword: OnePassword = OnePassword()

    def with_(self, **values: Any) -> "Choices":
        return parse({**self.model_dump(exclude_unset=True), **values}, "The answers")

    def variables(self, source_archive: str, public_access: str) -> dict[str, Any]:
        """Of Terraform. What was not chosen is left to the defaults there."""
        own = {"project", "identity_providers", "onepassword"}
        given = self.model_dump(mode="json", exclude=own, exclude_unset=True, exclude_none=True)
        return {
            **given,
            "name": self.name,
            "project_id": self.project,
            "alert_emails": list(self.alert_emails or ()),
            "public_access": self.public_access or public_access,
            "source_archive": source_archive,
        }


EXPECTED = {
    "project": "it must be a project's id (6 to 30 lower-case letters, digits, hyphens), not its name or number",
    "region": "it must be the name of a region, such as europe-west1",
    "name": "it must be 4 to 20 lower-case letters, digits and hyphens, beginning with a letter",
    "admin_members": "each must be user:, group: or serviceAccount: and an e-mail address",
    "alert_emails": "each must be an e-mail address",
    "public_access": "it must be all_users or invoker_check_off",
}
ASKED = {"project", "region", "identity_providers", "alert_emails", "onepassword"}
"""Answers that are kept where a file does not give them."""


def parse(given: Mapping[str, Any], where: str) -> Choices:
    """Problem names all that is wrong, and where it stands."""
    try:
        choices = Choices.model_validate(given)
    except ValidationError as invalid:
        raise Problem("\n".join(f"{where}: {_sentence(dict(error))}." for error in invalid.errors())) from None
    if unknown := [each for each in choices.identity_providers if each not in IDENTITY_PROVIDERS]:
        known = ", ".join(IDENTITY_PROVIDERS)
        raise Problem(f"{where}: identity_providers holds {', '.join(unknown)}; there are {known}.")
    return choices


def _sentence(error: dict[str, Any]) -> str:
    name = ".".join(part for part in error["loc"] if isinstance(part, str))
    if error["type"] == "extra_forbidden":
        fields = Choices if len(error["loc"]) == 1 else OnePassword
        above = bridge_file.moved_up(str(error["loc"][-1]))
        return f"there is no {name}; there are {bridge_file.listed(fields.model_fields)}{above}"
    must = EXPECTED.get(str(error["loc"][0]), str(error["msg"]).replace("Input should", "it must"))
    return f"{name} is {str(error['input'])[:60]!r}: {must}"


def read_file(path: Path) -> dict[str, Any]:
    """What the file says, of whatever part; nothing if there is none. Problem."""
    try:
        return bridge_file.read(path)
    except NoBridgeFile:
        return {}
    except BridgeFileError as cause:
        raise Problem(str(cause)) from cause


def merged(file: Mapping[str, Any], kept: Mapping[str, Any], flags: Mapping[str, Any]) -> dict[str, Any]:
    """Flags before the file before what was chosen before. Where there is a file, what it leaves out is the default
    again, except for what would be asked.
    """
    before = {name: value for name, value in kept.items() if not file or name in ASKED}
    return {**before, **file, **flags}
