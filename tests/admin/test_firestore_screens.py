"""What the screens cost on Firestore, in round trips, counted on the wire as the function for people makes them."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from scim.admin.app import create_app
from scim.admin.connections_known import ToldTokens
from scim.admin.door import CALLER, GuardedDoor
from scim.stores.firestore import FirestoreStore
from tests.admin.screens import Screens, make_desk, make_screens
from tests.bridge import make_bridge
from tests.stores.conftest import cloud, wire  # noqa: F401 - fixtures
from tests.stores.wire import Wire

ANN = {CALLER: "ann@example.com"}


@pytest.fixture
def screens(cloud: FirestoreStore, tmp_path: Path) -> Screens:  # noqa: F811
    desk = make_desk(make_bridge(tmp_path / "desk", store=cloud))
    return make_screens(
        tmp_path, store=cloud, wait=0, operations=desk, connections=ToldTokens(cloud), source="Google Workspace"
    )


@pytest.fixture
def http(screens: Screens) -> FlaskClient:
    """Of an instance that has shown a page before."""
    door = GuardedDoor(screens.bridge.store, screens.bridge.clock)
    made = create_app(screens.services, door).test_client()
    assert made.get("/settings", environ_overrides=ANN).status_code == 200
    return made


def spent(http: FlaskClient, wire: Wire, path: str) -> int:  # noqa: F811
    counted = wire.spent(lambda: http.get(path, environ_overrides=ANN))
    assert counted, path
    return sum(counted.values())


def test_the_overview_is_at_most_ten_round_trips(screens: Screens, http: FlaskClient, wire: Wire):  # noqa: F811
    for number in range(3):
        screens.bridge.post_user(f"person{number}@example.com")
    screens.bridge.settle()
    screens.bridge.post_user("late@example.com")

    assert spent(http, wire, "/") <= 10


def test_a_list_is_one_round_trip(screens: Screens, http: FlaskClient, wire: Wire):  # noqa: F811
    for number in range(3):
        screens.bridge.post_user(f"person{number}@example.com")

    for query in ("", "?q=person", "?standing=owed", "?q=person&standing=owed"):
        assert spent(http, wire, f"/people{query}") == 1


def test_the_activity_is_a_round_trip_for_its_lines_and_one_for_everybody_in_them(
    screens: Screens,
    http: FlaskClient,
    wire: Wire,  # noqa: F811
):
    members = [screens.bridge.post_user(f"person{number}@example.com")["id"] for number in range(9)]
    screens.bridge.post_group("Guides", *members)
    screens.bridge.settle()

    assert spent(http, wire, "/activity") == 2


def test_one_person_is_a_round_trip_for_them_their_history_and_each_group(
    screens: Screens,
    http: FlaskClient,
    wire: Wire,  # noqa: F811
):
    user = screens.bridge.post_user()["id"]
    screens.bridge.post_group("Guides", user)

    assert spent(http, wire, f"/people/{user}") == 3
