"""`python -m scim pull …`: read the source now, see what it would change, let a plan through.

Ends with status 0 if the run did what it may, or showed what it would do; 1 if another run is at work; 3 if it stopped
because it does not believe what it read; 4 if the source was not read whole. Only the first may have changed anything.
"""

import json
import os
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from scim import wiring
from scim.cli import desk
from scim.cli.console import Problem, complain, say, show
from scim.cli.person import who
from scim.jobs import choosing, chosen_by, pull
from scim.jobs.pull import Order, Outcome, Pulled
from scim.jobs.pull_plan import Plan, Step
from scim.jobs.puller import Puller

commands = typer.Typer(invoke_without_command=True, help="Read the source now, and provision what it says.")

SHOWN = 40
STATUS: dict[Outcome, int] = {"stopped": 3, "unread": 4, "skipped": 1}

PlanOnly = Annotated[bool, typer.Option("--plan", help="Only show what would be done. Nothing is written.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not wait for approval. Removals beyond the limit stay held.")]
Digest = Annotated[str, typer.Option("--approve", help="The digest of the plan you looked at: let exactly it through.")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON, with every step.")]
Everything = Annotated[bool, typer.Option("--all", help="Show every step.")]


@commands.callback()
def run(  # noqa: PLR0913, PLR0917 - one for each option
    context: typer.Context,
    plan: PlanOnly = False,
    yes: Yes = False,
    digest: Digest = "",
    as_json: AsJson = False,
    everything: Everything = False,
) -> None:
    """Read the source and provision what it says. The first run, and one after a change of what is chosen, shows its
    plan and waits for approval. Status 3: it does not believe what it read. 4: the source was not read whole.
    """
    if context.invoked_subcommand:
        return
    if plan and (yes or digest):
        raise Problem("--plan only shows: leave --yes and --approve away, or --plan.")
    puller = _puller()
    if digest:
        pull.approve(puller, digest, who())
    pulled = pull.pull(puller, Order(dry=plan, yes=yes))
    if not plan:
        pull.report(puller, pulled)
    if as_json:
        say(json.dumps(_json(pulled), indent=2))
    else:
        _show(pulled, everything=everything)
    if status := STATUS.get(pulled.outcome):
        complain(" ".join(pulled.why))
        raise typer.Exit(status)
    if digest and pulled.outcome == "waits":
        raise Problem("The plan is another one by now. Nothing was done; look at it again.")


@commands.command()
def configure(file: Annotated[Path, typer.Argument(help="bridge.toml")] = chosen_by.FILE) -> None:
    """Store what the file chooses, where a bridge in the cloud finds it. The next run shows its plan and waits."""
    selection = chosen_by.file(file)
    store = wiring.store(desk.ready(os.environ))
    choosing.keep(store, selection, wiring.event_id(), time.time(), who())
    units, excluded = len(selection.units), len(selection.exclude)
    say(f"Stored: {len(selection.groups)} groups or patterns, {units} units, {excluded} excluded.")
    say("The next run shows its plan and waits for approval: `python -m scim pull`.")


def _puller() -> Puller:
    settings = desk.ready(os.environ)
    if settings.source == "none":
        raise Problem("Nothing is pulled here: SOURCE is none. docs/pull.md says how to choose a source.")
    return wiring.puller(settings, wiring.runner(settings, wiring.store(settings)))


# ── as a person reads it ──────────────────────────────────────────────────────────────────────────────────


def _show(pulled: Pulled, *, everything: bool) -> None:
    plan = pulled.plan
    if plan is None:
        return
    _show_steps(plan, len(plan.steps) if everything else SHOWN)
    rows = [(notice.what, notice.name, notice.why) for notice in pulled.notices]
    if rows:
        show("Left as it is", ("why", "who or what", ""), rows if everything else rows[:SHOWN])
    say(f"Read: {pulled.seen['users']} people, of whom {pulled.seen['wanted']} are to be active, in "
        f"{pulled.seen['groups']} chosen groups. {pulled.seen['calls']} calls.")  # fmt: skip
    _show_excesses(pulled)
    _show_outcome(pulled, plan)


def _show_steps(plan: Plan, most: int) -> None:
    first = sorted(plan.steps, key=lambda step: not (step.removal or step.taken_over))
    show("Plan", ("what", "who or what", "because"), [_row(step) for step in first[:most]])
    if len(first) > most:
        say(f"  … and {len(first) - most} more: --all shows them.")


def _row(step: Step) -> tuple[str, str, str]:
    what = f"{step.what} {step.kind.lower()}"
    if step.what in ("grant", "revoke"):
        more = ", …" if len(step.members) > len(step.names) else ""
        what = f"{step.what} {len(step.members)}: {', '.join(step.names)}{more}"
    return what, step.name, step.why


def _show_excesses(pulled: Pulled) -> None:
    will = "are" if pulled.outcome in ("done", "incomplete") else "would be"
    for excess in pulled.excesses:
        say(f"{excess.planned} removals in {excess.scope}, where {excess.left} may go on now.", style="bold")
    if pulled.excesses:
        say(f"So all removals of this plan {will} held: `python -m scim holds` shows and decides them.", style="bold")


def _show_outcome(pulled: Pulled, plan: Plan) -> None:
    if pulled.outcome in ("done", "incomplete"):
        done = ", ".join(f"{what} {count}" for what, count in sorted(pulled.done.items()))
        say(f"Recorded: {done or 'nothing, for nothing has changed'}. {' '.join(pulled.why)}".rstrip())
    elif pulled.outcome == "waits":
        say(f"{' '.join(pulled.why)} Nothing was done. To let exactly this plan through:")
        say(f"  python -m scim pull --approve {plan.digest}")
    elif pulled.outcome == "stopped":
        say("Nothing was done. If that is meant, let exactly this plan through:")
        say(f"  python -m scim pull --approve {plan.digest}")


# ── as a program reads it ─────────────────────────────────────────────────────────────────────────────────


def _json(pulled: Pulled) -> dict[str, Any]:
    plan = pulled.plan
    return {
        "outcome": pulled.outcome,
        "why": list(pulled.why),
        "read": dict(pulled.seen),
        "digest": plan.digest if plan else None,
        "counts": plan.counts if plan else {},
        "steps": _steps(plan.steps) if plan else [],
        "notices": [asdict(notice) for notice in pulled.notices],
        "held": [asdict(excess) for excess in pulled.excesses],
        "done": dict(pulled.done),
    }


def _steps(steps: Sequence[Step]) -> list[dict[str, Any]]:
    return [
        {
            "what": step.what,
            "kind": step.kind,
            "name": step.name,
            "why": step.why,
            "id": step.id or None,
            "sourceId": step.source_id or None,
            "removals": step.count,
            "members": list(step.members),
        }
        for step in steps
    ]
