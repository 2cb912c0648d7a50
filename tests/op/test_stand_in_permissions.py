"""What the bridge's member may do, and what the account's settings forbid."""

import pytest

from tests.op import seed

NEEDS = {
    "PROVISION_PEOPLE": [("user", "provision", "--email=mandy@example.com", "--name=Mandy Pepperidge"),
                         ("user", "confirm", "{accepted}")],
    "SUSPEND_PERSON": [("user", "suspend", "{person}"), ("user", "reactivate", "{person}")],
    "CHANGE_PERSON_NAME": [("user", "edit", "{person}", "--name=Babs Jensen")],
    "MANAGE_GROUPS": [("group", "create", "Guides"), ("group", "edit", "{group}", "--name=Guides"),
                      ("group", "delete", "{group}"),
                      ("group", "user", "grant", "--group={group}", "--user={person}"),
                      ("group", "user", "revoke", "--group={group}", "--user={person}")],
    "VIEW_ADMINISTRATIVE_SIDEBAR": [("user", "list"), ("user", "get", "{person}"), ("group", "user", "list", "{group}"),
                                    ("user", "list", "--group={group}")],
    "RECOVER_ACCOUNTS": [("user", "recovery", "begin", "{person}")],
}  # fmt: skip
CASES = [(permission, argv) for permission, lines in NEEDS.items() for argv in lines]
FIRST = [case for case in CASES if not {"reactivate", "revoke"} & set(case[1])]  # what undoes something needs it done
WRITES = [argv for _, argv in CASES if not {"list", "get", "recovery"} & set(argv)]


def names(desk) -> dict[str, str]:
    accepted = desk.account.add_person("jsmith@example.com", "Jim Smith", "TRANSFER_ACCEPTED")["id"]
    person = desk.account.add_person("bjensen@example.com", "Barbara Jensen")["id"]
    return {"accepted": accepted, "person": person, "group": desk.account.add_group("Tour Guides")["id"]}


@pytest.mark.parametrize(("permission", "argv"), CASES)
def test_without_the_permission_a_call_is_forbidden(desk, permission, argv):
    given = names(desk)
    desk.account.take_permission(permission)
    before = desk.account.world()

    code, text = desk.error(*(arg.format(**given) for arg in argv))

    assert (code, text.startswith("(403) Forbidden")) == (1, True)
    assert desk.account.world() == before


@pytest.mark.parametrize(
    ("permission", "argv"), [case for case in CASES if case[1][1] != "reactivate" and "revoke" not in case[1]]
)
def test_with_its_permission_alone_a_call_succeeds(desk, permission, argv):
    given = names(desk)
    desk.account.take_permission(*(each for each in seed.ALL_PERMISSIONS if each != permission))

    assert desk.op(*(arg.format(**given) for arg in argv)).code == 0


def test_a_manager_manages_the_group_without_managing_all(desk):
    given = names(desk)
    desk.account.set_role(given["group"], seed.BRIDGE, "MANAGER")
    desk.account.take_permission("MANAGE_GROUPS")

    grant = ("group", "user", "grant", f"--user={given['person']}")
    assert desk.op(*grant, f"--group={given['group']}").code == 0
    assert desk.op(*grant, f"--group={seed.STEWARDS}").code == 1


def test_a_person_is_never_deleted_by_the_seeded_bridge(desk):
    person = desk.invite()

    assert desk.error("user", "delete", person["id"])[1].startswith("(403) Forbidden")


def test_with_cli_provisioning_off_nobody_is_invited_or_confirmed(desk):
    desk.account.set_account(cli_provisioning=False)
    given = names(desk)

    assert desk.error("user", "provision", "--email=mandy@example.com", "--name=Mandy Pepperidge")[0] == 1
    assert desk.error("user", "confirm", given["accepted"])[0] == 1
    assert desk.op("user", "suspend", given["person"]).code == 0


@pytest.mark.parametrize("argv", WRITES)
def test_with_hosted_provisioning_nothing_is_changed(desk, argv):
    given = names(desk)
    desk.account.set_account(hosted=True)
    before = desk.account.world()

    assert desk.error(*(arg.format(**given) for arg in argv))[0] == 1
    assert desk.account.world() == before
    assert desk.op("user", "list").code == 0


def test_a_service_account_token_goes_before_the_session_and_only_reads(desk):
    token = {"OP_SERVICE_ACCOUNT_TOKEN": "ops_token"}

    assert desk.op("user", "list", **token).code == 1  # its own permissions, not the member's
    assert desk.error("user", "provision", "--email=mandy@example.com", "--name=Mandy", **token)[1].startswith("(403)")
    assert b"ServiceAccountType" in desk.op("whoami", **token).stdout


def test_connect_goes_before_the_session(desk):
    assert desk.op("user", "list", OP_CONNECT_HOST="http://127.0.0.1:1", OP_CONNECT_TOKEN="token").code == 1


def test_a_setting_that_is_none_is_refused(account):
    with pytest.raises(ValueError, match="fire_wall"):
        account.set_account(fire_wall=True)
