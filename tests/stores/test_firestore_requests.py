"""What a whole request costs on Firestore, in round trips, counted on the wire (settling not in the path)."""

from pathlib import Path

import pytest

from scim.stores.firestore import FirestoreStore
from tests.bridge import PATCH, USER, Bridge, make_bridge
from tests.stores.wire import Wire

READ, QUERY, COUNT, COMMIT = "batch_get_documents", "run_query", "run_aggregation_query", "commit"


@pytest.fixture
def bridge(cloud: FirestoreStore, tmp_path: Path) -> Bridge:
    return make_bridge(tmp_path, store=cloud, wait=0.0)


def spent(bridge: Bridge, wire: Wire, method: str, path: str, body: object = None) -> dict[str, int]:
    statuses: list[int] = []
    counted = wire.spent(lambda: statuses.append(bridge.send(method, path, body).status_code))
    assert statuses[0] < 300
    return counted


def patch(*operations: object) -> dict[str, object]:
    return {"schemas": [PATCH], "Operations": list(operations)}


def test_reading_a_user_with_its_groups_is_one_round_trip(bridge: Bridge, wire: Wire) -> None:
    user = bridge.post_user()
    bridge.post_group("Guides", user["id"])

    assert spent(bridge, wire, "GET", f"/Users/{user['id']}") == {READ: 1}


def test_reading_a_group_without_members_is_one_round_trip_and_with_them_two(bridge: Bridge, wire: Wire) -> None:
    group = bridge.post_group("Guides", bridge.post_user()["id"])

    assert spent(bridge, wire, "GET", f"/Groups/{group['id']}?excludedAttributes=members") == {READ: 1}
    assert spent(bridge, wire, "GET", f"/Groups/{group['id']}") == {READ: 1, QUERY: 1}


@pytest.mark.parametrize(
    "path",
    [
        '/Users?filter=userName eq "bjensen@example.com"',
        '/Users?filter=externalId eq "701984"',
        '/Users?filter=emails[type eq "work"].value eq "babs@example.com"',
        '/Groups?filter=displayName eq "Guides"&excludedAttributes=members',
        '/Users?filter=userName eq "nobody@example.com"',
    ],
)
def test_a_look_up_is_at_most_two_round_trips(bridge: Bridge, wire: Wire, path: str) -> None:
    bridge.post_user(externalId="701984", emails=[{"value": "babs@example.com", "type": "work"}])
    bridge.post_group("Guides")

    assert sum(spent(bridge, wire, "GET", path).values()) <= 2


def test_creating_a_user_is_one_commit_and_at_most_one_read(bridge: Bridge, wire: Wire) -> None:
    body = {"schemas": [USER], "userName": "bjensen@example.com", "externalId": "701984"}

    counted = spent(bridge, wire, "POST", "/Users", body)

    assert counted.pop(COMMIT) == 1
    assert sum(counted.values()) <= 1


def test_patching_a_user_is_one_read_and_one_commit(bridge: Bridge, wire: Wire) -> None:
    user = bridge.post_user()

    counted = spent(
        bridge, wire, "PATCH", f"/Users/{user['id']}", patch({"op": "replace", "path": "title", "value": "Guide"})
    )

    assert counted == {READ: 1, COMMIT: 1}


@pytest.mark.parametrize("size", [0, 40])
@pytest.mark.parametrize("count", [1, 10])
def test_members_cost_one_read_and_one_commit_whatever_the_size(
    bridge: Bridge, wire: Wire, size: int, count: int
) -> None:
    ids = [bridge.post_user(f"u{n}@example.com")["id"] for n in range(size + count)]
    group = bridge.post_group("Guides", *ids[:size])
    newcomers = [{"value": id} for id in ids[size:]]

    added = spent(
        bridge, wire, "PATCH", f"/Groups/{group['id']}", patch({"op": "add", "path": "members", "value": newcomers})
    )
    removed = spent(
        bridge, wire, "PATCH", f"/Groups/{group['id']}", patch({"op": "remove", "path": "members", "value": newcomers})
    )

    assert added == removed == {READ: 1, COMMIT: 1}


def test_five_hundred_writes_are_one_commit(bridge: Bridge, wire: Wire) -> None:
    ids = [bridge.post_user(f"u{n}@example.com")["id"] for n in range(300)]
    group = bridge.post_group("Guides")

    counted = spent(
        bridge,
        wire,
        "PATCH",
        f"/Groups/{group['id']}",
        patch({"op": "add", "path": "members", "value": [{"value": id} for id in ids]}),
    )

    assert counted == {READ: 1, COMMIT: 2}  # an edge and a user each, the group and the event


def test_the_token_check_costs_nothing(bridge: Bridge, wire: Wire) -> None:
    assert spent(bridge, wire, "GET", "/ServiceProviderConfig") == {}
