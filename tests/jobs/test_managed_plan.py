"""Managed groups as code: the list decides about what was there before, and what it cannot tell apart it leaves."""

from pathlib import Path

import pytest

from scim.bridge_file import BridgeFileError
from scim.jobs import managed_plan
from scim.jobs.managed import ManagedGroups
from scim.jobs.managed_choice import ManagedChoice
from scim.jobs.managed_plan import Done, Left, ManagedPlan
from scim.jobs.work import Busy
from scim.wiring import new_id
from tests.bridge import Bridge
from tests.jobs.world import groups


@pytest.fixture
def managing(bridge: Bridge) -> ManagedGroups:
    """The account has Guides, with Barbara in it, and Pilots. The bridge made Crew."""
    target = bridge.target
    guides = target.add_group("Guides", "By hand").id
    target.grant(guides, target.add_person("bjensen@example.com", "Barbara Jensen").id)
    target.add_group("Pilots")
    bridge.post_group("Crew")
    return ManagedGroups(bridge.runner(), new_id)


def id_of(bridge: Bridge, name: str) -> str:
    return next(group.id for group in bridge.target.groups() if group.name == name)


def planned(managing: ManagedGroups, *entries: str) -> ManagedPlan:
    return managed_plan.plan(managing, ManagedChoice(manage=entries))


def applied(managing: ManagedGroups, *entries: str) -> list[Done | Left]:
    return list(managed_plan.carry_out(managing, planned(managing, *entries), "cli:me"))


def chosen(managing: ManagedGroups) -> set[str]:
    return {group.name for group in managing.all() if group.managed == "adopted"}


def names(plan: ManagedPlan) -> tuple[list[str], list[str], list[str], list[str]]:
    """To manage, to unmanage, what stays, what is left."""
    manage, stay = ([each.name for each in listed] for listed in (plan.manage, plan.stay))
    return manage, [each.name for each in plan.unmanage], stay, [each.entry for each in plan.left]


# ── the list ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", r"x\.toml has no \[groups\]: .* If that is meant to be none, write manage = \[\]\."),
        ("[groups]", r"x\.toml \[groups\]: manage is missing"),
        ("[groups]\nmanage = 'Guides'", r"manage must be a list, such as \[\"Guides\"\]"),
        ("[groups]\nmanage = [1]", r"manage\[0\] must be a text in quotes"),
        ("[groups]\nmanage = ['Guides', ' ']", r"manage\[1\] must be the name of a group, or its id"),
        ("[groups]\nmanage = []\nmanaged = []", "managed is no key there is: there is manage"),
        ("[groups]\nmanage = []\nregion = 'x'", r"region is no key .*; region stands above the first \[table\]"),
        ("groups = []", "groups must be a table"),
        ("[group]\nmanage = []", r"'group', which means nothing: .* Is \[groups\] meant"),
    ],
)
def test_what_is_wrong_with_the_list_is_named(tmp_path: Path, text: str, told: str):
    path = tmp_path / "x.toml"
    path.write_text(text)

    with pytest.raises(BridgeFileError, match=told):
        ManagedChoice.from_file(path)


def test_nothing_is_a_choice_and_an_entry_counts_once():
    assert ManagedChoice.from_tables({"groups": {"manage": []}}).manage == ()
    assert ManagedChoice(manage=("Guides", "Pilots", " guides ")).manage == ("Guides", "Pilots")


# ── the plan ──────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_listed_is_managed_and_what_was_chosen_and_is_not_listed_is_not(managing: ManagedGroups):
    managing.manage("Pilots", "cli:me")

    assert names(planned(managing, "guides")) == (["Guides"], ["Pilots"], [], [])


def test_a_plan_does_nothing(bridge: Bridge, managing: ManagedGroups):
    managing.manage("Pilots", "cli:me")
    before, events = bridge.target.world(), bridge.store.events(100)

    planned(managing, "Guides")

    assert (bridge.target.world(), bridge.store.events(100)) == (before, events)
    assert chosen(managing) == {"Pilots"}
    assert bridge.store.note(managed_plan.LISTED) is None


def test_a_group_that_the_bridge_made_is_never_touched(managing: ManagedGroups):
    assert names(planned(managing)) == ([], [], [], [])
    assert names(planned(managing, "Crew")) == ([], [], ["Crew"], [])


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ("Sailors", "The target has no group 'Sailors'"),
        ("Owners", "The group 'Owners' cannot be managed: it is "),
    ],
    ids=["not-there", "built-in"],
)
def test_what_cannot_be_managed_is_left_with_its_reason_and_the_rest_is_planned(
    managing: ManagedGroups, entry: str, why: str
):
    plan = planned(managing, entry, "Guides")

    assert names(plan) == (["Guides"], [], [], [entry])
    assert plan.left[0].why.startswith(why)


def test_of_two_groups_of_a_name_neither_is_managed_or_taken_and_an_id_tells_them_apart(
    bridge: Bridge, managing: ManagedGroups
):
    managing.manage("Guides", "cli:me")
    first, second = id_of(bridge, "Guides"), bridge.target.add_group("GUIDES").id
    ids = ", ".join(sorted((first, second)))

    by_name, by_id = planned(managing, "Guides"), planned(managing, first)

    assert names(by_name) == ([], [], [], ["Guides"])
    assert f"choose by id, {ids}" in by_name.left[0].why
    assert names(by_id) == ([], [], ["Guides"], [])


def test_a_group_that_is_listed_by_name_and_by_id_is_one(bridge: Bridge, managing: ManagedGroups):
    assert names(planned(managing, "Guides", id_of(bridge, "Guides"))) == (["Guides"], [], [], [])


# ── carrying it out ───────────────────────────────────────────────────────────────────────────────────────


def test_what_was_planned_is_done_and_audited_and_a_second_time_there_is_nothing_to_do(
    bridge: Bridge, managing: ManagedGroups
):
    managing.manage("Pilots", "cli:me")
    before = groups(bridge)

    done = applied(managing, "Guides", "Sailors")

    assert [(each.what, each.group.name) for each in done if isinstance(each, Done)] == [
        ("unmanaged", "Pilots"),
        ("managed", "Guides"),
    ]
    assert chosen(managing) == {"Guides"}
    assert groups(bridge) == before
    assert {("group.unmanaged", "cli:me"), ("group.adopted", "cli:me")} <= {
        (event.action, event.actor) for event in bridge.store.events(10)
    }
    assert planned(managing, "Guides").is_empty


def test_an_empty_list_lets_go_of_all_that_were_chosen_and_of_none_that_were_made(managing: ManagedGroups):
    applied(managing, "Guides", "Pilots")

    applied(managing)

    assert chosen(managing) == set()
    assert {group.name for group in managing.all() if group.managed} == {"Crew"}


def test_what_vanished_since_the_plan_is_told_and_the_rest_is_done(bridge: Bridge, managing: ManagedGroups):
    managing.manage("Pilots", "cli:me")
    plan = planned(managing, "Guides")
    managing.unmanage("Pilots", "cli:me")
    bridge.target.delete_group(id_of(bridge, "Pilots"))

    done = list(managed_plan.carry_out(managing, plan, "cli:me"))

    assert [each.entry for each in done if isinstance(each, Left)] == ["Pilots"]
    assert chosen(managing) == {"Guides"}


def test_nothing_is_done_while_a_job_is_at_work(bridge: Bridge, managing: ManagedGroups):
    plan = planned(managing, "Guides")
    bridge.store.acquire_lease("target", "somebody else", bridge.clock(), 3600)
    patient = ManagedGroups(bridge.runner(pause=bridge.clock.advance), new_id)

    with pytest.raises(Busy):
        list(managed_plan.carry_out(patient, plan, "cli:me"))

    assert chosen(managing) == set()


# ── a group that is called something else meanwhile ───────────────────────────────────────────────────────


def rename(bridge: Bridge, managing: ManagedGroups, name: str) -> None:
    id = next(group.id for group in managing.all() if group.name == "Guides")
    bridge.patch(f"/Groups/{id}", {"op": "replace", "path": "displayName", "value": name})


def test_a_group_that_the_identity_provider_renamed_stays_under_the_name_that_is_listed(
    bridge: Bridge, managing: ManagedGroups
):
    applied(managing, "Guides")
    rename(bridge, managing, "Mountain Guides")

    plan = planned(managing, "Guides")

    assert names(plan) == ([], [], ["Mountain Guides"], [])
    assert [each.is_renamed for each in plan.stay] == [True]
    assert names(planned(managing, "Mountain Guides")) == ([], [], ["Mountain Guides"], [])


def test_the_new_name_counts_before_the_target_has_it(bridge: Bridge, managing: ManagedGroups):
    applied(managing, "Guides")
    bridge.target.fail("rename_group", "TargetUnavailable", 9)
    rename(bridge, managing, "Mountain Guides")

    assert names(planned(managing, "Mountain Guides"))[1:] == ([], ["Mountain Guides"], [])
    assert names(planned(managing, "Guides"))[1] == []


def test_a_name_that_another_group_took_over_is_told_by_ids_and_nothing_is_taken(
    bridge: Bridge, managing: ManagedGroups
):
    applied(managing, "Guides")
    first = id_of(bridge, "Guides")
    rename(bridge, managing, "Mountain Guides")
    second = bridge.target.add_group("Guides").id

    plan = planned(managing, "Guides")

    assert names(plan) == ([], [], [], ["Guides"])
    assert (
        f"is called 'Mountain Guides' now, and another one has that name: list the one you mean by its id, {first}, "
        in (plan.left[0].why)
    )
    assert names(planned(managing, second)) == (["Guides"], ["Mountain Guides"], [], [])


def test_a_former_name_means_nothing_once_its_group_is_let_go(bridge: Bridge, managing: ManagedGroups):
    applied(managing, "Guides")
    rename(bridge, managing, "Mountain Guides")
    managing.unmanage("Mountain Guides", "cli:me")

    assert names(planned(managing, "Guides")) == ([], [], [], ["Guides"])
