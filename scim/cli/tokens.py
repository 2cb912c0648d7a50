"""`python -m scim token …`, or `tokens`: who may provision through this bridge."""

import os
import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from scim import tokens, wiring
from scim.admin.connections_known import Connection
from scim.cli import desk
from scim.cli.console import AsJson, Problem, remark, say, show, show_json
from scim.cli.list_first import ListFirst
from scim.dialects import DIALECTS
from scim.records import StoreUnavailable
from scim.settings import Settings
from scim.tokens import TokenRecord
from scim.web.uses import note_name

commands = typer.Typer(
    cls=ListFirst,
    no_args_is_help=False,
    help="Bearer tokens: mint, list, revoke. Without a command it lists; `tokens` is another name for it.",
)

Client = Annotated[str, typer.Argument(help="Who will use it: a name of your choice, in lower case.")]
Dialect = Annotated[
    str, typer.Option(help=f"How the client speaks: {', '.join(DIALECTS)}.", autocompletion=lambda: list(DIALECTS))
]
Days = Annotated[float | None, typer.Option(help="Days until it expires; without it, it never does.")]


@commands.command()
def mint(client: Client, dialect: Dialect = "rfc", days: Days = None, as_json: AsJson = False) -> None:
    """Make a token for a client and print it, once. Two may be live for a client, so that one can replace the other."""
    if dialect not in DIALECTS:
        raise Problem(f"There is no dialect {dialect!r}; there are {', '.join(DIALECTS)}.")
    settings = desk.ready(os.environ)
    now = time.time()
    token, record = tokens.mint(client, dialect, now=now, ttl_days=days)
    tokens.add(wiring.secrets(settings), wiring.TOKENS_SECRET, record, now)
    if as_json:
        show_json({"token": token, **_json(record)})
    else:
        say(token)


@commands.command("list")
def list_(as_json: AsJson = False) -> None:
    """Show every token's id, client, dialect, life and last use; the tokens themselves are kept nowhere."""
    now, settings = time.time(), desk.ready(os.environ)
    records = tokens.read(wiring.secrets(settings), wiring.TOKENS_SECRET)
    used = _used(settings, records)
    if as_json:
        show_json([{**_json(each), "live": each.is_live(now), "used": used.get(each.id)} for each in records])
        return
    rows = [
        (each.id, each.client, each.dialect, _day(each.created), _life(each, now), _instant(used.get(each.id)))
        for each in records
    ]
    show("Tokens", ("id", "client", "dialect", "minted", "state", "last used"), rows)


@commands.command()
def revoke(id: Annotated[str, typer.Argument(help="The id that `token list` shows.")], as_json: AsJson = False) -> None:
    """End a token. A running bridge stops accepting it within a minute."""
    secrets = wiring.secrets(desk.ready(os.environ))
    record = tokens.revoke(secrets, wiring.TOKENS_SECRET, id, time.time())
    if as_json:
        show_json(_json(record))
    else:
        say(f"The token {record.id} of {record.client} is revoked.")


def _used(settings: Settings, records: Iterable[TokenRecord]) -> dict[str, float]:
    """By id, to ten minutes; who is not there was never used. Without the store the list is still of use."""
    ids = [record.id for record in records]
    if not ids:
        return {}
    try:
        with closing(wiring.store(settings)) as store:
            notes = {id: store.note(note_name(id)) for id in ids}
    except StoreUnavailable as problem:
        remark(f"When they were used last is not known: {problem}")
        return {}
    return {id: float(note["at"]) for id, note in notes.items() if note}


def _json(record: TokenRecord) -> dict[str, Any]:
    """Everything but the digest."""
    return asdict(Connection.of(record))


def _life(record: TokenRecord, now: float) -> str:
    if record.revoked is not None:
        return f"revoked {_day(record.revoked)}"
    if record.expires is None:
        return "live"
    return f"{'live until' if record.is_live(now) else 'expired'} {_day(record.expires)}"


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()


def _instant(at: float | None) -> str:
    return "never" if at is None else datetime.fromtimestamp(at, UTC).isoformat(sep=" ", timespec="minutes")
