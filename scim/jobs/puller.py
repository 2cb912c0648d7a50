"""Who pulls: the source, the choice, and whose the people and groups become."""

from collections.abc import Callable
from dataclasses import dataclass

from scim.jobs.selection import Selection
from scim.jobs.work import Runner
from scim.ports import Ids, Source


@dataclass(frozen=True, slots=True)
class Puller:
    """`choose` reads the choice anew (SelectionError). `client`: whose the people and groups are that it creates.
    `allowed_domains`: as of `Users`. `every`: seconds between two runs. `approval_seconds`: how long the approval of a
    plan may still be acted on.
    """

    runner: Runner
    source: Source
    choose: Callable[[], Selection]
    client: str
    new_id: Ids
    allowed_domains: frozenset[str] = frozenset()
    every: float = 900.0
    approval_seconds: float = 86400.0
