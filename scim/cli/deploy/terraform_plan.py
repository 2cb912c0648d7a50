"""A plan of Terraform in a few lines: what is made, changed and taken away, in the operator's words."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PARTS = (
    ("google_project_service", "APIs"),
    ("google_cloudfunctions2", "functions"),
    ("google_storage", "source and state"),
    ("google_artifact", "images"),
    ("google_firestore", "database"),
    ("google_firebaserules", "database"),
    ("google_secret_manager_secret_iam", "rights"),
    ("google_secret_manager", "secrets"),
    ("google_cloud_scheduler", "schedule"),
    ("google_monitoring", "alarms and dashboard"),
    ("google_logging", "alarms and dashboard"),
    ("google_compute", "network and domain"),
    ("google_service_account_iam", "rights"),
    ("google_service_account", "service accounts"),
)
EXPENDABLE = {"google_storage_bucket_object", "google_project_service"}
"""What goes at each upgrade (the source of the last one), or is only forgotten."""


@dataclass(frozen=True, slots=True)
class Change:
    """`action`: create, update, replace or destroy."""

    address: str
    type: str
    action: str

    @property
    def part(self) -> str:
        if "_iam_" in self.type:
            return "rights"
        return next((part for prefix, part in PARTS if self.type.startswith(prefix)), "others")

    @property
    def removes(self) -> bool:
        return self.action in ("replace", "destroy") and self.type not in EXPENDABLE


def changes(shown: Mapping[str, Any]) -> list[Change]:
    """Of the JSON that `terraform show` prints for a plan (developer.hashicorp.com/terraform/internals/json-format)."""
    return [
        Change(str(each["address"]), str(each["type"]), action)
        for each in shown.get("resource_changes", ())
        if (action := _action(each["change"]["actions"]))
    ]


def _action(actions: Sequence[str]) -> str:
    if "delete" in actions:
        return "replace" if "create" in actions else "destroy"
    return next((action for action in actions if action in ("create", "update")), "")


def summary(planned: Sequence[Change]) -> list[str]:
    """One line for what is made; what is changed or taken away by name."""
    if not planned:
        return ["Nothing to change: what is there is what is wanted."]
    made = Counter(change.part for change in planned if change.action == "create")
    lines = [f"+ {sum(made.values())} to make: {_listed(made)}"] if made else []
    for sign, action in (("~", "update"), ("!", "replace"), ("-", "destroy")):
        addresses = [change.address for change in planned if change.action == action]
        words = {"update": "to change", "replace": "to make anew", "destroy": "to take away"}[action]
        if addresses:
            lines += [f"{sign} {len(addresses)} {words}:", *(f"    {address}" for address in addresses)]
    return lines


def _listed(counted: Counter[str]) -> str:
    return ", ".join(f"{part} {number}" for part, number in counted.most_common())
