"""Structured logs: one JSON line per event on standard output, in the fields Cloud Logging reads.

    log = logging.getLogger(__name__)
    with logs.bind(request_id=…, token=…):
        log.info("user.suspended", extra={"resource": id})

Secrets are masked here, at the source: a token of ours, a bearer header, the value of a field that is named like
a secret, and every query string (filters hold names and addresses of people).
"""

import logging
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import lru_cache
from typing import Any, TextIO

from pythonjsonlogger.json import JsonFormatter

from scim.records import Secret

MASK = "********"

_context: ContextVar[Mapping[str, str]] = ContextVar("log_context", default={})  # noqa: B039  # never altered


@contextmanager
def bind(**fields: str) -> Iterator[None]:
    """Every line logged inside carries `fields`: the request's id, the name of its token."""
    bound = _context.set({**_context.get(), **fields})
    try:
        yield
    finally:
        _context.reset(bound)


def add(**fields: str) -> None:
    """Add to what the innermost `bind` carries, until it ends."""
    _context.set({**_context.get(), **fields})


def bound(name: str) -> str:
    """A field that is bound now; empty if it is not."""
    return _context.get().get(name, "")


def configure(level: str, stream: TextIO | None = None) -> None:
    """Log from `level` on, to standard output unless told. Replaces what was configured before."""
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(Formatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)


class Formatter(JsonFormatter):
    """`severity`, `time` and `stack_trace` are the names under which Cloud Logging and Error Reporting look."""

    def __init__(self) -> None:
        super().__init__(
            ["levelname", "message"],
            rename_fields={"levelname": "severity", "exc_info": "stack_trace"},
            timestamp="time",
        )

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        return {name: redact(value, name) for name, value in {**log_data, **_context.get()}.items()}


# ── redaction ─────────────────────────────────────────────────────────────────────────────────────────────

_NAMES = r"\w*(?:password|secret|session|authorization|cookie|token_value)"
_QUOTED = r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'"
_MASKS = (
    (re.compile(r"scimb_\w+"), MASK),
    (re.compile(r"\b(bearer)\s+[^\s'\",]+", re.IGNORECASE), rf"\1 {MASK}"),
    # "password": "x", password='x', session=x: in bodies, representations and messages of exceptions
    (re.compile(rf"\b({_NAMES}[\\'\"]*\s*[:=]\s*)(?:{_QUOTED}|[^\s,;}}&]+)", re.IGNORECASE), rf"\1{MASK}"),
    # a path or an address, then its query string to the end of the line: decoded filters hold blanks
    (re.compile(r"(?<![^\s('\"(=])((?:https?:/)?/[^\s?'\"]*)\?.*"), rf"\1?{MASK}"),
)


def redact(value: Any, name: str = "") -> Any:
    """`value` as it may be shown: secrets masked at any depth, what is not JSON as masked text."""
    if isinstance(value, Secret) or (value is not None and _names_a_secret(name)):
        return MASK
    match value:
        case None | bool() | int() | float():
            return value
        case datetime():
            return value.isoformat()
        case Mapping():
            return {str(key): redact(item, str(key)) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [redact(item) for item in value]
        case _:
            return redact_text(str(value))


@lru_cache(maxsize=1000)
def _names_a_secret(name: str) -> bool:
    return re.fullmatch(_NAMES, name, re.IGNORECASE) is not None


_TRACES = ("scimb_", "bearer", "password", "secret", "session", "authorization", "cookie", "token_value", "?")
"""No mask matches text without one of these. Looking for them first saves most lines 30 µs of expressions."""


def redact_text(text: str) -> str:
    lowered = text.lower()
    if not any(trace in lowered for trace in _TRACES):
        return text
    for pattern, mask in _MASKS:
        text = pattern.sub(mask, text)
    return text
