"""What Terraform says when it fails, and what to do about it: the same command again goes on from where it stopped."""

import re
from collections.abc import Sequence

from scim.cli.console import Problem


class TerraformFailed(Problem):
    """`errors`: its own words, one line each. `cure`: what mends it, where that is known."""

    def __init__(self, command: str, errors: Sequence[str], cure: str) -> None:
        shown = "\n".join(f"  {error}" for error in dict.fromkeys(errors))
        advice = cure or "Mend what it names."
        super().__init__(f"terraform {command} failed:\n{shown}\n{advice}\nThen run this again: it goes on from here.")
        self.errors = tuple(errors)
        self.cure = cure

    @property
    def may_pass(self) -> bool:
        """Whether the same may succeed shortly: what was switched on or granted is not known everywhere at once."""
        return any(re.search(pattern, error, re.IGNORECASE) for error in self.errors for pattern in _PASSING)


_PASSING = (
    r"has not been used in project|SERVICE_DISABLED|it is disabled",
    r"Service account .{0,120}does not exist|serviceAccount:\S+ does not exist",
    r"Permission .{0,120}denied on .{0,80}(bucket|repository|service account)|Build failed: .{0,40}permission",
    r"Error 409: .{0,80}(being|pending)|concurrent policy changes|Error 5\d\d|connection reset|EOF$",
)

_CURES = (
    (
        r"Error acquiring the state lock",
        (
            "Somebody else deploys just now, or a run was killed. If nobody does, release the lock with the ID above:\n"
            "  TF_DATA_DIR=../.deploy/{project}/terraform terraform -chdir=infra force-unlock ID"
        ),
    ),
    (
        r"allUsers|allowedPolicyMemberDomains|do not belong to a permitted customer|policy members",
        'The organisation does not let allUsers in. Set public_access = "invoker_check_off" in bridge.toml.',
    ),
    (
        r"(BILLING|billing).{0,60}(DISABLED|disabled|account)",
        "gcloud billing projects link {project} --billing-account=ACCOUNT_ID   # gcloud billing accounts list",
    ),
    (
        r"could not find default credentials|invalid_grant|Reauthentication|oauth2: ",
        "gcloud auth application-default login",
    ),
    (
        r"has not been used in project|SERVICE_DISABLED|it is disabled",
        "An API was switched on only now; it takes some minutes until everybody knows.",
    ),
    (
        r"Quota exceeded|quota metric|RESOURCE_EXHAUSTED",
        "A quota of the project is used up: https://console.cloud.google.com/iam-admin/quotas?project={project}",
    ),
    (
        r"prevent_destroy",
        (
            "The database and the secrets are never destroyed by a plan. Its name and location cannot be changed: keep "
            "`name`, and name the old location in firestore_location."
        ),
    ),
    (
        r"alreadyExists|already exists|Error 409",
        "Something of that name is there and not Terraform's. Delete it, or choose another `name` in bridge.toml.",
    ),
    (
        r"Error 403|PERMISSION_DENIED|does not have permission|IAM_PERMISSION_DENIED",
        "The account lacks a role; docs/deploy.md lists those that are needed.",
    ),
    (
        r"registry\.terraform\.io|Failed to query available provider packages|could not connect",
        "The Terraform registry cannot be reached. Behind a proxy set HTTPS_PROXY.",
    ),
)


def cure(said: str, project: str) -> str:
    plain = " ".join(said.split())
    found = next((advice for pattern, advice in _CURES if re.search(pattern, plain)), "")
    return found.replace("{project}", project)
