"""How many calls the target was sent in the last hour and day: an account allows only so many (docs/safety.md)."""

import logging
from collections.abc import Mapping

from scim.jobs.lease import Lease
from scim.jobs.work import Runner, instant
from scim.records import Report

log = logging.getLogger("scim.spending")

SOURCE = "TargetCalls"
LEASE = "spending"
WARN_PERCENT = 80
REPORT_SECONDS = 24 * 3600.0


def note(runner: Runner) -> None:
    """Adds what was called since the last time to the report that all processes share. Left for later if another one
    does so just now.
    """
    made = runner.target.calls_made() - runner.noted.calls
    lease = Lease(runner.store, runner.holder, runner.clock, LEASE)
    if not made or not lease.acquire():
        return
    try:
        last = next((each for each in runner.store.reports() if each.source == SOURCE), None)
        report = _report(runner, last.detail if last else {}, made)
        runner.store.put_report(report)
        runner.noted.calls += made
        runner.noted.at = runner.clock()
    finally:
        lease.release()


def _report(runner: Runner, before: Mapping[str, object], made: int) -> Report:
    now, most = runner.clock(), runner.calls_per_day
    hour = int(now // 3600)
    kept = before.get("hours")
    hours = {int(at): int(count) for at, count in (kept.items() if isinstance(kept, Mapping) else ())}
    hours = {at: count for at, count in hours.items() if hour - 24 < at <= hour}
    hours[hour] = hours.get(hour, 0) + made
    day = sum(hours.values())
    state = "degraded" if day * 100 > most * WARN_PERCENT else "healthy"
    if state == "degraded" and (day - made) * 100 <= most * WARN_PERCENT:
        log.error("target.calls_high", extra={"day": day, "of": most})
    detail = {"hour": hours[hour], "day": day, "of": most, "hours": {str(at): n for at, n in hours.items()}}
    return Report(SOURCE, instant(now), instant(now + REPORT_SECONDS), state, detail)  # type: ignore[arg-type]
