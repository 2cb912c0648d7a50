"""From a whole reading and the store to a plan. It changes nothing, and the same of both is the same plan."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scim.jobs.pull_documents import Documents
from scim.jobs.pull_groups import Groups
from scim.jobs.pull_guards import Guards
from scim.jobs.pull_notes import Notes, State
from scim.jobs.pull_people import People
from scim.jobs.pull_plan import Plan
from scim.jobs.pull_scope import Scope
from scim.jobs.puller import Puller
from scim.jobs.removals import PEOPLE
from scim.jobs.work import Runner
from scim.records import Record, TargetState, TargetUser

LEFT_ALONE = frozenset({TargetState.SUSPENDED, TargetState.UNKNOWN})
CALL_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Planned:
    """`before`: the last good run as it was when the reading began. `ids`: SCIM ids by ids of the source. `unlisted`:
    people of the target whom the source does not list, by address.
    """

    plan: Plan
    scope: Scope
    before: State | None
    ids: dict[str, str]
    unlisted: dict[str, TargetUser]


def make(puller: Puller) -> Planned:
    """SelectionError, SourceError, Unbelievable, TargetError: then nothing is known, and nothing may be concluded."""
    runner = puller.runner
    selection, before = puller.choose(), Notes(runner.store).state()
    guards = Guards(before)
    reading = puller.source.read(selection.chooses)
    guards.require_somebody(reading)
    scope = Scope.of(selection, reading)
    guards.require_scope(scope)
    unlisted = _within_reach(runner) if selection.unlisted == "suspend" else None
    records = list(runner.store.scan("Group"))
    people = People(scope, Documents(puller.allowed_domains), puller.client, _doubted(scope, records, puller.client))
    steps = people.compare(runner.store.scan("User"), unlisted)
    groups = Groups(
        scope,
        people,
        puller.client,
        before.carried_out if before else {},
        runner.limit.group_least,
        runner.leaves_adopted,
    )
    steps += groups.compare(records)
    sizes = {PEOPLE: people.count, **groups.sizes}
    gone = {pending.step.source_id for pending in people.gone.values()}
    stops = tuple(guards.stops(scope, gone))
    plan = Plan(steps, [*people.notices, *groups.notices], selection.digest, stops, sizes)
    return Planned(plan, scope, before, people.ids, {person.email: person for person in unlisted or ()})


def _doubted(scope: Scope, groups: Iterable[Record], client: str) -> frozenset[str]:
    doubts = {id for id, members in scope.reading.members.items() if members.doubt}
    return frozenset(group.id for group in groups if group.external_ids.get(client) in doubts)


def _within_reach(runner: Runner) -> Sequence[TargetUser]:
    """Everybody of the target whom the bridge may suspend. TargetError."""
    work = runner.work(call_ends=runner.clock() + CALL_SECONDS)
    return [
        person
        for person in work.people().values()
        if not person.protected and not work.protection(person.id) and person.state not in LEFT_ALONE
    ]
