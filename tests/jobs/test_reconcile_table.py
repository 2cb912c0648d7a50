"""The table of docs/drift.md: each edit by hand, whether it is reported, enforced or adopted, in both accounts."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from scim.jobs.drift import CHOICES
from scim.records import Ref
from tests.jobs.drifting import ACCOUNTS, Company, company

Step = Callable[[Company], Any]


@dataclass(frozen=True)
class Edit:
    """`by_hand` makes the difference. `differs`: whether the target shows it. `adopted`: whether SCIM does."""

    by_hand: Step
    differs: Step
    adopted: Step | None = None


EDITS = {
    "person_suspended": Edit(
        lambda at: at.hands.suspend(at.person("ann")),
        lambda at: at.in_target("ann")["state"] == "SUSPENDED",
        lambda at: at.shown("ann")["active"] is False,
    ),
    "person_reactivated": Edit(
        lambda at: at.hands.reactivate(at.person("iris")),
        lambda at: at.in_target("iris")["state"] == "ACTIVE",
        lambda at: at.shown("iris")["active"] is True,
    ),
    "person_renamed": Edit(
        lambda at: at.hands.rename(at.person("ann"), "Changed"),
        lambda at: at.in_target("ann")["name"] == "Changed",
        lambda at: at.shown("ann")["displayName"] == "Changed",
    ),
    "person_deleted": Edit(lambda at: at.hands.remove(at.person("barbara")), lambda at: not at.in_target("barbara")),
    "membership_granted": Edit(
        lambda at: at.hands.grant(at.group("Guides"), at.person("ann")),
        lambda at: at.in_target("ann")["groups"] == ["Guides"],
        lambda at: at.members("Guides") == ["ann", "barbara", "mandy"],
    ),
    "membership_revoked": Edit(
        lambda at: at.hands.revoke(at.group("Guides"), at.person("mandy")),
        lambda at: "Guides" not in at.in_target("mandy")["groups"],
        lambda at: at.members("Guides") == ["barbara"],
    ),
    "group_renamed": Edit(
        lambda at: at.hands.rename_group(at.group("Pilots"), "Changed"),
        lambda at: bool(at.group_in_target("Changed")),
        lambda at: at.shown_group("Pilots")["displayName"] == "Changed",
    ),
    "group_deleted": Edit(
        lambda at: at.hands.remove_group(at.group("Guides")), lambda at: not at.group_in_target("Guides")
    ),
}
ADOPTABLE = sorted(kind for kind, edit in EDITS.items() if edit.adopted)


@pytest.fixture(params=ACCOUNTS)
def at(request: pytest.FixtureRequest, tmp_path: Path) -> Company:
    return company(tmp_path, request.param)


def test_what_matches_is_no_drift_and_strangers_are_counted(at: Company):
    before = at.hands.world()

    report = at.reconcile()

    assert (report.state, at.kinds(), at.hands.world()) == ("healthy", [], before)
    assert (report.detail["people"], report.detail["groups"], report.detail["drift"]) == (5, 2, 0)
    assert report.detail["unmanaged_people"] == len(before["people"]) - 5
    assert report.detail["unmanaged_groups"] == len(before["groups"]) - 2


@pytest.mark.parametrize("kind", EDITS)
def test_reported_it_is_listed_and_nothing_else_happens(at: Company, kind: str):
    wanted, edit = at.wanted(), EDITS[kind]
    edit.by_hand(at)
    world = at.hands.world()

    reports = [at.reconcile(), at.reconcile()]
    at.tick()

    assert [report.state for report in reports] == ["degraded", "degraded"]
    assert (at.kinds(), at.told("drift.found"), at.told("drift.gone")) == ([kind], [kind], [])
    assert (at.hands.world(), at.wanted()) == (world, wanted)


@pytest.mark.parametrize("kind", EDITS)
def test_enforced_the_target_is_as_wanted_again(at: Company, kind: str):
    wanted, strangers, edit = at.wanted(), at.unmanaged(), EDITS[kind]
    edit.by_hand(at)

    report = at.reconcile({kind: "enforce"})
    only_recorded = edit.differs(at)
    at.tick()

    assert only_recorded, "it acted on the target itself"
    assert (report.state, report.detail["enforced"]) == ("healthy", 1)
    assert not edit.differs(at)
    assert (at.reconcile().state, at.kinds()) == ("healthy", [])
    assert [len(at.told(f"drift.{what}")) for what in ("found", "enforced", "gone")] == [1, 1, 1]
    assert at.unmanaged() == strangers
    assert without_meta(at.wanted()) == without_meta(wanted)


@pytest.mark.parametrize("kind", ADOPTABLE)
def test_adopted_scim_shows_what_the_target_shows(at: Company, kind: str):
    edit = EDITS[kind]
    edit.by_hand(at)
    world = at.hands.world()

    report = at.reconcile({kind: "adopt"})
    at.tick()

    assert (report.state, report.detail["adopted"]) == ("healthy", 1)
    assert edit.adopted
    assert edit.adopted(at)
    assert at.hands.world() == world, "something was changed in the target"
    assert (at.reconcile().state, at.kinds()) == ("healthy", [])
    assert [len(at.told(f"drift.{what}")) for what in ("found", "adopted", "gone")] == [1, 1, 1]


@pytest.mark.parametrize("kind", ADOPTABLE)
def test_what_is_adopted_is_a_new_version(at: Company, kind: str):
    before = versions(at)
    EDITS[kind].by_hand(at)

    at.reconcile({kind: "adopt"})

    changed = [id for id, version in versions(at).items() if version != before[id]]
    assert len(changed) == (2 if kind.startswith("membership") else 1)  # a user shows their groups


def test_the_table_is_whole():
    assert set(EDITS) | {"person_address", "membership_manager"} == set(CHOICES)


# ── those that are different ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("action", ["report", "enforce"])
def test_another_address_is_shown_and_enforced_it_waits_for_the_person(at: Company, action: str):
    at.hands.readdress("ann@example.com", "other@example.com")

    at.reconcile({"person_address": action})
    listed = at.kinds()
    at.tick()

    record = at.bridge.store.get(Ref("User", at.users["ann"]))
    assert listed == ([] if action == "enforce" else ["person_address"])
    assert bool(record.link.waiting) is (action == "enforce")
    assert at.shown("ann")["userName"] == "ann@example.com"
    at.hands.readdress("other@example.com", "ann@example.com")
    at.bridge.confirm()
    at.tick()
    at.reconcile()
    assert (at.kinds(), at.bridge.store.get(Ref("User", at.users["ann"])).link.waiting) == ([], None)


@pytest.mark.parametrize("action", ["report", "enforce", "adopt"])
def test_who_is_deprovisioned_and_reactivated_is_never_adopted(at: Company, action: str):
    at.hands.reactivate(at.person("lea"))

    at.reconcile({"person_reactivated": action})
    listed = at.kinds()
    at.tick()

    assert listed == ([] if action == "enforce" else ["person_reactivated"])
    assert at.in_target("lea")["state"] == ("SUSPENDED" if action == "enforce" else "ACTIVE")
    assert at.bridge.send("GET", f"/Users/{at.users['lea']}").status_code == 404


@pytest.mark.parametrize("action", ["report", "adopt"])
def test_a_member_who_is_a_manager_is_left_alone_and_adopted_not_shown(at: Company, action: str):
    at.hands.grant(at.group("Guides"), at.person("mandy"), "MANAGER")
    world, wanted = at.hands.world(), at.wanted()

    report = at.reconcile({"membership_manager": action})
    at.tick()

    assert at.kinds() == ([] if action == "adopt" else ["membership_manager"])
    assert report.state == ("healthy" if action == "adopt" else "degraded")
    assert (at.hands.world(), at.wanted()) == (world, wanted)


def test_a_manager_who_was_no_member_is_adopted_as_a_member(at: Company):
    at.hands.grant(at.group("Guides"), at.person("ann"), "MANAGER")

    at.reconcile({"membership_manager": "adopt", "membership_granted": "enforce"})
    at.tick()

    assert at.members("Guides") == ["ann", "barbara", "mandy"]
    assert (at.reconcile({"membership_manager": "adopt"}).state, at.in_target("ann")["groups"]) == (
        "healthy",
        ["Guides"],
    )


ALWAYS_REPORTED = {
    "person_unknown": lambda at: at.hands.change_state(at.person("ann"), "WANDERING"),
    "person_protected": lambda at: at.hands.make_owner(at.person("ann")),
    "group_mark": lambda at: at.hands.describe_group(at.group("Guides"), "Our guides"),
    "group_protected": lambda at: at.hands.protect_group(at.group("Guides")),
}


@pytest.mark.parametrize("kind", ALWAYS_REPORTED)
@pytest.mark.parametrize("action", ["enforce", "adopt"])
def test_what_cannot_be_corrected_is_reported_whatever_is_chosen(at: Company, kind: str, action: str):
    ALWAYS_REPORTED[kind](at)
    world, wanted = at.hands.world(), at.wanted()

    report = at.reconcile(dict.fromkeys(CHOICES, action))
    at.tick()

    assert (report.state, at.kinds()) == ("degraded", [kind])
    assert (at.hands.world(), at.wanted()) == (world, wanted)


def test_whoever_is_out_of_reach_by_now_is_not_corrected(at: Company):
    """An owner who was suspended, and a group that was renamed and given power."""
    at.hands.make_owner(at.person("ann"))
    at.hands.suspend(at.person("ann"))
    at.hands.grant(at.group("Pilots"), at.person("ann"))
    at.hands.protect_group(at.group("Guides"))
    at.hands.rename_group(at.group("Guides"), "Changed")
    at.hands.grant(at.group("Guides"), at.person("jim"))
    world = at.hands.world()

    at.reconcile(dict.fromkeys(CHOICES, "enforce"))
    at.tick()

    assert at.kinds() == ["group_protected", "person_protected"]
    assert at.hands.world() == world


@pytest.mark.parametrize("action", ["report", "enforce", "adopt"])
def test_people_and_groups_that_are_not_managed_are_never_touched(at: Company, action: str):
    """Whatever was done to them and with them, while everything of ours is corrected."""
    for edit in EDITS.values():
        edit.by_hand(at)
    at.hands.suspend(at.zoe)
    at.hands.rename(at.zoe, "Zoe Changed")
    at.hands.rename_group(at.strangers, "Foreigners")
    at.hands.grant(at.strangers, at.person("jim"))
    at.hands.grant(at.group("Pilots"), at.zoe)
    before = at.unmanaged()

    report = at.reconcile(dict.fromkeys(CHOICES, action))
    at.tick()

    assert at.unmanaged() == before
    assert report.detail["unmanaged_members"] == 1
    assert (
        "zoe@example.com"
        in next(each for each in at.hands.world()["groups"] if each["id"] == at.group("Pilots"))["members"]
    )


def versions(at: Company) -> dict[str, str]:
    return {each["id"]: each["meta"]["version"] for each in (*at.wanted()[0], *at.wanted()[1])}


def without_meta(wanted: Any) -> Any:
    return [[{name: value for name, value in each.items() if name != "meta"} for each in part] for part in wanted]
