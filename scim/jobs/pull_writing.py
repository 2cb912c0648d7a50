"""Around the steps of a plan: what is remembered before the first and after the last, and whether removals are held."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from scim.jobs.deferring import DeferringSettler
from scim.jobs.pull_limit import Excess, PlanLimit
from scim.jobs.pull_notes import Notes, State
from scim.jobs.pull_planning import Planned
from scim.jobs.pull_steps import Services, Steps
from scim.jobs.puller import Puller
from scim.jobs.removals import Removals
from scim.recorder import Recorder

log = logging.getLogger("scim.removals")


@dataclass(frozen=True, slots=True)
class Writing:
    puller: Puller
    planned: Planned

    def excesses(self) -> list[Excess]:
        """Why the removals of the plan are held; none if they are not. What a run that did not end had held is not let
        through because less is left to do.
        """
        runner, plan = self.puller.runner, self.planned.plan
        found = list(PlanLimit(runner.store, Removals(runner.store, runner.clock, runner.limit)).excesses(plan))
        if not found and self.planned.before and self.planned.before.holding:
            return [Excess(scope, count, 0) for scope, count in sorted(plan.removals.items())]
        return found

    def begin(self, state: State) -> list[Excess]:
        """From here on the plan is being carried out: it neither waits nor is it approved any more."""
        notes, excesses = Notes(self.puller.runner.store), self.excesses()
        notes.put_state(state.begun(self.planned.before, holding=bool(excesses)))
        notes.end_waiting()
        for excess in excesses:
            facts = {"scope": excess.scope, "planned": excess.planned, "left": excess.left}
            log.error("removals.held", extra=facts)
        return excesses

    def end(self) -> None:
        notes = Notes(self.puller.runner.store)
        state = notes.state()
        if state and state != state.ended():
            notes.put_state(state.ended())

    def steps(self, holds: bool, goes_on: Callable[[], bool]) -> Steps:
        runner, scope, puller = self.puller.runner, self.planned.scope, self.puller
        recorder = Recorder(runner.store, DeferringSettler(), runner.clock, puller.new_id, runner.event_id, 0.0)
        return Steps(
            Services(recorder, puller.client, puller.allowed_domains),
            scope.people,
            scope.wanted,
            {group.id: group for group in scope.chosen},
            self.planned.unlisted,
            self.planned.ids,
            holds,
            goes_on,
        )
