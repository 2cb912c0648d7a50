"""What the preflight says of an account, in order or not."""

import pytest

from scim.targets.onepassword import OnePasswordTarget
from scim.targets.op_process import Answer, CannotStart
from tests.op import seed
from tests.op.account import InMemory
from tests.op.in_process import in_process
from tests.targets.op_doubles import Clock, KnownSecrets, opened, secrets


@pytest.fixture
def account() -> InMemory:
    return InMemory()


def findings(account: InMemory, kept: KnownSecrets | None = None) -> list[tuple[str, str, str]]:
    target = OnePasswordTarget(opened(in_process(account), kept=kept))
    return [(found.subject, found.state, found.detail) for found in target.preflight()]


def failed(account: InMemory, kept: KnownSecrets | None = None) -> list[str]:
    return [detail for _, state, detail in findings(account, kept) if state == "failed"]


def test_an_account_in_order_is_said_so(account: InMemory):
    found = findings(account)

    assert {state for _, state, _ in found} == {"ok"}
    assert [subject for subject, _, _ in found] == [
        "1Password's command-line tool", "sign-in", "permissions", "owners",
    ]  # fmt: skip


def test_it_says_who_is_signed_in_and_where(account: InMemory):
    details = [detail for _, _, detail in findings(account)]

    assert "Signed in as bridge@example.com at https://example-team.1password.com/." in details


@pytest.mark.parametrize(
    ("permission", "cure"),
    [
        ("PROVISION_PEOPLE", "turn on CLI provisioning"),
        ("SUSPEND_PERSON", "permission Suspend People"),
        ("CHANGE_PERSON_NAME", "permission Manage People"),
        ("MANAGE_GROUPS", "permission Manage All Groups"),
        ("VIEW_ADMINISTRATIVE_SIDEBAR", "permission View Administrative Sidebar"),
    ],
)
def test_a_missing_permission_is_named_with_its_cure(account: InMemory, permission: str, cure: str):
    account.take_permission(permission)

    assert any(cure in detail for detail in failed(account))


def test_only_what_is_missing_is_complained_of(account: InMemory):
    account.take_permission("SUSPEND_PERSON")

    assert len(failed(account)) == 1


@pytest.mark.parametrize(("group", "power"), [(seed.OWNERS, "an owner"), (seed.ADMINISTRATORS, "an administrator")])
def test_too_much_power_is_warned_of(account: InMemory, group: str, power: str):
    account.set_role(group, seed.BRIDGE, "MEMBER")

    warnings = [detail for _, state, detail in findings(account) if state == "warning"]

    assert len(warnings) == 1
    assert power in warnings[0]


def test_a_wrong_password_is_said_so_and_nothing_else_is_tried(account: InMemory):
    assert [detail[:34] for detail in failed(account, secrets(password="wrong"))] == [
        "The bridge cannot sign in to 1Pass"
    ]
    assert set(account.counts()) == {"", "account add"}


def test_a_missing_secret_is_said_so(account: InMemory):
    (detail,) = failed(account, KnownSecrets())

    assert "scimsession" in detail


def test_a_second_factor_is_said_so(account: InMemory):
    account.set_account(second_factor=True)

    assert "second factor" in failed(account)[0]


def test_a_firewall_is_said_so(account: InMemory):
    account.set_account(firewall=True)

    assert [(subject, state) for subject, state, _ in findings(account)][1:] == [("the account's settings", "failed")]


def test_provisioning_by_the_account_itself_is_said_so(account: InMemory):
    text = "(403) Forbidden: User and group management with 1Password CLI isn't supported because of it."
    account.fault("error", "group list", text=text)

    found = [(subject, detail) for subject, state, detail in findings(account) if state == "failed"]

    assert [subject for subject, _ in found] == ["the account's settings"]
    assert "automated provisioning of its own" in found[0][1]


def test_a_tool_that_is_missing_is_said_so():
    def run(*_: object) -> Answer:
        raise CannotStart("op cannot be started")

    (found,) = OnePasswordTarget(opened(run)).preflight()

    assert (found.state, "OP_PATH" in found.detail) == ("failed", True)


@pytest.mark.parametrize("version", ["1.12.9", "", "3.0.0", "garbage\x00"])
def test_a_tool_of_another_generation_is_said_so(version: str):
    (found,) = OnePasswordTarget(opened(lambda *_: Answer(0, version.encode()))).preflight()

    assert (found.state, "version 2" in found.detail) == ("failed", True)


@pytest.mark.parametrize("kind", ["hang", "garbage", "killed", "error", "400", "403", "404", "409", "500"])
@pytest.mark.parametrize("command", ["account add", "whoami", "group list", "group get", "group user list"])
def test_it_never_raises(account: InMemory, kind: str, command: str):
    account.fault(kind, command, times=99)

    found = findings(account)

    assert "failed" in {state for _, state, _ in found}


def test_half_of_a_session_is_replaced_by_a_whole_one(account: InMemory):
    account.fault("half", "account add", times=99)

    assert {state for _, state, _ in findings(account)} == {"ok"}


def test_it_keeps_to_the_time_of_its_view(account: InMemory):
    clock = Clock()
    target = OnePasswordTarget(opened(in_process(account), clock), clock).until(clock.now)

    (found,) = target.preflight()

    assert found.state == "failed"
    assert account.counts() == {}
