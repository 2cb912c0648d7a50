"""Making the target match one group: find by our mark, create, rename, delete."""

from dataclasses import replace

from scim import identity
from scim.jobs.work import Work
from scim.records import Link, Record, RefusedByTarget, TargetGroup

MARK = "Managed by the SCIM bridge"


def mark(record: Record) -> str:
    """What a group of ours carries as its description: found again by it, we never make it twice."""
    return f"{MARK} ({record.id})"


def settle(work: Work, record: Record) -> None:
    """Raises TargetError."""
    group = _present(work, record)
    if not record.wanted:
        _end(work, record, group)
        return
    if group is None:
        group = _make(work, record)
    name = record.document["displayName"]
    if group.name != name:
        work.target.rename_group(group.id, name)
        work.forget()
        work.tell("group.renamed", record.ref, name=name)
    work.store.save_link(record.ref, Link(target_id=group.id, target_state="active"), record.version, None)


def _present(work: Work, record: Record) -> TargetGroup | None:
    ours = mark(record)
    return next(
        (group for group in work.groups() if group.id == record.link.target_id or group.description == ours), None
    )


def _make(work: Work, record: Record) -> TargetGroup:
    """The link is kept before anything else is done to the group."""
    name = record.document["displayName"]
    key = identity.group_name_key(name)
    if any(_is_foreign(group) and identity.group_name_key(group.name) == key for group in work.groups()):
        raise RefusedByTarget(
            f"The target already has a group named {name!r} that the bridge does not manage (displayName). "
            "Rename one of the two; the bridge never takes over a group unasked."
        )
    group = work.target.create_group(name, mark(record))
    work.forget()
    event = work.event("group.created", record.ref, name=name, target_id=group.id)
    link = replace(record.link, target_id=group.id, target_state="active")
    work.store.save_link(record.ref, link, None, event)
    return group


def _end(work: Work, record: Record, group: TargetGroup | None) -> None:
    """A group of ours goes; one that was there before stays, and loses the members we gave it."""
    if group is not None and record.origin == "created":
        work.target.delete_group(group.id)
        work.forget()
        work.tell("group.deleted", record.ref)
    link = replace(record.link, target_state=None, attempts=0, last_error=None, next_attempt_at=None)
    work.store.save_link(record.ref, link, record.version, None)


def _is_foreign(group: TargetGroup) -> bool:
    return not group.description.startswith(MARK)
