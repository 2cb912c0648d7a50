"""The fixture of the provider's schema: what it holds, and how it is made of the package."""

import json
import re

import pytest

from tests.infra.check import NEAR
from tests.infra.schema.extract import DATA, RESOURCES, Package
from tests.infra.stand_in_schema import SCHEMA, Json
from tests.infra.terraform import INFRA

HCL = "\n".join(path.read_text() for path in INFRA.glob("*.tf"))
FIXTURE = json.loads((SCHEMA / "google.json").read_text())
ADDITIONS = json.loads((SCHEMA / "additions.json").read_text())

CONFIG = "@cdktf/provider-google.thing.GoogleThingConfig"
NESTED = "@cdktf/provider-google.thing.GoogleThingRule"

CHANGED = {"google_storage_bucket.retention_policy.retention_period"}
"""A number in the version of the fixture, a string since 7.0; nothing here uses it."""


def doc(name: str) -> Json:
    return {"see": f"{{@link https://example.com/docs#{name} GoogleThing#{name}}}"}


TYPES = {
    "@cdktf/provider-google.thing.GoogleThing": {
        "kind": "class",
        "name": "GoogleThing",
        "base": "cdktf.TerraformResource",
        "docs": {"summary": "Represents a {@link https://example.com/docs/resources/thing google_project_service}."},
        "properties": [
            {"name": "etag", "type": {"primitive": "string"}},
            {"name": "serviceInput", "type": {"primitive": "string"}},
            {"name": "service", "type": {"primitive": "string"}},
            {"name": "tfResourceType", "static": True, "type": {"primitive": "string"}},
        ],
    },
    CONFIG: {
        "kind": "interface",
        "name": "GoogleThingConfig",
        "properties": [
            {"name": "service", "docs": doc("service"), "type": {"primitive": "string"}},
            {"name": "project", "optional": True, "docs": doc("project"), "type": {"primitive": "string"}},
            {"name": "count", "optional": True, "type": {"primitive": "number"}},
            {
                "name": "rule",
                "optional": True,
                "docs": doc("rule"),
                "type": {
                    "union": {
                        "types": [
                            {"fqn": "cdktf.IResolvable"},
                            {"collection": {"kind": "array", "elementtype": {"fqn": NESTED}}},
                        ]
                    }
                },
            },
        ],
    },
    NESTED: {
        "kind": "interface",
        "name": "GoogleThingRule",
        "properties": [
            {
                "name": "ipRanges",
                "optional": True,
                "docs": doc("ip_ranges"),
                "type": {"collection": {"kind": "array", "elementtype": {"primitive": "string"}}},
            }
        ],
    },
}


def test_the_schema_holds_what_is_used_and_no_more():
    assert set(FIXTURE["resources"]) == RESOURCES == set(re.findall(r'^resource "(\w+)"', HCL, re.MULTILINE))
    assert set(FIXTURE["data"]) == DATA == set(re.findall(r'^data "(\w+)"', HCL, re.MULTILINE))


def test_what_was_added_by_hand_is_of_resources_that_are_used():
    assert set(ADDITIONS["resources"]) <= RESOURCES
    assert set(ADDITIONS["data"]) <= DATA


def test_nothing_in_it_names_a_registry():
    text = (SCHEMA / "google.json").read_text() + (SCHEMA / "additions.json").read_text()

    assert not re.search(r"https?://|registry\.", text)


def test_a_resource_is_read_from_the_package_with_what_it_tells():
    found = Package(TYPES).schemas()["resources"]["google_project_service"]

    assert found == {
        "service": {"type": "string", "required": True},
        "project": {"type": "string", "computed": True},
        "rule": {"type": "block", "nesting": "list", "attrs": {"ip_ranges": {"type": "list(string)"}}},
        "etag": {"type": "string", "readonly": True},
        "id": {"type": "string", "computed": True},
    }


@pytest.mark.skipif(not NEAR.exists(), reason="there is no newer schema beside this repository")
def test_the_fixture_agrees_with_a_newer_schema():
    """On the types of the arguments that both have; what is told only and what is newer aside."""
    near = json.loads(NEAR.read_text())
    shared = FIXTURE["resources"].keys() & near.keys()
    differing = {f"{name}.{path}" for name in shared for path in differences(FIXTURE["resources"][name], near[name])}

    assert len(shared) > 30
    assert differing == CHANGED


def differences(ours: Json, theirs: Json, path: str = "") -> list[str]:
    found = []
    for name in ours.keys() & theirs.keys():
        one, other = ours[name], theirs[name]
        if (one["type"] == "block") != (other["type"] == "block") and not one.get("readonly"):
            found.append(f"{path}{name}")
        elif one["type"] == "block":
            found += differences(one["attrs"], other.get("attrs", {}), f"{path}{name}.")
        elif not one.get("readonly") and one["type"].replace("set(", "list(") != other["type"].replace("set(", "list("):
            found.append(f"{path}{name}")
    return found
