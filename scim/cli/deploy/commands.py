"""`python -m scim deploy …`, as `make deploy`, `plan`, `destroy`, `rotate`, `logs` and `admin` call it."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from scim.cli import archive
from scim.cli.console import say
from scim.cli.deploy import installation, op_release, op_signature, removal, rotation, watching
from scim.cli.deploy.interruption import explained
from scim.cli.deploy.screen import Screen, is_terminal
from scim.cli.deploy.site import Wishes

commands = typer.Typer(help="Install the bridge on Google Cloud, look after it, and take it down (docs/deploy.md).")


class Which(StrEnum):
    TOKEN = "token"  # noqa: S105 - what is rotated, not its value
    SESSION = "session"


ProjectOption = Annotated[str, typer.Option("--project", help="Google Cloud project id.", show_default=False)]
FileOption = Annotated[
    Path | None, typer.Option("--config", help="What is chosen, instead of bridge.toml.", show_default=False)
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing: everything comes from bridge.toml and flags.")]
SessionFile = Annotated[
    str, typer.Option(help="The 1Password session as JSON, a file or - for standard input.", show_default=False)
]


@commands.callback(invoke_without_command=True)
def deploy(  # noqa: PLR0913, PLR0917 - one for each option
    context: typer.Context,
    project: ProjectOption = "",
    region: Annotated[str, typer.Option(help="Region, such as europe-west1.", show_default=False)] = "",
    identity_provider: Annotated[
        list[str] | None, typer.Option(help="entra, okta, onelogin, jumpcloud, rippling, rfc; repeatable.")
    ] = None,
    config: FileOption = None,
    session_file: SessionFile = "",
    yes: Yes = False,
    plan_only: Annotated[bool, typer.Option("--plan-only", help="Look and plan; change nothing.")] = False,
    allow_removals: Annotated[
        bool, typer.Option("--allow-removals", help="Take away what is not wanted any more.")
    ] = False,
) -> None:
    """Deploy or upgrade: asks what it has to know, checks everything, shows the plan, and is live in ten minutes."""
    if context.invoked_subcommand:
        return
    flags = {"project": project, "region": region, "identity_providers": identity_provider}
    wishes = _wishes(flags, config, session_file=session_file, plan_only=plan_only, allow_removals=allow_removals)
    _run("make deploy", lambda screen: (installation.plan if plan_only else installation.deploy)(wishes, screen), yes)


@commands.command()
def plan(project: ProjectOption = "", config: FileOption = None, yes: Yes = False) -> None:
    """Show what `deploy` would change. Nothing is."""
    wishes = _wishes({"project": project}, config, plan_only=True)
    _run("make plan", lambda screen: installation.plan(wishes, screen), yes)


@commands.command()
def destroy(
    project: ProjectOption = "",
    config: FileOption = None,
    everything: Annotated[bool, typer.Option("--everything", help="The database and the secrets, too.")] = False,
    confirm: Annotated[str, typer.Option(help="What would be typed, where nobody types.", show_default=False)] = "",
) -> None:
    """Take the bridge down. The database and the secrets stay unless told otherwise; nobody in 1Password is touched."""
    wishes = _wishes({"project": project}, config)
    again = f"make destroy{' EVERYTHING=1' if everything else ''}"
    _run(again, lambda screen: removal.destroy(wishes, screen, everything=everything, confirmation=confirm))


@commands.command()
def rotate(  # noqa: PLR0913, PLR0917 - one for each option
    which: Annotated[Which | None, typer.Argument(help="token or session.", show_default=False)] = None,
    client: Annotated[str, typer.Argument(help="Whose token: okta, entra …", show_default=False)] = "",
    finish: Annotated[bool, typer.Option("--finish", help="End the old one.")] = False,
    sure: Annotated[bool, typer.Option("--sure", help="The new token is in use; do not ask.")] = False,
    session_file: SessionFile = "",
    project: ProjectOption = "",
    config: FileOption = None,
) -> None:
    """Make a new token beside the old one, or store a new session; with --finish end the old one."""
    wishes = _wishes({"project": project}, config, session_file=session_file)

    def rotated(screen: Screen) -> None:
        chosen = which or _which(screen)
        if chosen is Which.TOKEN:
            rotation.token(wishes, screen, client, finish=finish, sure=sure)
        else:
            rotation.new_session(wishes, screen, finish=finish)

    _run("make rotate", rotated)


def _which(screen: Screen) -> Which:
    def must(given: str) -> str:
        return "" if given in set(Which) else "token or session."

    return Which(screen.ask("What: the token of an identity provider, or the session of 1Password", "token", must))


@commands.command()
def logs(  # noqa: PLR0913, PLR0917 - one for each option
    since: Annotated[str, typer.Option(help="How far back: 30m, 12h, 2d.")] = "1h",
    least: Annotated[str, typer.Option(help="Least severity: DEBUG, INFO, WARNING, ERROR.")] = "INFO",
    function: Annotated[str, typer.Option(help="scim, jobs or admin only.", show_default=False)] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 200,
    project: ProjectOption = "",
    config: FileOption = None,
) -> None:
    """Show what the functions wrote, oldest first."""
    wishes = _wishes({"project": project}, config)
    told = {"since": since, "least": least.upper(), "face": function, "limit": limit}
    _run("make logs", lambda screen: watching.logs(wishes, screen, **told))  # type: ignore[arg-type]


@commands.command()
def admin(
    port: Annotated[int, typer.Option(min=1024, max=65535)] = watching.ADMIN_PORT,
    project: ProjectOption = "",
    config: FileOption = None,
) -> None:
    """Open the page for people at http://127.0.0.1:8081, through gcloud, until Ctrl-C."""
    wishes = _wishes({"project": project}, config)
    _run("make admin", lambda screen: watching.admin(wishes, screen, port))


@commands.command("pin-op")
def pin_op(version: Annotated[str, typer.Argument(help="Version of op, such as 2.32.1.")]) -> None:
    """Pin another release of 1Password's op in infra/op.json, after verifying 1Password's signature of it."""

    def pinned(screen: Screen) -> None:
        with screen.waiting(f"Downloading op {version} and verifying who signed it"):
            release = op_signature.pin(version, archive.ROOT / "infra", tuple(op_release.PINNED.sha256))
        for platform, sha256 in release.sha256.items():
            say(f"{platform:<14}{sha256}")
        say("Signed by 1Password, and pinned in infra/op.json. `make deploy` deploys it.")

    _run(f"python -m scim deploy pin-op {version}", pinned)


def _wishes(flags: dict[str, Any], file: Path | None, **others: Any) -> Wishes:
    return Wishes({name: value for name, value in flags.items() if value}, file, **others)


def _run(command: str, work: Callable[[Screen], None], yes: bool = False) -> None:
    with explained(command, archive.ROOT / ".deploy"):
        work(Screen(asks=is_terminal() and not yes, yes=yes))
