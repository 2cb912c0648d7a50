"""Whom the pull provisions, in a form: what was typed there, and what it would change."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import abort, request

from scim.operations import Choice

LISTS = ("groups", "units", "exclude")
UNLISTED = ("leave", "suspend")
TITLES = {"groups": "Groups", "units": "Organizational units", "exclude": "Excluded", "unlisted": "Everybody else"}
MOST_BYTES = 200_000
"""Of a form: it may name thousands of groups and people."""


@dataclass(frozen=True, slots=True)
class Difference:
    title: str
    added: tuple[str, ...]
    removed: tuple[str, ...]


def typed() -> Choice:
    """An entry a line, or a field for each. What cannot be seen is no part of one."""
    unlisted = request.form.get("unlisted") or UNLISTED[0]
    if unlisted not in UNLISTED:
        abort(400)
    return Choice(_entries("groups"), _entries("units"), _entries("exclude"), unlisted)


def differences(before: Choice, after: Choice) -> list[Difference]:
    """Without the lists that stay as they are, in whatever order they are written."""
    return [each for each in _compared(before, after) if each.added or each.removed]


def consequences(before: Choice, after: Choice) -> list[str]:
    """What becomes of people, a sentence for each kind of change."""
    found = {each.title: each for each in differences(before, after)}
    unlisted = after.unlisted if after.unlisted != before.unlisted else ""
    groups, units = found.get(TITLES["groups"]), found.get(TITLES["units"])
    excluded = found.get(TITLES["exclude"])
    happens = {
        "Active people of the added groups are to be provisioned.": groups and groups.added,
        "Who is in none of the chosen groups any more is to be suspended. A group that is not chosen any more stays in "
        "the account, with its members.": groups and groups.removed,
        "Who is in none of the chosen units is to be suspended.": units and after.units,
        "People of every unit count from then on.": units and not after.units,
        "Who is excluded is to be suspended if the pull provisioned them before; otherwise they are left alone.":
            excluded and excluded.added,
        "Who is not excluded any more is judged like everybody.": excluded and excluded.removed,
        "People of the account whom the pull does not provision are to be suspended; owners, guests, excluded people "
        "and those of another client are left.": unlisted == "suspend",
        "People of the account whom the pull does not provision are left.": unlisted == "leave",
    }  # fmt: skip
    return [sentence for sentence, so in happens.items() if so]


def _entries(name: str) -> tuple[str, ...]:
    lines = (line for text in request.form.getlist(name) for line in text.splitlines())
    shown = ("".join(each if each.isprintable() else " " for each in line).strip() for line in lines)
    return tuple(dict.fromkeys(filter(None, shown)))


def _compared(before: Choice, after: Choice) -> Iterator[Difference]:
    for name in (*LISTS, "unlisted"):
        was, now = getattr(before, name), getattr(after, name)
        if name == "unlisted":
            was, now = (was,), (now,)
        added, removed = tuple(each for each in now if each not in was), tuple(each for each in was if each not in now)
        yield Difference(TITLES[name], added, removed)
