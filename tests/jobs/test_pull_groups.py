"""Two runs, and what happened in the source between them: groups and who is in them."""

from pathlib import Path

import pytest

from scim.jobs.managed import ManagedGroups
from scim.records import Backlog
from scim.wiring import new_id
from tests.bridge import make_bridge
from tests.jobs.pulling import CLIENT, STAFF, Scene, choice
from tests.jobs.world import groups

BARBARA, MARY = "barbara@example.com", "mary@example.com"


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """Barbara and Mary are staff, Barbara is in team-a too, and all of it has arrived in the target."""
    scene = Scene(make_bridge(tmp_path, wait=0.0))
    staff, team = scene.source.team(), scene.source.team("team-a@example.com", "Team A")
    scene.source.hire("barbara", staff, team)
    scene.source.hire("mary", staff)
    scene.pull()
    return scene


def ids(scene: Scene) -> tuple[str, str]:
    staff, team, *_ = scene.source.listed
    return staff, team


def people(scene: Scene) -> tuple[str, str]:
    barbara, mary, *_ = scene.source.people
    return barbara, mary


def test_a_group_that_is_renamed_there_is_renamed(scene: Scene):
    before = scene.group("Team A")
    scene.source.rename(ids(scene)[1], name="Team Alpha")

    scene.pull()

    assert groups(scene.bridge) == {"Staff": [BARBARA, MARY], "Team Alpha": [BARBARA]}
    after = scene.group("Team Alpha")
    assert (after.id, after.link.target_id) == (before.id, before.link.target_id)


def test_a_group_that_is_readdressed_there_stays_chosen_by_the_address_it_had(scene: Scene):
    scene.source.rename(ids(scene)[0], email="everybody@example.com", aliases=(STAFF,))

    pulled = scene.pull()

    assert (pulled.outcome, list(pulled.plan.steps)) == ("done", [])


def test_who_joins_and_leaves_a_group_there_does_so(scene: Scene):
    barbara, mary = people(scene)
    scene.source.join(mary, ids(scene)[1])
    scene.source.leave(barbara, ids(scene)[1])

    scene.pull()

    assert groups(scene.bridge) == {"Staff": [BARBARA, MARY], "Team A": [MARY]}


def test_a_group_that_is_emptied_there_is_emptied(scene: Scene):
    scene.source.leave(people(scene)[0], ids(scene)[1])

    scene.pull()

    assert groups(scene.bridge) == {"Staff": [BARBARA, MARY], "Team A": []}


def test_a_new_group_that_fits_is_made_with_its_members(scene: Scene):
    scene.source.team("team-b@example.com", "Team B", members=people(scene))
    scene.source.team("other@example.com", "Others", members=people(scene))

    scene.pull()

    assert groups(scene.bridge)["Team B"] == [BARBARA, MARY]
    assert "Others" not in groups(scene.bridge)


def test_a_group_that_fitted_and_is_gone_there_is_deleted(scene: Scene):
    scene.source.disband(ids(scene)[1])

    pulled = scene.pull()

    assert groups(scene.bridge) == {"Staff": [BARBARA, MARY]}
    assert [(step.what, step.why) for step in pulled.plan.steps] == [
        ("delete", "gone from the source: team-a@example.com")
    ]


def test_a_group_that_is_not_chosen_any_more_stays_as_it_is_and_is_told(scene: Scene):
    scene.selection = choice(STAFF)
    scene.source.leave(people(scene)[0], ids(scene)[1])

    pulled = scene.pull()

    assert groups(scene.bridge)["Team A"] == [BARBARA]
    assert scene.told(pulled) == [("left", "Team A")]


def test_a_group_that_is_gone_after_it_was_not_chosen_any_more_stays_too(scene: Scene):
    scene.selection = choice(STAFF)
    scene.pull()
    scene.source.disband(ids(scene)[1])
    scene.pull()
    scene.selection = choice()

    pulled = scene.pull()

    assert "Team A" in groups(scene.bridge)
    assert scene.told(pulled) == [("left", "Team A")]


@pytest.mark.parametrize(
    ("email", "name"),
    [("team-a@example.com", "Team A"), ("team-a@example.com", "New"), ("team-z@example.com", "Team A")],
)
def test_a_group_made_anew_under_its_address_or_name_goes_on_as_the_same(scene: Scene, email: str, name: str):
    """What it opens in the target would else be lost (ssosync 291)."""
    before = scene.group("Team A")
    scene.source.disband(ids(scene)[1])
    new = scene.source.team(email, name, members=people(scene))

    pulled = scene.pull()

    after = scene.group(name)
    assert (after.id, after.link.target_id, after.external_ids) == (before.id, before.link.target_id, {CLIENT: new})
    assert groups(scene.bridge)[name] == [BARBARA, MARY]
    assert pulled.plan.removals == {}


def test_two_groups_swap_their_names(scene: Scene):
    staff, team = ids(scene)
    before = {name: scene.group(name).id for name in ("Staff", "Team A")}
    scene.source.rename(staff, name="Team A")
    scene.source.rename(team, name="Staff")

    pulled = scene.pull()

    assert pulled.notices == []
    assert {name: scene.group(name).id for name in before} == {"Staff": before["Team A"], "Team A": before["Staff"]}


def test_a_group_takes_the_name_of_one_that_is_deleted(scene: Scene):
    """Its own remains, so it is no new one."""
    b = scene.source.team("team-b@example.com", "Team B", members=people(scene))
    scene.pull()
    before = scene.group("Team B").id
    scene.source.disband(ids(scene)[1])
    scene.source.rename(b, name="Team A")

    pulled = scene.pull()

    assert pulled.notices == []
    assert scene.group("Team A").id == before
    assert "Team B" not in groups(scene.bridge)


def test_two_chosen_groups_of_one_name_are_told_and_the_first_has_it(scene: Scene):
    scene.source.team("team-b@example.com", "TEAM A", members=people(scene))

    pulled = scene.pull()

    assert scene.told(pulled) == [("clash", "TEAM A")]
    assert groups(scene.bridge)["Team A"] == [BARBARA]


def test_a_list_that_may_be_short_takes_nobody_out_but_lets_people_in(scene: Scene):
    staff, _ = ids(scene)
    scene.source.leave(people(scene)[1], staff)
    bea = scene.source.hire("bea", staff)
    scene.source.join(people(scene)[1], ids(scene)[1])
    scene.source.doubts[staff] = "Google counts 3 people in staff@example.com but lists 2."

    pulled = scene.pull()

    assert groups(scene.bridge)["Staff"] == [BARBARA, "bea@example.com", MARY]
    assert scene.told(pulled) == [("doubt", "Staff")]
    assert bea in scene.source.people


def test_who_is_not_on_a_list_that_may_be_short_is_not_suspended_for_it(scene: Scene):
    (staff, _), (barbara, mary) = ids(scene), people(scene)
    carol = scene.source.hire("carol", staff)
    scene.pull()
    for id in (barbara, mary, carol):
        scene.source.leave(id, *scene.source.members)
    scene.source.hire("dora", staff)
    scene.source.doubts[staff] = "Google counts 4 people in staff@example.com but lists 1."
    scene.source.change(mary, active=False)

    scene.pull()

    assert [scene.state(name) for name in ("barbara", "mary", "carol")] == ["THERE", "SUSPENDED", "THERE"]
    assert len(groups(scene.bridge)["Staff"]) == 4


def test_members_who_are_not_provisioned_are_no_members(scene: Scene):
    scene.source.hire("bea", *ids(scene), active=False)

    scene.pull()

    assert groups(scene.bridge)["Staff"] == [BARBARA, MARY]


def test_a_name_that_cannot_be_recorded_keeps_the_rest_going(scene: Scene):
    scene.source.rename(ids(scene)[1], name="\x07")
    scene.source.join(people(scene)[1], ids(scene)[1])

    pulled = scene.pull()

    assert scene.told(pulled) == [("refused", "\x07")]
    assert groups(scene.bridge)["Team A"] == [BARBARA, MARY]


def test_a_large_group_is_filled_and_emptied_in_parts(scene: Scene):
    staff, _ = ids(scene)
    for number in range(1100):
        scene.source.hire(f"p{number}", staff)

    scene.once(yes=True)

    assert len(scene.bridge.store.members(scene.group("Staff").id)) == 1102


# ── groups that were in the target before ─────────────────────────────────────────────────────────────────────


@pytest.fixture
def adopted(scene: Scene) -> Scene:
    """The group Guides was in the target, with Mary and a stranger, and a person chose to manage it."""
    target = scene.bridge.target
    guides = target.add_group("Guides")
    mary = next(each for each in target.users() if each.email == MARY)
    for person in (mary.id, target.add_person("stranger@example.com", "A Stranger").id):
        target.grant(guides.id, person)
    ManagedGroups(scene.bridge.runner(), new_id).manage("Guides", "test")
    return scene


def test_an_adopted_group_is_the_one_that_the_source_means(adopted: Scene):
    before = adopted.group("Guides")
    adopted.source.team("team-guides@example.com", "guides", members=people(adopted))

    pulled = adopted.pull()

    after = adopted.group("guides")
    assert (after.id, after.client, after.link.target_id) == (before.id, CLIENT, before.link.target_id)
    assert groups(adopted.bridge)["guides"] == [BARBARA, MARY]
    assert ("revoke", ("stranger@example.com",)) in [(step.what, step.names) for step in pulled.plan.steps]
    assert adopted.state("stranger") == "THERE"


def test_an_adopted_group_that_is_gone_there_is_emptied_and_stays(adopted: Scene):
    guides = adopted.source.team("team-guides@example.com", "Guides", members=people(adopted))
    adopted.pull()
    adopted.source.disband(guides)

    adopted.pull()

    assert groups(adopted.bridge)["Guides"] == []
    assert adopted.bridge.store.backlog() == Backlog()


def test_a_group_that_nobody_chose_to_manage_is_not_taken_over(scene: Scene):
    scene.bridge.target.add_group("Guides")
    scene.source.team("team-guides@example.com", "Guides", members=people(scene))

    scene.pull()

    assert groups(scene.bridge)["Guides"] == []
    assert scene.bridge.store.backlog().groups == 1
