"""`make destroy`: everything but what cannot be made again. The database and the secrets stay unless told otherwise."""

import os

from scim.cli.console import Problem
from scim.cli.deploy import application, preparation, record
from scim.cli.deploy.gcloud import Gcloud, NotThere
from scim.cli.deploy.screen import Screen
from scim.cli.deploy.site import Site, Wishes, known
from scim.cli.deploy.terraform import Terraform
from scim.cli.deploy.terraform_plan import Change

STAYS = "The database, with everything the bridge knows, and the secrets stay: `make deploy` takes them up again."
GOES = "The database, with everything the bridge knows, and the secrets go too. Nobody can bring them back."
TARGET = "Nobody in 1Password is touched: people and groups stay as they are."


def destroy(wishes: Wishes, screen: Screen, *, everything: bool, confirmation: str = "") -> None:
    """`confirmation`: what would be typed, where nobody types. Interrupted anywhere, the same again goes on."""
    screen.step("What is there")
    here = known(wishes, screen)
    terraform = Terraform(here.place, here.project, here.place.infra)
    if not preparation.has_bucket(here):
        raise Problem(f"There is no state of Terraform in {here.project}, so there is nothing to take down.")
    here.place.prepare()
    planned = _planned(here, terraform)
    application.show(screen, planned)
    screen.tell(GOES if everything else STAYS, "bold red" if everything else "bold")
    screen.tell(TARGET)
    _require_typed(here, everything=everything, confirmation=confirmation)
    screen.step("Destroy")
    _take_down(here, terraform)
    if everything:
        _delete_kept(here)
    _farewell(here, everything=everything)


def _planned(here: Site, terraform: Terraform) -> list[Change]:
    """What would go, without touching anything yet: Terraform refuses to plan for what it may not destroy."""
    with here.screen.waiting("Looking at the state"):
        terraform.init()
        addresses = terraform.addresses()
    stays = application.kept(here)
    types = [(address, address.split(".")[0]) for address in addresses if not address.startswith("data.")]
    return [Change(address, type, "destroy") for address, type in types if address not in stays]


def _require_typed(here: Site, *, everything: bool, confirmation: str) -> None:
    wanted = f"destroy everything in {here.project}" if everything else here.project
    given = confirmation if not here.screen.asks else here.screen.ask(f"Type `{wanted}` to go on")
    if given != wanted:
        how = "" if here.screen.asks else f' Without a terminal add --confirm "{wanted}".'
        raise Problem(f"Nothing was destroyed.{how}")


def _take_down(here: Site, terraform: Terraform) -> None:
    stays = application.kept(here)
    source = os.path.relpath(preparation.pack(here, None).path, terraform.directory)
    terraform.set_variables(here.choices.variables(source, "all_users"))
    terraform.forget([address for address in terraform.addresses() if address in stays])
    with here.screen.waiting("Planning"):
        planned = terraform.plan(destroy=True)
    if planned:
        with here.screen.progress("Terraform", len(planned)) as tell:
            terraform.apply(tell)
    here.screen.tell(f"Terraform: {len(planned)} taken away.")


def _delete_kept(here: Site) -> None:
    name, gcloud = here.choices.name, here.gcloud
    if gcloud.is_there("firestore", "databases", "describe", f"--database={name}"):
        with here.screen.waiting("Deleting the database"):
            gcloud.text("firestore", "databases", "update", f"--database={name}", "--no-delete-protection")
            gcloud.text("firestore", "databases", "delete", f"--database={name}")
    for each in ("tokens", "scimsession"):
        _delete_secret(gcloud, f"{name}-{each}")
    here.screen.tell("The database and the secrets are deleted.")


def _delete_secret(gcloud: Gcloud, secret: str) -> None:
    try:
        gcloud.text("secrets", "delete", secret)
    except NotThere:
        return


def _farewell(here: Site, *, everything: bool) -> None:
    bucket = record.bucket(here.project)
    here.screen.tell("The identity provider's provisioning to this bridge can be switched off now.")
    if everything:
        here.screen.tell(f"The state's bucket is left: gcloud storage rm --recursive gs://{bucket}")
        here.place.file.unlink(missing_ok=True)
