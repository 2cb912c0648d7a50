"""What an exchange may ask of a value: a literal, or an object of operators such as {"$gte": 1}."""

import re
from collections.abc import Callable
from typing import Any

from tests.replay.jsonpath import MISSING

Matcher = Callable[[Any, Any], bool]


def matches(wanted: Any, given: Any) -> bool:
    if isinstance(wanted, dict) and any(name in OPERATORS for name in wanted):
        return all(OPERATORS[name](argument, given) for name, argument in wanted.items())
    return given is not MISSING and equal(wanted, given)


def equal(one: Any, other: Any) -> bool:
    """As JSON has it: true is not 1."""
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def is_empty(given: Any) -> bool:
    return given is MISSING or given is None or given in ([], {}, "")


def _is_number(given: Any) -> bool:
    return isinstance(given, int | float) and not isinstance(given, bool)


def _contains(argument: Any, given: Any) -> bool:
    match given:
        case str():
            return isinstance(argument, str) and argument in given
        case list():
            return any(_holds(argument, element) for element in given)
        case dict():
            return argument in given
    return False


def _holds(argument: Any, element: Any) -> bool:
    if isinstance(argument, dict) and isinstance(element, dict):
        return all(equal(value, element.get(name, MISSING)) for name, value in argument.items())
    return equal(argument, element)


def _length(given: Any) -> int:
    if is_empty(given):
        return 0
    return len(given) if isinstance(given, list | str | dict) else -1


_TYPES: dict[str, Callable[[Any], bool]] = {
    "int": lambda given: isinstance(given, int) and not isinstance(given, bool),
    "number": _is_number,
    "string": lambda given: isinstance(given, str),
    "bool": lambda given: isinstance(given, bool),
    "list": lambda given: isinstance(given, list),
    "object": lambda given: isinstance(given, dict),
}

OPERATORS: dict[str, Matcher] = {
    "$exists": lambda wanted, given: (given is not MISSING and given not in (None, "")) is bool(wanted),
    "$absent": lambda wanted, given: is_empty(given) is bool(wanted),
    "$type": lambda wanted, given: _TYPES[wanted](given),
    "$ci": lambda wanted, given: isinstance(given, str) and given.lower() == str(wanted).lower(),
    "$contains": _contains,
    "$lacks": lambda wanted, given: not _contains(wanted, given),
    "$len": lambda wanted, given: _length(given) == wanted,
    "$gte": lambda wanted, given: _is_number(given) and given >= wanted,
    "$lte": lambda wanted, given: _is_number(given) and given <= wanted,
    "$in": lambda wanted, given: any(equal(choice, given) for choice in wanted),
    "$ne": lambda wanted, given: not equal(wanted, given),
    "$regex": lambda wanted, given: isinstance(given, str) and re.search(wanted, given) is not None,
}
