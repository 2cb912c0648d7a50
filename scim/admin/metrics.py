"""`/metrics` in OpenMetrics text, for who monitors with Prometheus (OpenMetrics 1.0; docs/admin.md)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask import Blueprint, Response

from scim import __version__
from scim.admin.kept import STEPS, Figures
from scim.admin.services import Services, services
from scim.records import Report

blueprint = Blueprint("metrics", __name__)

MEDIA_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"
STATES = ("healthy", "degraded", "unhealthy")
RECENT_DAYS = 7

Sample = tuple[Mapping[str, str], float | int]


@dataclass(frozen=True, slots=True)
class Family:
    """`samples` are labels and a value; a counter's get `_total`, a histogram's `_bucket`."""

    name: str
    kind: str
    help: str
    samples: Sequence[Sample]
    unit: str = ""
    suffixes: Mapping[str, str] = field(default_factory=lambda: {"counter": "_total", "histogram": "_bucket"})


@blueprint.get("/metrics")
def metrics() -> Response:
    return Response(render(_families(services())), content_type=MEDIA_TYPE)


def render(families: Iterator[Family]) -> str:
    return "".join(_text(family) for family in families) + "# EOF\n"


def _text(family: Family) -> str:
    lines = [f"# TYPE {family.name} {family.kind}"]
    lines += [f"# UNIT {family.name} {family.unit}"] if family.unit else []
    lines.append(f"# HELP {family.name} {_escaped(family.help)}")
    name = family.name + family.suffixes.get(family.kind, "_info" if family.kind == "info" else "")
    lines += [f"{name}{_labels(labels)} {value:.15g}" for labels, value in family.samples]
    return "\n".join(lines) + "\n"


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items()) + "}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


# ── what is measured ──────────────────────────────────────────────────────────────────────────────────────


def _families(given: Services) -> Iterator[Family]:
    store, now = given.store, given.clock()
    backlog, reports, figures = store.backlog(), store.reports(), Figures.read(store)
    yield Family("scim_bridge", "info", "What runs here.", [({"version": __version__}, 1)])
    owed = {"users": backlog.users, "groups": backlog.groups, "memberships": backlog.memberships}
    yield Family("scim_owed", "gauge", "What the target is still owed.",
                 [({"resource": name}, count) for name, count in owed.items()])  # fmt: skip
    yield Family("scim_held", "gauge", "Removals that wait for a person's decision.", [({}, backlog.held)])
    yield from _of_figures(figures, now)
    yield from _of_reports(reports, now)


def _of_figures(figures: Figures, now: float) -> Iterator[Family]:
    standings = [
        ({"kind": kind, "standing": standing}, count)
        for kind, counts in sorted(figures.standings.items())
        for standing, count in sorted(counts.items())
    ]
    yield Family("scim_resources", "gauge", "Users and groups by how they stand.", standings)
    oldest = min(figures.open.values(), default=None)
    age = max(0.0, now - datetime.fromisoformat(oldest).timestamp()) if oldest else 0.0
    yield Family("scim_oldest_owed_seconds", "gauge", "For how long the oldest change is owed.", [({}, age)], "seconds")
    recent = sorted(figures.days)[-RECENT_DAYS:]
    events = [
        ({"action": action, "day": day}, count) for day in recent for action, count in sorted(figures.days[day].items())
    ]
    yield Family("scim_events", "counter", "Audit lines by action and day (UTC); each day counts on its own.", events)
    settled = [bucket for day in sorted(figures.settled)[-RECENT_DAYS:] for bucket in _buckets(day, figures)]
    yield Family("scim_settle_seconds", "histogram", "How long settling took, by day (UTC).", settled, "seconds")
    if figures.at is not None:
        age = max(0.0, now - figures.at)
        yield Family("scim_figures_age_seconds", "gauge", "Since the figures were counted.", [({}, age)], "seconds")


def _buckets(day: str, figures: Figures) -> Iterator[Sample]:
    total = 0
    for step, count in zip([*map(float, STEPS), float("inf")], figures.settled[day], strict=True):
        total += count
        yield {"day": day, "le": "+Inf" if step == float("inf") else f"{step}"}, total


def _of_reports(reports: Sequence[Report], now: float) -> Iterator[Family]:
    ages = [({"job": each.source}, max(0.0, now - datetime.fromisoformat(each.at).timestamp())) for each in reports]
    yield Family("scim_report_age_seconds", "gauge", "Since a job last reported.", ages, "seconds")
    left = [({"job": each.source}, datetime.fromisoformat(each.expires).timestamp() - now) for each in reports]
    yield Family("scim_report_expires_seconds", "gauge", "Until its silence is unhealthy.", left, "seconds")
    states = [
        ({"job": each.source, "scim_report": state}, int(each.state == state)) for each in reports for state in STATES
    ]
    yield Family("scim_report", "stateset", "What a job said of itself.", states)
    for report in reports:
        if report.source == "TargetCalls":
            calls = [({"window": name}, int(report.detail.get(name, 0))) for name in ("hour", "day")]
            yield Family("scim_target_calls", "gauge", "Calls of the target, in the last hour and day.", calls)
            most: list[Sample] = [({}, int(report.detail.get("of", 0)))]
            yield Family("scim_target_calls_allowed", "gauge", "Calls of the target a day that are allowed.", most)
        if report.source == "Reconcile":
            found: list[Sample] = [({}, int(report.detail.get("drift", 0)))]
            yield Family("scim_drift", "gauge", "Differences made in the target by hand.", found)
