"""The table of quirks in docs/quirks.md, made from the quirks themselves."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from scim.dialects import tolerances
from scim.dialects.dialect import Dialect

Quirk = Callable[..., Any]

_HEAD = """# Quirks

What identity providers do differently, and which dialect takes it off before the protocol reads the request.
Made by `python -m scim.dialects`; do not edit. Steps in quotes are in `tests/exchanges/`.

| Quirk | Dialects | In | What | Evidence |
|---|---|---|---|---|
"""


def table(dialects: Mapping[str, Dialect]) -> str:
    """Markdown: one row for each quirk."""
    forgiven = _places(tolerances.RESOURCE, tolerances.PATCH, tolerances.FILTER)
    rows = [_row(quirk, "every one", places) for quirk, places in forgiven.items()]
    rows += [_row(quirk, title, places) for quirk, title, places in _own(dialects)]
    return _HEAD + "".join(rows)


def explanation(quirk: Quirk) -> tuple[str, str]:
    """What the quirk is, and the evidence for it, from its docstring."""
    what, _, evidence = inspect.cleandoc(quirk.__doc__ or "").partition("\n\nEvidence: ")
    return " ".join(what.split()), " ".join(evidence.split())


def _own(dialects: Mapping[str, Dialect]) -> Iterator[tuple[Quirk, str, list[str]]]:
    for dialect in dialects.values():
        places = _places(dialect.resource_quirks, dialect.patch_quirks, dialect.filter_quirks)
        for quirk, where in places.items():
            yield quirk, dialect.title, where


def _places(*quirks: tuple[Quirk, ...]) -> dict[Quirk, list[str]]:
    places: dict[Quirk, list[str]] = {}
    for where, found in zip(("resource", "PATCH", "filter"), quirks, strict=True):
        for quirk in found:
            places.setdefault(quirk, []).append(where)
    return places


def _row(quirk: Quirk, dialects: str, places: list[str]) -> str:
    what, evidence = (text.replace("|", "\\|") for text in explanation(quirk))
    return f"| `{quirk.__name__}` | {dialects} | {', '.join(places)} | {what} | {evidence} |\n"
