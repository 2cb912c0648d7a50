"""What is special to the embedded target: its seed, its file, its scripted faults, its view for people."""

from pathlib import Path

import pytest

from scim.records import DeniedByTarget, RefusedByTarget, TargetUnavailable
from scim.targets.embedded import EmbeddedTarget


@pytest.fixture
def target() -> EmbeddedTarget:
    return EmbeddedTarget(":memory:")


def test_a_new_account_has_its_owner_and_the_built_in_groups(target: EmbeddedTarget) -> None:
    world = target.world()

    assert [person["email"] for person in world["people"]] == ["owner@example.com"]
    assert {group["type"] for group in world["groups"]} == {"OWNERS", "ADMINISTRATORS", "TEAM_MEMBERS"}


def test_the_file_is_shared_and_lasts(tmp_path: Path) -> None:
    invited = EmbeddedTarget(tmp_path / "account.db").invite("bjensen@example.com", "Barbara Jensen")

    assert EmbeddedTarget(tmp_path / "account.db").user(invited.id) == invited


def test_a_file_that_cannot_be_used_is_an_unavailable_target(tmp_path: Path) -> None:
    (tmp_path / "account.db").write_text("no database at all " * 100)

    with pytest.raises(TargetUnavailable):
        EmbeddedTarget(tmp_path / "account.db").users()


def test_an_error_before_the_effect_leaves_no_effect(target: EmbeddedTarget) -> None:
    target.fail("invite", "TargetUnavailable", 2)

    for _ in range(2):
        with pytest.raises(TargetUnavailable):
            target.invite("bjensen@example.com", "Barbara Jensen")
    before = target.find_user("bjensen@example.com")

    assert before is None
    assert target.invite("bjensen@example.com", "Barbara Jensen")


def test_an_error_after_the_effect_leaves_the_effect(target: EmbeddedTarget) -> None:
    target.fail("invite", "DeniedByTarget", after_effect=True)

    with pytest.raises(DeniedByTarget):
        target.invite("bjensen@example.com", "Barbara Jensen")

    assert target.find_user("bjensen@example.com")


def test_every_call_is_counted_the_failed_too(target: EmbeddedTarget) -> None:
    target.fail("users", "TargetUnavailable")
    with pytest.raises(TargetUnavailable):
        target.users()
    target.users()

    assert target.calls()["users"] == 2


def test_a_manager_is_left_alone(target: EmbeddedTarget) -> None:
    barbara = target.invite("bjensen@example.com", "Barbara Jensen")
    group = target.create_group("Guides", "mark")
    target.set_role(group.id, barbara.id, "MANAGER")

    target.revoke(group.id, barbara.id)

    assert [member.role for member in target.members(group.id)] == ["manager"]


def test_an_invitation_is_accepted_once(target: EmbeddedTarget) -> None:
    target.invite("bjensen@example.com", "Barbara Jensen")
    target.accept("bjensen@example.com")

    with pytest.raises(RefusedByTarget):
        target.accept("bjensen@example.com")


def test_the_world_shows_people_with_their_groups(target: EmbeddedTarget) -> None:
    barbara = target.invite("bjensen@example.com", "Barbara Jensen")
    target.grant(target.create_group("Guides", "mark").id, barbara.id)

    world = target.world()

    assert next(person for person in world["people"] if person["id"] == barbara.id)["groups"] == ["Guides"]
    assert next(group for group in world["groups"] if group["name"] == "Guides")["members"] == ["bjensen@example.com"]
