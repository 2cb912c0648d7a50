"""How each part of the bridge is, and how long ago it was last heard of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from scim.records import Report

USUAL = ("Settle", "ConfirmationWatcher", "Reconcile")
"""Jobs that every bridge runs: who never ran is shown too."""


@dataclass(frozen=True, slots=True)
class Component:
    """`state`: healthy, degraded, unhealthy, or `silent` if it outlived its report, `never` if it never ran."""

    source: str
    state: str
    at: str = ""
    expires: str = ""
    detail: Sequence[tuple[str, str]] = ()
    reason: str = ""

    @property
    def is_bad(self) -> bool:
        return self.state in ("unhealthy", "silent")


def components(reports: Sequence[Report], now: float, usual: Sequence[str] = USUAL) -> list[Component]:
    """In the order people think of them."""
    known = {report.source: report for report in reports}
    order = [*usual, *sorted(source for source in known if source not in usual)]
    return [_component(known[source], now) if source in known else Component(source, "never") for source in order]


def verdict(parts: Sequence[Component]) -> str:
    """One word for all: working, troubled, down, or new before anything ran."""
    states = {part.state for part in parts}
    if states <= {"never"}:
        return "new"
    if states & {"unhealthy", "silent"}:
        return "down"
    return "troubled" if "degraded" in states else "working"


def _component(report: Report, now: float) -> Component:
    silent = report.expires < datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    state = "silent" if silent else report.state
    reason = str(report.detail.get("reason", "") or report.detail.get("skipped", ""))
    return Component(report.source, state, report.at, report.expires, _facts(report.detail), reason)


def _facts(detail: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a job counted: plain numbers, without those that are nought."""
    return [
        (name.replace("_", " "), f"{value:,}")
        for name, value in detail.items()
        if isinstance(value, int) and not isinstance(value, bool) and value
    ]
