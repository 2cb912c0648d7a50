"""The first three steps, which every run takes: is the machine ready, is the project, and what is to be installed."""

from scim.cli.deploy import machine, policies, project, questions, site
from scim.cli.deploy.gcloud import Gcloud
from scim.cli.deploy.project import Project
from scim.cli.deploy.screen import Screen
from scim.cli.deploy.site import Site, Wishes


def begin(wishes: Wishes, screen: Screen) -> tuple[Site, Project]:
    """Problem once everything that is wrong with one of them has been shown. What was answered is kept."""
    screen.step("This machine")
    with screen.waiting("Looking at gcloud and Terraform"):
        found = machine.checks(Gcloud())
    screen.require(found)
    account = next(check.detail for check in found if check.subject == "account")
    screen.step("Google Cloud project")
    here = site.find(wishes, screen, account)
    with screen.waiting(f"Looking at {here.project}"):
        looked = project.look(here.gcloud, account, has_domain=bool(here.choices.domain))
    screen.require(looked.checks)
    screen.step("Choices")
    here = questions.answered(here)
    screen.require(policies.location_check(looked.policies, here.choices.region, here.project))
    for line in questions.told(here):
        screen.tell(line)
    here.keep()
    return here, looked
