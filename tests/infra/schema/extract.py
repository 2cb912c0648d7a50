"""The schema of a few resources of Terraform's google provider, from the npm package @cdktf/provider-google.

    python -m tests.infra.schema.extract package/.jsii >tests/infra/schema/google.json

README.md beside this file says which package. The answer: {"resources" | "data": {type: {attribute: {"type", …}}}},
where a block has the type "block", its "nesting", "max" if it may come once only, and "attrs".
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Json = dict[str, Any]

RESOURCES = {
    "google_artifact_registry_repository",
    "google_artifact_registry_repository_iam_member",
    "google_cloud_run_v2_service_iam_member",
    "google_cloud_scheduler_job",
    "google_cloudfunctions2_function",
    "google_compute_address",
    "google_compute_backend_service",
    "google_compute_global_address",
    "google_compute_global_forwarding_rule",
    "google_compute_managed_ssl_certificate",
    "google_compute_network",
    "google_compute_region_network_endpoint_group",
    "google_compute_router",
    "google_compute_router_nat",
    "google_compute_security_policy",
    "google_compute_ssl_policy",
    "google_compute_subnetwork",
    "google_compute_target_https_proxy",
    "google_compute_url_map",
    "google_firebaserules_release",
    "google_firebaserules_ruleset",
    "google_firestore_backup_schedule",
    "google_firestore_database",
    "google_firestore_field",
    "google_logging_metric",
    "google_monitoring_alert_policy",
    "google_monitoring_dashboard",
    "google_monitoring_notification_channel",
    "google_monitoring_uptime_check_config",
    "google_project_iam_member",
    "google_project_service",
    "google_secret_manager_secret",
    "google_secret_manager_secret_iam_member",
    "google_service_account",
    "google_service_account_iam_member",
    "google_storage_bucket",
    "google_storage_bucket_iam_member",
    "google_storage_bucket_object",
}
DATA = {"google_project"}
"""What infra/ uses; `test_the_schema_holds_what_is_used_and_no_more` compares."""

BASES = {"cdktf.TerraformResource": "resources", "cdktf.TerraformDataSource": "data"}
PRIMITIVES = {"string": "string", "number": "number", "boolean": "bool", "any": "any"}
NOT_OF_PROVIDER = {"connection", "count", "depends_on", "for_each", "lifecycle", "provider", "provisioners", "timeouts"}
OF_CDKTF = {
    *("connection", "constructNodeMetadata", "count", "dependsOn", "forEach", "friendlyUniqueId", "lifecycle", "node"),
    *("provider", "provisioners", "rawOverrides", "terraformGeneratorMetadata", "terraformMetaArguments", "fqn"),
    *("terraformResourceType", "cdktfStack", "creationStack", "internalValue", "tfResourceType", "complexObjectIndex"),
    *("complexObjectIsFromSet", "terraformAttribute", "terraformResource", "wrapsSet", "timeouts"),
}


class Package:
    def __init__(self, types: Json) -> None:
        self._types = types

    def schemas(self) -> Json:
        """{"resources": …, "data": …} of what RESOURCES and DATA name."""
        found: Json = {"resources": {}, "data": {}}
        wanted = {"resources": RESOURCES, "data": DATA}
        for name, kind in self._types.items():
            section = BASES.get(kind.get("base", ""))
            terraform_name = _terraform_name(kind)
            if section and terraform_name in wanted[section]:
                attributes = {
                    attribute: shape
                    for attribute, shape in self._arguments(f"{name}Config").items()
                    if attribute not in NOT_OF_PROVIDER
                }
                self._add_computed(name, attributes)
                found[section][terraform_name] = attributes | {"id": {"type": "string", "computed": True}}
        return found

    def _arguments(self, name: str) -> Json:
        found: Json = {}
        for each in self._types[name].get("properties", []):
            attribute = _argument_name(each)
            found[attribute] = self._argument(each["type"])
            if not each.get("optional"):
                found[attribute]["required"] = True
        if "project" in found and "required" not in found["project"]:
            found["project"]["computed"] = True  # the provider's own, where none is named
        return found

    def _argument(self, kind: Json) -> Json:
        element, many = _element(kind)
        if "fqn" not in element or element["fqn"] == "cdktf.IResolvable":
            return {"type": _simple(element)}
        block = {"type": "block", "nesting": "list", "attrs": self._arguments(element["fqn"])}
        return block if many else block | {"max": 1}

    def _add_computed(self, name: str, attributes: Json) -> None:
        """Properties of the class that are no arguments are what the provider tells."""
        own = self._types.get(name, {}).get("properties", [])
        names = {each["name"] for each in own}
        by_letters = {attribute.replace("_", ""): attribute for attribute in attributes}
        for each in own:
            is_input = each["name"].removesuffix("Input") in names - {each["name"]}
            if each["name"] in OF_CDKTF or each.get("static") or is_input:
                continue
            attribute, kind = _snake(each["name"]), each["type"]
            known = attributes.get(by_letters.get(attribute.replace("_", ""), ""))
            if known and known["type"] == "block" and "fqn" in kind:
                inner = kind["fqn"].removesuffix("List").removesuffix("OutputReference")
                self._add_computed(f"{inner}OutputReference", known["attrs"])
            elif not known and (told := _told(kind)):
                attributes[attribute] = {"type": told, "readonly": True}


def _terraform_name(kind: Json) -> str:
    said = re.search(r"/(?:resources|data-sources)/\w+ (google_\w+)", kind.get("docs", {}).get("summary", ""))
    return said[1] if said else ""


def _argument_name(each: Json) -> str:
    """The documentation has the exact name, behind a `#`."""
    said = re.search(r"#([a-z0-9_]+) [A-Za-z0-9]+#\1", str(each.get("docs")))
    return said[1] if said else _snake(each["name"])


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def _element(kind: Json) -> tuple[Json, bool]:
    """What a property holds, and whether a list of it."""
    if "union" in kind:
        kind = next(each for each in kind["union"]["types"] if each.get("fqn") != "cdktf.IResolvable")
    if kind.get("collection", {}).get("kind") == "array" and "fqn" in kind["collection"]["elementtype"]:
        return kind["collection"]["elementtype"], True
    return kind, False


def _simple(kind: Json) -> str:
    if "primitive" in kind:
        return PRIMITIVES[kind["primitive"]]
    if "collection" in kind:
        outer = "map" if kind["collection"]["kind"] == "map" else "list"
        element, _ = _element(kind["collection"]["elementtype"])
        return f"{outer}({_simple(element)})"
    return "bool"


def _told(kind: Json) -> str | None:
    named = {"cdktf.IResolvable": "bool", "cdktf.StringMap": "map(string)"}
    if "fqn" in kind:
        return named.get(kind["fqn"])
    return _simple(kind)


def _lines(schemas: Json) -> Iterator[str]:
    """One line for each resource, so that a change of one is a change of one line."""
    sections = []
    for section, types in schemas.items():
        rows = (f"{json.dumps(name)}: {json.dumps(types[name], sort_keys=True)}" for name in sorted(types))
        sections.append(f"{json.dumps(section)}: {{\n" + ",\n".join(rows) + "\n}")
    yield "{" + ",\n".join(sections) + "}"


if __name__ == "__main__":
    package = json.loads(Path(sys.argv[1]).read_text())
    print("\n".join(_lines(Package(package["types"]).schemas())))
