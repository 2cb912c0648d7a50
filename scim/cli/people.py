"""`python -m scim people …`: who is wanted, how each stands, and everything about one of them."""

import os
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from typing import Annotated, Any

import typer

from scim import wiring
from scim.admin import words
from scim.admin.listing import address_of, name_of
from scim.admin.words import STANDINGS
from scim.cli import desk, dossier, finding
from scim.cli.console import AsJson, remark, show, show_json_array
from scim.cli.described import state_of, why
from scim.cli.list_first import ListFirst
from scim.records import Record

commands = typer.Typer(
    cls=ListFirst,
    no_args_is_help=False,
    help="Who is wanted and how each stands. Without a command it lists: `people barbara` is `people list barbara`.",
)

SHOWN = 50
AT_ONCE = 200
"""Rows of one table; of a longer list, a table follows the other, so that the whole is never in memory."""
COLUMNS = ("name", "address", "standing", "in the target", "owed, or why not", "id")


def _known(standing: str) -> str:
    if standing and standing not in STANDINGS:
        raise typer.BadParameter(f"there are {', '.join(STANDINGS)}.")
    return standing


Text = Annotated[str, typer.Argument(help="Beginnings of words of their name or address.", show_default=False)]
Standing = Annotated[
    str,
    typer.Option(
        help=f"Only who stands so: {', '.join(STANDINGS)}.",
        callback=_known,
        autocompletion=lambda: list(STANDINGS),
        show_default=False,
    ),
]
Limit = Annotated[int, typer.Option(min=1, help="At most so many.")]
Everybody = Annotated[bool, typer.Option("--all", help="Everybody, however many.")]


@commands.command("list")
def list_(
    text: Text = "",
    standing: Standing = "",
    limit: Limit = SHOWN,
    everybody: Everybody = False,
    as_json: AsJson = False,
) -> None:
    """List who is wanted, or who of them fits: how each stands, and what is owed or went wrong.

    Whom the identity provider deleted is not listed; `people show` finds them.
    """
    with closing(wiring.store(desk.ready(os.environ))) as store:
        found = finding.people(store, text.strip(), standing)
        chosen = found if everybody else islice(found, limit)
        if as_json:
            show_json_array(_json(record) for record in chosen)
        else:
            _show(chosen)
        if not everybody and next(found, None):
            remark("There are more: --all lists everybody, --limit that many.")


def _show(records: Iterator[Record]) -> None:
    rows = list(map(_row, islice(records, AT_ONCE)))
    show("People", COLUMNS, rows)
    while rows := list(map(_row, islice(records, AT_ONCE))):
        show("", COLUMNS, rows)


def _row(record: Record) -> tuple[str, ...]:
    address = address_of(record.document) or str(record.document.get("userName", ""))
    return name_of(record), address, words.standing(record.standing), state_of(record), why(record), record.id


def _json(record: Record) -> dict[str, Any]:
    return {
        "id": record.id,
        "name": name_of(record),
        "user_name": record.document.get("userName"),
        "address": address_of(record.document) or None,
        "standing": record.standing,
        "target_id": record.link.target_id,
        "target_state": record.link.target_state,
        "owed": record.link.unsettled,
        "why": why(record) or None,
    }


commands.command("show")(dossier.show_person)
