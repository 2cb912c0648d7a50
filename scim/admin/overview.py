"""The first page: what wants a decision, whether everything works, who stands where, what is owed and since when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, render_template
from werkzeug.wrappers import Response

from scim.admin import charts, forms, health, kept
from scim.admin.connections_known import Connection
from scim.admin.health import Component
from scim.admin.kept import Figures
from scim.admin.services import Services, services
from scim.admin.words import STANDINGS, counted, span
from scim.operations import JOBS
from scim.records import Backlog, Report, SecretsUnavailable
from scim.tokens import TokenListInvalid

blueprint = Blueprint("overview", __name__)

EXPIRING_SECONDS = 14 * 86_400.0
LATE_SECONDS = 900.0


@dataclass(frozen=True, slots=True)
class Decision:
    """Something for a person to do: what it is, and where."""

    text: str
    path: str
    link: str
    urgent: bool = False


@blueprint.get("/")
def show() -> str:
    given = services()
    now = given.clock()
    reports, backlog, figures = given.store.reports(), given.store.backlog(), Figures.read(given.store)
    usual = (*health.USUAL, "Pull") if given.installation.source else health.USUAL
    parts = health.components(reports, now, usual)
    oldest = _oldest(figures, backlog, now)
    return render_template(
        "overview.html",
        decisions=[
            *_decisions(given, reports, backlog, figures),
            *_troubles(parts, now, oldest),
            *_expiring(given, now),
        ],
        verdict=health.verdict(parts),
        components=parts,
        figures=figures,
        standings=_standings(figures),
        backlog=backlog,
        oldest=oldest,
        activity=charts.activity(figures.days, now),
        settling=charts.time_to_settle(figures.settled, now),
        jobs=[job for job in JOBS if job != "pull" or given.installation.source],
    )


@blueprint.post("/run/<job>")
def run(job: str) -> Response:
    given = services()
    if job not in JOBS or (job == "pull" and not given.installation.source):
        abort(404)
    report = given.operations.run(job, forms.actor())
    reason = str(report.detail.get("reason") or report.detail.get("skipped") or "")
    told = f"{report.source} ran: {report.state}.{' ' + reason if reason else ''}"
    return forms.done("/", told, well=report.state != "unhealthy")


def _decisions(given: Services, reports: Sequence[Report], backlog: Backlog, figures: Figures) -> Iterator[Decision]:
    if backlog.held:
        text = f"{counted(backlog.held, 'removal')} waiting for your decision: nothing is removed until then."
        yield Decision(text, "/holds", "Look and decide", urgent=True)
    yield from _waiting_plan(reports)
    for group in kept.asked_for(given.store)[:3]:
        text = f"The identity provider wants the group “{group.name}”, which is not managed."
        yield Decision(text, "/managed", "Choose what it may have")
    refused = sum(figures.standings.get(kind, {}).get("refused", 0) for kind in ("User", "Group"))
    if people := figures.standings.get("User", {}).get("refused", 0):
        yield Decision(f"{counted(people, 'person', 'people')} refused by the account.", "/people?standing=refused",
                       "See who and why")  # fmt: skip
    if refused - people:
        yield Decision(f"{counted(refused - people, 'group')} refused by the account.", "/groups?standing=refused",
                       "See which and why")  # fmt: skip
    if waiting := figures.standings.get("User", {}).get("waiting", 0):
        text = f"{counted(waiting, 'person', 'people')} who have to do something themselves first."
        yield Decision(text, "/people?standing=waiting", "See who and what")
    found = next((report.detail.get("drift") for report in reports if report.source == "Reconcile"), None)
    if isinstance(found, int) and found:
        yield Decision(f"{counted(found, 'difference')} made in the account by hand.", "/drift", "See what differs")


def _waiting_plan(reports: Sequence[Report]) -> Iterator[Decision]:
    report = next((report for report in reports if report.source == "Pull"), None)
    if report and report.detail.get("outcome") in ("waits", "stopped") and report.detail.get("digest"):
        yield Decision("The plan of a pull waits for your approval.", "/workspace", "Look and approve", urgent=True)


def _troubles(parts: Sequence[Component], now: float, oldest: float | None) -> Iterator[Decision]:
    for part in parts:
        if part.state == "silent":
            ago = span(now - datetime.fromisoformat(part.at).timestamp())
            yield Decision(f"{part.source} has not reported for {ago}: does the schedule run?", "/#health", "See it",
                           urgent=True)  # fmt: skip
        elif part.state == "unhealthy":
            yield Decision(f"{part.source} could not work: {part.reason or 'the log says why'}", "/#health", "See it",
                           urgent=True)  # fmt: skip
    if oldest is not None and oldest > LATE_SECONDS:
        yield Decision(f"Something has been owed for {span(oldest)}.", "/people?standing=owed", "See what")


def _expiring(given: Services, now: float) -> Iterator[Decision]:
    """Clients all of whose tokens end soon."""
    try:
        live = [token for token in given.connections.all() if token.is_live(now)]
    except (SecretsUnavailable, TokenListInvalid) as error:
        yield Decision(str(error), "/connections", "Look at the connections", urgent=True)
        return
    lasting = {token.client for token in live if token.is_live(now + EXPIRING_SECONDS)}
    for client in sorted({token.client for token in live} - lasting):
        yield _ends(client, [token for token in live if token.client == client], now)


def _ends(client: str, live: Sequence[Connection], now: float) -> Decision:
    left = span(max(token.expires or now for token in live) - now)
    return Decision(f"The token of {client} ends in {left}.", "/connections", "Mint the next one")


def _oldest(figures: Figures, backlog: Backlog, now: float) -> float | None:
    """For how many seconds the oldest change is owed; None if nothing is, or nobody knows."""
    if not (backlog.users or backlog.groups or backlog.memberships) or not figures.open:
        return None
    return max(0.0, now - datetime.fromisoformat(min(figures.open.values())).timestamp())


def _standings(figures: Figures) -> list[tuple[str, int, int]]:
    """By standing: how many people, how many groups."""
    people, groups = (figures.standings.get(kind, {}) for kind in ("User", "Group"))
    return [(each, people.get(each, 0), groups.get(each, 0)) for each in STANDINGS if each in people or each in groups]
