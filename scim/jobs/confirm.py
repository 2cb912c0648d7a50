"""Confirm people who accepted their invitation: those the bridge is linked to and the identity provider still wants."""

import logging

from scim.jobs.work import Work, instant
from scim.ports import Clock, Ids, Store, Target
from scim.records import Record, Report, TargetError, TargetState, TargetUser

log = logging.getLogger("scim.confirm")

REPORT_SECONDS = 600.0


def run(store: Store, target: Target, clock: Clock, event_id: Ids) -> Report:
    """One pass. From a cold start it needs nothing but the store and the target; nobody has to call first."""
    work = Work(store, target, clock, event_id)
    confirmed, failed = 0, 0
    try:
        accepted = [person for person in target.users() if person.state is TargetState.ACCEPTED]
    except TargetError as error:
        log.warning("confirm.unavailable", extra={"reason": str(error)})
        return _kept(work, "unhealthy", {"reason": str(error)})
    for person in accepted:
        record = _wanted(store, person)
        if record is None:
            continue
        try:
            target.confirm(person.id)
        except TargetError as error:
            failed += 1
            log.warning("confirm.failed", extra={"id": record.id, "reason": str(error)})
            continue
        work.tell("user.confirmed", record.ref)
        confirmed += 1
    return _kept(work, "degraded" if failed else "healthy", {"confirmed": confirmed, "failed": failed})


def _wanted(store: Store, person: TargetUser) -> Record | None:
    linked = store.linked("User", person.id)
    return next((record for record in linked if record.document.get("active", True)), None)


def _kept(work: Work, state: str, detail: dict[str, object]) -> Report:
    now = work.clock()
    report = Report("ConfirmationWatcher", instant(now), instant(now + REPORT_SECONDS), state, detail)  # type: ignore[arg-type]
    work.store.put_report(report)
    return report
