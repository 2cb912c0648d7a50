"""What has to be there before Terraform can plan: APIs, a bucket for its state, and the source to build from."""

from pathlib import Path

from scim.cli import archive
from scim.cli.archive import Archive
from scim.cli.console import Problem
from scim.cli.deploy import record
from scim.cli.deploy.choices import Choices
from scim.cli.deploy.site import Site

APIS = (
    "artifactregistry.googleapis.com",
    "cloudbuild.googleapis.com",
    "cloudfunctions.googleapis.com",
    "cloudresourcemanager.googleapis.com",
    "cloudscheduler.googleapis.com",
    "firebaserules.googleapis.com",
    "firestore.googleapis.com",
    "iam.googleapis.com",
    "logging.googleapis.com",
    "monitoring.googleapis.com",
    "run.googleapis.com",
    "secretmanager.googleapis.com",
    "storage.googleapis.com",
)
FOR_PULLS = ("admin.googleapis.com", "iamcredentials.googleapis.com")
FOR_NETWORKS = ("compute.googleapis.com",)
"""As infra/apis.tf has them. Terraform's first look at the project needs some of them on."""


def prepare(site: Site, on: frozenset[str]) -> None:
    """`on`: the APIs that are. What was chosen is kept beside Terraform's state, for the next machine."""
    missing = missing_apis(site, on)
    switch_on(site, missing)
    if missing:
        require_region(site)
    ensure_bucket(site)
    record.send(site.gcloud, site.choices.model_dump(mode="json", exclude_unset=True))


def apis(choices: Choices) -> list[str]:
    networks = choices.domain or choices.static_egress_ip or choices.private_jobs
    return [*APIS, *(FOR_PULLS if choices.pull_schedule else ()), *(FOR_NETWORKS if networks else ())]


def missing_apis(site: Site, on: frozenset[str]) -> list[str]:
    return [api for api in apis(site.choices) if api not in on]


def switch_on(site: Site, missing: list[str]) -> None:
    if missing:
        with site.screen.waiting(f"Switching on {len(missing)} APIs"):
            site.gcloud.text("services", "enable", *missing)
        site.screen.tell(f"{len(missing)} APIs are switched on.")


def require_region(site: Site) -> None:
    """Problem unless a database and a schedule can be where it is said."""
    choices = site.choices
    database = choices.firestore_location or choices.region
    where = {
        "firestore_location": ("firestore", database),
        "region": ("scheduler", choices.region),
    }
    for name, (service, wanted) in where.items():
        offered = site.gcloud.lines(service, "locations", "list", "--format=value(locationId)")
        if offered and wanted not in offered:
            near = ", ".join(sorted(each for each in offered if each.split("-")[0] == wanted.split("-")[0]))
            raise Problem(
                f"{wanted} has no {service.capitalize()}. Choose another {name}: {near or ', '.join(offered)}."
            )


def has_bucket(site: Site) -> bool:
    return site.gcloud.is_there("storage", "buckets", "describe", f"gs://{record.bucket(site.project)}")


def ensure_bucket(site: Site) -> None:
    """For Terraform's state: with versions, and never public. A run that stopped half-way is gone on with."""
    bucket = f"gs://{record.bucket(site.project)}"
    if not has_bucket(site):
        with site.screen.waiting(f"Making the bucket {bucket}"):
            closed = ("--uniform-bucket-level-access", "--public-access-prevention")
            site.gcloud.text("storage", "buckets", "create", bucket, f"--location={site.choices.region}", *closed)
        site.screen.tell(f"The bucket {bucket} is made, for Terraform's state.")
    if (site.gcloud.data("storage", "buckets", "describe", bucket) or {}).get("versioning_enabled") is not True:
        site.gcloud.text("storage", "buckets", "update", bucket, "--versioning")


def pack(site: Site, op: Path | None) -> Archive:
    """The same source gives the same archive, and an archive that did not change builds nothing anew."""
    with site.screen.waiting("Packing the source"):
        packed = archive.build(site.place.root, site.place.work / "source.zip", op=op)
    site.screen.tell(
        f"Source: {len(packed.files)} files, {packed.size_bytes / 1e6:.1f} MB, SHA-256 {packed.sha256[:12]}…."
    )
    return packed
