"""`python -m scim local …`: a whole bridge on this machine, and a look at what it provisioned."""

import os
from contextlib import closing
from typing import Annotated

import typer

from scim import logs, wiring
from scim.cli import demo, desk, server
from scim.cli.account import show_world
from scim.cli.console import AsJson, Problem, say, show_json
from scim.cli.credentials import ensure_bridge
from scim.cli.desk import Bridge
from scim.cli.schedule import duties, keep
from scim.settings import Settings
from scim.targets.embedded import EmbeddedTarget

commands = typer.Typer(no_args_is_help=True, help="A bridge at a desk: embedded target, SQLite, no cloud.")


@commands.command()
def run() -> None:
    """Start the bridge on PORT (8080) and run its jobs until Ctrl-C."""
    environment = desk.environment(os.environ)
    settings = Settings.from_environment(environment)
    desk.prepare(settings)
    desk.require_free(settings.port)
    bridge = ensure_bridge(settings)
    started = server.start(environment, settings.port, desk.log_file(settings))
    try:
        started.await_ping()
        _serve(started, settings, bridge)
    finally:
        started.end()


def _serve(started: server.Server, settings: Settings, bridge: Bridge) -> None:
    if started.stopping:
        return
    with desk.log_file(settings).open("a") as log:
        logs.configure(settings.log_level, log)
        jobs = wiring.jobs(settings)
        _announce(settings, bridge)
        keep(started, duties(jobs, settings))
    started.require_asked_to_end()
    say("The bridge has ended.")


def _announce(settings: Settings, bridge: Bridge) -> None:
    say("The SCIM bridge runs. Ctrl-C ends it.", style="bold green")
    say()
    say(f"  SCIM base URL   {bridge.base_url}")
    if not bridge.base_url.startswith(settings.base_url):
        say(f"  from outside    {settings.base_url}/scim/v2")
    say(f"  Admin page      {bridge.admin_url}")
    say("  Bearer tokens   one for each dialect")
    for dialect, token in bridge.tokens.items():
        say(f"    {dialect:<13} {token}")
    say()
    say(f"  All of this is in {desk.bridge_file(settings)}, the log in {desk.log_file(settings)}.")
    if settings.target == "embedded":
        say("  See it work: `make demo` in another terminal. See who arrived: `.venv/bin/python -m scim local show`.")
    else:
        say("  Is everything in order? `.venv/bin/python -m scim doctor`.")
        say("  What is owed? `.venv/bin/python -m scim status`.")


@commands.command()
def accept(
    email: Annotated[str, typer.Argument(help="The address that was invited.")], as_json: AsJson = False
) -> None:
    """Accept an invitation, as the person would by its link. The bridge confirms them at the next pass."""
    with closing(_embedded()) as account:
        account.accept(email)
    if as_json:
        show_json({"email": email, "accepted": True})
        return
    say(f"{email} has accepted; the bridge confirms within seconds if it runs.")


@commands.command("show")
def show_(as_json: Annotated[bool, typer.Option("--json", help="The whole world, as JSON.")] = False) -> None:
    """Show the people and groups that arrived in the embedded target."""
    with closing(_embedded()) as account:
        world = account.world()
    if as_json:
        show_json(world)
        return
    show_world(world)


def _embedded() -> EmbeddedTarget:
    settings = desk.settings(os.environ)
    if settings.target != "embedded":
        raise Problem(
            "This is for the embedded target. With TARGET=onepassword, people and groups are in the account itself, "
            "and people accept by the link in their e-mail."
        )
    return wiring.embedded_target(settings)


commands.command("demo")(demo.demo)
