"""Settings to objects, for where people's orders are carried out: in the jobs, and at a desk.

`wiring` loads this there alone: it leads to the target.
"""

from collections.abc import Callable, Mapping
from functools import partial

from scim.jobs import choosing, pull
from scim.jobs.desk import Desk
from scim.jobs.holds import Holds
from scim.jobs.managed import ManagedGroups
from scim.jobs.puller import Puller
from scim.jobs.settler import LocalSettler
from scim.jobs.work import Runner
from scim.ports import Ids
from scim.records import Report
from scim.settings import Settings


def desk(
    chosen: Settings,
    runner: Runner,
    jobs: Mapping[str, Callable[[], Report]],
    new_id: Ids,
    puller: Puller | None,
) -> Desk:
    holds = Holds(runner, chosen.hold_approval_hours * 3600)
    approve = partial(pull.approve, puller) if puller else None
    chooses = choosing.of(chosen, puller) if puller else None
    return Desk(runner, LocalSettler(runner), holds, ManagedGroups(runner, new_id), jobs, approve, chooses)
