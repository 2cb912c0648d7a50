"""Whether groups could be managed, before anybody says so: looked at as `manage` does, and nothing is written."""

from collections.abc import Sequence

from scim.jobs.adoption import Adoption
from scim.jobs.managed import ManagedGroups, NotManageable, require, require_taken

SECONDS = 20.0
"""Each group takes a call or two of the target, and somebody waits for the page."""


def judge(managing: ManagedGroups, target_ids: Sequence[str], seconds: float = SECONDS) -> dict[str, str]:
    """Why not, or empty; without those that were not reached in time. TargetError."""
    adoption = Adoption(managing.work(), managing.new_id, "", dry=True)
    ends = adoption.work.clock() + seconds
    said: dict[str, str] = {}
    for target_id in target_ids:
        if adoption.work.clock() >= ends:
            break
        said[target_id] = _why_not(adoption, target_id)
    return said


def _why_not(adoption: Adoption, target_id: str) -> str:
    try:
        require_taken(adoption.group(require(adoption.work, target_id)))
    except NotManageable as error:
        return str(error)
    return ""
