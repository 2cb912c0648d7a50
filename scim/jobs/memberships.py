"""Making the target match the memberships of one group: revoke first, then grant, each only where it makes a change."""

from collections.abc import Sequence
from dataclasses import replace

from scim.jobs.work import FIRST_SECONDS_UNAVAILABLE, Work
from scim.records import (
    DeniedByTarget,
    Membership,
    MissingInTarget,
    Record,
    Ref,
    Refused,
    RefusedByTarget,
    TargetMember,
    UnsupportedByTarget,
)


def settle(work: Work, group: Record | None, edges: Sequence[Membership]) -> list[Refused]:
    """The refusals met on the way, each kept with its edge. What time does not suffice for stays owed. Raises
    TargetUnavailable.
    """
    if group is None or _is_gone(work, group):
        for edge in edges:
            work.store.settle_membership(replace(edge, wanted=False), None)
        return []
    if group.link.target_id is None:
        return []
    refusals = []
    for edge in sorted(edges, key=lambda edge: edge.wanted):
        if work.is_over():
            break
        try:
            _settle_edge(work, group, group.link.target_id, edge)
        except (RefusedByTarget, DeniedByTarget, UnsupportedByTarget) as error:
            refusals.append(Refused(str(error), denied=isinstance(error, DeniedByTarget)))
            postpone(work, edge, str(error))
        except MissingInTarget as error:
            work.forget()
            postpone(work, edge, str(error), FIRST_SECONDS_UNAVAILABLE)
    return refusals


def postpone(work: Work, edge: Membership, error: str, first: float = 60.0) -> None:
    attempts = edge.attempts + 1
    due = work.next_attempt(edge.attempts, first)
    work.store.postpone_membership(replace(edge, attempts=attempts, next_attempt_at=due, last_error=error))


def _is_gone(work: Work, group: Record) -> bool:
    """Deprovisioned and not in the target any more: its memberships went with it."""
    if group.wanted:
        return False
    return group.link.target_id is None or all(each.id != group.link.target_id for each in work.groups())


def _settle_edge(work: Work, group: Record, target_group_id: str, edge: Membership) -> None:
    user = work.store.get(Ref("User", edge.user_id))
    wanted = edge.wanted and user is not None and user.wanted
    target_id = user.link.target_id if user else None
    if target_id is None:
        if not wanted:
            work.store.settle_membership(replace(edge, wanted=False), None)
        return
    members = work.members(target_group_id)
    event = None
    if wanted and target_id not in members:
        work.target.grant(target_group_id, target_id)
        members[target_id] = TargetMember(target_id)
        event = work.event("membership.granted", group.ref, user=edge.user_id)
    elif not wanted and _is_revocable(work, group, edge, members.get(target_id)):
        work.target.revoke(target_group_id, target_id)
        del members[target_id]
        event = work.event("membership.revoked", group.ref, user=edge.user_id)
    work.store.settle_membership(replace(edge, wanted=wanted), event)


def _is_revocable(work: Work, group: Record, edge: Membership, member: TargetMember | None) -> bool:
    """A manager is left alone, and so is a person who came back under another id and is a member by that one."""
    if member is None or member.role == "manager":
        return False
    others = [user for user in work.store.linked("User", member.user_id) if user.id != edge.user_id]
    return not any(group.id in user.group_ids for user in others)
