"""`python -m scim groups …`: which groups of the target the identity provider may have."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from scim import wiring
from scim.bridge_file import FILE, BridgeFileError
from scim.cli import desk
from scim.cli.console import AsJson, Problem, remark, say, show, show_json
from scim.cli.person import who
from scim.jobs import managed_plan
from scim.jobs.managed import ManagedGroups
from scim.jobs.managed_choice import ManagedChoice
from scim.jobs.managed_plan import Done, Left, ManagedPlan
from scim.operations import ListedGroup

commands = typer.Typer(no_args_is_help=True, help="Which groups of the target the bridge manages.")

Group = Annotated[str, typer.Argument(help="Its name in the target, or its id there.")]
PlanOnly = Annotated[bool, typer.Option("--plan", help="Only show what would be done. Nothing is.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]

KINDS = {"created": "made by the bridge", "adopted": "chosen", "": ""}


@commands.command("list")
def list_(as_json: AsJson = False) -> None:
    """Show every group of the target, whether it is managed, and whether an identity provider asked for it."""
    found = _groups().all()
    if as_json:
        show_json([asdict(group) for group in found])
        return
    show("Groups", ("name", "managed", "members", "id in the target", ""), [_row(group) for group in found])


@commands.command()
def manage(group: Group, as_json: AsJson = False) -> None:
    """Let the identity provider have this group: it is imported with its members, and nothing in it changes."""
    _tell(Done("managed", _groups().manage(group, who())), as_json=as_json)


@commands.command()
def unmanage(group: Group, as_json: AsJson = False) -> None:
    """Take the group away from the identity provider. It stays in the target, with its members, as it is."""
    _tell(Done("unmanaged", _groups().unmanage(group, who())), as_json=as_json)


@commands.command()
def apply(
    file: Annotated[Path, typer.Argument(help="bridge.toml")] = FILE,
    plan_only: PlanOnly = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Manage the groups that the file lists under groups, and no other of those that were there before. Shows what
    that changes and asks. Ends with status 1 if one that is listed cannot be managed; the rest is done.
    """
    if plan_only and yes:
        raise Problem("--plan only shows: leave --yes away, or --plan.")
    if as_json and not (plan_only or yes):
        raise Problem("--json does not ask: add --plan to look, or --yes to do it.")
    choice, groups = _choice(file), _groups()
    plan = managed_plan.plan(groups, choice)
    if not as_json:
        _show(plan, file.name)
    if not plan_only and not (yes or plan.is_empty or typer.confirm("Do it?")):
        raise Problem("Nothing was done.")
    done = () if plan_only else managed_plan.carry_out(groups, plan, who())
    if left := told_as_json(plan, done) if as_json else _told(plan, done):
        raise Problem("\n".join(f"Not done, {each.entry}: {each.why}" for each in left))


def _groups() -> ManagedGroups:
    return wiring.managed_groups(desk.ready(os.environ))


def _choice(file: Path) -> ManagedChoice:
    try:
        return ManagedChoice.from_file(file)
    except BridgeFileError as cause:
        raise Problem(str(cause)) from cause


# ── as a person reads it ──────────────────────────────────────────────────────────────────────────────────


def _row(group: ListedGroup) -> tuple[str, ...]:
    members = str(group.members) if group.managed else ""
    asked = "the identity provider asks for it" if group.asked else ""
    return group.name, KINDS[group.managed], members, group.target_id, asked


def _tell(done: Done, *, as_json: bool = False) -> None:
    group = done.group
    if as_json:
        show_json(asdict(group))
    elif done.what == "managed":
        say(f"{group.name} is managed now, with {group.members} members. SCIM shows it as {group.id}.")
    else:
        say(f"{group.name} is not managed any more. It is in the target as it was.")


def _show(plan: ManagedPlan, name: str) -> None:
    for each in plan.stay:
        if each.is_renamed:
            remark(f"{each.entry} is called {each.name} now. Write that into {name}, or its id, {each.target_id}.")
    rows = [("manage", each.name, each.target_id, "") for each in plan.manage]
    for lost in plan.unmanage:
        used = f", though {lost.client} uses it" if lost.client else ""
        rows.append(("unmanage", lost.name, lost.target_id, f"{name} does not list it{used}"))
    rows += [("leave", each.entry, "", each.why) for each in plan.left]
    if rows:
        show("Plan", ("what", "group", "id in the target", "because"), rows)
    if plan.unmanage:
        taken = f"{len(plan.unmanage)} chosen group{'s' if len(plan.unmanage) > 1 else ''}"
        say(f"The identity provider loses {taken}. Nothing changes in the target.", "bold")
    if plan.is_empty:
        say(f"Nothing to do. Listed in {name} and managed already: {len(plan.stay)}.")


def _told(plan: ManagedPlan, done: Iterable[Done | Left]) -> Sequence[Left]:
    left = list(plan.left)
    for each in done:
        if isinstance(each, Left):
            left.append(each)
        else:
            _tell(each)
    return left


# ── as a program reads it ─────────────────────────────────────────────────────────────────────────────────


def told_as_json(plan: ManagedPlan, done: Iterable[Done | Left]) -> Sequence[Left]:
    """Whatever ends it early, what was done until then is told."""
    told: dict[str, list[Any]] = {"managed": [], "unmanaged": []}
    left = list(plan.left)
    try:
        for each in done:
            if isinstance(each, Left):
                left.append(each)
            else:
                told[each.what].append(asdict(each.group))
    finally:
        show_json({"plan": asdict(plan), "done": told, "left": [asdict(each) for each in left]})
    return left
