"""Making the target match one membership: grant or revoke, only where it makes a change."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from scim.jobs.removals import NEVER, members_of
from scim.jobs.trouble import FIRST_SECONDS_UNAVAILABLE, LONGEST_SECONDS, Trouble, meet
from scim.jobs.work import NO_EFFECT, Work
from scim.records import Membership, Record, Ref, TargetMember

WAIT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Acted:
    """An edge whose grant or revocation the target has taken, and nobody has looked yet whether it came about."""

    edge: Membership
    target_id: str


def settle_all(
    work: Work, group_id: str, edges: Iterable[Membership], is_over: Callable[[], bool]
) -> Iterator[tuple[Membership, bool | Trouble]]:
    """Each edge of one group with how it went: True for settled, False if it has to wait for the group or the user.
    What was done is looked at together, with one listing. Whoever stops in between leaves the rest to the next pass.
    """
    ref = Ref("Group", group_id)
    group = work.store.get(ref)
    acted: list[Acted] = []
    for edge in edges:
        if is_over():
            break
        outcome = meet(partial(settle, work, group, edge), ref)
        if isinstance(outcome, Acted):
            acted.append(outcome)
        else:
            yield edge, outcome
    if acted and group:
        yield from _verified(work, group, acted)


def _verified(work: Work, group: Record, acted: Sequence[Acted]) -> Iterator[tuple[Membership, bool | Trouble]]:
    target_group_id = group.link.target_id or ""
    members = meet(lambda: work.members(target_group_id, anew=True), group.ref)
    for each in acted:
        if isinstance(members, Trouble):
            yield each.edge, members
        elif (each.target_id in members) is each.edge.wanted:
            work.store.settle_membership(each.edge, None)
            yield each.edge, True
        else:
            yield each.edge, Trouble("deferred", NO_EFFECT, FIRST_SECONDS_UNAVAILABLE, unavailable=True)


def settle(work: Work, group: Record | None, edge: Membership) -> bool | Acted:
    """False if it has to wait for the group or the user to be dealt with first. Raises TargetError, Held."""
    if group is None or _is_gone(work, group):
        work.store.settle_membership(replace(edge, wanted=False), None)
        return True
    user = work.store.get(Ref("User", edge.user_id))
    edge = replace(edge, wanted=edge.wanted and user is not None and user.wanted)
    target_id = user.link.target_id if user else None
    if target_id is None and not edge.wanted:
        work.store.settle_membership(edge, None)
        return True
    if target_id is None or group.link.target_id is None or _goes_with_another(group, user, edge):
        return False
    if protection := work.protection(target_id):
        return _leave_alone(work, edge, protection)
    return _act(work, group, user, edge)


def wait(work: Work, edge: Membership) -> None:
    """Looked at again a minute later, so that many who wait do not keep the others from their turn."""
    work.store.postpone_membership(replace(edge, next_attempt_at=work.clock() + WAIT_SECONDS, last_error=None))


def postpone(work: Work, edge: Membership, trouble: Trouble) -> None:
    """Kept, shown and tried again. If somebody vanished, their user or group is looked at anew before that."""
    if trouble.kind == "held":
        held = replace(edge, held_at=work.clock(), next_attempt_at=NEVER, last_error=trouble.reason)
        work.tell("removal.held", Ref("Group", edge.group_id), user=edge.user_id, reason=trouble.reason)
        work.store.postpone_membership(held)
        return
    if trouble.missing:
        work.owe_again(Ref("Group", edge.group_id))
        work.owe_again(Ref("User", edge.user_id))
    if edge.last_error != trouble.reason:
        ref = Ref("Group", edge.group_id)
        work.tell(f"settle.{trouble.kind}", ref, user=edge.user_id, reason=trouble.reason)
    due = work.next_attempt(edge.attempts, trouble.first_seconds)
    tried = replace(edge, attempts=edge.attempts + 1, next_attempt_at=due, last_error=trouble.reason)
    work.store.postpone_membership(tried)


def _is_gone(work: Work, group: Record) -> bool:
    """Deprovisioned and not in the target any more: its memberships went with it. Or it is let go as it is."""
    if group.wanted:
        return False
    if group.origin == "adopted" and work.runner.leaves_adopted:
        return True
    return group.link.target_id is None or all(each.id != group.link.target_id for each in work.groups())


def _goes_with_another(group: Record, user: Record | None, edge: Membership) -> bool:
    """Whether it ends with the group or the person: not before they do, for a person may want to keep them."""
    if not group.wanted and group.origin == "created":
        return True
    return not edge.wanted and user is not None and not user.wanted and user.link.unsettled


def _leave_alone(work: Work, edge: Membership, protection: str) -> bool:
    reason = f"The person is {protection}: the bridge never changes what such people can reach."
    if edge.last_error != reason:
        work.tell("membership.left_alone", Ref("Group", edge.group_id), user=edge.user_id, reason=reason)
    work.store.postpone_membership(replace(edge, next_attempt_at=work.clock() + LONGEST_SECONDS, last_error=reason))
    return True


def _act(work: Work, group: Record, user: Record | None, edge: Membership) -> bool | Acted:
    target_group_id, target_id = group.link.target_id or "", (user and user.link.target_id) or ""
    members = work.members(target_group_id)
    if edge.wanted and target_id not in members:
        work.require_reachable_group(target_group_id)
        work.target.grant(target_group_id, target_id)
        members[target_id] = TargetMember(target_id)
        work.tell("membership.granted", group.ref, user=edge.user_id)
        return Acted(edge, target_id)
    if not edge.wanted and _is_revocable(work, edge, members.get(target_id)):
        work.require_reachable_group(target_group_id)
        _spend(work, group, user, edge)
        work.target.revoke(target_group_id, target_id)
        del members[target_id]
        work.tell("membership.revoked", group.ref, user=edge.user_id)
        return Acted(edge, target_id)
    work.store.settle_membership(edge, None)
    return True


def _spend(work: Work, group: Record, user: Record | None, edge: Membership) -> None:
    """Whoever was suspended already loses nothing by it any more: what follows from a removal is not another one. Who
    was deleted and came back as another user does.
    """
    if user is None or not (user.wanted or work.store.linked("User", user.link.target_id or "")):
        return
    if edge.approved_until is not None and work.clock() < edge.approved_until:
        return
    work.removals.spend(members_of(group.id), len(work.members(group.link.target_id or "")))


def _is_revocable(work: Work, edge: Membership, member: TargetMember | None) -> bool:
    """A manager is left alone, and so is a person who came back under another id and is a member by that one."""
    if member is None or member.role == "manager":
        return False
    others = [user for user in work.store.linked("User", member.user_id) if user.id != edge.user_id]
    return not any(edge.group_id in user.group_ids for user in others)
