"""From the first apply to the last destroy, on a Terraform that begins with nothing."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.infra.promises import broken, spelled_out
from tests.infra.terraform import Plan, Terraform
from tests.infra.variations import NEEDED, NOT_DESTROYED

KEPT = {"google_firestore_database", "google_secret_manager_secret"}

IN_USE = {
    "google_compute_network": "google_cloudfunctions2_function.",
    "google_compute_subnetwork": "google_cloudfunctions2_function.",
    "google_monitoring_notification_channel": "google_monitoring_alert_policy.",
    "google_monitoring_uptime_check_config": "google_monitoring_alert_policy.unreachable",
}
"""By what is taken away when everything is switched off: what used it."""


def applied(terraform: Terraform, variables: Mapping[str, Any]) -> Iterator[str]:
    """The promises hold of what is there, and there is nothing left to do."""
    terraform.apply(variables)
    yield from settled(terraform, variables)


def settled(terraform: Terraform, variables: Mapping[str, Any]) -> Iterator[str]:
    left = terraform.plan(variables).actions
    yield from (f"a second plan would {' and '.join(actions)} {address}" for address, actions in left.items())
    state = terraform.state()
    yield from spelled_out(state.text)
    yield from (f"{name}: {each}" for name, all_ in broken(state.resources, dict(variables)).items() for each in all_)


def on_and_off(terraform: Terraform, everything: Mapping[str, Any]) -> Iterator[str]:
    yield from applied(terraform, {**NEEDED, **everything})
    yield from let_go_before(terraform.apply(NEEDED))
    yield from settled(terraform, NEEDED)


def let_go_before(said: str) -> Iterator[str]:
    """Google refuses to destroy what is still in use."""
    lines = [line.strip() for line in said.splitlines() if line.endswith("]") or " after " in line]
    for used, user in IN_USE.items():
        destroyed = [at for at, line in enumerate(lines) if line.startswith(f"{used}.") and "Destroying..." in line]
        let_go = [
            at for at, line in enumerate(lines) if line.startswith(f"{user}") and "Modifications complete" in line
        ]
        if not destroyed or not let_go or min(destroyed) < max(let_go):
            yield f"{used} is destroyed before {user} lets go of it"


def destroyed(terraform: Terraform) -> Iterator[str]:
    """As `make destroy` does it: nothing goes while the protected things are in the state; without them, the rest."""
    before = terraform.state()
    kept = terraform.output("kept")
    yield from _refused_whole(terraform, before)
    for address in kept:
        terraform.run("state", "rm", address)
    terraform.run("destroy", "-input=false", "-auto-approve", terraform.values(NEEDED))
    yield from (f"left in the state: {each.address}" for each in terraform.state().resources)
    yield from _taken_up(terraform, kept)


def _refused_whole(terraform: Terraform, before: Plan) -> Iterator[str]:
    said = terraform.fails("destroy", "-input=false", "-auto-approve", terraform.values(NEEDED))
    protected = [each.address for each in before.resources if each.type in KEPT]
    yield from (f"not protected: {each}" for each in protected if f"{NOT_DESTROYED} " not in said or each not in said)
    if terraform.state().resources != before.resources:
        yield "a destroy that was refused destroyed something"


def _taken_up(terraform: Terraform, kept: Mapping[str, str]) -> Iterator[str]:
    """By the ids that the output `kept` told before: nothing of it is made anew."""
    for address, id_ in kept.items():
        terraform.run("import", "-input=false", terraform.values(NEEDED), address, id_)
    actions = terraform.plan(NEEDED).actions
    yield from (
        f"{each} would {' and '.join(actions[each])}" for each in kept if actions.get(each, ["update"]) != ["update"]
    )
    yield from applied(terraform, NEEDED)
