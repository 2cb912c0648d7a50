"""`/ping` for anybody, `/health` for a token: what the official bridge's monitors expect (design §9)."""

from datetime import UTC, datetime, timedelta

from flask import Blueprint, Response

from scim import __version__
from scim.records import Report
from scim.web import answers
from scim.web.requests import service

blueprint = Blueprint("health", __name__)

LIFETIME = timedelta(minutes=10)


@blueprint.get("/ping")
def ping() -> Response:
    return Response("pong", content_type="text/plain; charset=utf-8")


@blueprint.get("/health")
def health() -> Response:
    """503 when a job is silent or unhealthy, so that a monitor that reads nothing but the status sees it."""
    now = datetime.fromtimestamp(service().clock(), UTC)
    reports = [_own(now), *service().store.reports()]
    shown = [
        {"source": report.source, "time": report.at, "expires": report.expires, "state": _state(report, now)}
        for report in reports
    ]
    healthy = all(entry["state"] != "unhealthy" for entry in shown)
    return answers.document(
        {"build": __version__, "version": __version__, "reports": shown, "retrievedAt": _instant(now)},
        200 if healthy else 503,
    )


def _own(now: datetime) -> Report:
    return Report("SCIMServer", _instant(now), _instant(now + LIFETIME), "healthy")


def _state(report: Report, now: datetime) -> str:
    """A report that outlived itself says that its job has stopped."""
    return "unhealthy" if report.expires < _instant(now) else report.state


def _instant(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
