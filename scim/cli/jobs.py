"""`python -m scim status | settle | confirm`: how the bridge stands, and its jobs by hand."""

import os
from contextlib import closing

from scim import wiring
from scim.cli import desk
from scim.cli.console import Problem, say, show
from scim.records import Report


def status() -> None:
    """Show what is wanted, what the target is still owed, and what each job did last."""
    with closing(wiring.store(desk.settings(os.environ))) as store:
        backlog, reports = store.backlog(), store.reports()
        users, groups = store.count("User"), store.count("Group")
    say(f"Wanted: {users} users, {groups} groups.")
    say(f"Owed to the target: {backlog.users} users, {backlog.groups} groups, {backlog.memberships} memberships.")
    if backlog.held:
        say(f"Held until you decide: {backlog.held} removals (`python -m scim holds`).", style="bold")
    rows = [(report.source, report.state, report.at, report.expires) for report in reports]
    show("Jobs", ("job", "state", "last run", "expected before"), rows)


def settle() -> None:
    """Deliver to the target what it is owed, now."""
    _tell(wiring.jobs(desk.settings(os.environ)).settle())


def confirm() -> None:
    """Confirm people who accepted their invitation, now."""
    _tell(wiring.jobs(desk.settings(os.environ)).confirm())


def _tell(report: Report) -> None:
    detail = ", ".join(f"{name} {value}" for name, value in report.detail.items())
    say(f"{report.source} is {report.state}{': ' if detail else ''}{detail}.")
    if report.state == "unhealthy":
        raise Problem(f"{report.source} could not do its work; `python -m scim status` shows what is still owed.")
