"""Confirm people who accepted their invitation: those the bridge is linked to and the identity provider still wants.

It also looks at whom the bridge waits for, since it sees everybody: who did what they had to is settled anew.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

from scim import identity
from scim.jobs import spending
from scim.jobs.lease import Lease
from scim.jobs.people import UNKNOWN_STATE
from scim.jobs.work import Runner, Work, instant
from scim.ports import Store
from scim.records import Record, Report, TargetError, TargetState, TargetUser

log = logging.getLogger("scim.confirm")

DEADLINE_SECONDS = 100.0
CALL_SECONDS = 20.0
REPORT_SECONDS = 600.0


def run(runner: Runner) -> Report:
    """One pass. From a cold start it needs nothing but the store and the target; nobody has to call first."""
    ends = runner.clock() + DEADLINE_SECONDS
    work = runner.work(ends, ends + CALL_SECONDS)
    report = _kept(work, *_pass(work))
    spending.note(runner)
    return report


def _pass(work: Work) -> tuple[str, dict[str, object]]:
    try:
        people = work.people()
    except TargetError as error:
        log.warning("confirm.unavailable", extra={"reason": str(error)})
        return "unhealthy", {"reason": str(error)}
    _look_again(work, people)
    accepted = [person for person in people.values() if person.state is TargetState.ACCEPTED]
    if not accepted:
        return "healthy", {"confirmed": 0, "failed": 0}
    lease = work.runner.lease()
    if not lease.acquire_by(work.ends, work.runner.pause):
        return "degraded", {"skipped": "another runner is at work", "accepted": len(accepted)}
    try:
        confirmed, failed = _confirm_all(work, lease, accepted)
    finally:
        lease.release()
    return "degraded" if failed else "healthy", {"confirmed": confirmed, "failed": failed}


def _look_again(work: Work, people: Mapping[str, TargetUser]) -> None:
    """People whom the bridge waits for are owed a look once the target shows what it waited for."""
    for record in work.store.waiting("User"):
        person = people.get(record.link.target_id or "")
        if person and _has_come(record, person):
            work.owe_again(record.ref)


def _has_come(record: Record, person: TargetUser) -> bool:
    if record.link.waiting == UNKNOWN_STATE:
        return person.state is not TargetState.UNKNOWN
    email = identity.address(record.document)
    return email is not None and identity.email_key(email) == identity.email_key(person.email)


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
