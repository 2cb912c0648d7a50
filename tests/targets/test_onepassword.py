"""Each verb of the target: the command lines it takes, and what their answers are read as."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from scim.records import (
    DeniedByTarget,
    MissingInTarget,
    RefusedByTarget,
    TargetGroup,
    TargetMember,
    TargetState,
    TargetUnavailable,
    TargetUser,
    UnsupportedByTarget,
)
from scim.targets import onepassword_records
from scim.targets.onepassword import OnePasswordTarget
from scim.targets.op_process import TooSlow
from tests.targets.op_doubles import ME, Clock, Script, opened

ID = "5GHHPJK5HZC5BAT7WDUXW57G44"
GROUP = "va2pjrrhr7ykpdxkscbql6ipue"
OWNERS = "ibzbz27c2rbfni4sklrvcu2utu"
NOT_FOUND = "(404) Not Found: The requested resource was not found."

# recorded: facts/onepassword.md §3a
RAW_USER = {"id": ID, "name": "Barbara Jensen", "email": "bjensen@example.com", "type": "MEMBER", "state": "ACTIVE"}
RAW_ME = {"id": ME, "name": "SCIM Bridge", "email": "bridge@example.com", "type": "MEMBER", "state": "ACTIVE"}
RAW_GROUP = {
    "id": GROUP, "name": "Guides", "description": "mark", "state": "ACTIVE", "created_at": "2026-05-22T17:57:33Z",
}  # fmt: skip
WHOLE_GROUP = RAW_GROUP | {"updated_at": "2026-05-22T17:57:33Z", "permissions": [], "type": "USER_DEFINED"}
WHOAMI = {"url": "https://example-team.1password.com/", "email": "bridge@example.com", "user_uuid": ME}
BARBARA = TargetUser(ID, "bjensen@example.com", "Barbara Jensen", TargetState.ACTIVE)
GUIDES = TargetGroup(GROUP, "Guides", "mark")

LIST = "user list --format=json"
GET = f"user get --format=json -- {ID}"
PROVISION = "user provision --format=json --email=bjensen@example.com '--name=Barbara Jensen'"
GROUPS = "group list --format=json"
GET_ME = f"user get --format=json -- {ME}"
GET_GROUP = f"group get --format=json -- {GROUP}"
MY_GROUPS = f"group list --format=json --user={ME}"
MEMBERS = f"group user list --format=json -- {GROUP}"
CREATE = "group create --format=json --description=mark -- Guides"


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def target(script: Script, clock: Clock) -> OnePasswordTarget:
    return OnePasswordTarget(opened(script.run, clock), clock)


def text(value: Any) -> str:
    return json.dumps(value)


# ── people ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_person_is_read_by_id(script: Script, target: OnePasswordTarget):
    script.expect(GET, text(RAW_USER | {"created_at": "2017-07-17T15:53:57Z"}))

    assert target.user(ID) == BARBARA


@pytest.mark.parametrize("said", [NOT_FOUND, f'"{ID}" isn\'t a user in this account. Specify the user with their UUID'])
def test_who_is_not_there_is_none(script: Script, target: OnePasswordTarget, said: str):
    script.expect(GET, said=said, code=4)

    assert target.user(ID) is None


def test_who_is_deleted_is_none_everywhere(script: Script, target: OnePasswordTarget):
    gone = RAW_USER | {"state": "DELETED"}
    script.expect(GET, text(gone)).expect(LIST, text([gone, RAW_ME])).expect(LIST, text([gone, RAW_ME]))

    assert target.user(ID) is None
    assert target.find_user("bjensen@example.com") is None
    assert [person.id for person in target.users()] == [ME]


def test_who_is_called_like_an_id_is_not_taken_for_its_owner(script: Script, target: OnePasswordTarget):
    script.expect(GET, text(RAW_ME | {"name": ID}))

    assert target.user(ID) is None


def test_a_person_is_found_by_address_whatever_its_case(script: Script, target: OnePasswordTarget):
    script.expect(LIST, text([RAW_ME, RAW_USER]))

    assert target.find_user("BJensen@Example.com") == BARBARA


def test_only_ascii_letters_lose_their_case(script: Script, target: OnePasswordTarget):
    script.expect(LIST, text([RAW_ME, RAW_USER | {"email": "\u212aelly@example.com"}]))

    assert target.find_user("kelly@example.com") is None


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("PENDING", "invited"), ("TRANSFER_PENDING", "invited"), ("TRANSFER_STARTED", "invited"),
        ("TRANSFER_ACCEPTED", "accepted"), ("ACTIVE", "active"), ("RECOVERY_STARTED", "active"),
        ("RECOVERY_ACCEPTED", "active"), ("SUSPENDED", "suspended"), ("TRANSFER_SUSPENDED", "suspended"),
        ("UNKNOWN", "unknown"), ("TEAM_REGISTRATION_INITIATED", "unknown"), ("", "unknown"),
        ("EMAIL_VERIFIED_BUT_REGISTRATION_INCOMPLETE", "unknown"), ("active", "unknown"),
    ],
)  # fmt: skip
def test_a_state_is_read_as(script: Script, target: OnePasswordTarget, word: str, expected: str):
    script.expect(GET, text(RAW_USER | {"state": word}))

    found = target.user(ID)

    assert found is not None
    assert found.state == expected


def test_a_state_nobody_knows_is_told_once(
    script: Script, target: OnePasswordTarget, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(onepassword_records, "_told", set())
    for _ in range(3):
        script.expect(LIST, text([RAW_ME, RAW_USER | {"state": "SABBATICAL\n"}]))
        target.users()

    assert [record.state for record in caplog.records if record.message == "op.unknown_state"] == ["SABBATICAL"]


@pytest.mark.parametrize(
    ("kind", "protected"),
    [
        ("MEMBER", ""),
        ("GUEST", "a guest"),
        ("SERVICE_ACCOUNT", "a service account"),
        ("UNKNOWN", "of a kind the bridge does not know"),
        (None, "of a kind the bridge does not know"),
    ],
)
def test_a_person_of_another_kind_is_protected(
    script: Script, target: OnePasswordTarget, kind: str | None, protected: str
):
    script.expect(GET, text(RAW_USER | {"type": kind}))

    found = target.user(ID)

    assert found is not None
    assert found.protected == protected


@pytest.mark.parametrize("answer", [[], None])
def test_an_account_without_its_bridge_is_no_answer(script: Script, target: OnePasswordTarget, answer: Any):
    script.expect(LIST, text(answer)).expect("whoami --format=json", text(WHOAMI)).expect(GET_ME, text(RAW_ME))

    with pytest.raises(TargetUnavailable, match="shows nobody"):
        target.users()


def test_an_account_that_does_not_know_its_bridge_either_is_empty(script: Script, target: OnePasswordTarget):
    script.expect(LIST, "[]").expect("whoami --format=json", text(WHOAMI)).expect(GET_ME, said=NOT_FOUND, code=4)

    assert target.users() == []


def test_a_person_of_whom_the_type_is_not_told_is_a_member(script: Script, target: OnePasswordTarget):
    script.expect(GET, text({key: value for key, value in RAW_USER.items() if key != "type"}))

    assert target.user(ID) == BARBARA


def test_who_is_no_member_needs_neither_name_nor_address(script: Script, target: OnePasswordTarget):
    script.expect(LIST, text([RAW_USER, {"id": "ROBOT", "type": "SERVICE_ACCOUNT", "state": "ACTIVE"}]))

    listed = target.users()

    assert listed == [BARBARA, TargetUser("ROBOT", "", "", TargetState.ACTIVE, "a service account")]


@pytest.mark.parametrize("lost", ["id", "email", "name", "state"])
def test_a_person_without_what_makes_one_is_no_answer(script: Script, target: OnePasswordTarget, lost: str):
    raw = {key: value for key, value in RAW_USER.items() if key != lost}
    script.expect(LIST, text([RAW_ME, raw]))

    with pytest.raises(TargetUnavailable, match="lacks"):
        target.users()


# ── inviting ──────────────────────────────────────────────────────────────────────────────────────────────


def test_who_was_looked_for_just_now_is_invited_without_another_look(script: Script, target: OnePasswordTarget):
    script.expect(LIST, text([RAW_ME])).expect(PROVISION, text(RAW_USER | {"state": "TRANSFER_PENDING"}))

    assert target.find_user("bjensen@example.com") is None
    assert target.invite("bjensen@example.com", "Barbara Jensen").state is TargetState.INVITED
    assert script.over()


def test_whoever_is_there_is_not_invited(script: Script, target: OnePasswordTarget):
    script.expect(LIST, text([RAW_ME, RAW_USER]))

    assert target.invite("BJENSEN@example.com", "Somebody Else") == BARBARA


def test_whoever_was_invited_just_now_is_not_invited_again(script: Script, target: OnePasswordTarget):
    script.expect(LIST, text([RAW_ME])).expect(PROVISION, text(RAW_USER))

    assert target.invite("bjensen@example.com", "Barbara Jensen") == BARBARA
    assert target.invite("bjensen@example.com", "Barbara Jensen") == BARBARA


def test_a_look_counts_for_a_minute(script: Script, target: OnePasswordTarget, clock: Clock):
    script.expect(LIST, text([RAW_ME])).expect(LIST, text([RAW_ME, RAW_USER]))
    target.users()

    clock.now += 60

    assert target.invite("bjensen@example.com", "Barbara Jensen") == BARBARA
    assert script.over()


def test_a_look_does_not_count_when_the_clock_went_back(script: Script, target: OnePasswordTarget, clock: Clock):
    script.expect(LIST, text([RAW_ME])).expect(LIST, text([RAW_ME, RAW_USER]))
    target.users()

    clock.now -= 1

    assert target.invite("bjensen@example.com", "Barbara Jensen") == BARBARA


def test_after_an_invitation_of_unknown_effect_it_is_looked_anew(script: Script, target: OnePasswordTarget):
    script.expect(LIST, text([RAW_ME])).expect_failure(PROVISION, TooSlow("slow"))
    script.expect(LIST, text([RAW_ME, RAW_USER]))
    with pytest.raises(TargetUnavailable):
        target.invite("bjensen@example.com", "Barbara Jensen")

    assert target.invite("bjensen@example.com", "Barbara Jensen") == BARBARA
    assert script.over()


@pytest.mark.parametrize("half", ['{"id": "5GHH', "", "{}"])
def test_an_invitation_answered_by_half_is_not_sent_twice(script: Script, target: OnePasswordTarget, half: str):
    script.expect(LIST, text([RAW_ME])).expect(PROVISION, half).expect(LIST, text([RAW_ME, RAW_USER]))
    with pytest.raises(TargetUnavailable):
        target.invite("bjensen@example.com", "Barbara Jensen")

    assert target.invite("bjensen@example.com", "Barbara Jensen") == BARBARA


@pytest.mark.parametrize("said", ['"bjensen@example.com" is already a member of this account.', "odd",
                                  "(400) Bad Request: The structure of request was invalid."])  # fmt: skip
def test_an_objection_is_none_if_the_person_is_there(script: Script, target: OnePasswordTarget, said: str):
    script.expect(LIST, text([RAW_ME])).expect(PROVISION, said=said).expect(LIST, text([RAW_ME, RAW_USER]))

    assert target.invite("bjensen@example.com", "Barbara Jensen") == BARBARA


def test_a_domain_that_is_not_allowed_is_refused_with_its_name(script: Script, target: OnePasswordTarget):
    script.expect(LIST, text([RAW_ME])).expect(PROVISION, said="(400) Bad Request: Resource Invalid")
    script.expect(LIST, text([RAW_ME]))

    with pytest.raises(RefusedByTarget, match=r"'example\.com'.*allowed domains"):
        target.invite("bjensen@example.com", "Barbara Jensen")


@pytest.mark.parametrize("said", ["(409) Conflict: Internal server conflict", "(500) Internal Server Error"])
def test_an_invitation_is_never_repeated_by_itself(script: Script, target: OnePasswordTarget, said: str):
    script.expect(LIST, text([RAW_ME])).expect(PROVISION, said=said)

    with pytest.raises(TargetUnavailable):
        target.invite("bjensen@example.com", "Barbara Jensen")

    assert script.over()


# ── changing people ───────────────────────────────────────────────────────────────────────────────────────

VERBS: list[tuple[str, Callable[[OnePasswordTarget], None], dict[str, str], dict[str, str]]] = [
    (f"user suspend -- {ID}", lambda it: it.suspend(ID), {"state": "SUSPENDED"}, {"state": "ACTIVE"}),
    (f"user suspend -- {ID}", lambda it: it.suspend(ID), {"state": "TRANSFER_SUSPENDED"}, {"state": "PENDING"}),
    (f"user reactivate -- {ID}", lambda it: it.reactivate(ID), {"state": "TRANSFER_PENDING"}, {"state": "SUSPENDED"}),
    (f"user edit --name=Babs -- {ID}", lambda it: it.rename(ID, "Babs"), {"name": "Babs"}, {"name": "Barbara"}),
]
OBJECTIONS = ['"bjensen@example.com" is already so.', "(400) Bad Request: The structure of request was invalid."]


@pytest.mark.parametrize(("line", "verb", "so", "not_so"), VERBS)
def test_a_change_is_one_command(script: Script, target: OnePasswordTarget, line: str, verb: Any, so: Any, not_so: Any):
    script.expect(line)

    verb(target)

    assert script.over()


@pytest.mark.parametrize("said", OBJECTIONS)
@pytest.mark.parametrize(("line", "verb", "so", "not_so"), VERBS)
def test_an_objection_to_what_is_so_already_is_none(
    script: Script, target: OnePasswordTarget, line: str, verb: Any, so: Any, not_so: Any, said: str
):
    script.expect(line, said=said).expect(GET, text(RAW_USER | so))

    verb(target)

    assert script.over()


@pytest.mark.parametrize("said", OBJECTIONS)
@pytest.mark.parametrize(("line", "verb", "so", "not_so"), VERBS)
def test_an_objection_to_what_is_not_so_is_one(
    script: Script, target: OnePasswordTarget, line: str, verb: Any, so: Any, not_so: Any, said: str
):
    script.expect(line, said=said).expect(GET, text(RAW_USER | not_so))

    with pytest.raises((RefusedByTarget, TargetUnavailable)):
        verb(target)


@pytest.mark.parametrize("state", ["TRANSFER_PENDING", "TRANSFER_STARTED", "TRANSFER_ACCEPTED", "PENDING"])
def test_a_leaver_who_has_not_finished_signing_up_stays_to_be_suspended(
    script: Script, target: OnePasswordTarget, state: str
):
    script.expect(f"user suspend -- {ID}", said=OBJECTIONS[1]).expect(GET, text(RAW_USER | {"state": state}))

    with pytest.raises(TargetUnavailable, match="not finished signing up"):
        target.suspend(ID)


@pytest.mark.parametrize(("line", "verb", "so", "not_so"), VERBS)
def test_who_vanished_is_missing(script: Script, target: OnePasswordTarget, line: str, verb: Any, so: Any, not_so: Any):
    script.expect(line, said=NOT_FOUND, code=4).expect(GET, said=NOT_FOUND, code=4)

    with pytest.raises(MissingInTarget, match="person"):
        verb(target)


@pytest.mark.parametrize(("line", "verb", "so", "not_so"), VERBS)
def test_what_is_not_permitted_is_said_at_once(
    script: Script, target: OnePasswordTarget, line: str, verb: Any, so: Any, not_so: Any
):
    script.expect(line, said="(403) Forbidden")

    with pytest.raises(DeniedByTarget, match="People"):
        verb(target)

    assert script.over()


def test_who_was_seen_to_accept_is_confirmed_at_once(script: Script, target: OnePasswordTarget):
    script.expect(LIST, text([RAW_ME, RAW_USER | {"state": "TRANSFER_ACCEPTED"}])).expect(f"user confirm -- {ID}")
    target.users()

    target.confirm(ID)

    assert script.over()


def test_who_was_not_seen_lately_is_looked_at_before_they_are_confirmed(script: Script, target: OnePasswordTarget):
    script.expect(GET, text(RAW_USER | {"state": "TRANSFER_ACCEPTED"})).expect(f"user confirm -- {ID}")

    target.confirm(ID)

    assert script.over()


@pytest.mark.parametrize("state", ["TRANSFER_PENDING", "SUSPENDED", "TRANSFER_SUSPENDED", "SABBATICAL"])
def test_only_who_accepted_is_confirmed(script: Script, target: OnePasswordTarget, state: str):
    script.expect(GET, text(RAW_USER | {"state": state}))

    with pytest.raises(RefusedByTarget, match="accepted"):
        target.confirm(ID)


def test_who_is_active_needs_no_confirmation(script: Script, target: OnePasswordTarget):
    script.expect(GET, text(RAW_USER))

    target.confirm(ID)


def test_who_is_confirmed_meanwhile_is_no_error(script: Script, target: OnePasswordTarget):
    script.expect(GET, text(RAW_USER | {"state": "TRANSFER_ACCEPTED"})).expect(f"user confirm -- {ID}", said="odd")
    script.expect(GET, text(RAW_USER))

    target.confirm(ID)

    assert script.over()


def test_an_address_is_changed_by_nobody_but_the_person(script: Script, target: OnePasswordTarget):
    with pytest.raises(UnsupportedByTarget, match=r"babs@example\.com.*profile"):
        target.change_email(ID, "babs@example.com")

    assert script.lines == []


# ── groups ────────────────────────────────────────────────────────────────────────────────────────────────


def test_groups_are_listed_also_those_just_made(script: Script, target: OnePasswordTarget):
    just_made = RAW_GROUP | {"id": OWNERS, "state": "INACTIVE", "description": ""}
    script.expect(GROUPS, text([RAW_GROUP, just_made, RAW_GROUP | {"id": "x", "state": "DELETED"}]))

    assert target.groups() == [GUIDES, TargetGroup(OWNERS, "Guides", "")]


def test_an_account_without_groups_has_its_bridge_in_none(script: Script, target: OnePasswordTarget):
    script.expect(GROUPS, "[]").expect("whoami --format=json", text(WHOAMI)).expect(GET_ME, text(RAW_ME))
    script.expect(MY_GROUPS, "[]")

    assert target.groups() == []


def test_an_account_without_the_groups_of_its_bridge_is_no_answer(script: Script, target: OnePasswordTarget):
    script.expect(GROUPS, "null").expect("whoami --format=json", text(WHOAMI)).expect(GET_ME, text(RAW_ME))
    script.expect(MY_GROUPS, text([RAW_GROUP]))

    with pytest.raises(TargetUnavailable, match="shows no group"):
        target.groups()


@pytest.mark.parametrize(
    ("raw", "protected"),
    [
        ({}, ""),
        ({"permissions": None}, ""),
        ({"permissions": ["CREATE_VAULTS"]}, ""),
        ({"type": "TEAM_MEMBERS"}, "built in"),
        ({"type": "UNKNOWN_TYPE"}, "built in"),
        ({"permissions": ["MANAGE_GROUPS"]}, "able to manage groups"),
        ({"permissions": ["RECOVER_ACCOUNTS"]}, "able to recover accounts"),
        (
            {"type": "OWNERS", "permissions": ["MANAGE_GROUPS", "RECOVER_ACCOUNTS"]},
            "built in and able to manage groups and able to recover accounts",
        ),
    ],
)
def test_a_group_says_what_protects_it(script: Script, target: OnePasswordTarget, raw: Any, protected: str):
    script.expect(GET_GROUP, text(WHOLE_GROUP | raw))

    assert target.group(GROUP) == TargetGroup(GROUP, "Guides", "mark", protected)


@pytest.mark.parametrize("raw", [{"state": "DELETED"}, {"id": OWNERS, "name": GROUP}])
def test_a_group_that_is_gone_is_none(script: Script, target: OnePasswordTarget, raw: Any):
    script.expect(GET_GROUP, text(WHOLE_GROUP | raw)).expect(GET_GROUP, said=NOT_FOUND, code=4)

    assert target.group(GROUP) is None
    assert target.group(GROUP) is None


@pytest.mark.parametrize(("name", "protected"), [("Guides", ""), ("Owners", "built in"), ("Recovery", "built in")])
def test_a_group_of_which_the_type_is_not_told_is_known_by_its_name(
    script: Script, target: OnePasswordTarget, name: str, protected: str
):
    script.expect(GET_GROUP, text(RAW_GROUP | {"name": name}))

    found = target.group(GROUP)

    assert found is not None
    assert found.protected == protected


def test_a_group_is_made_once_for_its_mark(script: Script, target: OnePasswordTarget):
    script.expect(GROUPS, text([RAW_GROUP | {"description": "another"}]))
    script.expect(CREATE, text({key: value for key, value in WHOLE_GROUP.items() if key != "description"}))

    assert target.create_group("Guides", "mark") == GUIDES
    assert target.create_group("Guides", "mark") == GUIDES
    assert script.over()


def test_after_a_group_of_unknown_effect_it_is_looked_anew(script: Script, target: OnePasswordTarget):
    script.expect(GROUPS, text([RAW_GROUP | {"description": ""}])).expect_failure(CREATE, TooSlow("slow"))
    script.expect(GROUPS, text([RAW_GROUP]))
    with pytest.raises(TargetUnavailable):
        target.create_group("Guides", "mark")

    assert target.create_group("Guides", "mark") == GUIDES


def test_a_group_that_was_deleted_is_made_anew(script: Script, target: OnePasswordTarget):
    script.expect(GROUPS, text([RAW_GROUP])).expect(f"group delete -- {GROUP}")
    script.expect(GROUPS, text([RAW_GROUP | {"description": ""}])).expect(CREATE, text(WHOLE_GROUP))
    target.groups()

    target.delete_group(GROUP)
    target.create_group("Guides", "mark")

    assert script.over()


def test_a_group_is_renamed_by_id(script: Script, target: OnePasswordTarget):
    script.expect(f"group edit '--name=Tour Guides' -- {GROUP}")

    target.rename_group(GROUP, "Tour Guides")

    assert script.over()


@pytest.mark.parametrize(("found", "kind"), [({"name": "Tour Guides"}, None), ({}, RefusedByTarget)])
def test_an_objection_to_a_name_counts_if_the_group_has_another(
    script: Script, target: OnePasswordTarget, found: Any, kind: type[Exception] | None
):
    script.expect(f"group edit '--name=Tour Guides' -- {GROUP}", said=OBJECTIONS[1])
    script.expect(GET_GROUP, text(WHOLE_GROUP | found))

    if kind is None:
        target.rename_group(GROUP, "Tour Guides")
    else:
        with pytest.raises(kind):
            target.rename_group(GROUP, "Tour Guides")


def test_a_group_that_is_gone_is_deleted(script: Script, target: OnePasswordTarget):
    script.expect(f"group delete -- {GROUP}", said=NOT_FOUND, code=4).expect(GET_GROUP, said=NOT_FOUND, code=4)

    target.delete_group(GROUP)

    assert script.over()


# ── members ───────────────────────────────────────────────────────────────────────────────────────────────


def with_role(raw: dict[str, str], role: str) -> dict[str, str]:
    return raw | {"role": role}


def test_members_come_with_their_roles_and_without_the_bridge(script: Script, target: OnePasswordTarget):
    listed = [with_role(RAW_USER, "MEMBER"), with_role(RAW_USER | {"id": "X"}, "MANAGER"), with_role(RAW_ME, "MANAGER")]
    script.expect("whoami --format=json", text(WHOAMI)).expect(MEMBERS, text(listed))

    assert target.members(GROUP) == [TargetMember(ID, "member"), TargetMember("X", "manager")]


def test_the_bridge_asks_once_who_it_is(script: Script, target: OnePasswordTarget, clock: Clock):
    script.expect("whoami --format=json", text(WHOAMI)).expect(MEMBERS, "[]").expect(MEMBERS, "[]")
    target.members(GROUP)
    target.members(GROUP)

    clock.now += 900
    script.expect("whoami --format=json", text(WHOAMI)).expect(MEMBERS, "[]")
    target.members(GROUP)

    assert script.over()


def test_a_grant_is_one_command(script: Script, target: OnePasswordTarget):
    script.expect(f"group user grant --group={GROUP} --user={ID}")

    target.grant(GROUP, ID)

    assert script.over()


def test_who_is_a_member_already_is_granted(script: Script, target: OnePasswordTarget):
    script.expect(f"group user grant --group={GROUP} --user={ID}", said='"bjensen@example.com" is already a member')
    script.expect("whoami --format=json", text(WHOAMI)).expect(MEMBERS, text([with_role(RAW_USER, "MEMBER")]))

    target.grant(GROUP, ID)

    assert script.over()


def test_who_is_no_member_and_vanished_is_missing(script: Script, target: OnePasswordTarget):
    script.expect(f"group user grant --group={GROUP} --user={ID}", said=NOT_FOUND)
    script.expect("whoami --format=json", text(WHOAMI)).expect(MEMBERS, "[]")

    with pytest.raises(MissingInTarget):
        target.grant(GROUP, ID)


def test_a_revocation_looks_for_managers_once(script: Script, target: OnePasswordTarget):
    script.expect("whoami --format=json", text(WHOAMI)).expect(MEMBERS, text([with_role(RAW_USER, "MEMBER")]))
    script.expect(f"group user revoke --group={GROUP} --user={ID}")
    target.members(GROUP)

    target.revoke(GROUP, ID)

    assert script.over()


def test_a_manager_is_left_alone(script: Script, target: OnePasswordTarget):
    script.expect("whoami --format=json", text(WHOAMI)).expect(MEMBERS, text([with_role(RAW_USER, "MANAGER")]))

    target.revoke(GROUP, ID)

    assert script.over()


def test_who_is_no_member_is_revoked(script: Script, target: OnePasswordTarget):
    script.expect("whoami --format=json", text(WHOAMI)).expect(MEMBERS, "[]")
    script.expect(f"group user revoke --group={GROUP} --user={ID}", said="odd").expect(MEMBERS, "[]")

    target.revoke(GROUP, ID)

    assert script.over()


# ── who is out of reach ───────────────────────────────────────────────────────────────────────────────────

RAW_OWNERS = RAW_GROUP | {"id": OWNERS, "name": "Owners"}
GET_OWNERS = f"group get --format=json -- {OWNERS}"
OWNERS_MEMBERS = f"group user list --format=json -- {OWNERS}"


def test_owners_and_the_bridge_are_protected_and_the_owners_group_is_found_once(
    script: Script, target: OnePasswordTarget
):
    owner = with_role(RAW_USER, "MANAGER")
    script.expect(GROUPS, text([RAW_GROUP, RAW_OWNERS])).expect(GET_OWNERS, text(WHOLE_GROUP | {"type": "OWNERS"}))
    script.expect(OWNERS_MEMBERS, text([owner])).expect("whoami --format=json", text(WHOAMI))
    script.expect(OWNERS_MEMBERS, text([owner]))

    assert target.protected() == {ID: "an owner of the account", ME: "the bridge's own user"}
    assert target.protected()
    assert script.over()


def test_a_group_that_is_merely_called_owners_is_not_taken_for_them(script: Script, target: OnePasswordTarget):
    script.expect(GROUPS, text([RAW_GROUP, RAW_OWNERS])).expect(GET_OWNERS, text(WHOLE_GROUP | RAW_OWNERS))
    script.expect(GET_GROUP, text(WHOLE_GROUP | {"type": "OWNERS"})).expect(MEMBERS, text([RAW_USER]))
    script.expect("whoami --format=json", text(WHOAMI))

    assert ID in target.protected()


def test_owners_are_known_by_the_name_of_their_group_if_its_type_is_not_told(script: Script, target: OnePasswordTarget):
    script.expect(GROUPS, text([RAW_OWNERS])).expect(GET_OWNERS, text(RAW_OWNERS))
    script.expect(OWNERS_MEMBERS, text([RAW_USER])).expect("whoami --format=json", text(WHOAMI))

    assert target.protected() == {ID: "an owner of the account", ME: "the bridge's own user"}


def test_an_account_without_built_in_groups_has_no_owners(script: Script, target: OnePasswordTarget):
    script.expect(GROUPS, text([RAW_GROUP])).expect(GET_GROUP, text(WHOLE_GROUP))
    script.expect("whoami --format=json", text(WHOAMI))

    assert target.protected() == {ME: "the bridge's own user"}
    assert target.protected()
    assert script.over()


@pytest.mark.parametrize(("shows", "type"), [("no group", "TEAM_MEMBERS"), ("no owner", "OWNERS")])
def test_without_knowing_the_owners_nothing_is_said(script: Script, target: OnePasswordTarget, shows: str, type: str):
    script.expect(GROUPS, text([RAW_OWNERS])).expect(GET_OWNERS, text(WHOLE_GROUP | {"type": type}))
    script.expect(OWNERS_MEMBERS, "[]")

    with pytest.raises(TargetUnavailable, match=shows):
        target.protected()
