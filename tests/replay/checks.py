"""Whether an answer is what the step expects: a list of problems, empty if so."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tests.replay.jsonpath import MISSING, Missing, lookup
from tests.replay.matchers import is_empty, matches
from tests.replay.wire import Answer

Expectation = Mapping[str, Any]


def problems(expected: Expectation, answer: Answer) -> list[str]:
    if "any_of" in expected:
        return _any_of(expected, answer)
    if expected.get("status") and answer.status not in expected["status"]:
        wanted = "/".join(map(str, expected["status"]))
        return [f"expected status {wanted} got {answer.status} {_text(answer.data, 300)}"]
    return [*_headers(expected, answer), *_body(expected, answer)]


def _any_of(expected: Expectation, answer: Answer) -> list[str]:
    tried = [problems(choice, answer) for choice in expected["any_of"]]
    if all(tried):
        return [f"none of {len(tried)} alternatives: " + " | ".join(found[0] for found in tried)]
    rest = {name: value for name, value in expected.items() if name != "any_of"}
    return problems(rest, answer) if rest.get("status") else []


def _headers(expected: Expectation, answer: Answer) -> Iterator[str]:
    for name, wanted in expected.get("headers", {}).items():
        given = answer.headers.get(name.lower(), MISSING)
        if not matches(wanted, given):
            yield f"header {name}: expected {_short(wanted)} got {_short(given)}"


def _body(expected: Expectation, answer: Answer) -> Iterator[str]:
    wants, absent = expected.get("body_contains") or {}, expected.get("body_absent") or []
    if not wants and not absent:
        return
    if answer.json is MISSING:
        if answer.data.strip() or answer.status >= 300:
            yield f"expected a JSON body got {_text(answer.data, 120)!r}"
        return
    for path, wanted in wants.items():
        given = lookup(answer.json, path)
        if not matches(wanted, given):
            yield f"{path}: expected {_short(wanted)} got {_short(given)}"
    for path in absent:
        given = lookup(answer.json, path)
        if not is_empty(given):
            yield f"{path}: expected it absent got {_short(given)}"


def _text(data: bytes, length: int) -> str:
    return data[:length].decode("utf-8", "replace").replace("\n", " ")


def _short(value: Any, length: int = 160) -> str:
    text = repr(value) if isinstance(value, Missing) else json.dumps(value, default=str)
    return text if len(text) <= length else text[: length - 3] + "..."
