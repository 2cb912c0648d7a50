"""Two runs, and what happened in the source between them: people."""

from pathlib import Path

import pytest

from scim.jobs import pull
from scim.records import Backlog
from tests.bridge import make_bridge
from tests.jobs.pulling import CLIENT, Scene, choice
from tests.jobs.world import groups, person

TRANSIT = 1000.0


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """Barbara and Mary are staff and have arrived in the target; so has the group."""
    scene = Scene(make_bridge(tmp_path, wait=0.0))
    staff = scene.source.team()
    for name in ("barbara", "mary"):
        scene.source.hire(name, staff)
    scene.pull()
    return scene


def barbara(scene: Scene) -> str:
    return next(id for id, user in scene.source.people.items() if user.given_name == "Barbara")


def staff(scene: Scene) -> str:
    return next(iter(scene.source.listed))


def test_the_first_run_provisions_the_chosen_groups_and_who_is_in_them(scene: Scene):
    assert groups(scene.bridge) == {"Staff": ["barbara@example.com", "mary@example.com"]}
    assert person(scene.bridge, "barbara@example.com")["name"] == "Barbara Jensen"
    user = scene.user("barbara")
    assert (user.client, user.external_ids) == (CLIENT, {CLIENT: barbara(scene)})
    assert scene.bridge.store.backlog() == Backlog()


def test_a_run_in_which_nothing_happened_writes_nobody(scene: Scene):
    before = list(scene.bridge.store.scan("User")), list(scene.bridge.store.scan("Group"))

    pulled = scene.pull()

    assert (pulled.outcome, pulled.plan and list(pulled.plan.steps), pulled.done) == ("done", [], {})
    assert (list(scene.bridge.store.scan("User")), list(scene.bridge.store.scan("Group"))) == before


def test_who_is_renamed_there_is_renamed(scene: Scene):
    id = scene.user("barbara").id
    scene.source.change(barbara(scene), full_name="Babs Jensen", given_name="Babs")

    pulled = scene.pull()

    assert person(scene.bridge, "barbara@example.com")["name"] == "Babs Jensen"
    assert scene.user("barbara").id == id
    assert [(step.what, step.why) for step in pulled.plan.steps] == [("change", "changed there: displayName, name")]


def test_whose_address_changes_there_is_the_same_person(scene: Scene):
    before = scene.user("barbara"), person(scene.bridge, "barbara@example.com")["id"]
    scene.source.change(barbara(scene), email="babs@example.com", aliases=("barbara@example.com",))

    scene.pull()

    after = scene.user("babs")
    assert (after.id, after.link.target_id) == (before[0].id, before[1])
    assert scene.users() == ["babs", "mary"]
    assert len(scene.bridge.target.world()["people"]) == 3


@pytest.mark.parametrize("back", [True, False], ids=["returns", "stays away"])
def test_who_is_suspended_or_archived_there_is_suspended_and_may_return(scene: Scene, back: bool):
    id = scene.user("barbara").id
    scene.source.change(barbara(scene), active=False)
    pulled = scene.pull()
    suspended = scene.state("barbara")
    scene.source.change(barbara(scene), active=back)

    scene.pull()

    assert [(step.what, step.why) for step in pulled.plan.steps] == [
        ("deactivate", "suspended or archived in the source")
    ]
    assert (suspended, scene.state("barbara")) == ("SUSPENDED", "THERE" if back else "SUSPENDED")
    assert scene.user("barbara").id == id
    assert groups(scene.bridge)["Staff"] == ["barbara@example.com", "mary@example.com"]


def test_who_is_deleted_there_is_deprovisioned_and_comes_back_as_the_same_person_if_restored(scene: Scene):
    user, known = scene.source.people[barbara(scene)], scene.user("barbara")
    scene.source.dismiss(user.id)
    scene.pull()
    gone = scene.users(), scene.state("barbara"), groups(scene.bridge)["Staff"]
    scene.source.people[user.id] = user  # restored within twenty days: with the same id

    scene.pull()

    assert gone == (["mary"], "SUSPENDED", ["mary@example.com"])
    assert (scene.state("barbara"), scene.users()) == ("THERE", ["barbara", "mary"])
    assert scene.user("barbara").link.target_id == known.link.target_id
    assert groups(scene.bridge)["Staff"] == ["barbara@example.com", "mary@example.com"]


def test_an_account_made_anew_under_the_same_address_is_another_user(scene: Scene):
    before = scene.user("barbara")
    scene.source.dismiss(barbara(scene))
    scene.source.hire("barbara", staff(scene), full_name="Barbara Smith")

    pulled = scene.pull()

    after = scene.user("barbara")
    assert after.id != before.id
    assert after.external_ids == {CLIENT: barbara(scene)}
    assert pulled.plan.removals == {}
    assert scene.removals() == []


def test_who_takes_an_address_over_keeps_what_they_have_in_the_target(scene: Scene):
    """At no time, whenever settling runs, and when the former user is dealt with too."""
    scene.source.dismiss(barbara(scene))
    scene.source.hire("barbara", staff(scene))

    scene.pull()
    scene.bridge.clock.advance(TRANSIT)
    scene.pull()

    assert scene.state("barbara") == "THERE"
    assert groups(scene.bridge)["Staff"] == ["barbara@example.com", "mary@example.com"]
    assert scene.removals() == []
    assert scene.bridge.store.backlog() == Backlog()


def test_who_takes_an_address_over_but_not_the_groups_loses_these(scene: Scene):
    secret = scene.source.team("team-secret@example.com", members=[barbara(scene)])
    scene.pull()
    scene.source.dismiss(barbara(scene))
    scene.source.hire("barbara", staff(scene))

    scene.pull()
    scene.bridge.clock.advance(TRANSIT)
    scene.pull()

    assert groups(scene.bridge) == {"Staff": ["barbara@example.com", "mary@example.com"], "Team-Secret": []}
    assert secret in scene.source.listed
    assert scene.removals() == ["membership.revoked"]


def test_two_who_swap_their_addresses_stay_who_they_are(scene: Scene):
    ids = {name: scene.user(name).id for name in ("barbara", "mary")}
    first, second = list(scene.source.people)
    scene.source.change(first, email="mary@example.com", aliases=("barbara@example.com",))
    scene.source.change(second, email="barbara@example.com", aliases=("mary@example.com",))

    pulled = scene.pull()

    assert pulled.notices == []
    assert {name: scene.user(name).id for name in ids} == {"barbara": ids["mary"], "mary": ids["barbara"]}
    assert scene.user("barbara").document["displayName"] == "Mary Jensen"
    assert len(scene.bridge.target.world()["people"]) == 3


def test_one_whose_address_and_other_address_swap_is_the_same(scene: Scene):
    scene.source.change(barbara(scene), aliases=("babs@example.com",))
    scene.pull()
    id = scene.user("barbara").id
    scene.source.change(barbara(scene), email="babs@example.com", aliases=("barbara@example.com",))

    pulled = scene.pull()

    assert (scene.user("babs").id, pulled.notices) == (id, [])


def test_a_whole_row_moves_up_by_one_address(scene: Scene):
    for number in range(30):
        scene.source.hire(f"p{number:02}", staff(scene), full_name=f"Person {number}")
    scene.pull()
    ids = {name: scene.user(name).id for name in scene.users()}
    for id, user in list(scene.source.people.items()):
        if user.email.startswith("p"):
            scene.source.change(id, email=f"p{(int(user.email[1:3]) + 1) % 30:02}@example.com")

    pulled = scene.pull()

    assert pulled.notices == []
    assert {f"p{(number + 1) % 30:02}": ids[f"p{number:02}"] for number in range(30)} == {
        name: scene.user(name).id for name in scene.users() if name.startswith("p")
    }


def test_a_newcomer_gets_the_address_that_somebody_gave_up(scene: Scene):
    before = scene.user("barbara").id
    scene.source.change(barbara(scene), email="babs@example.com")
    scene.source.hire("barbara", staff(scene), given_name="Another")

    pulled = scene.pull()

    assert pulled.notices == []
    assert scene.users() == ["babs", "barbara", "mary"]
    assert scene.user("babs").id == before != scene.user("barbara").id


def test_who_is_moved_to_another_unit_is_suspended_if_units_are_chosen_and_returns(scene: Scene):
    scene.selection = choice(units=["/Staff"])
    scene.pull()
    scene.source.change(barbara(scene), unit="/Staffing")
    pulled = scene.pull()
    away = scene.state("barbara"), scene.state("mary")
    scene.source.change(barbara(scene), unit="/Staff/Sales")

    scene.pull()

    assert [step.why for step in pulled.plan.steps] == ["in the organizational unit /Staffing, which is not chosen"]
    assert away == ("SUSPENDED", "THERE")
    assert scene.state("barbara") == "THERE"


def test_who_is_excluded_is_suspended_and_an_address_they_also_have_counts(scene: Scene):
    scene.source.change(barbara(scene), aliases=("root@example.com",))
    scene.selection = choice(exclude=["root@*"])

    scene.pull()

    assert (scene.state("barbara"), scene.state("mary")) == ("SUSPENDED", "THERE")


def test_who_is_excluded_from_the_beginning_is_nobody_to_the_bridge(scene: Scene):
    scene.selection = choice(exclude=["root@example.com"])
    scene.source.hire("root", staff(scene))

    scene.pull()

    assert scene.users() == ["barbara", "mary"]
    assert groups(scene.bridge)["Staff"] == ["barbara@example.com", "mary@example.com"]


def test_who_left_all_groups_is_suspended_and_loses_them(scene: Scene):
    scene.source.leave(barbara(scene), staff(scene))

    pulled = scene.pull()

    assert scene.state("barbara") == "SUSPENDED"
    assert groups(scene.bridge)["Staff"] == ["mary@example.com"]
    assert {(step.what, step.why) for step in pulled.plan.steps} == {
        ("deactivate", "in no chosen group"), ("revoke", "not in staff@example.com"),
    }  # fmt: skip


def test_who_changes_groups_stays_active(scene: Scene):
    scene.source.team("team-a@example.com", members=[barbara(scene)])
    scene.source.leave(barbara(scene), staff(scene))

    scene.pull()

    assert scene.state("barbara") == "THERE"
    assert groups(scene.bridge) == {"Staff": ["mary@example.com"], "Team-A": ["barbara@example.com"]}


def test_whoever_never_was_active_there_is_not_invited(scene: Scene):
    scene.source.hire("bea", staff(scene), active=False)

    scene.pull()

    assert scene.users() == ["barbara", "mary"]


def test_an_address_that_cannot_be_recorded_keeps_nobody_else_waiting(scene: Scene):
    scene.source.hire("bea", staff(scene), email="bé@example.com")
    scene.source.hire("carol", staff(scene))

    pulled = scene.pull()

    assert scene.told(pulled) == [("refused", "bé@example.com")]
    assert scene.users() == ["barbara", "carol", "mary"]


def test_who_cannot_be_recorded_any_more_is_suspended_all_the_same(scene: Scene):
    scene.source.change(barbara(scene), email="bé@example.com", active=False)

    pulled = scene.pull()

    assert scene.told(pulled) == [("refused", "bé@example.com")]
    assert scene.state("barbara") == "SUSPENDED"


def test_a_domain_that_is_not_allowed_is_refused_before_it_is_planned(scene: Scene):
    scene.source.hire("bea", staff(scene), email="bea@example.net")

    pulled = pull.pull(scene.puller(allowed_domains=frozenset({"example.com"})), pull.Order(yes=True))

    assert (scene.told(pulled), pulled.plan.steps) == ([("refused", "bea@example.net")], [])


# ── who is in the target, but in no chosen group ──────────────────────────────────────────────────────────


def test_people_of_the_target_who_are_not_provisioned_are_left_alone(scene: Scene):
    scene.bridge.target.add_person("stranger@example.com", "A Stranger")
    scene.source.hire("known", unit="/Staff")

    scene.pull()

    assert scene.state("stranger") == "THERE"
    assert scene.users() == ["barbara", "mary"]


def test_they_are_suspended_if_that_is_chosen_but_for_owners_and_the_excluded(scene: Scene):
    for name in ("stranger", "root"):
        scene.bridge.target.add_person(f"{name}@example.com", name.title())
    scene.selection = choice(unlisted="suspend", exclude=["root@example.com"])

    pulled = scene.pull()
    again = scene.pull()

    assert [(step.what, step.name) for step in pulled.plan.steps] == [("deactivate", "stranger@example.com")]
    assert (scene.state("stranger"), scene.state("root"), scene.state("owner")) == ("SUSPENDED", "THERE", "THERE")
    assert [scene.state(name) for name in ("barbara", "mary")] == ["THERE", "THERE"]
    assert list(again.plan.steps) == []


def test_who_was_suspended_so_comes_back_once_they_are_chosen(scene: Scene):
    scene.bridge.target.add_person("stranger@example.com", "A Stranger")
    scene.selection = choice(unlisted="suspend")
    scene.pull()
    suspended = scene.user("stranger").id
    scene.source.hire("stranger", staff(scene))

    scene.pull()

    assert (scene.state("stranger"), scene.user("stranger").id) == ("THERE", suspended)
    assert scene.user("stranger").external_ids[CLIENT] in scene.source.people
    assert "stranger@example.com" in groups(scene.bridge)["Staff"]


def test_with_that_chosen_a_target_that_does_not_answer_stops_the_pull(scene: Scene):
    scene.selection = choice(unlisted="suspend")
    scene.bridge.target.fail("users", "TargetUnavailable")

    pulled = scene.once(yes=True)

    assert (pulled.outcome, pulled.plan) == ("unread", None)
