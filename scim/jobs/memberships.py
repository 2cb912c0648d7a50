"""Making the target match one membership: grant or revoke, only where it makes a change."""

from dataclasses import replace

from scim.jobs.trouble import Trouble
from scim.jobs.work import Work
from scim.records import Membership, Record, Ref, Stale, TargetMember

WAIT_SECONDS = 300.0


def settle(work: Work, group: Record | None, edge: Membership) -> bool:
    """False if it has to wait until the group and the user are in the target. Raises TargetError."""
    if group is None or _is_gone(work, group):
        work.store.settle_membership(replace(edge, wanted=False), None)
        return True
    user = work.store.get(Ref("User", edge.user_id))
    edge = replace(edge, wanted=edge.wanted and user is not None and user.wanted)
    target_id = user.link.target_id if user else None
    if target_id is None and not edge.wanted:
        work.store.settle_membership(edge, None)
        return True
    if target_id is None or group.link.target_id is None:
        return False
    _act(work, group.ref, group.link.target_id, edge, target_id)
    return True


def wait(work: Work, edge: Membership) -> None:
    """Looked at again some minutes later, so that many who wait do not keep the others from their turn."""
    work.store.postpone_membership(replace(edge, next_attempt_at=work.clock() + WAIT_SECONDS, last_error=None))


def postpone(work: Work, edge: Membership, trouble: Trouble) -> None:
    """Kept, shown and tried again. If somebody vanished, their user or group is looked at anew before that."""
    if trouble.missing:
        _owe_again(work, Ref("Group", edge.group_id))
        _owe_again(work, Ref("User", edge.user_id))
    if edge.last_error != trouble.reason:
        ref = Ref("Group", edge.group_id)
        work.tell(f"settle.{trouble.kind}", ref, user=edge.user_id, reason=trouble.reason)
    due = work.next_attempt(edge.attempts, trouble.first_seconds)
    tried = replace(edge, attempts=edge.attempts + 1, next_attempt_at=due, last_error=trouble.reason)
    work.store.postpone_membership(tried)


def _is_gone(work: Work, group: Record) -> bool:
    """Deprovisioned and not in the target any more: its memberships went with it."""
    if group.wanted:
        return False
    return group.link.target_id is None or all(each.id != group.link.target_id for each in work.groups())


def _act(work: Work, group: Ref, target_group_id: str, edge: Membership, target_id: str) -> None:
    members = work.members(target_group_id)
    event = None
    if edge.wanted and target_id not in members:
        work.target.grant(target_group_id, target_id)
        members[target_id] = TargetMember(target_id)
        event = work.event("membership.granted", group, user=edge.user_id)
    elif not edge.wanted and _is_revocable(work, edge, members.get(target_id)):
        work.target.revoke(target_group_id, target_id)
        del members[target_id]
        event = work.event("membership.revoked", group, user=edge.user_id)
    work.store.settle_membership(edge, event)


def _is_revocable(work: Work, edge: Membership, member: TargetMember | None) -> bool:
    """A manager is left alone, and so is a person who came back under another id and is a member by that one."""
    if member is None or member.role == "manager":
        return False
    others = [user for user in work.store.linked("User", member.user_id) if user.id != edge.user_id]
    return not any(edge.group_id in user.group_ids for user in others)


def _owe_again(work: Work, ref: Ref) -> None:
    record = work.store.get(ref)
    if record is None or record.link.unsettled:
        return
    owed = replace(record, link=replace(record.link, unsettled=True, next_attempt_at=None))
    try:
        work.store.replace(record, owed, None)
    except Stale:
        return  # somebody writes it just now; the next attempt looks again
