"""Confirm people who accepted their invitation: those the bridge is linked to and the identity provider still wants."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from scim.jobs.lease import Lease
from scim.jobs.work import Work, instant
from scim.ports import Clock, Ids, Store, Target
from scim.records import Record, Report, TargetError, TargetState, TargetUser

log = logging.getLogger("scim.confirm")

DEADLINE_SECONDS = 100.0
REPORT_SECONDS = 600.0


def run(  # noqa: PLR0913, PLR0917 -- the ports a pass needs, each under its own name
    store: Store, target: Target, clock: Clock, event_id: Ids, holder: str, pause: Callable[[float], None] = time.sleep
) -> Report:
    """One pass. From a cold start it needs nothing but the store and the target; nobody has to call first."""
    work = Work(store, target, clock, event_id, clock() + DEADLINE_SECONDS)
    try:
        accepted = [person for person in target.users() if person.state is TargetState.ACCEPTED]
    except TargetError as error:
        log.warning("confirm.unavailable", extra={"reason": str(error)})
        return _kept(work, "unhealthy", {"reason": str(error)})
    if not accepted:
        return _kept(work, "healthy", {"confirmed": 0, "failed": 0})
    lease = Lease(store, holder, clock)
    if not lease.acquire_by(work.ends, pause):
        return _kept(work, "degraded", {"skipped": "another runner is at work", "accepted": len(accepted)})
    try:
        confirmed, failed = _confirm_all(work, lease, accepted)
    finally:
        lease.release()
    return _kept(work, "degraded" if failed else "healthy", {"confirmed": confirmed, "failed": failed})


def _confirm_all(work: Work, lease: Lease, accepted: Sequence[TargetUser]) -> tuple[int, int]:
    """How many were confirmed, and how many could not be. Who is left when time is over has the next pass."""
    confirmed = failed = 0
    for person in accepted:
        if work.is_over() or not lease.keep():
            break
        record = _wanted(work.store, person)
        if record is None:
            continue
        try:
            work.target.confirm(person.id)
        except TargetError as error:
            failed += 1
            log.warning("confirm.failed", extra={"id": record.id, "reason": str(error)})
            continue
        link = replace(record.link, target_state=TargetState.ACTIVE)
        work.store.save_link(record.ref, link, None, work.event("user.confirmed", record.ref))
        confirmed += 1
    return confirmed, failed


def _wanted(store: Store, person: TargetUser) -> Record | None:
    linked = store.linked("User", person.id)
    return next((record for record in linked if record.document.get("active", True)), None)


def _kept(work: Work, state: str, detail: dict[str, object]) -> Report:
    now = work.clock()
    report = Report("ConfirmationWatcher", instant(now), instant(now + REPORT_SECONDS), state, detail)  # type: ignore[arg-type]
    work.store.put_report(report)
    return report
