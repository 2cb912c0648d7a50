"""Nobody at the keyboard: everything from bridge.toml, flags and a session file, in a pipeline without a terminal."""

import json
import re
import subprocess
import sys

import pytest

from tests.deploy.operator import PATIENCE_SECONDS, PROJECT, TOKEN
from tests.op import seed

pytestmark = pytest.mark.slow

BRIDGE = f"""
project = "{PROJECT}"
region = "us-central1"
identity_providers = ["entra"]
alert_emails = ["identity@example.com"]
min_instances = 1

[settings]
ALLOWED_DOMAINS = "example.com"

[groups]
manage = ["Guides"]
"""


@pytest.fixture
def deploy(operator):
    """Runs it with something on standard input; code, standard output, standard error."""

    def run(*words, stdin="", environ=None):
        done = subprocess.run(
            [sys.executable, "-m", "scim", "deploy", *words],
            cwd=operator.root,
            env={**operator.environ(), **(environ or {})},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    return run


def variables(operator):
    return json.loads((operator.root / f".deploy/{PROJECT}/values.tfvars.json").read_text())


def test_a_file_and_a_session_on_standard_input_are_enough_also_where_allusers_is_forbidden(operator, deploy):
    (operator.root / "bridge.toml").write_text(BRIDGE)
    operator.set(policies={"iam.allowedPolicyMemberDomains": [{"values": {"allowedValues": ["C0example"]}}]})
    session = {name: value for name, value in operator.account.session.items() if name != "device"}

    code, out, err = deploy("--yes", "--session-file", "-", stdin=json.dumps(session))

    assert (code, err) == (0, "")
    assert len(re.findall(TOKEN, out)) == 1
    chosen = variables(operator)
    assert (chosen["region"], chosen["min_instances"]) == ("us-central1", 1)
    assert chosen["alert_emails"] == ["identity@example.com"]
    assert chosen["settings"] == {"ALLOWED_DOMAINS": "example.com"}
    assert chosen["admin_members"] == ["user:ann@example.com"]
    assert seed.PASSWORD not in out
    # Cloud Run's own check is switched off instead, and the address is open
    assert (chosen["public_access"], operator.state()["invoker_check"]) == ("invoker_check_off", False)
    assert "ok    address" in out
    # what is said to others is for them
    assert "groups" not in chosen
    assert ".venv/bin/python -m scim groups apply bridge.toml" in out


def test_a_plan_changes_nothing_and_keeps_no_secret(operator, deploy):
    (operator.root / "bridge.toml").write_text(BRIDGE)
    operator.set(apis=["cloudresourcemanager.googleapis.com", "storage.googleapis.com"])

    code, out, _ = deploy("--plan-only", "--yes")

    assert code == 0
    assert "17 to make" in out
    assert out.endswith("Nothing was changed. `make deploy` does it.\n")
    state = operator.state()
    assert (state["resources"], state["buckets"], state["secrets"]) == ({}, {}, {})


def test_a_plan_of_a_new_project_says_what_it_waits_for(operator, deploy):
    (operator.root / "bridge.toml").write_text(BRIDGE)

    code, out, _ = deploy("plan", "--yes")

    assert code == 0
    assert "gcloud services enable artifactregistry.googleapis.com" in out
    assert operator.state()["apis"] == []


def test_a_session_that_does_not_sign_in_is_not_stored(operator, deploy):
    (operator.root / "bridge.toml").write_text(BRIDGE)

    code, out, err = deploy(
        "--yes", "--session-file", "-", stdin=json.dumps({**operator.account.session, "password": "an old one"})
    )

    assert code == 1
    assert "wrong sign-in" in out
    assert "an old one" not in out + err
    assert operator.state()["secrets"] == {}
