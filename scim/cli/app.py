"""The commands of `python -m scim`, and how they end when something is wrong: one sentence, status 1, no traceback."""

import sys
from typing import Annotated

import typer

from scim import __version__
from scim.cli import archive, doctor, groups, holds, jobs, local, moving, pull, reconcile, serve, tokens
from scim.cli.console import Problem, complain, say
from scim.cli.deploy import commands as deploy
from scim.jobs.holds import HoldChanged
from scim.jobs.managed import NotManageable
from scim.jobs.pull import NothingWaits
from scim.jobs.selection import SelectionError
from scim.jobs.work import Busy
from scim.records import SecretMissing, SecretsUnavailable, StoreUnavailable, TargetError
from scim.settings import SettingsError
from scim.tokens import NoLiveToken, TokenListInvalid, TooManyLive, UnknownToken

EXPECTED = (
    Problem,
    SettingsError,
    SecretMissing,
    SecretsUnavailable,
    StoreUnavailable,
    TargetError,
    NoLiveToken,
    TokenListInvalid,
    TooManyLive,
    UnknownToken,
    HoldChanged,
    NotManageable,
    NothingWaits,
    SelectionError,
    Busy,
)
"""Whose text is fit for an operator."""

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="A serverless SCIM bridge between an identity provider and a 1Password account.",
)
app.add_typer(local.commands, name="local")
app.add_typer(tokens.commands, name="token")
app.add_typer(holds.commands, name="holds")
app.add_typer(groups.commands, name="groups")
app.add_typer(pull.commands, name="pull")
app.command("import")(moving.import_)
app.command()(moving.export)
app.command()(moving.rebuild)
app.command()(doctor.doctor)
app.command()(jobs.status)
app.command()(jobs.settle)
app.command()(jobs.confirm)
app.command()(reconcile.reconcile)
app.command()(reconcile.drift)
app.command()(serve.serve)
app.command("admin-link")(serve.admin_link)
app.command()(archive.archive)
app.add_typer(deploy.commands, name="deploy")


@app.callback(invoke_without_command=True)
def _options(version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False) -> None:
    if version:
        say(__version__)
        raise typer.Exit


def main() -> None:
    try:
        app()
    except EXPECTED as problem:
        complain(str(problem))
        sys.exit(1)
