"""The commands of `python -m scim`, and how they end when something is wrong: one sentence, status 1, no traceback."""

import os
import sys
from typing import Annotated

import typer

from scim import __version__
from scim.cli import (
    archive,
    completion,
    doctor,
    events,
    groups,
    holds,
    jobs,
    local,
    moving,
    people,
    pull,
    reconcile,
    serve,
    status,
    tokens,
)
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
    add_completion=False,  # scim.cli.completion completes `scim`; what Typer installs would complete `python`
    help="A serverless SCIM bridge between an identity provider and a 1Password account.",
)
app.add_typer(local.commands, name="local")
app.add_typer(tokens.commands, name="token")
app.add_typer(tokens.commands, name="tokens", hidden=True)
app.add_typer(people.commands, name="people")
app.add_typer(holds.commands, name="holds")
app.add_typer(groups.commands, name="groups")
app.add_typer(pull.commands, name="pull")
app.command("import")(moving.import_)
app.command()(moving.export)
app.command()(moving.rebuild)
app.command()(doctor.doctor)
app.command()(status.status)
app.command()(events.events)
app.command()(jobs.settle)
app.command()(jobs.confirm)
app.command()(reconcile.reconcile)
app.command()(reconcile.drift)
app.command()(serve.serve)
app.command("admin-link")(serve.admin_link)
app.command()(archive.archive)
app.add_typer(deploy.commands, name="deploy")


@app.callback(invoke_without_command=True)
def _options(
    version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
    install_completion: completion.Install = False,
    show_completion: completion.Show = False,
) -> None:
    if version:
        say(__version__)
    if show_completion:
        completion.show(os.environ)
    if install_completion:
        completion.install(os.environ)
    if version or show_completion or install_completion:
        raise typer.Exit


def main() -> None:
    completion.prepare()
    try:
        app(complete_var=completion.ASKED)
    except EXPECTED as problem:
        complain(str(problem))
        sys.exit(1)
