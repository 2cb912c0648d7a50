"""PUT, PATCH, DELETE and versions over HTTP (RFC 7644 §3.5, §3.6, §3.14)."""

import threading

import pytest

from tests.bridge import ENTERPRISE, GROUP, USER, Bridge


def whole(user: dict) -> dict:
    return {name: value for name, value in user.items() if name not in ("meta", "groups")}


def test_put_to_an_unknown_id_creates_nothing(bridge: Bridge) -> None:
    answer = bridge.send("PUT", "/Users/unknown", {"schemas": [USER], "userName": "bjensen@example.com"})

    assert answer.status_code == 404
    assert bridge.send("GET", "/Users").get_json(force=True)["totalResults"] == 0


def test_put_of_what_get_returned_changes_nothing(bridge: Bridge) -> None:
    user = bridge.post_user(
        title="Guide", emails=[{"value": "b@example.com", "type": "work", "primary": True}], externalId="x"
    )
    before = bridge.send("GET", f"/Users/{user['id']}")

    answer = bridge.send("PUT", f"/Users/{user['id']}", before.get_json(force=True))

    assert answer.get_json(force=True) == before.get_json(force=True)
    assert answer.headers["ETag"] == before.headers["ETag"]


def test_put_clears_what_it_does_not_state(bridge: Bridge) -> None:
    user = bridge.post_user(title="Guide", nickName="Babs")

    replaced = bridge.send(
        "PUT", f"/Users/{user['id']}", {"schemas": [USER], "userName": user["userName"], "title": "Lead"}
    ).get_json(force=True)

    assert replaced["title"] == "Lead"
    assert "nickName" not in replaced


@pytest.mark.parametrize("active", [True, False])
def test_put_without_active_leaves_it_as_it_was(bridge: Bridge, active: bool) -> None:
    user = bridge.post_user(active=active, externalId="x")

    replaced = bridge.send("PUT", f"/Users/{user['id']}", {"schemas": [USER], "userName": user["userName"]}).get_json(
        force=True
    )

    assert replaced["active"] is active
    assert replaced["externalId"] == "x"


def test_the_id_of_the_url_wins_over_the_id_of_the_body(bridge: Bridge) -> None:
    one, two = bridge.post_user("a@example.com"), bridge.post_user("b@example.com")
    body = {"schemas": [USER], "id": two["id"], "userName": "c@example.com", "meta": two["meta"]}

    answer = bridge.send("PUT", f"/Users/{one['id']}", body).get_json(force=True)

    assert (answer["id"], answer["userName"]) == (one["id"], "c@example.com")
    assert bridge.send("GET", f"/Users/{two['id']}").get_json(force=True) == two


def test_put_without_members_leaves_them_and_with_an_empty_list_clears_them(bridge: Bridge) -> None:
    user = bridge.post_user()
    group = bridge.post_group("Guides", user["id"])
    path = f"/Groups/{group['id']}"

    kept = bridge.send("PUT", path, {"schemas": [GROUP], "displayName": "Tour Guides"}).get_json(force=True)
    cleared = bridge.send("PUT", path, {"schemas": [GROUP], "displayName": "Tour Guides", "members": []}).get_json(
        force=True
    )

    assert [member["value"] for member in kept["members"]] == [user["id"]]
    assert "members" not in cleared


def test_a_rename_onto_another_user_is_a_conflict_and_changes_nothing(bridge: Bridge) -> None:
    bridge.post_user("a@example.com")
    user = bridge.post_user("b@example.com")

    answer = bridge.patch(f"/Users/{user['id']}", {"op": "replace", "path": "userName", "value": "A@example.com"})

    assert (answer.status_code, answer.get_json(force=True)["scimType"]) == (409, "uniqueness")
    assert bridge.send("GET", f"/Users/{user['id']}").get_json(force=True) == user


@pytest.mark.parametrize("position", range(6))
def test_a_patch_that_fails_at_any_position_leaves_everything_as_it_was(bridge: Bridge, position: int) -> None:
    user = bridge.post_user(title="Guide")
    operations = [{"op": "replace", "path": "title", "value": f"T{n}"} for n in range(5)]
    operations.insert(position, {"op": "replace", "path": "noSuchAttribute", "value": 1})

    answer = bridge.patch(f"/Users/{user['id']}", *operations)

    assert answer.status_code == 400
    assert bridge.send("GET", f"/Users/{user['id']}").data == bridge.send("GET", f"/Users/{user['id']}").data
    assert bridge.send("GET", f"/Users/{user['id']}").get_json(force=True) == user


def test_a_patch_that_changes_nothing_keeps_version_and_last_modified(bridge: Bridge) -> None:
    user = bridge.post_user(title="Guide")

    after = bridge.patch(f"/Users/{user['id']}", {"op": "add", "path": "title", "value": "Guide"}).get_json(force=True)

    assert after["meta"] == user["meta"]


def test_adding_a_member_twice_changes_the_group_once(bridge: Bridge) -> None:
    user, group = bridge.post_user(), bridge.post_group()
    add = {"op": "add", "path": "members", "value": [{"value": user["id"]}]}
    bridge.patch(f"/Groups/{group['id']}", add)
    once = bridge.send("GET", f"/Groups/{group['id']}").get_json(force=True)

    bridge.patch(f"/Groups/{group['id']}", add)

    assert bridge.send("GET", f"/Groups/{group['id']}").get_json(force=True) == once


def test_a_membership_changes_the_version_of_the_group_and_of_the_user(bridge: Bridge) -> None:
    user, group = bridge.post_user(), bridge.post_group()

    bridge.patch(f"/Groups/{group['id']}", {"op": "add", "path": "members", "value": [{"value": user["id"]}]})

    seen = bridge.send("GET", f"/Users/{user['id']}").get_json(force=True)
    assert seen["groups"][0]["value"] == group["id"]
    assert seen["meta"]["version"] != user["meta"]["version"]
    assert (
        bridge.send("GET", f"/Groups/{group['id']}").get_json(force=True)["meta"]["version"] != group["meta"]["version"]
    )


def test_a_patch_of_a_group_answers_204_and_200_if_attributes_are_asked_for(bridge: Bridge) -> None:
    group = bridge.post_group()
    rename = {"op": "replace", "path": "displayName", "value": "Guides"}

    quiet = bridge.patch(f"/Groups/{group['id']}", rename)
    loud = bridge.patch(f"/Groups/{group['id']}?attributes=displayName", rename)

    assert (quiet.status_code, quiet.data) == (204, b"")
    assert (loud.status_code, loud.get_json(force=True)["displayName"]) == (200, "Guides")


def test_groups_of_a_user_are_changed_through_the_group_only(bridge: Bridge) -> None:
    user = bridge.post_user()

    answer = bridge.patch(f"/Users/{user['id']}", {"op": "add", "path": "groups", "value": [{"value": "g"}]})

    assert (answer.status_code, answer.get_json(force=True)["scimType"]) == (400, "mutability")


def test_an_extension_attribute_brings_its_urn_and_takes_it_away(bridge: Bridge) -> None:
    user = bridge.post_user()
    path = f"/Users/{user['id']}"

    added = bridge.patch(path, {"op": "add", "path": f"{ENTERPRISE}:department", "value": "Tours"}).get_json(force=True)
    removed = bridge.patch(path, {"op": "remove", "path": f"{ENTERPRISE}:department"}).get_json(force=True)

    assert added["schemas"] == [USER, ENTERPRISE]
    assert removed["schemas"] == [USER]


def test_after_a_delete_a_user_is_nowhere(bridge: Bridge) -> None:
    user = bridge.post_user()
    group = bridge.post_group("Guides", user["id"])

    answer = bridge.send("DELETE", f"/Users/{user['id']}")

    path = f"/Users/{user['id']}"
    body = {"schemas": [USER], "userName": "x@example.com"}
    assert (answer.status_code, answer.data) == (204, b"")
    assert bridge.send("GET", path).status_code == bridge.send("PUT", path, body).status_code == 404
    assert (
        bridge.patch(path, {"op": "remove", "path": "title"}).status_code
        == bridge.send("DELETE", path).status_code
        == 404
    )
    assert bridge.send("GET", "/Users").get_json(force=True)["totalResults"] == 0
    assert bridge.send("GET", f'/Users?filter=id eq "{user["id"]}"').get_json(force=True)["totalResults"] == 0
    assert "members" not in bridge.send("GET", f"/Groups/{group['id']}").get_json(force=True)


def test_a_stale_if_match_is_412_without_effect(bridge: Bridge) -> None:
    user = bridge.post_user()
    path = f"/Users/{user['id']}"
    bridge.patch(path, {"op": "replace", "path": "title", "value": "A"})
    replace = {"op": "replace", "path": "title", "value": "B"}

    answers = [
        bridge.patch(path, replace, If_Match=user["meta"]["version"]),
        bridge.send("PUT", path, whole(user), If_Match=user["meta"]["version"]),
        bridge.send("DELETE", path, If_Match=user["meta"]["version"]),
    ]

    assert [answer.status_code for answer in answers] == [412, 412, 412]
    assert bridge.send("GET", path).get_json(force=True)["title"] == "A"


def test_an_if_match_of_any_existing_resource_passes(bridge: Bridge) -> None:
    user = bridge.post_user()

    answer = bridge.patch(f"/Users/{user['id']}", {"op": "replace", "path": "title", "value": "A"}, If_Match="*")

    assert answer.status_code == 200


def test_an_unknown_id_is_404_before_its_version_is_412(bridge: Bridge) -> None:
    assert bridge.send("DELETE", "/Users/unknown", If_Match='W/"1"').status_code == 404


def test_a_malformed_if_match_is_400(bridge: Bridge) -> None:
    user = bridge.post_user()

    assert bridge.send("DELETE", f"/Users/{user['id']}", If_Match="1").status_code == 400


@pytest.mark.parametrize("tags", ["{}", "*", 'W/"x", {}', '"x",{} , "y"'])
def test_if_none_match_of_the_current_version_is_304_and_empty(bridge: Bridge, tags: str) -> None:
    user = bridge.post_user()

    answer = bridge.send("GET", f"/Users/{user['id']}", If_None_Match=tags.format(user["meta"]["version"]))

    assert (answer.status_code, answer.data) == (304, b"")
    assert answer.headers["ETag"] == user["meta"]["version"]


def test_of_two_writers_with_one_version_exactly_one_wins(bridge: Bridge) -> None:
    outcomes: list[set[int]] = []
    for n in range(15):
        user = bridge.post_user(f"u{n}@example.com")
        statuses: list[int] = []

        def write(title: str, user: dict = user, statuses: list[int] = statuses) -> None:
            answer = bridge.patch(
                f"/Users/{user['id']}",
                {"op": "replace", "path": "title", "value": title},
                If_Match=user["meta"]["version"],
            )
            statuses.append(answer.status_code)

        threads = [threading.Thread(target=write, args=(title,)) for title in "ab"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        outcomes.append(set(statuses))

    assert outcomes == [{200, 412}] * 15


def test_members_with_if_match_take_part_in_the_race(bridge: Bridge) -> None:
    users = [bridge.post_user(f"u{n}@example.com") for n in range(2)]
    group = bridge.post_group()
    add = [{"op": "add", "path": "members", "value": [{"value": user["id"]}]} for user in users]

    first = bridge.patch(f"/Groups/{group['id']}", add[0], If_Match=group["meta"]["version"])
    second = bridge.patch(f"/Groups/{group['id']}", add[1], If_Match=group["meta"]["version"])

    assert (first.status_code, second.status_code) == (204, 412)


def test_rename_and_deactivation_in_one_request_reach_the_person_who_was(bridge: Bridge) -> None:
    user = bridge.post_user()
    person = bridge.target.find_user("bjensen@example.com")
    assert person

    bridge.patch(
        f"/Users/{user['id']}",
        {"op": "replace", "path": "userName", "value": "new@example.com"},
        {"op": "replace", "path": "active", "value": False},
    )

    after = bridge.target.user(person.id)
    assert after is not None
    assert after.state == "suspended"
    assert bridge.target.find_user("new@example.com") is None
