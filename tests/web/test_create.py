"""Creating resources (RFC 7644 §3.3; facts 13-26 of docs/conformance.md)."""

import re
from datetime import datetime
from pathlib import Path

import pytest

from scim.records import Ref
from tests.bridge import BASE_URL, ENTERPRISE, GROUP, USER, Bridge, make_bridge


def test_a_created_user_has_a_location_that_is_the_same_in_header_and_body(bridge: Bridge) -> None:
    answer = bridge.send("POST", "/Users", {"schemas": [USER], "userName": "bjensen@example.com"})

    body = answer.get_json(force=True)
    assert answer.status_code == 201
    assert answer.headers["Location"] == body["meta"]["location"] == f"{BASE_URL}/Users/{body['id']}"


def test_the_location_never_follows_forged_host_headers(bridge: Bridge) -> None:
    forged = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}

    answer = bridge.send("POST", "/Users", {"schemas": [USER], "userName": "bjensen@example.com"}, **forged)

    assert "evil.example" not in answer.text + str(answer.headers)


def test_read_only_attributes_of_the_body_are_ignored(bridge: Bridge) -> None:
    user = bridge.post_user(
        id="mine", meta={"location": "x", "created": "2011-05-13T04:42:34Z"}, groups=[{"value": "g"}]
    )

    assert user["id"] != "mine"
    assert user["meta"]["location"] != "x"
    assert "groups" not in user


def test_meta_is_the_servers_and_last_modified_is_created_at_first(bridge: Bridge) -> None:
    meta = bridge.post_user()["meta"]

    assert meta["resourceType"] == "User"
    assert meta["created"] == meta["lastModified"]
    assert datetime.fromisoformat(meta["created"]).tzinfo is not None


def test_ids_are_random_and_never_reused_across_types(bridge: Bridge) -> None:
    ids = [bridge.post_user(f"u{n}@example.com")["id"] for n in range(3)] + [bridge.post_group("G")["id"]]

    assert len(set(ids)) == 4
    assert all(re.fullmatch(r"[0-9a-f-]{36}", id) for id in ids)


@pytest.mark.parametrize("external_id", ["1", "0", "-1", "01", "1e0", "null", "true", "../x", "a=b", "é"])
def test_an_external_id_is_an_opaque_string(bridge: Bridge, external_id: str) -> None:
    other = bridge.post_user("other@example.com")

    user = bridge.post_user(externalId=external_id)

    assert user["externalId"] == external_id
    assert user["id"] not in (external_id, other["id"])
    assert bridge.send("GET", f"/Users/{other['id']}").get_json(force=True) == other


def test_an_external_id_is_never_invented(bridge: Bridge) -> None:
    assert "externalId" not in bridge.post_user()


def test_an_external_id_belongs_to_the_client_that_gave_it(bridge: Bridge) -> None:
    user = bridge.post_user(externalId="701984")

    bridge.dialect = "okta"
    seen = bridge.send("GET", f"/Users/{user['id']}").get_json(force=True)
    found = bridge.send("GET", '/Users?filter=externalId eq "701984"').get_json(force=True)

    assert "externalId" not in seen
    assert found["totalResults"] == 0


def test_schemas_are_required(bridge: Bridge) -> None:
    answer = bridge.send("POST", "/Users", {"userName": "bjensen@example.com"})

    assert (answer.status_code, answer.get_json(force=True)["scimType"]) == (400, "invalidSyntax")


def test_schemas_name_the_extensions_in_use_and_no_others(bridge: Bridge) -> None:
    plain = bridge.post_user(schemas=[USER, ENTERPRISE])
    extended = bridge.post_user("mandy@example.com", **{ENTERPRISE: {"department": "Tours"}})

    assert plain["schemas"] == [USER]
    assert extended["schemas"] == [USER, ENTERPRISE]


@pytest.mark.parametrize("body", [{}, {"userName": ""}, {"userName": None}, {"userName": "  "}])
def test_user_name_is_required(bridge: Bridge, body: dict[str, str]) -> None:
    answer = bridge.send("POST", "/Users", {"schemas": [USER], **body})

    assert (answer.status_code, answer.get_json(force=True)["scimType"]) == (400, "invalidValue")


def test_user_names_are_unique_without_regard_to_case(bridge: Bridge) -> None:
    bridge.post_user("BJensen@example.com")

    answer = bridge.send("POST", "/Users", {"schemas": [USER], "userName": "bjensen@EXAMPLE.com"})

    assert (answer.status_code, answer.get_json(force=True)["scimType"]) == (409, "uniqueness")


def test_the_spelling_given_is_the_spelling_returned(bridge: Bridge) -> None:
    assert bridge.post_user("BJensen@Example.com")["userName"] == "BJensen@Example.com"


@pytest.mark.parametrize(
    "user_name",
    ["m\u0131ke@example.com", "\u1d2e\u1d35\u1d33@example.com", "a\u200bb@example.com", "x\ufeff@example.com"],
)
def test_a_user_name_that_could_pass_for_another_is_refused(bridge: Bridge, user_name: str) -> None:
    answer = bridge.send("POST", "/Users", {"schemas": [USER], "userName": user_name})

    assert (answer.status_code, answer.get_json(force=True)["scimType"]) == (400, "invalidValue")


def test_two_users_cannot_share_an_invitation_address(bridge: Bridge) -> None:
    bridge.post_user("bjensen", emails=[{"value": "babs@example.com"}])

    answer = bridge.send(
        "POST", "/Users", {"schemas": [USER], "userName": "jjensen", "emails": [{"value": "Babs@example.com"}]}
    )

    assert (answer.status_code, answer.get_json(force=True)["scimType"]) == (409, "uniqueness")


def test_null_empty_and_absent_are_the_same(bridge: Bridge) -> None:
    user = bridge.post_user(title=None, nickName="", emails=[], name={})

    assert {"title", "nickName", "emails", "name"}.isdisjoint(user)


def test_attribute_names_ignore_case(bridge: Bridge) -> None:
    answer = bridge.send(
        "POST",
        "/Users",
        {"SCHEMAS": [USER.upper()], "USERNAME": "bjensen@example.com", "Name": {"GIVENNAME": "Barbara"}},
    )

    assert answer.get_json(force=True)["name"] == {"givenName": "Barbara"}


@pytest.mark.parametrize(
    "attributes",
    [{"active": "yes"}, {"active": 1}, {"title": 5}, {"name": "Babs"}, {"emails": {"value": 1}}, {"emails": [5]}],
)
def test_a_wrong_type_names_the_attribute(bridge: Bridge, attributes: dict[str, object]) -> None:
    answer = bridge.send("POST", "/Users", {"schemas": [USER], "userName": "bjensen@example.com", **attributes})

    body = answer.get_json(force=True)
    assert (answer.status_code, body["scimType"]) == (400, "invalidValue")
    assert next(iter(attributes)) in body["detail"]


def test_two_primary_values_are_refused(bridge: Bridge) -> None:
    emails = [{"value": "a@example.com", "primary": True}, {"value": "b@example.com", "primary": True}]

    answer = bridge.send("POST", "/Users", {"schemas": [USER], "userName": "bjensen@example.com", "emails": emails})

    assert (answer.status_code, answer.get_json(force=True)["scimType"]) == (400, "invalidValue")


def test_a_password_is_accepted_and_never_seen_again(bridge: Bridge) -> None:
    user = bridge.post_user(password="t1meMa$heen")

    assert "password" not in user
    assert "t1meMa$heen" not in bridge.send("GET", f"/Users/{user['id']}").text
    assert "t1meMa$heen" not in repr(bridge.store.events(10))


def test_a_new_user_is_active(bridge: Bridge) -> None:
    assert bridge.post_user()["active"] is True


def test_a_group_is_created_with_its_members_and_unknown_ones_are_noted(bridge: Bridge) -> None:
    user = bridge.post_user()

    group = bridge.post_group("Tour Guides", user["id"], "nobody")

    assert [member["value"] for member in group["members"]] == [user["id"]]
    assert group["members"][0]["$ref"] == user["meta"]["location"]
    assert "group.unknown_members" in [event.action for event in bridge.store.events(10)]


def test_group_names_are_unique_without_regard_to_case(bridge: Bridge) -> None:
    bridge.post_group("Tour Guides")

    answer = bridge.send("POST", "/Groups", {"schemas": [GROUP], "displayName": "tour guides"})

    assert (answer.status_code, answer.get_json(force=True)["scimType"]) == (409, "uniqueness")


def test_a_domain_that_is_not_allowed_is_refused_and_nothing_stays(tmp_path: Path) -> None:
    bridge = make_bridge(tmp_path, domains=("example.com",))

    answer = bridge.send("POST", "/Users", {"schemas": [USER], "userName": "bjensen@elsewhere.example"})

    assert (answer.status_code, answer.get_json(force=True)["scimType"]) == (400, "invalidValue")
    assert "elsewhere.example" in answer.get_json(force=True)["detail"]
    assert bridge.send("GET", "/Users").get_json(force=True)["totalResults"] == 0
    assert bridge.store.backlog().users == 0


def test_created_again_after_a_delete_a_user_has_a_new_id(bridge: Bridge) -> None:
    user = bridge.post_user()
    bridge.send("DELETE", f"/Users/{user['id']}")

    again = bridge.post_user()

    assert again["id"] != user["id"]


def test_a_user_without_any_address_is_kept_and_invited_when_one_arrives(bridge: Bridge) -> None:
    user = bridge.post_user("bjensen")
    waiting = bridge.store.get(Ref("User", user["id"]))
    assert waiting is not None
    before = len(bridge.target.users())

    bridge.patch(f"/Users/{user['id']}", {"op": "add", "path": "emails", "value": [{"value": "babs@example.com"}]})

    assert "no e-mail address" in (waiting.link.waiting or "")
    assert before == 1
    assert bridge.target.find_user("babs@example.com")


def test_a_user_name_that_is_meant_as_an_address_must_be_one(bridge: Bridge) -> None:
    answer = bridge.send("POST", "/Users", {"schemas": [USER], "userName": "bjensen@localhost"})

    assert (answer.status_code, answer.get_json(force=True)["scimType"]) == (400, "invalidValue")


def test_the_name_a_client_gives_a_member_is_kept_for_display(bridge: Bridge) -> None:
    user, group = bridge.post_user(), bridge.post_group()
    member = {"value": user["id"], "display": "Babs"}

    bridge.patch(f"/Groups/{group['id']}", {"op": "add", "path": "members", "value": [member]})

    members = bridge.send("GET", f"/Groups/{group['id']}").get_json(force=True)["members"]
    assert members == [{**member, "$ref": user["meta"]["location"], "type": "User"}]
