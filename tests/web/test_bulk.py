"""`/Bulk` (RFC 7644 §3.7; fact 86): each operation as if it had come alone, and references among them."""

import json
from pathlib import Path
from typing import Any

import pytest

from scim.protocol.discovery import Limits
from scim.records import Ref, StoreUnavailable
from tests.bridge import BASE_URL, ENTERPRISE, GROUP, PATCH, USER, Bridge, make_bridge

REQUEST = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
RESPONSE = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"

Operation = dict[str, Any]


def send(bridge: Bridge, *operations: Operation, **more: Any) -> list[Operation]:
    answer = bridge.send("POST", "/Bulk", {"schemas": [REQUEST], "Operations": list(operations), **more})
    body = answer.get_json(force=True)
    assert (answer.status_code, body["schemas"]) == (200, [RESPONSE])
    outcomes: list[Operation] = body["Operations"]
    return outcomes


def post_user(name: str, bulk_id: str, **attributes: Any) -> Operation:
    data = {"schemas": [USER], "userName": f"{name}@example.com", **attributes}
    return {"method": "POST", "path": "/Users", "bulkId": bulk_id, "data": data}


def post_group(name: str, bulk_id: str, *members: str) -> Operation:
    data = {"schemas": [GROUP], "displayName": name, "members": [{"value": member} for member in members]}
    return {"method": "POST", "path": "/Groups", "bulkId": bulk_id, "data": data}


def patch(path: str, *operations: Operation, **more: Any) -> Operation:
    return {"method": "PATCH", "path": path, "data": {"schemas": [PATCH], "Operations": list(operations)}, **more}


def statuses(outcomes: list[Operation]) -> list[str]:
    return [outcome["status"] for outcome in outcomes]


def read(bridge: Bridge, outcome: Operation) -> dict[str, Any]:
    found: dict[str, Any] = bridge.send("GET", outcome["location"].removeprefix(BASE_URL)).get_json(force=True)
    return found


def total(bridge: Bridge) -> int:
    found: int = bridge.send("GET", "/").get_json(force=True)["totalResults"]
    return found


# ── what is done ──────────────────────────────────────────────────────────────────────────────────────────


def test_every_method_is_answered_with_its_status_as_text_its_location_and_its_version(bridge: Bridge) -> None:
    put, patched, deleted = (bridge.post_user(f"{name}@example.com") for name in ("a", "b", "c"))

    outcomes = send(
        bridge,
        post_user("new", "1"),
        {"method": "PUT", "path": f"/Users/{put['id']}", "data": {**put, "title": "Lead"}},
        patch(f"/Users/{patched['id']}", {"op": "add", "path": "title", "value": "Guide"}),
        {"method": "DELETE", "path": f"/Users/{deleted['id']}"},
    )

    assert [(each["method"], each["status"]) for each in outcomes] == [
        ("POST", "201"), ("PUT", "200"), ("PATCH", "200"), ("DELETE", "204"),
    ]  # fmt: skip
    assert [each["location"] for each in outcomes[1:]] == [each["meta"]["location"] for each in (put, patched, deleted)]
    assert [each.get("version") for each in outcomes[:3]] == [
        read(bridge, each)["meta"]["version"] for each in outcomes[:3]
    ]
    assert [read(bridge, each).get("title") for each in outcomes[:3]] == [None, "Lead", "Guide"]
    assert read(bridge, outcomes[3])["status"] == "404"
    assert [each.get("bulkId") for each in outcomes] == ["1", None, None, None]


def test_methods_and_names_are_read_in_any_case_and_a_path_may_lack_its_slash(bridge: Bridge) -> None:
    user = bridge.post_user()

    outcomes = send(bridge, {"METHOD": "delete", "Path": f"Users/{user['id']}"})

    assert (statuses(outcomes), outcomes[0]["location"]) == (["204"], user["meta"]["location"])


def test_the_clients_own_dialect_is_taken_off_each_operation(bridge: Bridge) -> None:
    bridge.dialect = "entra"
    user = bridge.post_user()

    outcomes = send(
        bridge,
        patch(f"/Users/{user['id']}", {"op": "Replace", "path": "active", "value": "False"}),
        patch(f"/Users/{user['id']}", {"op": "Add", "path": "manager", "value": "26118915"}),
    )

    assert statuses(outcomes) == ["200", "200"]
    assert read(bridge, outcomes[0])["active"] is False
    assert read(bridge, outcomes[0])[ENTERPRISE] == {"manager": {"value": "26118915"}}


# ── references ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_bulk_id_stands_for_the_id_wherever_it_is_written(bridge: Bridge) -> None:
    outcomes = send(
        bridge,
        post_user("boss", "boss"),
        post_user("worker", "worker", **{ENTERPRISE: {"manager": {"value": "bulkId:boss"}}}),
        post_group("Guides", "guides", "bulkId:boss", "bulkId:worker"),
        patch("/Groups/bulkId:guides", {"op": "replace", "path": "displayName", "value": "Tour Guides"}),
        patch("/Users/bulkId:worker", {"op": "add", "path": "title", "value": "Guide"}),
    )

    boss, worker, group = (read(bridge, each) for each in outcomes[:3])
    assert statuses(outcomes) == ["201", "201", "201", "200", "200"]
    assert worker[ENTERPRISE]["manager"]["value"] == boss["id"]
    assert {member["value"] for member in group["members"]} == {boss["id"], worker["id"]}
    assert (group["displayName"], worker["title"]) == ("Tour Guides", "Guide")


def test_a_reference_may_come_before_what_it_refers_to_and_answers_keep_their_order(bridge: Bridge) -> None:
    outcomes = send(
        bridge,
        post_group("Guides", "guides", "bulkId:worker"),
        post_user("worker", "worker", **{ENTERPRISE: {"manager": {"value": "bulkId:boss"}}}),
        post_user("boss", "boss"),
    )

    group, worker, boss = (read(bridge, each) for each in outcomes)
    assert [(each["bulkId"], each["status"]) for each in outcomes] == [
        ("guides", "201"), ("worker", "201"), ("boss", "201"),
    ]  # fmt: skip
    assert [member["value"] for member in group["members"]] == [worker["id"]]
    assert worker[ENTERPRISE]["manager"]["value"] == boss["id"]


@pytest.mark.parametrize(
    "operations",
    [
        [post_group("Guides", "g", "bulkId:nobody")],
        [post_user("a", "a", **{ENTERPRISE: {"manager": {"value": "bulkId:nobody"}}})],
        [post_group("Guides", "g", "bulkId:refused"), post_user("", "refused", userName="")],
        [
            post_user("a", "a", **{ENTERPRISE: {"manager": {"value": "bulkId:b"}}}),
            post_user("b", "b", **{ENTERPRISE: {"manager": {"value": "bulkId:a"}}}),
        ],
        [post_user("a", "a", **{ENTERPRISE: {"manager": {"value": "bulkId:a"}}})],
        [patch("/Users/bulkId:nobody", {"op": "add", "path": "title", "value": "x"})],
        [{"method": "DELETE", "path": "/Users/bulkId:nobody"}],
    ],
    ids=["member", "manager", "of-what-was-refused", "circle", "itself", "path", "path-of-a-delete"],
)
def test_a_reference_that_never_resolves_is_409_and_nothing_is_made_of_it(
    bridge: Bridge, operations: list[Operation]
) -> None:
    """RFC 7644 §3.7.1 allows 409 for circles."""
    outcomes = send(bridge, *operations)

    refused = [each for each in outcomes if each["status"] != "400"]
    assert set(statuses(refused)) == {"409"}
    assert {each["response"]["schemas"][0] for each in outcomes} == {ERROR}
    assert total(bridge) == 0


def test_a_circle_does_not_hold_up_what_is_not_part_of_it(bridge: Bridge) -> None:
    outcomes = send(
        bridge,
        post_user("a", "a", **{ENTERPRISE: {"manager": {"value": "bulkId:b"}}}),
        post_user("b", "b", **{ENTERPRISE: {"manager": {"value": "bulkId:a"}}}),
        post_user("c", "c"),
        post_group("Guides", "g", "bulkId:c"),
    )

    assert statuses(outcomes) == ["409", "409", "201", "201"]


# ── failures ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_failure_has_its_error_as_response_and_a_location_unless_it_is_a_post(bridge: Bridge) -> None:
    user = bridge.post_user()
    known, unknown = f"/Users/{user['id']}", "/Users/unknown"

    outcomes = send(
        bridge,
        post_user("bjensen", "1"),
        {"method": "PUT", "path": unknown, "data": {"schemas": [USER], "userName": "x@example.com"}},
        patch(known, {"op": "replace", "path": "noSuch", "value": 1}),
        {"method": "DELETE", "path": unknown},
        {"method": "DELETE", "path": "/Robots/1"},
        {"method": "DELETE", "path": "/Users"},
    )

    assert statuses(outcomes) == ["409", "404", "400", "404", "404", "400"]
    assert [each.get("location", "").removeprefix(BASE_URL) for each in outcomes] == [
        "", unknown, known, unknown, "/Robots/1", "/Users",
    ]  # fmt: skip
    assert [each["response"]["status"] for each in outcomes] == statuses(outcomes)
    assert outcomes[0]["response"]["scimType"] == "uniqueness"
    assert bridge.send("GET", known).get_json(force=True) == user


def test_one_failure_does_not_stop_the_others(bridge: Bridge) -> None:
    outcomes = send(bridge, post_user("a", "1"), post_user("a", "2"), post_user("b", "3"))

    assert statuses(outcomes) == ["201", "409", "201"]


@pytest.mark.parametrize(
    ("fail_on_errors", "done"),
    [
        (1, ["409"]),
        (2, ["409", "201", "409"]),
        (3, ["409", "201", "409", "201"]),
        (0, ["409", "201", "409", "201"]),
        (None, ["409", "201", "409", "201"]),
    ],
)
def test_so_many_errors_end_it(bridge: Bridge, fail_on_errors: int | None, done: list[str]) -> None:
    bridge.post_user("a@example.com")
    operations = [post_user("a", "1"), post_user("b", "2"), post_user("a", "3"), post_user("c", "4")]

    outcomes = send(bridge, *operations, failOnErrors=fail_on_errors)

    assert statuses(outcomes) == done
    assert total(bridge) == 1 + done.count("201")


def test_an_operation_for_which_the_store_does_not_answer_is_503_and_the_others_are_told(
    bridge: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, get = bridge.post_user(), type(bridge.store).get

    def down(store: Any, ref: Ref) -> Any:
        if ref.id == user["id"]:
            raise StoreUnavailable("disk on fire")
        return get(store, ref)

    monkeypatch.setattr(type(bridge.store), "get", down)

    outcomes = send(
        bridge, post_user("a", "1"), {"method": "DELETE", "path": f"/Users/{user['id']}"}, post_user("b", "2")
    )

    assert statuses(outcomes) == ["201", "503", "201"]
    assert "fire" not in json.dumps(outcomes)


# ── versions ──────────────────────────────────────────────────────────────────────────────────────────────


def test_each_operation_carries_the_version_it_expects(bridge: Bridge) -> None:
    user = bridge.post_user()
    path, version = f"/Users/{user['id']}", user["meta"]["version"]
    change = {"op": "replace", "path": "title", "value": "Guide"}

    outcomes = send(
        bridge,
        patch(path, change, version=version),
        patch(path, {**change, "value": "Lead"}, version=version),
        {"method": "PUT", "path": path, "data": user, "version": version},
        {"method": "DELETE", "path": path, "version": version},
        patch(path, change, version="no tag"),
        patch("/Users/unknown", change, version=version),
    )

    assert statuses(outcomes) == ["200", "412", "412", "412", "400", "404"]
    assert bridge.send("GET", path).get_json(force=True)["title"] == "Guide"


# ── limits ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def small(tmp_path: Path) -> Bridge:
    return make_bridge(tmp_path, limits=Limits(bulk_operations=2, bulk_bytes=1000))


def test_as_much_as_the_limits_allow_is_done(small: Bridge) -> None:
    assert statuses(send(small, post_user("a", "1"), post_user("b", "2"))) == ["201", "201"]


@pytest.mark.parametrize(
    ("operations", "names"),
    [
        ([post_user(name, name) for name in "abc"], ("maxOperations", "2")),
        ([post_user("a", "1", title="x" * 1000)], ("maxPayloadSize", "1000")),
    ],
)
def test_beyond_a_limit_is_413_that_names_it_before_anything_is_done(
    small: Bridge, operations: list[Operation], names: tuple[str, str]
) -> None:
    answer = small.send("POST", "/Bulk", {"schemas": [REQUEST], "Operations": operations})

    body = answer.get_json(force=True)
    assert (answer.status_code, body["schemas"], body["status"]) == (413, [ERROR], "413")
    assert all(name in body["detail"] for name in names)
    assert total(small) == 0


@pytest.mark.parametrize(
    ("operations", "scim_type"),
    [
        ([post_user("a", "1"), post_user("b", "1")], "invalidValue"),
        ([post_user("a", "1"), {"method": "POST", "path": "/Users", "data": {}}], "invalidSyntax"),
        ([post_user("a", "1"), {"method": "GET", "path": "/Users"}], "invalidSyntax"),
        ([post_user("a", "1"), {"method": "PUT", "path": "/Users/x"}], "invalidSyntax"),
        ([post_user("a", "1"), {"method": "DELETE"}], "invalidSyntax"),
        ([], "invalidSyntax"),
    ],
    ids=["bulkId-twice", "post-without-bulkId", "get", "put-without-data", "no-path", "nothing"],
)
def test_a_bulk_that_is_none_is_refused_whole(bridge: Bridge, operations: list[Operation], scim_type: str) -> None:
    answer = bridge.send("POST", "/Bulk", {"schemas": [REQUEST], "Operations": operations})

    assert (answer.status_code, answer.get_json(force=True)["scimType"]) == (400, scim_type)
    assert total(bridge) == 0
