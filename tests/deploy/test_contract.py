"""What the guide and `infra/` agree on: variables, outputs, APIs, the names of what is kept, the stand-in's world."""

import json
import re
from pathlib import Path

from scim.cli import archive
from scim.cli.deploy import application, preparation
from scim.cli.deploy.choices import Choices
from scim.cli.deploy.gcloud import Gcloud
from scim.cli.deploy.identity_providers import IDENTITY_PROVIDERS
from scim.cli.deploy.record import Place
from scim.cli.deploy.screen import Screen
from scim.cli.deploy.site import Site
from scim.cli.deploy.terraform_plan import PARTS
from tests.deploy import stand_in, stand_in_terraform

INFRA = Path(archive.ROOT) / "infra"


def declared(kind: str) -> set[str]:
    return {
        name
        for path in INFRA.glob("*.tf")
        for name in re.findall(rf'^{kind} "([a-z_0-9]+)"', path.read_text(), re.MULTILINE)
    }


def site(tmp_path: Path, **values: object) -> Site:
    choices = Choices(project="acme-identity", **values)
    return Site(
        Screen(asks=False), Gcloud("acme-identity"), Place(tmp_path, "acme-identity"), "ann@example.com", choices
    )


def test_every_variable_of_infra_is_given_and_no_other():
    own = {"project", "identity_providers", "onepassword"}

    assert {*Choices.model_fields} - own | {"project_id", "source_archive"} == declared("variable")


def test_what_is_not_chosen_is_left_to_the_defaults_of_infra():
    given = Choices(project="acme-identity", region="europe-west1", admin_members=["user:ann@example.com"])

    assert set(given.variables("source.zip", "all_users")) == {
        *("project_id", "region", "admin_members", "source_archive"),
        *("name", "alert_emails", "public_access"),
    }
    assert 'default     = "scim-bridge"' in (INFRA / "variables.tf").read_text()
    assert Choices().name == "scim-bridge"


def test_the_outputs_that_are_read_are_there():
    world = stand_in.new("https://example.com")

    assert set(stand_in_terraform.outputs(world)) == declared("output")


def test_the_apis_are_those_of_infra():
    named = set(re.findall(r'"([a-z]+\.googleapis\.com)"', (INFRA / "apis.tf").read_text()))

    assert {*preparation.APIS, *preparation.FOR_PULLS, *preparation.FOR_NETWORKS} == named


def test_an_option_that_needs_an_api_switches_it_on():
    assert "compute.googleapis.com" not in preparation.apis(Choices())
    for option in ({"domain": "scim.example.com"}, {"static_egress_ip": True}, {"private_jobs": True}):
        assert "compute.googleapis.com" in preparation.apis(Choices(**option))
    assert "admin.googleapis.com" in preparation.apis(Choices(pull_schedule="*/15 * * * *"))


def test_what_a_destroy_leaves_is_what_infra_protects(tmp_path):
    protected = {
        f"{type}.{name}"
        for path in INFRA.glob("*.tf")
        for type, name, body in re.findall(
            r'^resource "(\w+)" "(\w+)" {(.*?)^}', path.read_text(), re.MULTILINE | re.DOTALL
        )
        if "prevent_destroy = true" in body
    }

    kept = application.kept(site(tmp_path))
    assert {address.partition("[")[0] for address in kept} == protected
    assert set(kept) == stand_in_terraform.KEPT


def test_every_kind_of_resource_has_a_part_in_the_plan_that_is_shown():
    types = {
        type for path in INFRA.glob("*.tf") for type in re.findall(r'^resource "(\w+)"', path.read_text(), re.MULTILINE)
    }

    assert [t for t in sorted(types) if "_iam_" not in t and not any(t.startswith(prefix) for prefix, _ in PARTS)] == []


def test_the_stand_in_makes_nothing_that_infra_does_not():
    made = {address.partition("[")[0] for address in [*stand_in_terraform.SIMPLE, *stand_in_terraform.FUNCTIONS]}
    made |= {stand_in_terraform.PUBLIC.partition("[")[0], stand_in_terraform.EGRESS.partition("[")[0]}
    there = {
        f"{type}.{name}"
        for path in INFRA.glob("*.tf")
        for type, name in re.findall(r'^resource "(\w+)" "(\w+)"', path.read_text(), re.MULTILINE)
    }

    assert made <= there


def test_every_page_that_the_guide_names_exists():
    pages = [each.page for each in IDENTITY_PROVIDERS.values() if each.page]

    assert [page for page in pages if not (archive.ROOT / page).exists()] == []


def test_terraform_is_told_what_was_chosen_as_json():
    chosen = Choices(
        project="acme-identity", region="europe-west1", settings={"EVENT_DAYS": "30"}, alert_emails=["a@b.c"]
    )
    variables = json.loads(json.dumps(chosen.variables("../s.zip", "invoker_check_off")))

    assert variables["settings"] == {"EVENT_DAYS": "30"}
    assert (variables["alert_emails"], variables["public_access"]) == (["a@b.c"], "invoker_check_off")
