"""Whether the Google Cloud project is one the bridge can be installed in, by this account."""

import http.client
import json
import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

from scim.cli.deploy import policies
from scim.cli.deploy.gcloud import Denied, Gcloud, GcloudFailed, NotThere, SignedOut
from scim.cli.deploy.machine import SIGN_IN
from scim.cli.deploy.policies import Policy
from scim.cli.deploy.processes import ToolSilent
from scim.cli.deploy.screen import Check

SECONDS = 20
RESOURCE_MANAGER = "https://cloudresourcemanager.googleapis.com/"
ENDPOINT_VARIABLE = "CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDRESOURCEMANAGER"
"""gcloud's own name for another endpoint, such as the one of a private network."""

ROLES = {
    "artifactregistry.repositories.create": "roles/artifactregistry.admin",
    "cloudfunctions.functions.create": "roles/cloudfunctions.admin",
    "cloudscheduler.jobs.create": "roles/cloudscheduler.admin",
    "datastore.databases.create": "roles/datastore.owner",
    "firebaserules.rulesets.create": "roles/firebaserules.admin",
    "iam.serviceAccounts.actAs": "roles/iam.serviceAccountUser",
    "iam.serviceAccounts.create": "roles/iam.serviceAccountAdmin",
    "logging.logMetrics.create": "roles/logging.configWriter",
    "monitoring.alertPolicies.create": "roles/monitoring.editor",
    "resourcemanager.projects.setIamPolicy": "roles/resourcemanager.projectIamAdmin",
    "run.services.setIamPolicy": "roles/run.admin",
    "secretmanager.versions.add": "roles/secretmanager.admin",
    "serviceusage.services.enable": "roles/serviceusage.serviceUsageAdmin",
    "storage.buckets.create": "roles/storage.admin",
}
"""By a permission that is needed: the smallest role that has it and what else its part of the work needs."""


@dataclass(frozen=True, slots=True)
class Project:
    """What was found: the checks, the APIs that are on, and what the organisation demands."""

    checks: tuple[Check, ...]
    apis: frozenset[str]
    policies: Mapping[str, Policy]


def look(gcloud: Gcloud, account: str, *, has_domain: bool) -> Project:
    """Everything at once, for each call takes a second or two; if the project is not there, no more than that."""
    there = _there(gcloud)
    if there.state == "failed":
        return Project((there,), frozenset(), {})
    with ThreadPoolExecutor(max_workers=8) as at_once:
        billing = at_once.submit(_billing, gcloud)
        apis = at_once.submit(_apis, gcloud)
        rights = at_once.submit(_rights, gcloud, account)
        rules = {each: at_once.submit(policies.read, gcloud, each) for each in policies.CONSTRAINTS}
        found = {each: rule.result() for each, rule in rules.items()}
        ruled = policies.checks(found, gcloud.project, has_domain=has_domain)
        return Project((there, billing.result(), rights.result(), *ruled), apis.result(), found)


def _there(gcloud: Gcloud) -> Check:
    project = gcloud.project
    try:
        state = gcloud.value("projects", "describe", project, "--format=value(lifecycleState)")
    except SignedOut as problem:
        return Check("project", "failed", str(problem), SIGN_IN)
    except (NotThere, Denied):
        detail = f"{project} is not there, or this account may not see it."
        return Check("project", "failed", detail, f"gcloud projects create {project}")
    if state != "ACTIVE":
        return Check("project", "failed", f"{project} is {state}.", f"gcloud projects undelete {project}")
    return Check("project", "ok", project)


def _billing(gcloud: Gcloud) -> Check:
    try:
        enabled = gcloud.value("billing", "projects", "describe", gcloud.project, "--format=value(billingEnabled)")
    except (GcloudFailed, ToolSilent) as problem:
        return Check("billing", "warning", f"it cannot be looked at: {problem}", "Functions are built only with it on.")
    if enabled.lower() != "true":
        cure = (
            f"gcloud billing accounts list\ngcloud billing projects link {gcloud.project} --billing-account=ACCOUNT_ID"
        )
        return Check("billing", "failed", "the project has no billing account.", cure)
    return Check("billing", "ok", "on.")


def _apis(gcloud: Gcloud) -> frozenset[str]:
    """Those that are on; none where this account may not ask."""
    try:
        return frozenset(gcloud.lines("services", "list", "--enabled", "--format=value(config.name)"))
    except (GcloudFailed, ToolSilent):
        return frozenset()


def _rights(gcloud: Gcloud, account: str) -> Check:
    try:
        held = permissions(gcloud, list(ROLES))
    except (GcloudFailed, ToolSilent, OSError, http.client.HTTPException, ValueError, LookupError):
        return Check(
            "permissions", "warning", "they cannot be looked at.", "This goes on; what is missing shows later."
        )
    missing = sorted(role for permission, role in ROLES.items() if permission not in held)
    if not missing:
        return Check("permissions", "ok", f"{account} may do all of it.")
    kind = "serviceAccount" if account.endswith(".gserviceaccount.com") else "user"
    bind = f"gcloud projects add-iam-policy-binding {gcloud.project} --member={kind}:{account} --condition=None --role="
    cure = "\n".join(["Somebody who owns the project can run:", *(f"{bind}{role}" for role in missing)])
    return Check("permissions", "failed", f"{account} lacks {len(missing)} roles.", cure)


def permissions(gcloud: Gcloud, asked: list[str], environ: Mapping[str, str] = os.environ) -> set[str]:
    """Which of these this account has in the project. gcloud has no command for it; the token stands in a header."""
    parts = urlsplit(environ.get(ENDPOINT_VARIABLE) or RESOURCE_MANAGER)
    kind: Callable[..., http.client.HTTPConnection] = (
        http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    )
    token = gcloud.value("auth", "print-access-token")
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    connection = kind(parts.netloc, timeout=SECONDS)
    try:
        path = f"{parts.path.rstrip('/')}/v1/projects/{gcloud.project}:testIamPermissions"
        connection.request("POST", path, json.dumps({"permissions": asked}), headers)
        response = connection.getresponse()
        answer = json.loads(response.read())
    finally:
        connection.close()
    if response.status != 200:
        raise ValueError(response.status)
    return set(answer.get("permissions", ()))
