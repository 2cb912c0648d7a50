"""From a plan to what is there: taken up what earlier runs made, shown, agreed to, secrets first, then the rest."""

import json
import time
from collections.abc import Callable, Mapping, Sequence

from scim.cli.console import Problem
from scim.cli.deploy.policies import Policy, public_access
from scim.cli.deploy.screen import Screen
from scim.cli.deploy.site import Site
from scim.cli.deploy.terraform import Terraform
from scim.cli.deploy.terraform_errors import TerraformFailed
from scim.cli.deploy.terraform_plan import Change, summary
from scim.records import Secret
from scim.targets.op_session import SECRET

DATABASE = "google_firestore_database.bridge"
SECRETS = "google_secret_manager_secret.secret"
ATTEMPTS = 4
PAUSE_SECONDS = 30.0


def kept(site: Site) -> dict[str, tuple[str, tuple[str, ...]]]:
    """What a destroy leaves: by its address in the state, the id to import it by, and how gcloud describes it."""
    project, name = site.project, site.choices.name
    database = (f"projects/{project}/databases/{name}", ("firestore", "databases", "describe", f"--database={name}"))
    secrets = {
        f"{SECRETS}[{json.dumps(each)}]": (
            f"projects/{project}/secrets/{name}-{each}",
            ("secrets", "describe", f"{name}-{each}"),
        )
        for each in ("tokens", SECRET)
    }
    return {DATABASE: database, **secrets}


def take_up(site: Site, terraform: Terraform) -> None:
    """The database and secrets that are there and that the state does not know: of a bridge that was taken down, or a
    run that was killed. They keep what they hold.
    """
    known = set(terraform.addresses())
    for address, (id, describe) in kept(site).items():
        if address not in known and site.gcloud.is_there(*describe):
            with site.screen.waiting(f"Taking up {id}"):
                terraform.take_up(address, id)
            site.screen.tell(f"Taken up, with what it holds: {id}.")


def show(screen: Screen, planned: Sequence[Change]) -> None:
    for line in summary(planned):
        screen.tell(line, "red" if line.startswith(("-", "!")) else None)


def agreed(screen: Screen, planned: Sequence[Change], *, allow_removals: bool) -> bool:
    """Whether to go on. What is taken away needs a word of its own."""
    removed = [change.address for change in planned if change.removes]
    if not removed:
        return screen.confirm("Do it?", default=True)
    if allow_removals:
        return screen.yes or screen.confirm("Do it?", default=True)
    if screen.yes:
        raise Problem(f"This would take away {', '.join(removed)}. If that is meant, add --allow-removals.")
    return screen.confirm("This takes something away. Do it?", default=False)


def apply(
    site: Site,
    terraform: Terraform,
    planned: Sequence[Change],
    session: Secret | None,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Secrets first, so that nothing that was typed is lost if the rest fails, and no function starts without them."""
    if any(change.address.startswith(SECRETS) and change.action == "create" for change in planned):
        _carry_out(site, terraform, (SECRETS,), planned, pause)
        planned = [change for change in planned if not change.address.startswith(SECRETS)]
    if session:
        with site.screen.waiting("Storing the session"):
            site.secrets.add_version(SECRET, session)
        site.screen.tell("The session is stored in Secret Manager.")
    if planned:
        _carry_out(site, terraform, (), planned, pause)


def open_to_public(site: Site, policies: Mapping[str, Policy]) -> None:
    """After every apply, where nobody outside may be granted access: an update of the function may undo it."""
    if (site.choices.public_access or public_access(policies)) == "invoker_check_off":
        name, where = f"{site.choices.name}-scim", f"--region={site.choices.region}"
        with site.screen.waiting("Switching Cloud Run's own check off for the public function"):
            site.gcloud.text("run", "services", "update", name, where, "--no-invoker-iam-check")


def _carry_out(
    site: Site,
    terraform: Terraform,
    targets: Sequence[str],
    agreed_to: Sequence[Change],
    pause: Callable[[float], None],
) -> None:
    """Planned anew each time, for what was done meanwhile is not to be done again."""
    for attempt in range(1, ATTEMPTS + 1):
        planned = terraform.plan(*targets)
        _require_no_more(planned, agreed_to)
        if not planned:
            return
        try:
            with site.screen.progress("Terraform", len(planned)) as tell:
                terraform.apply(tell)
        except TerraformFailed as failed:
            if attempt == ATTEMPTS or not failed.may_pass:
                raise
            site.screen.tell(
                f"Google does not know everywhere yet what was switched on. Again in {PAUSE_SECONDS:.0f} s."
            )
            with site.screen.waiting("Waiting"):
                pause(PAUSE_SECONDS)
        else:
            site.screen.tell(f"Terraform: {len(planned)} done.")
            return


def _require_no_more(planned: Sequence[Change], agreed_to: Sequence[Change]) -> None:
    """Nothing is taken away that was not shown."""
    seen = {change.address for change in agreed_to if change.removes}
    new = [change.address for change in planned if change.removes and change.address not in seen]
    if new:
        raise Problem(f"Meanwhile something changed: this would now take away {', '.join(new)}. Run this again.")
