"""What is done about each kind of drift (docs/drift.md). Kinds that are not here are reported, whatever is chosen."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field

PREFIX = "DRIFT_"


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


Choice = Literal["report", "enforce", "adopt"]
Either = Annotated[Choice, BeforeValidator(_lower)]
Enforceable = Annotated[Literal["report", "enforce"], BeforeValidator(_lower)]
Adoptable = Annotated[Literal["report", "adopt"], BeforeValidator(_lower)]


class DriftSettings(BaseModel):
    drift_person_suspended: Either = Field(
        "report",
        description="A person who was suspended by hand: `report`, `enforce` (reactivate them) or `adopt` (inactive in "
        "SCIM). What each choice about drift does: docs/drift.md.",
    )
    drift_person_reactivated: Either = Field(
        "report",
        description="A person who was reactivated by hand: `report`, `enforce` (suspend them, within the limit) or "
        "`adopt` (active in SCIM; not if the user was deleted there).",
    )
    drift_person_renamed: Either = Field(
        "report",
        description="A person renamed by hand: `report`, `enforce` (rename them back) or `adopt` (displayName).",
    )
    drift_person_deleted: Enforceable = Field(
        "report", description="A person who was deleted by hand: `report` or `enforce` (invite them again)."
    )
    drift_person_address: Enforceable = Field(
        "report",
        description="A person with another address: `report` or `enforce` (wait until they change it back).",
    )
    drift_membership_granted: Either = Field(
        "report",
        description="A person of ours who was put into a group of ours by hand: `report`, `enforce` (take them out, "
        "within the removal limit) or `adopt`.",
    )
    drift_membership_revoked: Either = Field(
        "report",
        description="A member who was taken out by hand: `report`, `enforce` (put them in again) or `adopt`.",
    )
    drift_membership_manager: Adoptable = Field(
        "report",
        description="A person of ours who manages a group of ours: `report` or `adopt` (a member like the others).",
    )
    drift_group_renamed: Either = Field(
        "report",
        description="A group renamed by hand: `report`, `enforce` (rename it back) or `adopt` (displayName).",
    )
    drift_group_deleted: Enforceable = Field(
        "report",
        description="A group that was deleted by hand: `report` or `enforce` (make it again, with its members).",
    )
    reconcile_interval_seconds: float = Field(
        6 * 3600.0,
        ge=60,
        le=7 * 86400,
        allow_inf_nan=False,
        description="Pause between two passes that look for drift. Silent for twice that, `Reconcile` is unhealthy.",
    )

    @property
    def drift_policy(self) -> dict[str, Choice]:
        """What is chosen, by kind."""
        names = (name for name in DriftSettings.model_fields if name.upper().startswith(PREFIX))
        return {name.removeprefix("drift_"): getattr(self, name) for name in names}


def misplaced(environ: Mapping[str, str]) -> dict[str, str]:
    """Variables that are meant for this, by field name, but are no setting: they would be silently ignored."""
    named = {name.lower(): value.strip() for name, value in environ.items() if name.startswith(PREFIX)}
    return {name: value for name, value in named.items() if value and name not in DriftSettings.model_fields}


_ALWAYS = "it is no setting, for it is always reported: the bridge never changes it"
EXPECTED = {
    "DRIFT_PERSON_DELETED": "it must be report or enforce: who is gone cannot be taken into what is wanted",
    "DRIFT_PERSON_ADDRESS": "it must be report or enforce: by its address the identity provider knows the user",
    "DRIFT_MEMBERSHIP_MANAGER": "it must be report or adopt: the bridge leaves managers alone",
    "DRIFT_GROUP_DELETED": "it must be report or enforce: what is gone cannot be taken into what is wanted",
    **dict.fromkeys(
        ("DRIFT_PERSON_UNKNOWN", "DRIFT_PERSON_PROTECTED", "DRIFT_GROUP_MARK", "DRIFT_GROUP_PROTECTED",
         "DRIFT_GROUP_ORPHAN"),
        _ALWAYS,
    ),
}  # fmt: skip
