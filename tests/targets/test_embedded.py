"""What is special to the embedded target: its seed, its file, its scripted faults, its view for people."""

import os
import re
import threading
import time
from pathlib import Path

import pytest

from scim.records import DeniedByTarget, RefusedByTarget, TargetState, TargetUnavailable
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


def test_ids_have_the_shape_of_the_real_ones(target: EmbeddedTarget) -> None:
    person = target.invite("bjensen@example.com", "Barbara Jensen")
    group = target.create_group("Guides", "mark")
    seeded = target.world()

    people, groups = [person.id, seeded["people"][0]["id"]], [group.id, *(each["id"] for each in seeded["groups"])]
    assert all(re.fullmatch(r"[A-Z2-7]{26}", id) for id in people)
    assert all(re.fullmatch(r"[a-z2-7]{26}", id) for id in groups)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("PENDING", TargetState.INVITED),
        ("TRANSFER_STARTED", TargetState.INVITED),
        ("RECOVERY_STARTED", TargetState.ACTIVE),
        ("TRANSFER_SUSPENDED", TargetState.SUSPENDED),
        ("SOMETHING_NEW", TargetState.UNKNOWN),
    ],
)
def test_its_words_are_read_as(target: EmbeddedTarget, word: str, expected: TargetState) -> None:
    barbara = target.add_person("bjensen@example.com", "Barbara Jensen", state=word)

    assert target.user(barbara.id) == barbara
    assert barbara.state is expected


def test_somebody_in_a_state_nobody_has_heard_of_can_still_be_suspended(target: EmbeddedTarget) -> None:
    barbara = target.add_person("bjensen@example.com", "Barbara Jensen", state="SOMETHING_NEW")

    target.suspend(barbara.id)
    suspended = target.world()["people"][0]["state"]
    target.reactivate(barbara.id)

    assert (suspended, target.world()["people"][0]["state"]) == ("SUSPENDED", "SOMETHING_NEW")


def test_the_last_owner_cannot_be_suspended_one_of_two_can(target: EmbeddedTarget) -> None:
    owners = next(group for group in target.groups() if group.name == "Owners")
    (owner,) = target.users()
    with pytest.raises(RefusedByTarget, match="last owner"):
        target.suspend(owner.id)

    target.set_role(owners.id, target.add_person("bjensen@example.com", "Barbara Jensen").id, "MANAGER")
    target.suspend(owner.id)

    assert target.user(owner.id).state is TargetState.SUSPENDED


def test_a_suspended_owner_does_not_count_as_another_one(target: EmbeddedTarget) -> None:
    owners = next(group for group in target.groups() if group.name == "Owners")
    (owner,) = target.users()
    target.set_role(owners.id, target.add_person("b@example.com", "B", state="SUSPENDED").id, "MANAGER")

    with pytest.raises(RefusedByTarget, match="last owner"):
        target.suspend(owner.id)


@pytest.mark.parametrize("name", ["Owners", "Administrators", "Team Members"])
def test_built_in_groups_are_neither_renamed_nor_deleted(target: EmbeddedTarget, name: str) -> None:
    group = next(each for each in target.groups() if each.name == name)

    with pytest.raises(RefusedByTarget, match=name):
        target.rename_group(group.id, "Guides")
    with pytest.raises(RefusedByTarget, match=name):
        target.delete_group(group.id)

    assert group in target.groups()


def test_allowed_domains_are_compared_without_regard_to_case() -> None:
    target = EmbeddedTarget(":memory:", allowed_domains=("Example.COM",))

    assert target.invite("bjensen@EXAMPLE.com", "Barbara Jensen")


def test_another_process_may_script_faults_and_pace_through_the_file(tmp_path: Path) -> None:
    target, script = EmbeddedTarget(tmp_path / "account.db"), EmbeddedTarget(tmp_path / "account.db")
    script.fail("users", "TargetUnavailable", 99)
    script.slow_down(0.05)

    began = time.perf_counter()
    with pytest.raises(TargetUnavailable):
        target.users()
    took = time.perf_counter() - began
    script.heal()

    assert took >= 0.05
    assert target.users()
    assert script.calls() == {"users": 2}


def test_a_call_takes_as_long_as_it_was_told_to() -> None:
    target = EmbeddedTarget(":memory:", delay=0.03)

    began = time.perf_counter()
    target.users()

    assert time.perf_counter() - began >= 0.03


def test_a_slow_call_does_not_keep_others_from_the_file(tmp_path: Path) -> None:
    slow, quick = EmbeddedTarget(tmp_path / "account.db", delay=1.0), EmbeddedTarget(tmp_path / "account.db")
    thread = threading.Thread(target=slow.users)
    thread.start()

    began = time.perf_counter()
    quick.users()
    took = time.perf_counter() - began
    thread.join()

    assert took < 0.9


def test_threads_that_invite_one_address_invite_one_person(tmp_path: Path) -> None:
    targets = [EmbeddedTarget(tmp_path / "account.db") for _ in range(2)]
    invited: list[str] = []

    def invite(n: int) -> None:
        invited.append(targets[n % 2].invite("bjensen@example.com", "Barbara Jensen").id)

    threads = [threading.Thread(target=invite, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(invited) == 8
    assert len(set(invited)) == 1


def test_parent_and_child_of_a_fork_share_the_account(tmp_path: Path) -> None:
    target = EmbeddedTarget(tmp_path / "account.db")
    target.invite("bjensen@example.com", "Barbara Jensen")

    child = os.fork()
    if child == 0:
        try:
            target.invite("mandy@example.com", "Mandy Pepperidge")
        finally:
            os._exit(0)
    os.waitpid(child, 0)

    assert target.invite("jsmith@example.com", "Jim Smith")
    assert len(target.users()) == 4


def test_a_closed_account_opens_again_when_it_is_used(tmp_path: Path) -> None:
    target = EmbeddedTarget(tmp_path / "account.db")
    target.invite("bjensen@example.com", "Barbara Jensen")

    target.close()

    assert target.find_user("bjensen@example.com")
