"""`python -m scim reconcile | drift`: what was changed in the target by hand: found just now, or last time."""

import os
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import typer

from scim import wiring
from scim.cli import desk
from scim.cli.console import AsJson, Problem, say, show, show_json
from scim.cli.waiting import waiting
from scim.jobs import drift_list
from scim.jobs.drift_list import DriftList, Item
from scim.jobs.reconcile import SOURCE
from scim.records import Report
from scim.settings import Settings


def reconcile(as_json: AsJson = False) -> None:
    """Compare what is wanted with what the target shows, now, and do what DRIFT_… chooses. Ends with status 1 while
    there is drift, or if it could not be compared.
    """
    settings = desk.ready(os.environ)
    with waiting("Comparing everything with the target", quiet=as_json):
        report = wiring.jobs(settings).reconcile()
    kept = _kept(settings)[0]
    if as_json:
        show_json(_json(report, kept))
    else:
        _show(report, kept)
    if report.state == "unhealthy":
        raise Problem(f"Nothing was concluded: {report.detail.get('reason', 'the log says why')}")
    if report.state != "healthy":
        raise typer.Exit(1)


def drift(as_json: AsJson = False) -> None:
    """Show what the last pass found, without asking the target."""
    kept, report = _kept(desk.ready(os.environ))
    if as_json:
        show_json(_json(report, kept))
    elif report is None:
        say("Nobody has looked for drift yet: `python -m scim reconcile` does.")
    else:
        _show(report, kept)


def _kept(settings: Settings) -> tuple[DriftList, Report | None]:
    with closing(wiring.store(settings)) as store:
        report = next((each for each in store.reports() if each.source == SOURCE), None)
        return drift_list.read(store), report


def _show(report: Report, kept: DriftList) -> None:
    rows = [_row(item) for item in kept.items]
    show("Drift", ("since", "what", "who", "wanted", "shown", "remark"), rows)
    if kept.more:
        say(f"  … and {kept.more} more.")
    say(f"Looked for at {report.at}: {report.state}. {_counts(report.detail)}")


def _row(item: Item) -> tuple[str, ...]:
    since = datetime.fromtimestamp(item.since, UTC).isoformat(sep=" ", timespec="seconds")
    return since, item.kind, item.drift.name, item.drift.wanted, item.drift.shown, item.remark


def _counts(detail: Mapping[str, Any]) -> str:
    counts = [f"{name.replace('_', ' ')} {value}" for name, value in detail.items() if not isinstance(value, dict)]
    return f"{', '.join(counts)}." if counts else ""


def _json(report: Report | None, kept: DriftList) -> dict[str, Any]:
    items = [
        {
            "kind": item.drift.kind,
            "resource": item.drift.ref.kind,
            "id": item.drift.ref.id,
            "user": item.drift.user_id or None,
            "targetId": item.drift.target_id or None,
            "name": item.drift.name,
            "wanted": item.drift.wanted,
            "shown": item.drift.shown,
            "since": item.since,
            "remark": item.remark or None,
        }
        for item in kept.items
    ]
    return {"report": asdict(report) if report else None, "drift": items, "more": kept.more}
