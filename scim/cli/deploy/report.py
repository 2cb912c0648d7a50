"""The last page: the address, each token once, and what to do with them at the identity provider."""

from collections.abc import Mapping, Sequence
from typing import Any

from scim.cli.console import say
from scim.cli.deploy import carrying
from scim.cli.deploy.credentials import Minted
from scim.cli.deploy.identity_providers import IDENTITY_PROVIDERS
from scim.cli.deploy.screen import Screen
from scim.cli.deploy.site import Site


def tokens(screen: Screen, minted: Sequence[Minted]) -> None:
    """Each on a line of its own, to be copied whole."""
    for client, token in minted:
        screen.tell(f"Token for {IDENTITY_PROVIDERS[client].name}, shown this once and kept nowhere:")
        say(f"   {token}", style="bold")


def steps(screen: Screen, clients: Sequence[str], scim_url: str) -> None:
    for client in clients:
        provider = IDENTITY_PROVIDERS[client]
        screen.tell(f"In {provider.name}:" if client != "rfc" else "In the identity provider:", "bold")
        for number, step in enumerate(provider.steps, 1):
            screen.tell(f"  {number}. {step.replace('{url}', scim_url)}")
        if provider.page:
            screen.tell(f"  All of it: {provider.page}")


def page(site: Site, outputs: Mapping[str, Any], minted: Sequence[Minted]) -> None:
    screen, scim_url = site.screen, str(outputs["scim_base_url"])
    screen.tell(f"SCIM base URL   {scim_url}", "bold")
    tokens(screen, minted)
    if minted:
        steps(screen, [client for client, _ in minted], scim_url)
    if outputs.get("egress_ip"):
        screen.tell(f"Calls of 1Password come from {outputs['egress_ip']}: allow it in its firewall rules.")
    if outputs.get("workspace_client_id"):
        screen.tell(f"Google Workspace: enter {outputs['workspace_client_id']} under domain-wide delegation.")
    for line in carrying.lines(site, str(outputs["base_url"])):
        screen.tell(line)
    screen.tell("Afterwards: `make admin` (what happens), `make logs`, `make rotate` (a new token or session).")
    screen.tell("`make deploy` again upgrades; nothing is asked twice.")
