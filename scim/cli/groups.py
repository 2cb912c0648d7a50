"""`python -m scim groups …`: which groups of the target the identity provider may have."""

import json
import os
from dataclasses import asdict
from typing import Annotated

import typer

from scim import wiring
from scim.cli import desk
from scim.cli.console import say, show
from scim.cli.person import who
from scim.jobs.managed import ManagedGroup, ManagedGroups

commands = typer.Typer(no_args_is_help=True, help="Which groups of the target the bridge manages.")

Group = Annotated[str, typer.Argument(help="Its name in the target, or its id there.")]

KINDS = {"created": "made by the bridge", "adopted": "chosen", "": ""}


@commands.command("list")
def list_(as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """Show every group of the target, whether it is managed, and whether an identity provider asked for it."""
    found = _groups().all()
    if as_json:
        say(json.dumps([asdict(group) for group in found], indent=2))
        return
    show("Groups", ("name", "managed", "members", "id in the target", ""), [_row(group) for group in found])


@commands.command()
def manage(group: Group) -> None:
    """Let the identity provider have this group: it is imported with its members, and nothing in it changes."""
    managed = _groups().manage(group, who())
    say(f"{managed.name} is managed now, with {managed.members} members. SCIM shows it as {managed.id}.")


@commands.command()
def unmanage(group: Group) -> None:
    """Take the group away from the identity provider. It stays in the target, with its members, as it is."""
    left = _groups().unmanage(group, who())
    say(f"{left.name} is not managed any more. It is in the target as it was.")


def _groups() -> ManagedGroups:
    return wiring.managed_groups(desk.settings(os.environ))


def _row(group: ManagedGroup) -> tuple[str, ...]:
    members = str(group.members) if group.managed else ""
    asked = "the identity provider asks for it" if group.asked else ""
    return group.name, KINDS[group.managed], members, group.target_id, asked
