"""The guide's Terraform, real, on `infra/` itself, with the stand-in provider of tests/infra in the cloud's place."""

import os
import shutil

import pytest

from scim.cli.deploy import application
from scim.cli.deploy.choices import Choices
from scim.cli.deploy.gcloud import Gcloud
from scim.cli.deploy.record import Place
from scim.cli.deploy.screen import Screen
from scim.cli.deploy.site import Site
from scim.cli.deploy.terraform import Terraform, without_bucket
from scim.cli.deploy.terraform_errors import TerraformFailed
from tests.deploy.operator import PROJECT, ROOT
from tests.infra.stand_in_provider import serving
from tests.infra.stand_in_schema import schemas
from tests.infra.terraform import EMPTY_ZIP
from tests.requirements_of_machine import require

pytestmark = pytest.mark.slow

CHOICES = Choices(project=PROJECT, region="europe-west1", admin_members=["user:ann@example.com"])


@pytest.fixture
def place(tmp_path):
    require(shutil.which("terraform"), "terraform")
    shutil.copytree(ROOT / "infra", tmp_path / "infra", ignore=shutil.ignore_patterns("tests", ".terraform*"))
    made = Place(tmp_path, PROJECT)
    made.prepare()
    (made.work / "source.zip").write_bytes(EMPTY_ZIP)
    return made


@pytest.fixture
def terraform(place):
    with serving(schemas()) as provider:
        environ = {**os.environ, **provider, "TF_CLI_CONFIG_FILE": os.devnull}
        running = Terraform(place, PROJECT, without_bucket(place), environ=environ)
        running.init(in_cloud=False)
        running.set_variables(CHOICES.variables("../source.zip", "all_users"))
        yield running


def site(place):
    return Site(Screen(asks=False), Gcloud(PROJECT), place, "ann@example.com", CHOICES)


def test_it_makes_secrets_first_then_the_rest_and_leaves_them_when_it_takes_all_down(place, terraform):
    kept = application.kept(site(place))
    assert terraform.addresses() == []

    planned = terraform.plan()
    first = terraform.plan(application.SECRETS)
    terraform.apply(lambda _done, _now: None)
    told = []
    rest = terraform.plan()
    terraform.apply(lambda done, now: told.append((done, now)))

    assert set(kept) <= {change.address for change in planned}
    assert {change.address for change in first if change.part == "secrets"} == set(kept) - {application.DATABASE}
    assert len(rest) == len(planned) - len(first)
    assert told[-1] == (len(rest), "")
    assert terraform.plan() == []
    assert terraform.outputs()["base_url"].startswith("https://scim-bridge-scim-")

    with pytest.raises(TerraformFailed) as refused:
        terraform.plan(destroy=True)
    assert "firestore_location" in refused.value.cure
    terraform.forget([address for address in terraform.addresses() if address in kept])
    terraform.plan(destroy=True)
    terraform.apply(lambda _done, _now: None)
    assert [address for address in terraform.addresses() if not address.startswith("data.")] == []

    for address, (id, _) in kept.items():
        terraform.take_up(address, id)
    assert set(kept) <= set(terraform.addresses())
    assert [change for change in terraform.plan() if change.address in kept and change.action == "create"] == []


def test_a_value_that_infra_refuses_is_told_in_its_words(place, terraform):
    terraform.set_variables(CHOICES.variables("../source.zip", "all_users") | {"region": "nowhere"})

    with pytest.raises(TerraformFailed, match="region must be the name of a region"):
        terraform.plan()
