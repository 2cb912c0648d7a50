"""Making the target match one user: find, invite, rename, suspend, reactivate. Each step looks before it acts."""

from dataclasses import replace

from scim import identity
from scim.jobs.work import Work
from scim.records import Link, Record, TargetState, TargetUser, UnsupportedByTarget


def settle(work: Work, record: Record) -> None:
    """Raises TargetError. Killed at any point, the next pass goes on from what the target shows."""
    active = record.wanted and record.document.get("active", True)
    person = work.target.user(record.link.target_id) if record.link.target_id else None
    if person is not None and not record.wanted and work.store.linked("User", person.id):
        person = None  # they came back under another id, and that one decides now
    if person is None:
        person = _newcomer(work, record, active=active)
    if person is None:
        gone = Link(target_id=record.link.target_id, target_state=None)
        work.store.save_link(record.ref, gone, record.version, None)
        return
    waiting = _adjust(work, record, person, active=active)
    after = work.target.user(person.id) or person
    link = Link(target_id=person.id, target_state=after.state, waiting=waiting)
    work.store.save_link(record.ref, link, record.version, None)


def _newcomer(work: Work, record: Record, *, active: bool) -> TargetUser | None:
    """The person who has the address already, or a new one. The link is kept before anything else is done to them."""
    if not record.wanted:
        return None
    email = identity.address(record.document)
    person, action = work.target.find_user(email), "user.adopted"
    if person is None:
        if not active:
            return None
        person, action = work.target.invite(email, identity.display_name(record.document)), "user.invited"
    event = work.event(action, record.ref, email=email, target_id=person.id)
    link = replace(record.link, target_id=person.id, target_state=person.state)
    work.store.save_link(record.ref, link, None, event)
    return person


def _adjust(work: Work, record: Record, person: TargetUser, *, active: bool) -> str | None:
    """What is left for a person to do before the target matches, in a sentence."""
    if person.state is TargetState.UNKNOWN:
        return "The target shows a state the bridge does not know, so it leaves the person alone."
    waiting = None
    if record.wanted:
        _rename(work, record, person)
        waiting = _readdress(work, record, person)
    if active and person.state is TargetState.SUSPENDED:
        work.target.reactivate(person.id)
        work.tell("user.reactivated", record.ref)
    elif not active and person.state is not TargetState.SUSPENDED:
        work.target.suspend(person.id)
        work.tell("user.suspended", record.ref)
    return waiting


def _rename(work: Work, record: Record, person: TargetUser) -> None:
    name = identity.display_name(record.document)
    if name != person.name:
        work.target.rename(person.id, name)
        work.tell("user.renamed", record.ref, name=name)


def _readdress(work: Work, record: Record, person: TargetUser) -> str | None:
    email = identity.address(record.document)
    if identity.email_key(email) == identity.email_key(person.email):
        return None
    try:
        work.target.change_email(person.id, email)
    except UnsupportedByTarget as unsupported:
        sentence = f"Waiting for the person: {unsupported}"
        if record.link.waiting != sentence:
            work.tell("user.email_waits", record.ref, wanted=email, actual=person.email)
        return sentence
    work.tell("user.email_changed", record.ref, wanted=email, before=person.email)
    return None
