"""An identity provider pushes and the pull pulls, at once: each keeps what is its own, and nobody fights."""

from pathlib import Path

import pytest

from scim.jobs.adoption import Known
from scim.jobs.moving import Moving
from scim.wiring import new_id
from tests.bridge import make_bridge
from tests.jobs.pulling import CLIENT, Scene
from tests.jobs.world import groups, person


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """Okta has pushed Barbara, and Pilots with her in it; the source has staff with Barbara and Mary."""
    scene = Scene(make_bridge(tmp_path, wait=0.0))
    scene.bridge.dialect = "okta"
    barbara = scene.bridge.post_user("barbara@example.com", displayName="Barbara of Okta")
    scene.bridge.post_group("Pilots", barbara["id"])
    staff = scene.source.team()
    for name in ("barbara", "mary"):
        scene.source.hire(name, staff)
    return scene


def staff(scene: Scene) -> str:
    return next(iter(scene.source.listed))


def barbara(scene: Scene) -> str:
    return next(iter(scene.source.people))


def test_a_user_of_another_client_is_reported_and_left(scene: Scene):
    before = scene.user("barbara")

    pulled = scene.pull()

    assert [(notice.what, notice.name) for notice in pulled.notices] == [("clash", "barbara@example.com")]
    assert "'okta'" in pulled.notices[0].why
    after = scene.user("barbara")
    assert (after.document, after.client, after.external_ids) == (before.document, "okta", {})
    assert groups(scene.bridge) == {"Pilots": ["barbara@example.com"], "Staff": ["mary@example.com"]}


def test_a_clash_is_reported_at_each_run_and_changes_nothing(scene: Scene):
    scene.pull()
    before = list(scene.bridge.store.scan("User")), list(scene.bridge.store.scan("Group"))

    reports = [scene.run(), scene.run()]

    assert [(report.state, report.detail["clash"]) for report in reports] == [("degraded", 1)] * 2
    assert (list(scene.bridge.store.scan("User")), list(scene.bridge.store.scan("Group"))) == before


@pytest.mark.parametrize("gone", [True, False], ids=["deleted", "suspended"])
def test_who_leaves_the_source_but_is_another_clients_stays(scene: Scene, gone: bool):
    scene.pull()
    if gone:
        scene.source.dismiss(barbara(scene))
    else:
        scene.source.change(barbara(scene), active=False)

    scene.pull()

    assert scene.state("barbara") == "THERE"


def test_a_user_whom_the_other_client_gives_up_becomes_the_pulls(scene: Scene):
    scene.pull()
    linked = scene.user("barbara").link.target_id
    scene.bridge.send("DELETE", f"/Users/{scene.user('barbara').id}")

    pulled = scene.pull()

    assert pulled.notices == []
    assert (scene.user("barbara").client, scene.user("barbara").link.target_id) == (CLIENT, linked)
    assert scene.state("barbara") == "THERE"


def test_a_group_of_another_client_is_reported_and_left(scene: Scene):
    scene.source.team("team-pilots@example.com", "Pilots", members=[barbara(scene)])

    pulled = scene.pull()

    assert ("clash", "Pilots") in scene.told(pulled)
    assert scene.group("Pilots").client == "okta"
    assert groups(scene.bridge)["Pilots"] == ["barbara@example.com"]


def test_a_member_whom_another_client_put_into_a_pulled_group_stays(scene: Scene):
    scene.pull()
    path = f"/Groups/{scene.group('Staff').id}"
    scene.bridge.patch(path, {"op": "add", "path": "members", "value": [{"value": scene.user("barbara").id}]})
    scene.source.leave(barbara(scene), staff(scene))

    pulled = scene.pull()

    assert ("left", "Staff") in scene.told(pulled)
    assert groups(scene.bridge)["Staff"] == ["barbara@example.com", "mary@example.com"]


def test_an_address_that_another_client_has_is_not_taken_by_a_change(scene: Scene):
    scene.pull()
    mary = list(scene.source.people)[1]
    scene.source.dismiss(barbara(scene))
    scene.source.change(mary, email="barbara@example.com", full_name="Mary Smith")

    pulled = scene.pull()

    assert scene.told(pulled) == [("clash", "barbara@example.com")]
    assert scene.users() == ["barbara", "mary"]


def test_who_clashes_and_leaves_is_suspended_all_the_same(scene: Scene):
    scene.pull()
    mary = list(scene.source.people)[1]
    scene.source.dismiss(barbara(scene))
    scene.source.hire("carol", staff(scene))
    scene.source.change(mary, email="barbara@example.com", active=False)

    scene.pull()

    assert (scene.state("mary"), scene.state("barbara")) == ("SUSPENDED", "THERE")


def test_a_name_that_another_client_has_is_not_taken_by_a_renamed_group(scene: Scene):
    scene.pull()
    scene.source.rename(staff(scene), name="Pilots")
    carol = scene.source.hire("carol", staff(scene))

    pulled = scene.pull()

    assert ("clash", "Pilots") in scene.told(pulled)
    assert groups(scene.bridge)["Staff"] == ["carol@example.com", "mary@example.com"]
    assert carol in scene.source.people


def test_the_other_client_sees_what_the_pull_made_and_cannot_make_it_twice(scene: Scene):
    scene.pull()

    again = scene.bridge.send(
        "POST", "/Users", {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "mary@example.com"}
    )

    assert again.status_code == 409
    assert person(scene.bridge, "mary@example.com")["name"] == "Mary Jensen"


def test_somebody_who_was_imported_becomes_the_pulls_with_their_id(scene: Scene):
    scene.bridge.target.add_person("carol@example.com", "Carol")
    list(Moving(scene.bridge.runner(), new_id, Known()).carry_out("test"))
    before = scene.user("carol")
    scene.source.hire("carol", staff(scene))

    pulled = scene.pull()

    after = scene.user("carol")
    assert (before.client, after.client, after.id) == ("", CLIENT, before.id)
    assert ("clash", "carol@example.com") not in scene.told(pulled)
    assert after.link.target_id == before.link.target_id


def test_a_person_of_the_source_who_is_deleted_by_hand_in_scim_comes_back(scene: Scene):
    scene.pull()
    id = scene.user("mary").id
    scene.bridge.send("DELETE", f"/Users/{id}")
    scene.bridge.settle()

    scene.pull()

    assert (scene.state("mary"), scene.user("mary").client) == ("THERE", CLIENT)
