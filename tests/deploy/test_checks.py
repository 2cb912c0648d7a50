"""What is looked at before anything is changed: each thing that can be wrong, and the command that mends it."""

import pytest

from scim.cli.deploy import machine, policies, preparation, project
from scim.cli.deploy.choices import Choices
from scim.cli.deploy.gcloud import Gcloud
from scim.cli.deploy.processes import Answer, ToolMissing
from scim.cli.deploy.record import Place
from scim.cli.deploy.screen import Screen
from scim.cli.deploy.site import Site
from tests.deploy.operator import PROJECT

ENFORCED = [{"enforce": True}]
DOMAINS = [{"values": {"allowedValues": ["C0example"]}}]


@pytest.fixture
def machine_of(operator):
    """The checks of the machine, with the stand-ins on PATH, by subject."""

    def looked():
        checks = [*machine.checks(operator.gcloud())[:1], machine.terraform(operator._ask, operator.environ())]
        return {each.subject: each for each in [*checks, *machine.checks(operator.gcloud())[2:]]}

    return looked


@pytest.fixture
def project_of(operator, monkeypatch):
    """The checks of the project."""
    for name in ("CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDRESOURCEMANAGER", "NO_PROXY"):
        monkeypatch.setenv(name, operator.environ()[name])

    def looked(*, has_domain=False):
        checks = project.look(operator.gcloud(), "ann@example.com", has_domain=has_domain).checks
        return {each.subject: each for each in checks}

    return looked


def test_all_that_is_wrong_with_a_machine_is_shown_at_once_and_again_when_it_is_mended(operator):
    operator.set(account="", application_credentials=False, terraform_version="1.4.7")

    run = operator.run()

    assert run.ends() == 1
    assert "Terraform: version 1.4.7; 1.5 or newer is needed." in run.screen
    assert "nobody is signed in to gcloud.\n         gcloud auth login" in run.screen
    assert "         gcloud auth application-default login" in run.screen
    assert "Not right yet: Terraform, account, credentials for Terraform." in run.screen
    assert "2. Google Cloud project" not in run.screen


def test_all_that_is_wrong_with_a_project_is_shown_at_once(operator):
    operator.set(
        billing=False,
        lacking=["run.services.setIamPolicy"],
        policies={"iam.allowedPolicyMemberDomains": DOMAINS, "run.managed.requireInvokerIam": ENFORCED},
    )

    run = operator.run("--project", PROJECT)

    assert run.ends() == 1
    assert f"gcloud billing projects link {PROJECT} --billing-account=ACCOUNT_ID" in run.screen
    assert "--member=user:ann@example.com --condition=None --role=roles/run.admin" in run.screen
    assert "may not be switched off either" in run.screen
    assert "Not right yet: billing, permissions, organisation policies." in run.screen
    assert operator.state()["apis"] == []


def test_a_machine_without_the_tools_is_told_where_they_are(operator):
    def missing(argv, env, stdin=""):
        raise ToolMissing(f"{argv[0]} was not found on this machine.")

    found = [*machine.checks(Gcloud(ask=missing)), machine.terraform(missing)]

    assert [(each.subject, each.state) for each in found if each.subject == "gcloud"] == [("gcloud", "failed")]
    assert {each.cure for each in found} >= {
        "https://cloud.google.com/sdk/docs/install",
        "https://developer.hashicorp.com/terraform/install",
    }


@pytest.mark.parametrize(
    ("world", "subject", "detail", "cure"),
    [
        ({"account": ""}, "account", "nobody is signed in", "gcloud auth login"),
        (
            {"application_credentials": False},
            "credentials for Terraform",
            "none",
            "gcloud auth application-default login",
        ),
        ({"terraform_version": "0.15.0"}, "Terraform", "0.15.0", "https://developer.hashicorp.com/terraform/install"),
    ],
    ids=["account", "credentials", "terraform"],
)
def test_a_machine_that_cannot_deploy(operator, machine_of, world, subject, detail, cure):
    operator.set(**world)

    check = machine_of()[subject]

    assert (check.state, check.cure) == ("failed", cure)
    assert detail in check.detail


@pytest.mark.parametrize(
    ("world", "subject", "state", "cure"),
    [
        ({"project": {"id": "another", "state": "ACTIVE"}}, "project", "failed", f"gcloud projects create {PROJECT}"),
        (
            {"project": {"id": PROJECT, "state": "DELETE_REQUESTED"}},
            "project",
            "failed",
            f"gcloud projects undelete {PROJECT}",
        ),
        ({"billing": False}, "billing", "failed", "gcloud billing accounts list"),
        ({"lacking": ["storage.buckets.create"]}, "permissions", "failed", "--role=roles/storage.admin"),
        ({"policies": None}, "organisation policies", "warning", "ask an organisation administrator"),
        (
            {"policies": {"run.allowedIngress": [{"values": {"allowedValues": ["internal"]}}]}},
            "organisation policies",
            "failed",
            "gcloud org-policies set-policy exception.yaml",
        ),
        (
            {"policies": {"iam.managed.allowedPolicyMembers": ENFORCED, "run.managed.requireInvokerIam": ENFORCED}},
            "organisation policies",
            "failed",
            f"projects/{PROJECT}/policies/run.managed.requireInvokerIam",
        ),
        ({"policies": {"iam.allowedPolicyMemberDomains": DOMAINS}}, "organisation policies", "ok", ""),
        ({}, "organisation policies", "ok", ""),
    ],
    ids=[
        *("not-there", "deleted", "billing", "permissions", "policies-unread", "ingress"),
        *("closed-both-ways", "domain-restricted", "nothing"),
    ],
)
def test_a_project_and_what_mends_it(operator, project_of, world, subject, state, cure):
    operator.set(**world)

    check = project_of()[subject]

    assert check.state == state
    assert cure in check.cure


def test_policies_whose_api_is_off_come_with_the_command_that_switches_it_on(operator, project_of):
    said = "ERROR: (gcloud.org-policies.describe) PERMISSION_DENIED: it is disabled. SERVICE_DISABLED"
    operator.fault("gcloud org-policies", said, times=9)

    check = project_of()["organisation policies"]

    assert check.state == "warning"
    assert f"gcloud services enable orgpolicy.googleapis.com --project={PROJECT}" in check.cure


def test_behind_a_domain_internal_ingress_is_enough(operator, project_of):
    allowed = ["internal", "internal-and-cloud-load-balancing"]
    operator.set(policies={"run.allowedIngress": [{"values": {"allowedValues": allowed}}]})

    assert project_of(has_domain=True)["organisation policies"].state == "ok"
    assert project_of(has_domain=False)["organisation policies"].state == "failed"


def test_what_cannot_be_looked_at_is_a_warning_and_no_wall(operator, project_of):
    operator.fault("gcloud billing", "ERROR: (gcloud.billing) PERMISSION_DENIED: no", times=9)
    operator.fault("gcloud auth print-access-token", "ERROR: (gcloud.auth) no", times=9)

    found = project_of()

    assert (found["billing"].state, found["permissions"].state) == ("warning", "warning")


@pytest.mark.parametrize(
    ("rules", "region", "wrong"),
    [
        ([], "europe-west1", False),
        ([{"values": {"allowedValues": ["us-central1"]}}], "europe-west1", True),
        ([{"values": {"allowedValues": ["europe-west1"]}}], "europe-west1", False),
        ([{"values": {"allowedValues": ["in:eu-locations"]}}], "us-central1", False),
        ([{"denyAll": True}], "europe-west1", True),
        ([{"allowAll": True}], "europe-west1", False),
    ],
    ids=["no-rule", "elsewhere", "here", "group", "nowhere", "anywhere"],
)
def test_where_resources_may_be(operator, rules, region, wrong):
    operator.set(policies={"gcp.resourceLocations": rules})
    found = {each: policies.read(operator.gcloud(), each) for each in policies.CONSTRAINTS}

    assert [check.state for check in policies.location_check(found, region, PROJECT)] == ["failed"] * wrong


def test_a_region_without_a_database_is_told_with_what_is_near(operator, tmp_path):
    operator.set(apis=["firestore.googleapis.com", "cloudscheduler.googleapis.com"], locations=["europe-west1", "nam5"])
    choices = Choices(project=PROJECT, region="europe-north9")
    site = Site(Screen(asks=False), operator.gcloud(), Place(tmp_path, PROJECT), "ann@example.com", choices)

    with pytest.raises(Exception, match=r"europe-north9 has no Firestore\. .*: europe-west1\."):
        preparation.require_region(site)


def test_gcloud_is_never_given_a_chance_to_ask_or_to_log_what_it_carries():
    seen = {}

    def ask(argv, env, stdin=""):
        seen.update(env)
        return Answer(0, "", "")

    Gcloud(PROJECT, ask=ask, environ={"CLOUDSDK_CORE_LOG_HTTP": "true"}).text("version")

    assert (seen["CLOUDSDK_CORE_DISABLE_PROMPTS"], seen["CLOUDSDK_CORE_LOG_HTTP"]) == ("1", "false")
