"""`python -m scim token …`: who may provision through this bridge."""

import os
import time
from datetime import UTC, datetime
from typing import Annotated

import typer

from scim import tokens, wiring
from scim.cli import desk
from scim.cli.console import Problem, say, show
from scim.dialects import DIALECTS
from scim.tokens import TokenRecord

commands = typer.Typer(no_args_is_help=True, help="Bearer tokens: mint, list, revoke.")

Client = Annotated[str, typer.Argument(help="Who will use it: a name of your choice, in lower case.")]
Dialect = Annotated[str, typer.Option(help=f"How the client speaks: {', '.join(DIALECTS)}.")]
Days = Annotated[float | None, typer.Option(help="Days until it expires; without it, it never does.")]


@commands.command()
def mint(client: Client, dialect: Dialect = "rfc", days: Days = None) -> None:
    """Make a token for a client and print it, once. Two may be live for a client, so that one can replace the other."""
    if dialect not in DIALECTS:
        raise Problem(f"There is no dialect {dialect!r}; there are {', '.join(DIALECTS)}.")
    settings = desk.settings(os.environ)
    desk.prepare(settings)
    now = time.time()
    token, record = tokens.mint(client, dialect, now=now, ttl_days=days)
    tokens.add(wiring.secrets(settings), wiring.TOKENS_SECRET, record, now)
    say(token)


@commands.command("list")
def list_() -> None:
    """Show every token's id, client, dialect and life; the tokens themselves are kept nowhere."""
    now = time.time()
    records = tokens.read(wiring.secrets(desk.settings(os.environ)), wiring.TOKENS_SECRET)
    rows = [(each.id, each.client, each.dialect, _day(each.created), _life(each, now)) for each in records]
    show("Tokens", ("id", "client", "dialect", "minted", "state"), rows)


@commands.command()
def revoke(id: Annotated[str, typer.Argument(help="The id that `token list` shows.")]) -> None:
    """End a token. A running bridge stops accepting it within a minute."""
    secrets = wiring.secrets(desk.settings(os.environ))
    record = tokens.revoke(secrets, wiring.TOKENS_SECRET, id, time.time())
    say(f"The token {record.id} of {record.client} is revoked.")


def _life(record: TokenRecord, now: float) -> str:
    if record.revoked is not None:
        return f"revoked {_day(record.revoked)}"
    if record.expires is None:
        return "live"
    return f"{'live until' if record.is_live(now) else 'expired'} {_day(record.expires)}"


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()
