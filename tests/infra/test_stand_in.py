"""The stand-in fills in, keeps and refuses what a provider would. Without terraform."""

import json
import os
import subprocess
import sys
from pathlib import Path

import msgpack
import pytest

from tests.infra.stand_in_provider import PROVIDER, serving
from tests.infra.stand_in_schema import newer, schema_message, schemas
from tests.infra.stand_in_values import UNKNOWN, blank, completed, mistakes, packed, replaced_for, unpacked

INNER = {"mode": {"type": "string", "enum": ["A"]}, "uri": {"type": "string", "readonly": True}}
ATTRIBUTES = {
    "name": {"type": "string", "required": True, "force_new": True},
    "project": {"type": "string", "computed": True},
    "mode": {"type": "string", "enum": ["FAST", "SLOW"], "default": "SLOW"},
    "email": {"type": "string", "readonly": True, "early": True, "told": "{name}@{project}"},
    "id": {"type": "string", "computed": True, "told": "ids/{name}"},
    "tags": {"type": "list(string)"},
    "count": {"type": "number", "readonly": True},
    "inner": {"type": "block", "max": 1, "attrs": INNER},
    "timeouts": {"type": "block", "nesting": "single", "attrs": {"create": {"type": "string"}}},
}
GIVEN = {"name": "barbara", "inner": [{"mode": "A"}]}
OF_PROVIDER = {"project": "acme"}


def test_a_plan_of_something_new_says_what_is_known_before_and_leaves_the_rest_unknown():
    planned = completed(GIVEN, ATTRIBUTES, OF_PROVIDER, "create")

    assert planned == {
        "name": "barbara",
        "project": "acme",
        "mode": "SLOW",
        "email": "barbara@acme",
        "id": UNKNOWN,
        "tags": None,
        "count": UNKNOWN,
        "inner": [{"mode": "A", "uri": UNKNOWN}],
        "timeouts": None,
    }


def test_what_is_applied_is_known_to_the_last():
    planned = completed(GIVEN, ATTRIBUTES, OF_PROVIDER, "create")
    applied = completed(planned, ATTRIBUTES, OF_PROVIDER, "apply")

    assert applied == {
        **(planned or {}),
        "id": "ids/barbara",
        "count": 1,
        "inner": [{"mode": "A", "uri": "told-uri"}],
    }


def test_a_second_plan_changes_nothing():
    applied = completed(GIVEN, ATTRIBUTES, OF_PROVIDER, "apply")

    assert completed(applied, ATTRIBUTES, OF_PROVIDER, "update") == applied


def test_what_the_configuration_does_not_know_yet_stays_unknown_in_a_plan():
    planned = completed({"name": UNKNOWN, "tags": UNKNOWN}, ATTRIBUTES, OF_PROVIDER, "update") or {}

    assert (planned["name"], planned["tags"], planned["email"]) == (UNKNOWN, UNKNOWN, UNKNOWN)


def test_nothing_stays_nothing():
    assert completed(None, ATTRIBUTES, OF_PROVIDER, "apply") is None


def test_what_is_taken_up_is_known_by_its_id():
    taken = blank(ATTRIBUTES, "projects/acme/things/barbara", OF_PROVIDER)

    assert (taken["name"], taken["id"], taken["inner"], taken["timeouts"]) == (
        "barbara",
        "projects/acme/things/barbara",
        [],
        None,
    )


@pytest.mark.parametrize(
    ("prior", "planned", "replaced"),
    [
        ({"name": "a"}, {"name": "b"}, ["name"]),
        ({"name": "a"}, {"name": "a"}, []),
        ({"name": "a"}, {"name": UNKNOWN}, ["name"]),
        ({"name": None}, {"name": "b"}, []),
        (None, {"name": "b"}, []),
        ({"name": "a"}, None, []),
    ],
)
def test_what_cannot_be_changed_is_made_anew(prior, planned, replaced):
    assert replaced_for(prior, planned, ATTRIBUTES) == replaced


def test_a_value_outside_of_its_list_is_a_mistake_wherever_it_is():
    found = list(mistakes({"mode": "FASTER", "inner": [{"mode": "B"}]}, ATTRIBUTES))

    assert found == ["mode is 'FASTER': it must be one of FAST, SLOW", "inner.mode is 'B': it must be one of A"]


@pytest.mark.parametrize("value", [None, {}, UNKNOWN, {"inner": UNKNOWN}, {"mode": UNKNOWN}, {"mode": "FAST"}])
def test_what_is_right_or_unknown_is_no_mistake(value):
    assert list(mistakes(value, ATTRIBUTES)) == []


def test_the_schema_says_who_gives_a_value():
    block = schema_message(ATTRIBUTES).block
    attributes = {each.name: (each.required, each.optional, each.computed) for each in block.attributes}

    assert attributes["name"] == (True, False, False)
    assert attributes["mode"] == (False, True, False)
    assert attributes["project"] == (False, True, True)
    assert attributes["email"] == (False, False, True)
    assert [json.loads(each.type) for each in block.attributes if each.name == "tags"] == [["list", "string"]]
    assert [(each.type_name, each.max_items, each.nesting) for each in block.block_types] == [
        ("inner", 1, 2),
        ("timeouts", 0, 1),
    ]


def test_an_unknown_value_survives_the_wire():
    assert unpacked(packed({"a": UNKNOWN, "b": [1]})) == {"a": msgpack.ExtType(0, b"\0"), "b": [1]}


def test_a_newer_schema_counts_and_what_was_added_by_hand_counts_most(tmp_path):
    path = tmp_path / "newer.json"
    path.write_text(
        json.dumps(
            {
                "google_service_account": {"email": {"type": "number"}, "colour": {"type": "string"}},
                "google_pubsub_topic": {},
            }
        )
    )
    resources = schemas(newer(path))["resources"]

    assert resources["google_service_account"]["colour"] == {"type": "string"}
    assert resources["google_service_account"]["email"]["type"] == "string"
    assert "google_pubsub_topic" not in resources


def test_it_is_served_to_whoever_has_the_environment_and_gone_afterwards():
    with serving(schemas()) as environment:
        attached = json.loads(environment["TF_REATTACH_PROVIDERS"])[PROVIDER]

        assert (attached["ProtocolVersion"], attached["Pid"]) == (6, os.getpid())
        assert Path(attached["Addr"]["String"]).is_socket()
    assert not Path(attached["Addr"]["String"]).exists()


def test_it_serves_until_its_input_ends():
    command = [sys.executable, "-m", "tests.infra.stand_in_provider", "--serve"]
    done = subprocess.run(
        command, cwd=Path(__file__).parents[2], input="", capture_output=True, text=True, timeout=60, check=True
    )

    assert set(json.loads(done.stdout)) == {"TF_REATTACH_PROVIDERS", "CHECKPOINT_DISABLE"}


def test_a_command_runs_in_its_environment_and_its_status_is_told():
    said = "import os, sys; sys.exit(7 if 'TF_REATTACH_PROVIDERS' in os.environ else 1)"
    command = [sys.executable, "-m", "tests.infra.stand_in_provider", "--", sys.executable, "-c", said]

    assert subprocess.run(command, cwd=Path(__file__).parents[2], timeout=60, check=False).returncode == 7
