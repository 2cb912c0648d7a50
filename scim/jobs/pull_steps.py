"""Carrying a plan out: each step is what an identity provider's push would ask of the same services.

Killed anywhere, the next pull finds what is left to do by comparing again; no step is remembered as done.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from scim.conditions import NO_CONDITION
from scim.groups import Groups
from scim.jobs.pull_documents import Documents
from scim.jobs.pull_plan import Notice, Park, Plan, Step, in_order
from scim.jobs.removals import NEVER
from scim.protocol.errors import ScimError
from scim.protocol.messages import Operation
from scim.protocol.resources import Resource
from scim.recorder import Delay, Recorder
from scim.records import TargetUser
from scim.source_records import SourceGroup, SourceUser
from scim.users import Users

AT_ONCE = 500
"""Members of one commit."""

TRANSIT_SECONDS = 900.0
"""How long the target does not hear of somebody whose place another one is about to take, or of a stand-in name."""

HELD = (
    "Held: the pull it comes from would remove more than is applied without a person's approval (python -m scim holds)."
)


@dataclass(frozen=True, slots=True)
class Services:
    """The services of one client, with the delay their wishes need. `users` and `groups` as the web has them, save that
    they never wait for the target.
    """

    recorder: Recorder
    client: str
    allowed_domains: frozenset[str]

    def users(self, delay: Delay | None = None) -> Users:
        return Users(replace(self.recorder, delay=delay), self.allowed_domains)

    def groups(self, delay: Delay | None = None) -> Groups:
        return Groups(replace(self.recorder, delay=delay))


@dataclass(slots=True)
class Steps:
    """`holds`: none of the plan's removals reaches the target before a person decides. `ids`: SCIM ids by ids of the
    source, which grows. `goes_on`: asked before each step. `notices`: what could not be recorded.
    """

    services: Services
    people: dict[str, SourceUser]
    wanted: frozenset[str]
    groups: dict[str, SourceGroup]
    unlisted: dict[str, TargetUser]
    ids: dict[str, str]
    holds: bool
    goes_on: Callable[[], bool]
    group_ids: dict[str, str] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)
    notices: list[Notice] = field(default_factory=list)

    def carry_out(self, plan: Plan) -> bool:
        """Whether it came to its end."""
        for step in in_order(plan.steps):
            if not self.goes_on():
                return False
            try:
                self._carry_out(step)
            except ScimError as refusal:
                name = step.step.name if isinstance(step, Park) else step.name
                self.notices.append(Notice("refused", name, refusal.detail))
        return True

    def _carry_out(self, step: Step | Park) -> None:
        if isinstance(step, Park):
            self._park(step.step)
            return
        if step.what in ("grant", "revoke"):
            self._change_members(step)
        elif step.kind == "User":
            self._change_user(step)
        else:
            self._change_group(step)
        self.done[step.what] += len(step.members) or 1

    def _delay(self, step: Step) -> Delay | None:
        now = self.services.recorder.clock()
        if step.taken_over:
            return Delay(now + TRANSIT_SECONDS)
        if step.held or (self.holds and step.removal):
            return Delay(NEVER, now, HELD)
        return None

    # ── people ────────────────────────────────────────────────────────────────────────────────────────────

    def _change_user(self, step: Step) -> None:
        users, client = self.services.users(self._delay(step)), self.services.client
        if step.what == "deprovision":
            users.delete(step.id, client, NO_CONDITION)
        elif step.only_active or (step.id and step.source_id not in self.people):
            active = Operation("replace", "active", step.what != "deactivate")
            users.patch(step.id, [active], client, NO_CONDITION)
        elif step.id:
            users.replace(step.id, self._user(step), client, NO_CONDITION)
            self.ids[step.source_id] = step.id
        elif step.source_id:
            self.ids[step.source_id] = users.create(self._user(step), client).id
        else:
            users.create(Documents.target(self.unlisted[step.name]), client)

    def _user(self, step: Step) -> Resource:
        return Documents.user(self.people[step.source_id], active=step.source_id in self.wanted)

    # ── groups ────────────────────────────────────────────────────────────────────────────────────────────

    def _change_group(self, step: Step) -> None:
        groups, client = self.services.groups(self._delay(step)), self.services.client
        if step.what == "delete":
            groups.delete(step.id, client, NO_CONDITION)
        elif step.what == "rename":
            groups.replace(step.id, Documents.group(self.groups[step.source_id]), client, NO_CONDITION)
        else:
            resource = Documents.group(self.groups[step.source_id])
            self.group_ids[step.source_id] = groups.create(resource, client).id

    def _change_members(self, step: Step) -> None:
        groups = self.services.groups(self._delay(step))
        id = step.id or self.group_ids.get(step.source_id, "")
        if not id:
            return  # it could not be made, which was told
        grants = step.what == "grant"
        known: Iterable[str] = (self.ids[each] for each in step.members if each in self.ids) if grants else step.members
        for batch in _batches(known):
            members = [{"value": each} for each in batch]
            operation = Operation("add" if grants else "remove", "members", members)
            groups.patch(id, [operation], self.services.client, NO_CONDITION)

    # ── those who swap names ──────────────────────────────────────────────────────────────────────────────

    def _park(self, step: Step) -> None:
        """Of no meaning to the target, which does not hear of it."""
        client = self.services.client
        delay = self._delay(step) or Delay(self.services.recorder.clock() + TRANSIT_SECONDS)
        if step.kind == "User":
            users = self.services.users(delay)
            before = users.get(step.id)
            users.replace(step.id, Documents.parked_user(before), client, NO_CONDITION)
        else:
            groups = self.services.groups(delay)
            groups.replace(step.id, Documents.parked_group(groups.get(step.id)), client, NO_CONDITION)


def _batches(ids: Iterable[str]) -> Iterator[Sequence[str]]:
    remaining = iter(ids)
    while batch := list(islice(remaining, AT_ONCE)):
        yield batch
