"""`python -m scim settle | confirm`: the bridge's jobs by hand."""

import os
from collections.abc import Callable
from dataclasses import asdict

from scim import wiring
from scim.cli import desk
from scim.cli.console import AsJson, Problem, say, show_json
from scim.cli.waiting import waiting
from scim.records import Report


def settle(as_json: AsJson = False) -> None:
    """Deliver to the target what it is owed, now. Ends with status 1 if that was not possible at all."""
    _run(wiring.jobs(desk.ready(os.environ)).settle, "Delivering what is owed", as_json=as_json)


def confirm(as_json: AsJson = False) -> None:
    """Confirm people who accepted their invitation, now. Ends with status 1 if that was not possible at all."""
    _run(wiring.jobs(desk.ready(os.environ)).confirm, "Confirming who accepted", as_json=as_json)


def _run(job: Callable[[], Report], what: str, *, as_json: bool) -> None:
    with waiting(what, quiet=as_json):
        report = job()
    if as_json:
        show_json(asdict(report))
    else:
        detail = ", ".join(f"{name} {value}" for name, value in report.detail.items())
        say(f"{report.source} is {report.state}{': ' if detail else ''}{detail}.")
    if report.state == "unhealthy":
        raise Problem(f"{report.source} could not do its work; `python -m scim status` shows what is still owed.")
