"""Settings to objects, for a bridge that pulls: the source, and what is chosen of it.

`wiring` loads this where a source is configured, so that every other bridge is spared it.
"""

from scim.jobs import chosen_by
from scim.jobs.puller import Puller
from scim.jobs.work import Runner
from scim.ports import Ids
from scim.settings import Settings
from scim.sources import google_workspace

CLIENT = "google-workspace"
"""Whose the people and groups are that the pull creates, and the name that events call it by."""


def puller(chosen: Settings, runner: Runner, new_id: Ids) -> Puller:
    return Puller(
        runner,
        google_workspace.open_source(chosen),
        lambda: chosen_by.settings(chosen, runner.store),
        CLIENT,
        new_id,
        frozenset(chosen.allowed_domains),
        chosen.pull_interval_seconds,
        chosen.hold_approval_hours * 3600,
    )
