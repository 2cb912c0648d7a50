"""Becoming somebody else, reading or writing what one may not: what went wrong elsewhere.

Threats: B1-B3, B6, B7, B9, B10, C1-C4.
"""

import json
import socket
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest

from scim.users import Users
from tests.bridge import ENTERPRISE, PATCH, USER, Bridge

URLS = {
    "photos": [{"value": "http://169.254.169.254/latest/meta-data"}],
    "profileUrl": "http://localhost:1/",
    ENTERPRISE: {"manager": {"value": "x", "$ref": "https://evil.example/Users/x"}},
}


def read(bridge: Bridge, path: str) -> dict[str, Any]:
    found: dict[str, Any] = bridge.send("GET", path).get_json(force=True)
    return found


def everybody(bridge: Bridge) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = read(bridge, "/Users")["Resources"]
    return found


# ── B1: an externalId is nobody's id ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("external_id", ["1", "0", "-1", "01", "1e0", "null", "true", "../x", "{id}", "{target_id}"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_b1_no_external_id_reaches_another_user(bridge: Bridge, method: str, external_id: str) -> None:
    victim, mine = bridge.post_user("victim@example.com"), bridge.post_user("mine@example.com")
    person = bridge.target.find_user("victim@example.com")
    assert person is not None
    chosen = external_id.format(id=victim["id"], target_id=person.id)
    body = {"schemas": [USER], "userName": "new@example.com", "externalId": chosen}
    patch = {"schemas": [PATCH], "Operations": [{"op": "add", "path": "externalId", "value": chosen}]}
    path = "/Users" if method == "POST" else f"/Users/{mine['id']}"

    changed = bridge.send(method, path, patch if method == "PATCH" else body).get_json(force=True)

    assert (changed["externalId"], changed["id"] in (victim["id"], chosen)) == (chosen, False)
    assert read(bridge, f"/Users/{victim['id']}") == victim
    assert bridge.target.user(person.id) == person
    assert bridge.send("GET", f"/Users/{quote(chosen, safe='')}").status_code == (
        200 if chosen == victim["id"] else 404
    )


# ── B2: the id of the URL is the one that counts ──────────────────────────────────────────────────────────


@pytest.mark.parametrize("method", ["PUT", "PATCH", "POST"])
def test_b2_the_id_in_a_body_changes_nobody_else(bridge: Bridge, method: str) -> None:
    mine, victim = bridge.post_user("mine@example.com"), bridge.post_user("victim@example.com")
    body = {**victim, "userName": "new@example.com", "title": "Thief"}
    patch = {"schemas": [PATCH], "id": victim["id"], "Operations": [{"op": "replace", "value": body}]}
    path = "/Users" if method == "POST" else f"/Users/{mine['id']}"

    changed = bridge.send(method, path, patch if method == "PATCH" else body).get_json(force=True)

    assert changed["title"] == "Thief"
    assert changed["id"] != victim["id"]
    assert changed["meta"]["location"].endswith(changed["id"])
    assert read(bridge, f"/Users/{victim['id']}") == victim


# ── B3, B6-B9: addresses and names ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_b3_an_address_outside_the_allowed_domains_is_refused_and_the_target_is_not_called(
    bridge: Bridge, method: str
) -> None:
    service = bridge.http.application.extensions["scim"]
    users = Users(service.users.recorder, frozenset({"example.com"}))
    bridge.http.application.extensions["scim"] = replace(service, users=users)
    user = bridge.post_user()
    calls = bridge.target.calls()
    emails = [{"value": "b@evil.example", "primary": True}]
    body = {"schemas": [USER], "userName": "new@example.com", "emails": emails}
    patch = {"schemas": [PATCH], "Operations": [{"op": "add", "path": "emails", "value": emails}]}
    path = "/Users" if method == "POST" else f"/Users/{user['id']}"

    answer = bridge.send(method, path, patch if method == "PATCH" else body)

    assert (answer.status_code, answer.get_json(force=True)["scimType"]) == (400, "invalidValue")
    assert bridge.target.calls() == calls
    assert everybody(bridge) == [user]
    told = bridge.store.events(1)[0]
    assert (told.action, told.changes[0]["reason"]) == ("refused", answer.get_json(force=True)["detail"])


@pytest.mark.parametrize("twin", ["BJENSEN@example.com", "bjensen@EXAMPLE.COM", "bJensen@Example.com"])
def test_b6_another_spelling_is_the_same_user_and_keeps_the_one_sent_last(bridge: Bridge, twin: str) -> None:
    user = bridge.post_user()

    again = bridge.send("POST", "/Users", {"schemas": [USER], "userName": twin})
    renamed = bridge.patch(f"/Users/{user['id']}", {"op": "replace", "path": "userName", "value": twin})

    assert again.status_code == 409
    assert renamed.get_json(force=True)["userName"] == twin
    assert len(everybody(bridge)) == 1


@pytest.mark.parametrize(
    "name",
    [
        "m\u0131ke@example.com",
        "\uff4dike@example.com",
        "\u212aelvin@example.com",
        "\u017fam@example.com",
        "a\u00adb@example.com",
        "x y@example.com",
    ],
)
@pytest.mark.parametrize("attribute", ["userName", "emails"])
def test_b7_what_could_pass_for_another_address_is_refused(bridge: Bridge, attribute: str, name: str) -> None:
    value = {"userName": name} if attribute == "userName" else {"userName": "b", "emails": [{"value": name}]}

    answer = bridge.send("POST", "/Users", {"schemas": [USER], **value})

    assert (answer.status_code, answer.get_json(force=True)["scimType"]) == (400, "invalidValue")
    assert everybody(bridge) == []


@pytest.mark.parametrize(
    "text", ["--help", "-f", "a\u0000b", "\ud800", "a\nb", "$(id)", "`id`", "; rm -rf /", "' OR 1=1 --"]
)
def test_b9_text_for_a_shell_is_text_or_refused(bridge: Bridge, text: str) -> None:
    body = json.dumps({"schemas": [USER], "userName": "b@example.com", "displayName": text}).encode()
    headers = {"Authorization": f"Bearer {bridge.tokens['rfc']}", "Content-Type": "application/scim+json"}

    answer = bridge.http.post("/Users", data=body, headers=headers)

    assert answer.status_code in (201, 400)
    assert answer.status_code == 400 or answer.get_json(force=True)["displayName"] == text


@pytest.mark.parametrize("name", ["Owners", "administrators", "OWNERS", "Team Members"])
def test_b10_a_built_in_group_is_not_made_nor_filled_nor_renamed_onto(bridge: Bridge, name: str) -> None:
    user = bridge.post_user()
    own = bridge.post_group("Tour Guides", user["id"])
    before = {
        group["name"]: group["members"] for group in bridge.target.world()["groups"] if group["name"] != "Tour Guides"
    }

    bridge.send("POST", "/Groups", {"schemas": [own["schemas"][0]], "displayName": name, "members": own["members"]})
    bridge.patch(f"/Groups/{own['id']}", {"op": "replace", "path": "displayName", "value": name})

    after = {group["name"]: group["members"] for group in bridge.target.world()["groups"]}
    assert {known: after[known] for known in before} == before


# ── C1, C2: what may not be written or read ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "attributes",
    [
        {"isAdmin": True},
        {"link": {"target_id": "x"}, "wanted": False, "unsettled": True, "origin": "adopted"},
        {"urn:example:private:1.0:User": {"role": "owner"}},
        {"__proto__": {"active": False}, "constructor": "x"},
        {"meta": {"resourceType": "Group"}, "groups": [{"value": "owners"}]},
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_c1_what_no_schema_declares_is_never_kept(bridge: Bridge, method: str, attributes: dict[str, Any]) -> None:
    user = bridge.post_user()
    path = "/Users" if method == "POST" else f"/Users/{user['id']}"
    name = "new@example.com" if method == "POST" else user["userName"]
    body = {"schemas": [USER], "userName": name, **attributes}
    patch = {"schemas": [PATCH], "Operations": [{"op": "add", "value": attributes}]}

    bridge.send(method, path, patch if method == "PATCH" else body)

    for record in bridge.store.scan("User"):
        assert record.document == {"userName": record.document["userName"], "active": True}
        assert (record.origin, record.wanted) == ("created", True)


@pytest.mark.parametrize(
    "filter",
    ['password eq "x"', "password pr", 'not (password eq "x")', f'{USER}:password sw "t"', "emails[password pr]"],
)
def test_c2_a_password_is_no_oracle(bridge: Bridge, filter: str) -> None:
    bridge.post_user(password="t1meMa$heen")

    answer = bridge.send("GET", f"/Users?filter={quote(filter)}")

    if "[" in filter:
        assert answer.get_json(force=True)["totalResults"] == 0
    else:
        assert (answer.status_code, answer.get_json(force=True)["scimType"]) == (400, "invalidFilter")


@pytest.mark.parametrize(
    "filter", ["link pr", "wanted eq true", "document.userName pr", "stamp pr", 'target_id sw "A"', "unique_keys pr"]
)
def test_c1_what_the_bridge_keeps_for_itself_cannot_be_asked_for(bridge: Bridge, filter: str) -> None:
    bridge.post_user()

    assert read(bridge, f"/Users?filter={quote(filter)}")["totalResults"] == 0


def test_c1_sorting_by_a_password_is_refused(bridge: Bridge) -> None:
    assert bridge.send("GET", "/Users?sortBy=password").status_code == 400


# ── C3, C4 ────────────────────────────────────────────────────────────────────────────────────────────────


def test_c3_who_comes_back_after_a_delete_has_a_new_id_and_an_audit_line(bridge: Bridge) -> None:
    first = bridge.post_user()
    bridge.send("DELETE", f"/Users/{first['id']}")
    bridge.settle()

    second = bridge.post_user()

    about = [event.action for event in bridge.store.events(50) if event.resource and event.resource.id == second["id"]]
    assert second["id"] != first["id"]
    assert {"user.created", "user.reactivated"} <= set(about)


def test_c4_no_url_of_a_body_is_ever_fetched(bridge: Bridge, monkeypatch: pytest.MonkeyPatch) -> None:
    connected: list[Any] = []
    monkeypatch.setattr(socket.socket, "connect", lambda _, address: connected.append(address))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *address, **_: connected.append(address))

    user = bridge.post_user(**URLS)
    bridge.patch(f"/Users/{user['id']}", {"op": "replace", "path": "profileUrl", "value": "http://evil.example"})
    bridge.settle()

    assert connected == []
    assert user["photos"] == URLS["photos"]
