"""What every target keeps to, whatever it is made of. Another implementation joins by one line in TARGETS."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest

from scim.ports import Target
from scim.records import MissingInTarget, RefusedByTarget, TargetState, TargetUser, UnsupportedByTarget
from scim.targets.embedded import EmbeddedTarget
from scim.targets.onepassword import OnePasswordTarget
from scim.targets.op import Op
from tests.op.account import InMemory, People, StandIn
from tests.op.in_process import in_process
from tests.targets.op_doubles import opened, secrets


class Account(Protocol):
    """A target, and what people do there by themselves."""

    target: Target

    def accept(self, email: str) -> None: ...

    def guest(self) -> str:
        """The id of Jim Smith, jsmith@example.com, who is one."""
        ...


class Embedded:
    def __init__(self, directory: Path) -> None:
        self.target = EmbeddedTarget(directory / "account.db", allowed_domains=("example.com", "example.org"))

    def accept(self, email: str) -> None:
        self.target.accept(email)

    def guest(self) -> str:
        return self.target.add_person("jsmith@example.com", "Jim Smith", type="GUEST").id


class OnePassword:
    def __init__(self, account: People, op: Op) -> None:
        self._account = account
        account.set_account(domains=["example.com", "example.org"])
        self.target = OnePasswordTarget(op)

    @classmethod
    def by_processes(cls, directory: Path) -> "OnePassword":
        account = StandIn(directory)
        return cls(account, Op(str(account.path), secrets(), calls_per_second=10_000))

    @classmethod
    def vague(cls, _: Path) -> "OnePassword":
        """What the real thing says where nobody has recorded it cannot be told from any other refusal."""
        account = InMemory()
        account.set_account(vague=True)
        return cls(account, opened(in_process(account), time.time))

    def accept(self, email: str) -> None:
        self._account.accept(email)

    def guest(self) -> str:
        return str(self._account.add_person("jsmith@example.com", "Jim Smith", type="GUEST")["id"])


TARGETS: dict[str, Callable[[Path], Account]] = {
    "embedded": Embedded,
    "onepassword": OnePassword.by_processes,
    "onepassword, vague": OnePassword.vague,
}


@pytest.fixture(params=sorted(TARGETS))
def account(request: pytest.FixtureRequest, tmp_path: Path) -> Account:
    return TARGETS[request.param](tmp_path)


@pytest.fixture
def target(account: Account) -> Target:
    return account.target


@pytest.fixture
def barbara(target: Target) -> TargetUser:
    return target.invite("bjensen@example.com", "Barbara Jensen")


def state(target: Target, id: str) -> TargetState:
    person = target.user(id)
    assert person is not None
    return person.state


def test_an_invited_person_is_there_by_id_by_address_and_in_the_list(target: Target, barbara: TargetUser) -> None:
    assert target.user(barbara.id) == barbara == target.find_user("BJensen@Example.com")
    assert barbara in target.users()
    assert barbara.state is TargetState.INVITED


def test_inviting_twice_is_inviting_once(target: Target, barbara: TargetUser) -> None:
    again = target.invite("BJENSEN@example.com", "Somebody Else")

    assert again == barbara
    assert [person.email for person in target.users()].count(barbara.email) == 1


def test_a_domain_that_is_not_allowed_is_refused(target: Target) -> None:
    with pytest.raises(RefusedByTarget, match=r"elsewhere\.example"):
        target.invite("bjensen@elsewhere.example", "Barbara Jensen")

    assert target.find_user("bjensen@elsewhere.example") is None


def test_a_person_accepts_is_confirmed_and_is_active(account: Account, barbara: TargetUser) -> None:
    account.accept(barbara.email)
    accepted = state(account.target, barbara.id)
    account.target.confirm(barbara.id)
    account.target.confirm(barbara.id)

    assert (accepted, state(account.target, barbara.id)) == (TargetState.ACCEPTED, TargetState.ACTIVE)


def test_nobody_is_confirmed_before_they_accepted(target: Target, barbara: TargetUser) -> None:
    with pytest.raises(RefusedByTarget):
        target.confirm(barbara.id)


@pytest.mark.parametrize("accepts", [True, False])
def test_suspended_and_reactivated_a_person_is_as_before(account: Account, barbara: TargetUser, accepts: bool) -> None:
    if accepts:
        account.accept(barbara.email)
    before = state(account.target, barbara.id)

    account.target.suspend(barbara.id)
    account.target.suspend(barbara.id)
    suspended = state(account.target, barbara.id)
    account.target.reactivate(barbara.id)
    account.target.reactivate(barbara.id)

    assert (suspended, state(account.target, barbara.id)) == (TargetState.SUSPENDED, before)


def test_rename_changes_the_name_only(target: Target, barbara: TargetUser) -> None:
    target.rename(barbara.id, "Babs Jensen")

    after = target.user(barbara.id)
    assert after is not None
    assert (after.name, after.email, after.state) == ("Babs Jensen", barbara.email, barbara.state)


def test_an_address_is_changed_by_the_person_alone(target: Target, barbara: TargetUser) -> None:
    with pytest.raises(UnsupportedByTarget):
        target.change_email(barbara.id, "babs@example.com")

    assert target.user(barbara.id) == barbara


@pytest.mark.parametrize(
    ("verb", "arguments"), [("confirm", ()), ("suspend", ()), ("reactivate", ()), ("rename", ("Babs",))]
)
def test_a_person_who_is_not_there_is_missing(target: Target, verb: str, arguments: tuple[str, ...]) -> None:
    with pytest.raises(MissingInTarget):
        getattr(target, verb)("NOBODYAAAAAAAAAAAAAAAAAAAA", *arguments)


def test_renaming_twice_is_renaming_once(target: Target, barbara: TargetUser) -> None:
    target.rename(barbara.id, "Babs Jensen")
    target.rename(barbara.id, "Babs Jensen")

    assert [person.name for person in target.users() if person.id == barbara.id] == ["Babs Jensen"]


def test_a_suspended_person_is_renamed_and_stays_suspended(target: Target, barbara: TargetUser) -> None:
    target.suspend(barbara.id)

    target.rename(barbara.id, "Babs Jensen")

    assert state(target, barbara.id) is TargetState.SUSPENDED


def test_a_suspended_person_is_still_found_and_not_invited_again(target: Target, barbara: TargetUser) -> None:
    target.suspend(barbara.id)

    again = target.invite(barbara.email, "Barbara Jensen")

    assert (again.id, again.state) == (barbara.id, TargetState.SUSPENDED)


def test_a_suspended_person_is_not_confirmed(account: Account, barbara: TargetUser) -> None:
    account.accept(barbara.email)
    account.target.suspend(barbara.id)

    with pytest.raises(RefusedByTarget):
        account.target.confirm(barbara.id)


def test_an_active_person_is_suspended_and_active_again(account: Account, barbara: TargetUser) -> None:
    account.accept(barbara.email)
    account.target.confirm(barbara.id)
    account.target.suspend(barbara.id)
    suspended = state(account.target, barbara.id)

    account.target.reactivate(barbara.id)

    assert (suspended, state(account.target, barbara.id)) == (TargetState.SUSPENDED, TargetState.ACTIVE)


def test_an_unknown_id_is_nobody(target: Target) -> None:
    assert target.user("NOBODYAAAAAAAAAAAAAAAAAAAA") is None
    assert target.find_user("nobody@example.com") is None


def test_a_group_is_made_once_for_its_mark_and_twice_for_its_name(target: Target) -> None:
    one = target.create_group("Guides", "mark 1")
    again = target.create_group("Guides", "mark 1")
    other = target.create_group("Guides", "mark 2")

    assert one == again
    assert other.id != one.id
    assert {one, other} <= set(target.groups())


def test_a_group_is_renamed_and_deleted_for_good(target: Target) -> None:
    group = target.create_group("Guides", "mark")
    target.rename_group(group.id, "Tour Guides")
    renamed = [each.name for each in target.groups() if each.id == group.id]
    target.delete_group(group.id)
    target.delete_group(group.id)

    assert renamed == ["Tour Guides"]
    assert group.id not in [each.id for each in target.groups()]
    with pytest.raises(MissingInTarget):
        target.members(group.id)


def test_members_are_granted_and_revoked_whatever_is_repeated(target: Target, barbara: TargetUser) -> None:
    group = target.create_group("Guides", "mark")
    target.grant(group.id, barbara.id)
    target.grant(group.id, barbara.id)
    granted = [(member.user_id, member.role) for member in target.members(group.id)]
    target.revoke(group.id, barbara.id)
    target.revoke(group.id, barbara.id)

    assert granted == [(barbara.id, "member")]
    assert target.members(group.id) == []


def test_a_group_that_is_not_there_is_missing(target: Target, barbara: TargetUser) -> None:
    for verb in (target.grant, target.revoke):
        with pytest.raises(MissingInTarget):
            verb("nogroupaaaaaaaaaaaaaaaaaaa", barbara.id)


def test_nobody_is_granted_who_is_not_there(target: Target) -> None:
    group = target.create_group("Guides", "mark")

    with pytest.raises(MissingInTarget):
        target.grant(group.id, "NOBODYAAAAAAAAAAAAAAAAAAAA")

    assert target.members(group.id) == []


def test_a_group_that_is_not_there_is_not_renamed(target: Target) -> None:
    with pytest.raises(MissingInTarget):
        target.rename_group("nogroupaaaaaaaaaaaaaaaaaaa", "Guides")


def test_a_renamed_group_keeps_its_mark_and_its_members(target: Target, barbara: TargetUser) -> None:
    group = target.create_group("Guides", "mark")
    target.grant(group.id, barbara.id)

    target.rename_group(group.id, "Tour Guides")
    target.rename_group(group.id, "Tour Guides")

    assert target.create_group("Guides", "mark").id == group.id
    assert [member.user_id for member in target.members(group.id)] == [barbara.id]


def test_a_suspended_person_stays_a_member(target: Target, barbara: TargetUser) -> None:
    group = target.create_group("Guides", "mark")
    target.grant(group.id, barbara.id)

    target.suspend(barbara.id)

    assert [member.user_id for member in target.members(group.id)] == [barbara.id]


def test_a_group_is_not_found_by_a_mark_it_does_not_carry(target: Target) -> None:
    one, other = target.create_group("Guides", ""), target.create_group("Guides", "")

    assert one.id != other.id


# ── who and what is out of reach ──────────────────────────────────────────────────────────────────────────


def test_the_owners_of_the_account_are_protected(target: Target, barbara: TargetUser) -> None:
    protected = target.protected()

    owners = [person.id for person in target.users() if person.email == "owner@example.com"]
    assert [protected[id] for id in owners] == ["an owner of the account"]
    assert barbara.id not in protected


def test_a_person_of_another_kind_is_protected_wherever_they_are_seen(account: Account) -> None:
    guest = account.guest()

    seen = [account.target.user(guest), account.target.find_user("jsmith@example.com")]
    seen += [person for person in account.target.users() if person.id == guest]
    assert [person.protected for person in seen if person] == ["a guest"] * 3


def test_a_group_is_there_by_id_as_in_the_list(target: Target) -> None:
    made = target.create_group("Guides", "mark")

    assert target.group(made.id) == made
    assert made in target.groups()


def test_a_group_that_is_not_there_is_none(target: Target) -> None:
    gone = target.create_group("Guides", "mark")
    target.delete_group(gone.id)

    assert target.group("nogroupaaaaaaaaaaaaaaaaaaa") is None
    assert target.group(gone.id) is None


def test_a_built_in_group_is_protected(target: Target) -> None:
    owners = next(group for group in target.groups() if group.name == "Owners")

    found = target.group(owners.id)

    assert found is not None
    assert found.protected.startswith("built in")


# ── one piece of work ─────────────────────────────────────────────────────────────────────────────────────


def test_a_view_until_a_time_shows_and_changes_the_same_account(target: Target, barbara: TargetUser) -> None:
    view = target.until(time.time() + 60)

    view.rename(barbara.id, "Babs Jensen")
    mandy = view.invite("mandy@example.com", "Mandy Pepperidge")

    assert target.user(mandy.id) == mandy
    assert [person.name for person in target.users() if person.id == barbara.id] == ["Babs Jensen"]


def test_calls_are_counted_whichever_view_makes_them(target: Target) -> None:
    target.users()
    before = target.calls_made()

    target.users()
    target.until(time.time() + 60).users()

    assert target.calls_made() == before + 2


def test_an_account_in_order_has_no_failed_finding(target: Target) -> None:
    found = target.preflight()

    assert found
    assert [finding for finding in found if finding.state != "ok"] == []
