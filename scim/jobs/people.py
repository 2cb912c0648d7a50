"""Making the target match one user: find, invite, suspend, reactivate, rename. Each step looks before it acts."""

from dataclasses import replace

from scim import identity
from scim.jobs.removals import PEOPLE
from scim.jobs.work import NO_EFFECT, Work
from scim.records import (
    DeniedByTarget,
    Link,
    MissingInTarget,
    Record,
    Ref,
    RefusedByTarget,
    Stale,
    TargetState,
    TargetUnavailable,
    TargetUser,
    UnsupportedByTarget,
)

INVITING = "inviting "
"""Begins the `target_state` of a link while an invitation is sent; the address follows. Written before the invitation:
if the answer is never heard, the person is found again by it, even if the user was renamed or deleted meanwhile."""

NO_ADDRESS = "The user has no e-mail address (emails, or an address as userName), so nobody can be invited."
WAITING = "Waiting for the person"
UNKNOWN_STATE = "The target shows a state the bridge does not know, so it leaves the person alone."


def settle(work: Work, record: Record) -> bool:
    """False if it was acted and nobody has looked yet whether it helped. Killed at any point, the next pass goes on
    from what the target shows. Raises TargetError, InvalidValue, Held.
    """
    active = record.wanted and bool(record.document.get("active", True))
    person = _known(work, record) or _newcomer(work, record, active=active)
    if person is None:
        nowhere = record.wanted and identity.address(record.document) is None
        gone = Link(target_id=None if record.wanted else record.link.target_id, waiting=NO_ADDRESS if nowhere else None)
        work.store.save_link(record.ref, gone, record.version, None)
        return True
    if person.state is TargetState.UNKNOWN:
        link = Link(target_id=person.id, target_state=person.state, waiting=UNKNOWN_STATE)
        work.store.save_link(record.ref, link, record.version, None)
        return True
    return _adjust(work, record, person, active=active)


def _known(work: Work, record: Record) -> TargetUser | None:
    """The person this user is linked to, or was inviting; of a deprovisioned user, only if they came back as nobody
    else.
    """
    link = record.link
    inviting = (link.target_state or "").startswith(INVITING)
    if link.target_id:
        person = work.person(link.target_id)
    elif inviting:
        person = work.find_person((link.target_state or "").removeprefix(INVITING))
    else:
        return None
    if person is None or ((inviting or not record.wanted) and _others(work, record, person)):
        return None
    return _link(work, record, person, "user.invited") if inviting else person


def _newcomer(work: Work, record: Record, *, active: bool) -> TargetUser | None:
    """The person who has the address already, or a new one. The link is kept before anything else is done to them."""
    if not record.wanted:
        return None
    if record.link.target_id:
        record = _let_go(work, record)
    email, name = identity.address(record.document), identity.display_name(record.document)
    if email is None:
        return None
    if person := work.find_person(email):
        if _others(work, record, person):
            raise RefusedByTarget(
                "The target still knows another user by this e-mail address (emails). That person has to change "
                "their address on their profile first, or this user needs another one."
            )
        work.require_reachable(person)
        return _link(work, record, person, "user.adopted")
    return _invite(work, record, email, name) if active else None


def _invite(work: Work, record: Record, email: str, name: str) -> TargetUser:
    begun = replace(record.link, target_id=None, target_state=INVITING + email)
    work.store.save_link(record.ref, begun, None, None)
    work.begin_effect()
    try:
        person = work.target.invite(email, name)
    except (RefusedByTarget, DeniedByTarget):
        work.store.save_link(record.ref, replace(begun, target_state=None), None, None)
        raise
    work.forget_people()
    return _link(work, record, person, "user.invited")


def _link(work: Work, record: Record, person: TargetUser, action: str) -> TargetUser:
    event = work.event(action, record.ref, email=person.email, target_id=person.id)
    link = replace(record.link, target_id=person.id, target_state=person.state)
    work.store.save_link(record.ref, link, None, event)
    return person


def _others(work: Work, record: Record, person: TargetUser) -> bool:
    """Whether another wanted user is this person: two would undo each other's wishes."""
    return any(user.id != record.id for user in work.store.linked("User", person.id))


def _let_go(work: Work, record: Record) -> Record:
    """Who vanished from the target took their memberships along: whoever takes their place is owed them again. The
    link ends last, so that a kill before that repeats it.
    """
    for group_id in record.group_ids:
        group = work.store.get(Ref("Group", group_id))
        if group is None or not group.wanted:
            continue
        event = work.event("membership.owed_again", group.ref, user=record.id)
        try:
            work.store.change_members(group, [record.id], (), group.last_modified, event)
        except Stale:
            continue  # deprovisioned just now: nothing is owed any more
    link = replace(record.link, target_id=None, target_state=None)
    work.store.save_link(record.ref, link, None, work.event("user.vanished", record.ref))
    return replace(record, link=link)


def _adjust(work: Work, record: Record, person: TargetUser, *, active: bool) -> bool:
    """A leaver is suspended before anything else can go wrong."""
    waiting, removed_at = None, record.link.removed_at
    acted = active is (person.state is TargetState.SUSPENDED)
    if acted and active:
        _reactivate(work, record, person)
    elif acted:
        removed_at = _suspend(work, record, person)
    if record.wanted:
        acted = _rename(work, record, person) or acted
        waiting = _readdress(work, record, person)
    if acted and not work.listed:
        person = _read_back(work, record, person, active=active)
    verified = not acted or not work.listed
    link = Link(person.id, person.state, waiting=waiting, removed_at=None if active else removed_at)
    work.store.save_link(record.ref, link, record.version if verified else None, None)
    return verified


def _suspend(work: Work, record: Record, person: TargetUser) -> float | None:
    """When it was, if it was counted. Counted and kept before it is done: who is killed in between counts one too
    many.
    """
    work.require_reachable(person)
    work.begin_effect(person)
    now = work.clock()
    counted = not is_approved(record, now)
    if counted:
        work.removals.spend(PEOPLE, work.store.count("User"))
    removed_at = now if counted else None
    removed = replace(record.link, target_id=person.id, target_state=person.state, removed_at=removed_at)
    work.store.save_link(record.ref, removed, None, None)
    work.target.suspend(person.id)
    work.tell("user.suspended", record.ref)
    return removed_at


def _reactivate(work: Work, record: Record, person: TargetUser) -> None:
    work.require_reachable(person)
    work.begin_effect(person)
    work.target.reactivate(person.id)
    work.removals.give_back(PEOPLE, record.link.removed_at)
    work.tell("user.reactivated", record.ref)


def is_approved(record: Record, now: float) -> bool:
    """Whether a person let this very removal through."""
    link = record.link
    return link.approved_version == record.version and link.approved_until is not None and now < link.approved_until


def _rename(work: Work, record: Record, person: TargetUser) -> bool:
    name = identity.display_name(record.document)
    if name == person.name:
        return False
    work.require_reachable(person)
    work.begin_effect(person)
    work.target.rename(person.id, name)
    work.tell("user.renamed", record.ref, name=name)
    return True


def _readdress(work: Work, record: Record, person: TargetUser) -> str | None:
    """What the person has to do themselves before the target shows the address that is wanted, in a sentence."""
    email = identity.address(record.document)
    if email is None:
        return NO_ADDRESS
    if identity.email_key(email) == identity.email_key(person.email):
        if record.link.waiting and record.link.waiting.startswith(WAITING):
            work.tell("user.email_changed", record.ref, wanted=email)
        return None
    work.require_reachable(person)
    try:
        work.target.change_email(person.id, email)
    except UnsupportedByTarget as unsupported:
        sentence = f"{WAITING}: {unsupported}"
        if record.link.waiting != sentence:
            work.tell("user.email_waits", record.ref, wanted=email, actual=person.email)
        return sentence
    work.tell("user.email_changed", record.ref, wanted=email, before=person.email)
    return None


def _read_back(work: Work, record: Record, person: TargetUser, *, active: bool) -> TargetUser:
    """What the target says now. A success that shows no effect is none."""
    after = work.target.user(person.id)
    if after is None:
        raise MissingInTarget("The person vanished from the target while they were changed.")
    renamed = not record.wanted or after.name == identity.display_name(record.document)
    if active is (after.state is TargetState.SUSPENDED) or not renamed:
        raise TargetUnavailable(NO_EFFECT)
    return after
