"""Making the target match one group: find by our mark, create, rename, delete."""

import re
import shlex
from dataclasses import replace

from scim import identity
from scim.jobs import notices
from scim.jobs.people import is_approved
from scim.jobs.removals import GROUPS, Held
from scim.jobs.trouble import NameTaken
from scim.jobs.work import NO_EFFECT, Work
from scim.records import Link, Record, Ref, TargetGroup, TargetUnavailable

MARK = "Managed by the SCIM bridge"


def mark(record: Record) -> str:
    """What a group of ours carries as its description: found again by it, we never make it twice."""
    return f"{MARK} ({record.id})"


_MARKED = re.compile(re.escape(MARK) + r" \(([0-9A-Za-z-]{1,64})\)")


def settle(work: Work, record: Record) -> bool:
    """Always True: what is done to a group is seen by the listing of the next one. Raises TargetError, Held."""
    group = _present(work, record)
    if not record.wanted:
        _end(work, record, group)
        return True
    if group is None and record.link.target_id:
        record = _let_go(work, record)
    if group is None:
        group = _make(work, record)
    _rename(work, record, group)
    work.store.save_link(record.ref, Link(target_id=group.id, target_state="active"), record.version, None)
    return True


def _present(work: Work, record: Record) -> TargetGroup | None:
    """By its id, listed or not: what is taken for vanished is made anew. Else by our mark, if a kill came before the
    link.
    """
    by_id = {group.id: group for group in work.groups()}
    if record.link.target_id:
        return by_id.get(record.link.target_id) or work.group(record.link.target_id)
    ours = mark(record)
    return next((group for group in by_id.values() if group.description == ours), None)


def _let_go(work: Work, record: Record) -> Record:
    """A group that vanished from the target took its members along: all of them are owed again to the next one. The
    link ends last, so that a kill before that repeats it.
    """
    event = work.event("group.vanished", record.ref)
    members = work.store.members(record.id)
    changed = work.store.change_members(record, members, (), record.last_modified, event)
    link = replace(record.link, target_id=None, target_state=None)
    work.store.save_link(record.ref, link, None, None)
    return replace(changed, link=link)


def _make(work: Work, record: Record) -> TargetGroup:
    """The link is kept before anything else is done to the group."""
    name = record.document["displayName"]
    _refuse_foreign(work, name)
    group = work.target.create_group(name, mark(record))
    work.forget()
    event = work.event("group.created", record.ref, name=name, target_id=group.id)
    link = replace(record.link, target_id=group.id, target_state="active")
    work.store.save_link(record.ref, link, None, event)
    return group


def _rename(work: Work, record: Record, group: TargetGroup) -> None:
    name = record.document["displayName"]
    if group.name == name:
        return
    _refuse_foreign(work, name, but=group.id)
    work.require_reachable_group(group.id)
    work.target.rename_group(group.id, name)
    work.forget()
    work.tell("group.renamed", record.ref, name=name)
    after = work.group(group.id)
    if after is None or after.name != name:
        raise TargetUnavailable(NO_EFFECT)


def _refuse_foreign(work: Work, name: str, but: str = "") -> None:
    """No group of ours gets the name of one that is not: people could take one for the other (Owners)."""
    folded = identity.fold(name)
    same = [group for group in work.groups() if group.id != but and identity.fold(group.name) == folded]
    foreign = next((group for group in same if not is_ours(work, group)), None)
    if foreign is None:
        return
    shown = work.group(foreign.id) or foreign
    if shown.protected:
        raise NameTaken(
            f"The target has a group named {shown.name!r} already, which is {shown.protected} (displayName): the "
            "bridge never manages such a group. Give this one another name."
        )
    notices.tell_unmanaged(work.store, shown, work.clock())
    raise NameTaken(
        f"The target has a group named {shown.name!r} already, which the bridge does not manage (displayName). To let "
        f"the identity provider have it: python -m scim groups manage {shlex.quote(shown.name)}. Else rename one of "
        "the two; the bridge never takes over a group unasked."
    )


def is_ours(work: Work, group: TargetGroup) -> bool:
    """Whether a user or group of this bridge stands for it, be it one that is going."""
    return bool(work.store.linked("Group", group.id)) or marked(work, group) is not None


def marked(work: Work, group: TargetGroup) -> Record | None:
    """The group it was made for, if the bridge did and still knows it."""
    id = marked_id(group)
    return work.store.get(Ref("Group", id)) if id else None


def marked_id(group: TargetGroup) -> str:
    """The SCIM id it was made for; empty if not by the bridge."""
    found = _MARKED.fullmatch(group.description)
    return found[1] if found else ""


def _end(work: Work, record: Record, group: TargetGroup | None) -> None:
    """A group of ours goes; one that was there before stays, and loses the members we gave it."""
    link = Link(target_id=record.link.target_id, removed_at=record.link.removed_at)
    if group is not None and record.origin == "created":
        link = _delete(work, record, group)
    work.store.save_link(record.ref, link, record.version, None)


def _delete(work: Work, record: Record, group: TargetGroup) -> Link:
    """A group counts as one removal, and a large one as too many: all its members lose what it gave them."""
    work.require_reachable_group(group.id)
    now = work.clock()
    if not is_approved(record, now):
        size = sum(member.role == "member" for member in work.members(group.id).values())
        if size > work.removals.limit.group_least:
            raise Held(
                f"Held: the group {record.document['displayName']!r} has {size} members, who would all lose what it "
                "gives them; deleting it needs a person's approval (python -m scim holds)."
            )
        work.removals.spend(GROUPS, work.store.count("Group"))
    removed = replace(record.link, target_id=group.id, removed_at=now)
    work.store.save_link(record.ref, removed, None, None)
    work.target.delete_group(group.id)
    work.forget()
    work.tell("group.deleted", record.ref)
    if work.group(group.id):
        raise TargetUnavailable(NO_EFFECT)
    return Link(target_id=group.id, removed_at=now)
