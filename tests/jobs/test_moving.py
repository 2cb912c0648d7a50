"""Taking over a whole account: everybody is linked, nothing changes there, and it can be cut off and done again."""

import itertools
from pathlib import Path
from typing import Any

import pytest

from scim.jobs import backup
from scim.jobs.adoption import Known, Taken
from scim.jobs.moving import Moving
from scim.records import Backlog, Ref
from scim.stores.sqlite import SqliteStore
from scim.wiring import new_id
from tests.bridge import Bridge, Clock, make_bridge
from tests.onepassword import target_in_memory
from tests.op.account import InMemory

OUT_OF_REACH = {"owner@example.com", "bridge@example.com", "guest@example.org", "ci@1passwordserviceaccounts.com"}


class Scene:
    """An account that another bridge has filled, and a bridge of ours with an empty store."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.account = InMemory()
        self.people = [
            self.account.add_person(f"p{number}@example.com", f"Person {number}", state)["id"]
            for number, state in enumerate(("ACTIVE", "SUSPENDED", "TRANSFER_PENDING", "ACTIVE", "RECOVERY_STARTED"))
        ]
        for name, members in {"Guides": (0, 1, 2), "Pilots": (3,), "Empty": ()}.items():
            group = self.account.add_group(name, "Managed by 1Password SCIM bridge")["id"]
            for number in members:
                self.account.set_role(group, self.people[number], "MEMBER")
        self.bridge = self.make()

    def make(self) -> Bridge:
        clock = Clock()
        return make_bridge(self.directory, target=target_in_memory(self.account, self.directory, clock), clock=clock)

    def moving(self, bridge: Bridge, known: Known | None = None) -> Moving:
        return Moving(bridge.runner(), new_id, known or Known())

    def world(self) -> Any:
        return self.account.world()


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def hows(taken: list[Taken]) -> dict[str, str]:
    return {each.name: each.how for each in taken}


def users(bridge: Bridge) -> dict[str, dict[str, Any]]:
    found = bridge.send("GET", "/Users?count=200").get_json(force=True)["Resources"]
    return {user["userName"]: user for user in found}


def groups(bridge: Bridge) -> dict[str, dict[str, Any]]:
    found = bridge.send("GET", "/Groups?count=200").get_json(force=True)["Resources"]
    return {group["displayName"]: group for group in found}


def test_everybody_is_linked_with_their_groups_and_nothing_changes(scene: Scene):
    before = scene.world()

    done = hows(list(scene.moving(scene.bridge).carry_out("cli:me")))
    scene.bridge.settle()
    scene.bridge.confirm()

    assert {name for name, how in done.items() if how == "adopted"} == {
        *(f"p{number}@example.com" for number in range(5)), "administrator@example.com", "Guides", "Pilots", "Empty",
    }  # fmt: skip
    assert OUT_OF_REACH.isdisjoint(users(scene.bridge))
    assert users(scene.bridge)["p1@example.com"]["active"] is False
    assert len(groups(scene.bridge)["Guides"]["members"]) == 3
    assert scene.world() == before
    assert scene.bridge.store.backlog() == Backlog()


def test_the_plan_is_what_is_done_and_does_nothing(scene: Scene):
    moving = scene.moving(scene.bridge)

    plan = hows(list(moving.plan("cli:me")))

    assert scene.bridge.store.count("User") == scene.bridge.store.count("Group") == 0
    assert plan == hows(list(moving.carry_out("cli:me")))


def test_doing_it_again_finds_everybody_known(scene: Scene):
    list(scene.moving(scene.bridge).carry_out("cli:me"))

    again = list(scene.moving(scene.bridge).carry_out("cli:me"))

    assert {each.how for each in again} == {"linked", "left"}
    assert len(users(scene.bridge)) == 6


@pytest.mark.parametrize("steps", range(0, 24, 3))
def test_cut_off_anywhere_it_is_done_by_doing_it_again(scene: Scene, steps: int):
    before = scene.world()
    list(itertools.islice(scene.moving(scene.bridge).carry_out("cli:me"), steps))
    bridge = scene.bridge
    bridge.clock.advance(200)  # who was killed gives its lease back by its end

    list(scene.moving(bridge).carry_out("cli:me"))
    bridge.settle()

    assert len(users(bridge)) == 6
    assert {name: len(group.get("members", ())) for name, group in groups(bridge).items()} == {
        "Guides": 3, "Pilots": 1, "Empty": 0,
    }  # fmt: skip
    assert scene.world() == before


def test_the_identity_provider_goes_on_with_whom_it_finds(scene: Scene):
    list(scene.moving(scene.bridge).carry_out("cli:me"))

    posted = scene.bridge.post_user("P0@example.com", displayName="Person 0", externalId="00u1")

    assert posted["id"] == users(scene.bridge)["P0@example.com"]["id"]
    assert len(scene.world()["people"]) == 10
    assert scene.account.mails() == {}


def test_with_a_backup_everybody_has_the_id_they_had(scene: Scene, tmp_path: Path):
    bridge = scene.bridge
    joiner = bridge.post_user("new@example.com", displayName="New", externalId="ext-1", title="Guide")
    pilots = bridge.post_group("New Pilots", joiner["id"])
    lines = list(backup.lines(bridge.store))
    lost = scene.make()

    list(scene.moving(lost, backup.read(lines)).carry_out("cli:me"))
    lost.settle()

    user = users(lost)["new@example.com"]
    assert (user["id"], user["externalId"], user["title"]) == (joiner["id"], "ext-1", "Guide")
    assert groups(lost)["New Pilots"]["id"] == pilots["id"]
    assert [member["value"] for member in groups(lost)["New Pilots"]["members"]] == [joiner["id"]]
    assert lost.store.backlog() == Backlog()


def test_without_one_a_group_of_ours_has_its_id_by_its_mark_and_is_ours_to_delete(scene: Scene):
    pilots = scene.bridge.post_group("New Pilots")
    lost = scene.make()

    list(scene.moving(lost).carry_out("cli:me"))
    lost.send("DELETE", f"/Groups/{pilots['id']}")
    lost.settle()

    assert "New Pilots" not in {group["name"] for group in scene.world()["groups"]}


def test_what_changed_since_the_backup_is_owed_and_not_lost(scene: Scene):
    bridge = scene.bridge
    user = bridge.post_user("new@example.com", displayName="New")
    lines = list(backup.lines(bridge.store))
    scene.account.rename_person("new@example.com", "Changed")
    lost = scene.make()

    list(scene.moving(lost, backup.read(lines)).carry_out("cli:me"))
    lost.settle()

    record = lost.store.get(Ref("User", user["id"]))
    assert record
    assert record.document["displayName"] == "New"
    assert scene.account.person("new@example.com")["name"] == "New"


@pytest.mark.parametrize("line", ["", "{", "[]", "{}", '{"kind": "Robot"}', '{"kind": "User", "document": {}}'])
def test_a_file_that_is_no_backup_is_refused_by_its_line(line: str):
    with pytest.raises(ValueError, match="line 1 is none that `export` writes"):
        backup.read([line])


def test_a_backup_survives_its_text(tmp_path: Path):
    bridge = make_bridge(tmp_path, store=SqliteStore(":memory:"))
    bridge.post_user(displayName="Bärbel \u202e", externalId="1", emails=[{"value": "bjensen@example.com"}])

    known = backup.read(backup.lines(bridge.store))

    [record] = known.records.values()
    assert record.document == next(bridge.store.scan("User")).document
