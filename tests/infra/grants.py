"""Who may do what: design §8 as a table, and what a plan grants, in the same words."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from tests.infra.terraform import Resource
from tests.infra.variations import NUMBER, PROJECT


class Grant(NamedTuple):
    """`on`: one thing, by its kind and name, or `project`. `only`: the condition."""

    who: str
    role: str
    on: str
    only: str = ""


INVOKE = "roles/run.invoker"
READ_SECRET = "roles/secretmanager.secretAccessor"
TARGETS = {
    "google_artifact_registry_repository_iam_member": ("repository", "repository"),
    "google_cloud_run_v2_service_iam_member": ("function", "name"),
    "google_project_iam_member": ("project", "project"),
    "google_secret_manager_secret_iam_member": ("secret", "secret_id"),
    "google_service_account_iam_member": ("account", "service_account_id"),
    "google_storage_bucket_iam_member": ("bucket", "bucket"),
}
"""By the type of a grant: what it is on, and the argument that says which."""


def expected(variables: dict[str, Any]) -> set[Grant]:
    region = variables["region"]
    database = f'resource.name == "projects/{PROJECT}/databases/scim-bridge"'
    sources = f'resource.name.startsWith("projects/_/buckets/gcf-v2-sources-{NUMBER}-{region}")'
    always = {
        Grant("scim", "roles/datastore.user", "project", database),
        Grant("scim", READ_SECRET, "secret scim-bridge-tokens"),
        Grant("scim", INVOKE, "function scim-bridge-jobs"),
        Grant("jobs", "roles/datastore.user", "project", database),
        Grant("jobs", READ_SECRET, "secret scim-bridge-scimsession"),
        Grant("admin", "roles/datastore.user", "project", database),
        Grant("admin", INVOKE, "function scim-bridge-jobs"),
        Grant("scheduler", INVOKE, "function scim-bridge-jobs"),
        Grant("build", "roles/logging.logWriter", "project"),
        Grant("build", "roles/storage.objectViewer", "project", sources),
        Grant("build", "roles/storage.objectViewer", f"bucket {PROJECT}-scim-bridge-source"),
        Grant("build", "roles/artifactregistry.writer", "repository scim-bridge"),
    }
    return always | set(_as_set(variables))


def _as_set(variables: dict[str, Any]) -> Iterator[Grant]:
    if variables.get("public_access", "all_users") == "all_users":
        yield Grant("allUsers", INVOKE, "function scim-bridge-scim")
    for member in variables["admin_members"]:
        yield Grant(member, INVOKE, "function scim-bridge-admin")
    if variables.get("pull_schedule"):
        yield Grant("jobs", "roles/iam.serviceAccountTokenCreator", "account jobs")


def given(resources: Iterable[Resource]) -> list[Grant]:
    return [_grant(each) for each in resources if "_iam_" in each.type]


def _grant(resource: Resource) -> Grant:
    kind, argument = TARGETS.get(resource.type, (resource.type, "id"))
    values = resource.values
    on = "project" if kind == "project" else f"{kind} {_short(str(values.get(argument)))}"
    conditions = values.get("condition") or [{"expression": ""}]
    return Grant(_short(str(values.get("member"))), str(values.get("role")), on, conditions[0]["expression"])


def _short(name: str) -> str:
    """`jobs` for the service account of the jobs; everything else as it is."""
    domain = f"@{PROJECT}.iam.gserviceaccount.com"
    account = name.removeprefix("serviceAccount:").removeprefix(f"projects/{PROJECT}/serviceAccounts/")
    ours = account.startswith("scim-bridge-") and account.endswith(domain)
    return account.removesuffix(domain).removeprefix("scim-bridge-") if ours else name
