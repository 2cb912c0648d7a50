"""Whether this machine can deploy: gcloud, Terraform, who is signed in."""

import json
import os
import re
from collections.abc import Mapping

from scim.cli.deploy import processes
from scim.cli.deploy.gcloud import INSTALL, Gcloud, GcloudFailed
from scim.cli.deploy.processes import Ask, ToolMissing, ToolSilent
from scim.cli.deploy.screen import Check

LEAST_TERRAFORM = (1, 5, 0)
TERRAFORM_INSTALL = "https://developer.hashicorp.com/terraform/install"
SIGN_IN = "gcloud auth login"
SIGN_IN_APPLICATIONS = "gcloud auth application-default login"


def checks(gcloud: Gcloud) -> list[Check]:
    """All of them; who is signed in only where gcloud is."""
    tool = _gcloud(gcloud)
    found = [tool, terraform()]
    return found if tool.state == "failed" else [*found, account(gcloud), _applications(gcloud)]


def _gcloud(gcloud: Gcloud) -> Check:
    try:
        versions = gcloud.data("version") or {}
    except ToolMissing:
        return Check("gcloud", "failed", "it is not installed.", INSTALL)
    except (GcloudFailed, ToolSilent) as problem:
        return Check("gcloud", "failed", str(problem), "gcloud version")
    return Check("gcloud", "ok", f"version {versions.get('Google Cloud SDK', 'unknown')}.")


def terraform(ask: Ask = processes.ask, environ: Mapping[str, str] = os.environ) -> Check:
    wanted = ".".join(map(str, LEAST_TERRAFORM[:2]))
    try:
        answer = ask(["terraform", "version", "-json"], environ)
        version = str(json.loads(answer.out)["terraform_version"])
    except ToolMissing:
        return Check("Terraform", "failed", "it is not installed.", TERRAFORM_INSTALL)
    except (ToolSilent, ValueError, LookupError, TypeError):
        return Check("Terraform", "failed", "`terraform version` does not say which it is.", TERRAFORM_INSTALL)
    if _numbers(version) < LEAST_TERRAFORM:
        return Check("Terraform", "failed", f"version {version}; {wanted} or newer is needed.", TERRAFORM_INSTALL)
    return Check("Terraform", "ok", f"version {version}.")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])


def account(gcloud: Gcloud) -> Check:
    """The detail of a good one begins with the account."""
    try:
        active = gcloud.value("auth", "list", "--filter=status:ACTIVE", "--format=value(account)")
    except GcloudFailed as problem:
        return Check("account", "failed", str(problem), SIGN_IN)
    if not active:
        return Check("account", "failed", "nobody is signed in to gcloud.", SIGN_IN)
    return Check("account", "ok", active)


def _applications(gcloud: Gcloud) -> Check:
    """What Terraform signs in with. The token that tells is thrown away."""
    try:
        gcloud.text("auth", "application-default", "print-access-token")
    except GcloudFailed:
        return Check("credentials for Terraform", "failed", "there are none that work.", SIGN_IN_APPLICATIONS)
    return Check("credentials for Terraform", "ok", "application-default credentials.")
