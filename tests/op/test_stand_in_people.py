"""From the invitation to the end."""

import pytest

from tests.op import seed


def test_a_person_is_invited_accepts_and_is_confirmed_under_one_id(desk):
    person = desk.invite()
    desk.account.accept("bjensen@example.com")
    accepted = desk.state(person["id"])
    desk.op("user", "confirm", person["id"])

    assert (person["state"], accepted, desk.state(person["id"])) == ("TRANSFER_PENDING", "TRANSFER_ACCEPTED", "ACTIVE")


def test_all_who_accepted_are_confirmed_together(desk):
    for email in ("bjensen@example.com", "jsmith@example.com", "mandy@example.com"):
        desk.invite(email)
    desk.account.accept("bjensen@example.com")
    desk.account.accept("jsmith@example.com")

    assert desk.op("user", "confirm", "--all").code == 0

    states = {each["email"]: each["state"] for each in desk.account.world()["people"]}
    assert states["bjensen@example.com"] == states["jsmith@example.com"] == "ACTIVE"
    assert states["mandy@example.com"] == "TRANSFER_PENDING"


@pytest.mark.parametrize("state", ["TRANSFER_PENDING", "TRANSFER_STARTED", "ACTIVE", "SUSPENDED", "RECOVERY_STARTED"])
def test_only_who_accepted_is_confirmed(desk, state):
    person = desk.invite()
    desk.account.set_state(person["id"], state)

    code, _ = desk.error("user", "confirm", person["id"])

    assert (code, desk.state(person["id"])) == (1, state)


def test_an_invitation_is_accepted_once(desk):
    desk.invite()
    desk.account.accept("bjensen@example.com")

    with pytest.raises(ValueError, match="TRANSFER_ACCEPTED"):
        desk.account.accept("bjensen@example.com")
    with pytest.raises(LookupError):
        desk.account.accept("nobody@example.com")


@pytest.mark.parametrize("email", ["bjensen@example.com", "BJensen@Example.com", "owner@example.com"])
def test_an_address_that_is_there_is_not_invited(desk, email):
    desk.invite()
    before = desk.account.world()

    code, text = desk.error("user", "provision", f"--email={email}", "--name=Somebody Else")

    assert (code, "already a member" in text) == (1, True)
    assert desk.account.world() == before
    assert desk.account.mails() == {"bjensen@example.com": 1}


@pytest.mark.parametrize(("email", "name"), [("bjensen", "Barbara"), ("@example.com", "B"), ("b@example.com", "")])
def test_an_invitation_without_address_or_name_is_a_bad_request(desk, email, name):
    assert desk.error("user", "provision", f"--email={email}", f"--name={name}") == (
        1,
        "(400) Bad Request: The structure of request was invalid.",
    )


@pytest.mark.parametrize(
    ("before", "suspended"),
    [
        ("TRANSFER_PENDING", "TRANSFER_SUSPENDED"),
        ("TRANSFER_STARTED", "TRANSFER_SUSPENDED"),
        ("TRANSFER_ACCEPTED", "TRANSFER_SUSPENDED"),
        ("ACTIVE", "SUSPENDED"),
        ("RECOVERY_STARTED", "SUSPENDED"),
    ],
)
def test_suspending_is_undone_by_reactivating(desk, before, suspended):
    person = desk.invite()
    desk.account.set_state(person["id"], before)

    desk.op("user", "suspend", person["id"])
    between = desk.state(person["id"])
    desk.op("user", "reactivate", person["id"])

    assert (between, desk.state(person["id"])) == (suspended, before)


def test_who_is_suspended_is_not_suspended_again_nor_who_is_active_reactivated(desk):
    person = desk.invite()

    assert desk.error("user", "reactivate", person["id"])[0] == 1
    desk.op("user", "suspend", person["id"])
    assert desk.error("user", "suspend", person["id"])[0] == 1


@pytest.mark.parametrize("id", [seed.OWNER, seed.BRIDGE])
def test_neither_the_last_owner_nor_oneself_is_suspended(desk, id):
    assert desk.error("user", "suspend", id)[0] == 1
    assert desk.state(id) == "ACTIVE"


def test_one_of_two_owners_is_suspended(desk):
    other = desk.account.add_person("second@example.com", "Second Owner")
    desk.account.set_role(seed.OWNERS, other["id"], "MEMBER")

    assert desk.op("user", "suspend", seed.OWNER).code == 0
    assert desk.error("user", "suspend", other["id"])[0] == 1


def test_only_the_name_is_edited(desk):
    person = desk.invite()

    desk.op("user", "edit", person["id"], "--name=Babs Jensen")

    after = desk.json("user", "get", person["id"])
    assert {key for key in after if after[key] != person[key]} <= {"name", "updated_at"}
    assert after["name"] == "Babs Jensen"


def test_a_deleted_person_is_gone_with_their_memberships(desk):
    desk.account.give_permission("DELETE_PERSON")
    person = desk.invite()
    group = desk.json("group", "create", "Tour Guides")["id"]
    desk.op("group", "user", "grant", f"--group={group}", f"--user={person['id']}")

    desk.op("user", "delete", person["id"])

    assert desk.error("user", "get", person["id"])[0] == 4
    assert person["id"] not in [each["id"] for each in desk.json("group", "user", "list", group)]
    assert desk.invite()["id"] != person["id"]
    assert desk.account.mails() == {"bjensen@example.com": 2}


def test_who_recovers_their_account_is_confirmed_again(desk):
    person = desk.account.add_person("bjensen@example.com", "Barbara Jensen")
    desk.op("user", "recovery", "begin", person["id"])
    started = desk.state(person["id"])
    desk.account.accept_recovery("bjensen@example.com")
    accepted = desk.state(person["id"])
    desk.op("user", "confirm", person["id"])

    assert (started, accepted) == ("RECOVERY_STARTED", "RECOVERY_ACCEPTED")
    assert desk.state(person["id"]) == "ACTIVE"


def test_who_changes_their_own_address_is_found_by_the_new_one_only(desk):
    person = desk.invite()

    desk.account.change_own_email("bjensen@example.com", "babs@example.com")

    assert desk.json("user", "get", "BABS@example.com")["id"] == person["id"]
    assert desk.error("user", "get", "bjensen@example.com")[0] == 1


def test_several_people_are_read_by_ids_from_stdin(desk):
    ids = [desk.invite(f"{name}@example.com")["id"] for name in ("bjensen", "jsmith")]

    answer = desk.op("user", "get", "-", "--format=json", stdin="\n".join(ids).encode())

    assert [id in answer.stdout.decode() for id in ids] == [True, True]


def test_a_state_that_nobody_knows_is_shown(desk):
    person = desk.invite()

    desk.account.set_state(person["id"], "SOMETHING_NEW")

    assert desk.state(person["id"]) == "SOMETHING_NEW"
