"""The documented ways to change a deployment: the variables, and what a plan does about it."""

from dataclasses import dataclass, field
from typing import Any

PROJECT = "acme-identity"
NUMBER = "123456789012"
NEEDED = {"project_id": PROJECT, "region": "europe-west1", "admin_members": ["user:barbara@example.com"]}
ADMINS = [
    "user:barbara@example.com",
    "group:identity@example.org",
    "group:help@example.org",
    f"serviceAccount:night@{PROJECT}.iam.gserviceaccount.com",
]
EVERYTHING: dict[str, Any] = {
    "firestore_location": "europe-west1",
    "admin_members": ADMINS,
    "alert_emails": ["ops@example.com"],
    "settings": {"SETTLE_WAIT_SECONDS": "3", "LOG_LEVEL": "DEBUG", "REMOVAL_PEOPLE_LEAST": "7"},
    "min_instances": 1,
    "max_instances": 20,
    "domain": "scim.example.com",
    "allowed_ip_ranges": [f"192.0.2.{number}/32" for number in range(12)],
    "static_egress_ip": True,
    "private_jobs": True,
    "pull_schedule": "*/15 * * * *",
    "reconcile_schedule": "0 3 * * *",
    "public_access": "invoker_check_off",
}
"""All that can be switched on at once."""


@dataclass(frozen=True)
class Variation:
    """What is changed in a deployment that has the needed variables only. `replaces`: kinds of resources that may be
    made anew; `refused`: what the refusal says, for a change that would lose something.
    """

    name: str
    change: dict[str, Any] = field(default_factory=dict)
    replaces: frozenset[str] = frozenset()
    refused: str = ""

    @property
    def variables(self) -> dict[str, Any]:
        return {**NEEDED, **self.change}


OF_REGION = frozenset(
    {
        "google_artifact_registry_repository",
        "google_artifact_registry_repository_iam_member",
        "google_cloud_run_v2_service_iam_member",
        "google_cloud_scheduler_job",
        "google_cloudfunctions2_function",
        "google_project_iam_member",  # its condition names the region
        "google_storage_bucket",
        "google_storage_bucket_iam_member",
        "google_storage_bucket_object",
    }
)
UPTIME = frozenset({"google_monitoring_uptime_check_config"})
NOT_DESTROYED = "Instance cannot be destroyed"

VARIATIONS = (
    Variation("nothing"),
    Variation("a new release", {"source_archive": "next.zip"}, frozenset({"google_storage_bucket_object"})),
    Variation("the invoker check off", {"public_access": "invoker_check_off"}),
    Variation("administrators", {"admin_members": ADMINS}),
    Variation("alerts by e-mail", {"alert_emails": ["ops@example.com", "identity@example.com"]}),
    Variation("settings", {"settings": EVERYTHING["settings"]}),
    Variation("warm instances", {"min_instances": 2}),
    Variation("more instances", {"max_instances": 50}),
    Variation("fewer instances than are kept warm", {"min_instances": 3, "max_instances": 1}),
    Variation("a domain", {"domain": "scim.example.com"}, UPTIME),
    Variation("a domain for some", {k: EVERYTHING[k] for k in ("domain", "allowed_ip_ranges")}, UPTIME),
    Variation("a fixed address", {"static_egress_ip": True}),
    Variation("private jobs", {"private_jobs": True}),
    Variation("private jobs from a fixed address", {"private_jobs": True, "static_egress_ip": True}),
    Variation("a pull", {"pull_schedule": "*/15 * * * *"}),
    Variation("a reconciliation", {"reconcile_schedule": "0 3 * * *"}),
    Variation("everything", EVERYTHING, UPTIME),
    Variation("another region", {"region": "europe-west4", "firestore_location": "europe-west1"}, OF_REGION | UPTIME),
    Variation("another region of the database too", {"region": "europe-west4"}, refused=NOT_DESTROYED),
    Variation("another location of the database", {"firestore_location": "eur3"}, refused=NOT_DESTROYED),
    Variation("another name", {"name": "other-bridge"}, refused=NOT_DESTROYED),
    Variation(
        "ranges without a domain", {"allowed_ip_ranges": ["192.0.2.0/24"]}, refused="without domain nothing would"
    ),
    Variation("a setting nobody knows", {"settings": {"STORE": "sqlite"}}, refused="settings holds STORE"),
)
