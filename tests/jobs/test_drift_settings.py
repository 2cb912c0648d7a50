"""What may be chosen about drift, and what is refused with a sentence."""

from typing import get_args

import pytest

from scim.drift_settings import DriftSettings
from scim.jobs.drift import CHOICES
from scim.settings import Settings, SettingsError


def test_by_default_everything_is_reported():
    assert set(Settings.from_environment({}).drift_policy.values()) == {"report"}


def test_there_is_a_setting_for_each_choice_and_no_other():
    settings = {
        name.removeprefix("drift_"): get_args(field.annotation)
        for name, field in DriftSettings.model_fields.items()
        if name.startswith("drift_")
    }

    assert settings == dict(CHOICES)


def test_what_is_chosen_is_what_is_done():
    settings = Settings.from_environment({"DRIFT_PERSON_SUSPENDED": "Enforce", "DRIFT_GROUP_RENAMED": "adopt"})

    chosen = {kind: action for kind, action in settings.drift_policy.items() if action != "report"}
    assert chosen == {"person_suspended": "enforce", "group_renamed": "adopt"}


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("DRIFT_PERSON_SUSPENDED", "delete", "it must be 'report', 'enforce' or 'adopt'."),
        (
            "DRIFT_PERSON_DELETED",
            "adopt",
            "it must be report or enforce: who is gone cannot be taken into what is wanted.",
        ),
        ("DRIFT_PERSON_ADDRESS", "adopt", "it must be report or enforce: by its address the identity provider knows"),
        ("DRIFT_GROUP_DELETED", "adopt", "it must be report or enforce: what is gone cannot be taken"),
        ("DRIFT_MEMBERSHIP_MANAGER", "enforce", "it must be report or adopt: the bridge leaves managers alone."),
        ("DRIFT_GROUP_MARK", "enforce", "it is no setting, for it is always reported: the bridge never changes it."),
        (
            "DRIFT_PERSON_UNKNOWN",
            "enforce",
            "it is no setting, for it is always reported: the bridge never changes it.",
        ),
        ("DRIFT_PERSON_RENAME", "adopt", "it is no setting"),
        ("RECONCILE_INTERVAL_SECONDS", "59", "it must be greater than or equal to 60."),
    ],
)
def test_what_makes_no_sense_is_refused(name: str, value: str, sentence: str):
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment({name: value})

    assert str(refused.value).startswith(f"{name} is {value!r}: {sentence}")
