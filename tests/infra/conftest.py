import shutil

import pytest

from tests.infra.stand_in_provider import serving
from tests.infra.stand_in_schema import schemas
from tests.infra.terraform import Plan, Terraform
from tests.infra.variations import EVERYTHING, NEEDED
from tests.requirements_of_machine import require


@pytest.fixture
def terraform(tmp_path):
    require(shutil.which("terraform"), "terraform")
    with serving(schemas()) as provider:
        running = Terraform(tmp_path, provider)
        running.init()
        yield running


@pytest.fixture(scope="module")
def plan(tmp_path_factory) -> Plan:
    """Of everything that can be switched on."""
    require(shutil.which("terraform"), "terraform")
    with serving(schemas()) as provider:
        running = Terraform(tmp_path_factory.mktemp("infra"), provider)
        running.init()
        return running.plan({**NEEDED, **EVERYTHING})
