"""`python -m scim holds …`: removals beyond the limit, and what a person decides about them."""

import os
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from scim import wiring
from scim.cli import desk
from scim.cli.console import AsJson, Problem, say, show, show_json
from scim.cli.person import who
from scim.jobs.holds import Hold, Holds

commands = typer.Typer(invoke_without_command=True, help="Removals that wait for your decision.")

SHOWN = 20

Scope = Annotated[str, typer.Argument(help="What `python -m scim holds` calls it: people, groups or group:ID.")]
Digest = Annotated[str, typer.Option(help="The digest of what you looked at. Without it you are shown and asked.")]


@commands.callback()
def list_(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Show every name.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what is held: who or what, since when, and the digest that names exactly this list."""
    if context.invoked_subcommand:
        return
    holds = _holds().all()
    if as_json:
        show_json([_json(hold) for hold in holds])
        return
    if not holds:
        say("Nothing is held.")
    for hold in holds:
        _show(hold, len(hold.items) if everything else SHOWN)
        say(f"  Let them through   python -m scim holds approve {hold.scope} --digest {hold.digest}")
        say(f"  Keep who is there  python -m scim holds discard {hold.scope} --digest {hold.digest}\n")


@commands.command()
def approve(scope: Scope, digest: Digest = "", as_json: AsJson = False) -> None:
    """Let exactly these removals through. The next pass applies them."""
    _require_digest(digest, as_json=as_json)
    holds = _holds()
    hold = holds.approve(scope, digest or _asked(holds, scope, "Apply"), who())
    if as_json:
        show_json(_json(hold))
        return
    say(f"Approved: {len(hold.items)} removals. The next pass applies them, or `python -m scim settle` now.")


@commands.command()
def discard(scope: Scope, digest: Digest = "", as_json: AsJson = False) -> None:
    """Keep exactly these people, groups or members: what is there is wanted again."""
    _require_digest(digest, as_json=as_json)
    holds = _holds()
    left = holds.discard(scope, digest or _asked(holds, scope, "Discard"), who())
    if as_json:
        show_json({"scope": scope, "digest": digest, "not_wanted_again": left})
    else:
        say("Discarded: what is there is wanted again. The identity provider may ask for it again at its next sync.")
    if left:
        raise Problem(f"Not wanted again, because somebody else has their userName or address now: {', '.join(left)}.")


def _holds() -> Holds:
    return wiring.holds(desk.ready(os.environ))


def _json(hold: Hold) -> dict[str, Any]:
    return {**asdict(hold), "digest": hold.digest}


def _require_digest(digest: str, *, as_json: bool) -> None:
    if as_json and not digest:
        raise typer.BadParameter("with --json nothing is asked: name the digest that `holds --json` shows.",
                                 param_hint="--digest")  # fmt: skip


def _asked(holds: Holds, scope: str, verb: str) -> str:
    hold = next((hold for hold in holds.all() if hold.scope == scope), None)
    if hold is None:
        raise Problem(f"Nothing is held in {scope!r}: `python -m scim holds` shows what is.")
    _show(hold, len(hold.items))
    if not typer.confirm(f"{verb} exactly these {len(hold.items)} removals?"):
        raise Problem("Nothing was done.")
    return hold.digest


def _show(hold: Hold, most: int) -> None:
    rows = [(item.what, item.name, item.ref.id, _instant(item.since)) for item in hold.items[:most]]
    show(f"{hold.title} ({hold.scope}): {len(hold.items)} held, {hold.digest}", ("what", "who", "id", "since"), rows)
    if len(hold.items) > most:
        say(f"  … and {len(hold.items) - most} more: --all shows them.")


def _instant(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(sep=" ", timespec="seconds")
