"""What infra/ says and what the code says are the same."""

import re

import pytest

from scim.settings import Settings
from scim.targets.op_session import SECRET
from scim.wiring import TOKENS_SECRET
from tests.infra import environment
from tests.infra.environment import AS_IT_IS, SET_BY_TERRAFORM, SETTING_FACES
from tests.infra.promises import FACES, UNINDEXED
from tests.infra.terraform import INFRA, ROOT
from tests.infra.variations import EVERYTHING, NEEDED, VARIATIONS

HCL = {path.name: path.read_text() for path in INFRA.glob("*.tf")}
CODE = "\n".join(path.read_text() for path in ROOT.glob("scim/**/*.py"))
FIELDS = {name.upper() for name in Settings.model_fields}
QUERIED = {
    "firestore_memberships.py": ["memberships"],
    "firestore_records.py": ["users", "groups"],
    "firestore_pages.py": ["users", "groups"],
    "firestore_journal.py": ["events"],
    "firestore_keys.py": ["keys"],
}
"""By the module that asks for them: the collections it queries by a field."""


def declared() -> set[str]:
    return set(re.findall(r'^variable "(\w+)"', HCL["variables.tf"], re.MULTILINE))


@pytest.mark.parametrize("face", sorted(FACES))
@pytest.mark.parametrize("change", [{}, EVERYTHING], ids=["nothing", "everything"])
def test_the_bridge_starts_with_what_terraform_gives_it(face, change):
    given = environment.expected(face, {**NEEDED, **change})

    assert Settings.from_environment(given).face == face
    assert set(given) <= FIELDS


def test_every_setting_is_set_may_be_set_or_is_right_as_it_is():
    assert SET_BY_TERRAFORM | set(SETTING_FACES) | AS_IT_IS == FIELDS


def test_the_secrets_are_those_the_bridge_asks_for():
    assert set(re.findall(r'^    (\w+) += "(?:scim|jobs)"', HCL["secrets.tf"], re.MULTILINE)) == {TOKENS_SECRET, SECRET}


def test_every_alarm_waits_for_something_that_is_logged():
    (alarms,) = re.findall(r"named_alarms = \{(.*?)\n  \}\n", HCL["monitoring.tf"], re.DOTALL)
    names = {name for found in re.findall(r"names += \[(.*?)\]", alarms) for name in re.findall(r'"([\w.]+)"', found)}
    logged = {name for name in names if f'"{name}"' in CODE}

    assert names == logged
    assert {"removals.held", "target.calls_high", "settle.crashed", "confirm.unavailable", "job.crashed"} <= logged


def test_a_refused_sign_in_is_logged_as_the_alarm_expects():
    named = re.findall(r'jsonPayload\.answer=\((.*?)\)"', HCL["monitoring.tf"])

    assert named == [r"\"SignInRefused\" OR \"Barred\""]
    assert "class SignInRefused(" in CODE
    assert "class Barred(" in CODE
    assert '"answer": type(error).__name__' in CODE


@pytest.mark.parametrize("module", sorted(QUERIED))
def test_no_query_needs_an_index_that_is_switched_off(module):
    text = (ROOT / "scim/stores" / module).read_text()
    asked = set(re.findall(r'(?:FieldFilter|order_by)\(\s*"(\w+)"', text)) - {"__name__"}
    switched_off = {field for collection, field in UNINDEXED if collection in QUERIED[module]}

    assert not asked & switched_off
    assert asked <= {"id", "happened_to"} or "*" not in switched_off


def test_every_module_that_queries_is_looked_at():
    stores = {path.name for path in ROOT.glob("scim/stores/*.py") if re.search(r"FieldFilter\(", path.read_text())}

    assert stores <= set(QUERIED)


def test_every_variable_is_described_and_changed_in_a_variation():
    described = re.findall(r'^variable "(\w+)" \{\n  description = ', HCL["variables.tf"], re.MULTILINE)
    changed = {name for variation in VARIATIONS for name in variation.change}

    assert declared() == set(described)
    assert declared() - changed == {"project_id"}


def test_every_variable_is_used():
    used = set(re.findall(r"\bvar\.(\w+)", "\n".join(text for name, text in HCL.items() if name != "variables.tf")))

    assert used == declared()


def test_every_output_that_is_named_is_there():
    named = {name for text in HCL.values() for name in re.findall(r"`terraform output (\w+)", text)}
    outputs = set(re.findall(r'^output "(\w+)" \{\n  description = ', HCL["outputs.tf"], re.MULTILINE))

    assert named
    assert named <= outputs
    assert {"base_url", "admin_command", "next_step", "kept"} <= outputs


def test_the_entry_points_are_there():
    main = (ROOT / "main.py").read_text()

    assert all(f"def {face}(request: Request)" in main for face in FACES)
