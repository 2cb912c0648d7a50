"""The conversation itself: from gcloud and Terraform on a machine to a bridge that answers, and every upgrade since."""

import os
from collections.abc import Mapping
from pathlib import Path

from scim.cli.console import Problem
from scim.cli.deploy import application, closing, preparation, signing_in
from scim.cli.deploy.beginning import begin
from scim.cli.deploy.policies import Policy, public_access
from scim.cli.deploy.screen import Screen
from scim.cli.deploy.session import public_part
from scim.cli.deploy.site import Site, Wishes
from scim.cli.deploy.terraform import Terraform, without_bucket
from scim.cli.deploy.terraform_plan import Change

ASKED_FIRST = "cloudresourcemanager.googleapis.com"


def deploy(wishes: Wishes, screen: Screen) -> None:
    """Whatever is missing, in order. Problem, at any point: the next run goes on from there."""
    here, found = begin(wishes, screen)
    screen.step("1Password")
    op = signing_in.op_for_cloud(here)
    session = signing_in.obtained(here, wishes)
    if session:
        here = here.with_(onepassword=public_part(session).model_dump())
        here.keep()
    screen.step("Preparation")
    preparation.prepare(here, found.apis)
    terraform = Terraform(here.place, here.project, here.place.infra)
    describe(here, terraform, found.policies, op)
    screen.step("Plan")
    with screen.waiting("Starting Terraform"):
        terraform.init()
    application.take_up(here, terraform)
    with screen.waiting("Planning"):
        planned = terraform.plan()
    application.show(screen, planned)
    if planned and not application.agreed(screen, planned, allow_removals=wishes.allow_removals):
        raise Problem("Nothing was deployed. Run this again when you are ready.")
    if planned or session:
        screen.step("Apply")
        application.apply(here, terraform, planned, session)
    application.open_to_public(here, found.policies)
    closing.finish(here, terraform.outputs())


def plan(wishes: Wishes, screen: Screen) -> None:
    """The same up to the plan, with nothing made or changed on the way."""
    here, found = begin(wishes, screen)
    screen.step("Source")
    here.place.prepare()
    op = signing_in.op_for_cloud(here)
    missing = preparation.missing_apis(here, found.apis)
    if ASKED_FIRST in missing:
        screen.tell(
            f"Terraform can plan no more before {len(missing)} APIs are on. `make deploy` switches them on, or:"
        )
        screen.tell(f"gcloud services enable {' '.join(missing)} --project={here.project}")
        return
    there = preparation.has_bucket(here)
    terraform = Terraform(here.place, here.project, here.place.infra if there else without_bucket(here.place))
    describe(here, terraform, found.policies, op)
    screen.step("Plan")
    with screen.waiting("Planning"):
        terraform.init(in_cloud=there)
        planned: list[Change] = terraform.plan()
    application.show(screen, planned)
    screen.tell("Nothing was changed. `make deploy` does it.")


def describe(here: Site, terraform: Terraform, policies: Mapping[str, Policy], op: Path) -> None:
    """Packs the source and writes the variables of Terraform. The path of the source is the same on every machine."""
    source = os.path.relpath(preparation.pack(here, op).path, terraform.directory)
    terraform.set_variables(here.choices.variables(source, public_access(policies)))
