"""What a pass believes, what it keeps, and when it concludes nothing."""

from pathlib import Path
from typing import Any

import pytest

from scim.jobs import drift_list, reconcile
from scim.jobs.drift import CHOICES, Drift
from scim.jobs.drift_list import Keeper, Remarked
from scim.jobs.groups import MARK
from scim.jobs.people import INVITING
from scim.jobs.removals import RemovalLimit
from scim.records import Link, Ref, TargetUnavailable
from tests.jobs.drifting import Company, company
from tests.jobs.test_reconcile_killed import READS
from tests.jobs.test_reconcile_table import EDITS

ALL = {action: dict.fromkeys(CHOICES, action) for action in ("enforce", "adopt")}


@pytest.fixture
def at(tmp_path: Path) -> Company:
    return company(tmp_path)


class Failing:
    """A target whose nth reading has no answer, or one that is `changed`."""

    def __init__(self, inner: Any, point: int) -> None:
        self._inner, self._left = inner, point

    def until(self, ends: float) -> "Failing":
        return self

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)
        if name not in READS:
            return method

        def call(*arguments: Any) -> Any:
            self._left -= 1
            if self._left == 0:
                raise TargetUnavailable(f"{name} was not answered.")
            return method(*arguments)

        return call


# ── what cannot be believed ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("action", "account"), [("enforce", "op"), ("adopt", "embedded")])
def test_whichever_reading_fails_nothing_changes_and_the_report_says_why(tmp_path: Path, action: str, account: str):
    point, whole = 0, False
    while not whole:
        point += 1
        at = company(tmp_path / str(point), account)
        at.hands.suspend(at.person("jim"))
        at.reconcile()
        for edit in EDITS.values():
            edit.by_hand(at)
        before = at.hands.world(), at.wanted(), at.kinds(), at.bridge.store.backlog(), at.bridge.store.events(1000)

        report = at.reconcile(ALL[action], target=Failing(at.bridge.target, point))

        whole = report.state != "unhealthy"
        if not whole:
            assert "was not answered" in report.detail["reason"]
            now = at.hands.world(), at.wanted(), at.kinds(), at.bridge.store.backlog(), at.bridge.store.events(1000)
            assert now == before
    assert point > 8


def test_when_most_people_seem_deleted_nothing_is_concluded(at: Company, caplog: pytest.LogCaptureFixture):
    for name in ("barbara", "mandy", "jim"):
        at.hands.remove(at.person(name))
    world, wanted = at.hands.world(), at.wanted()

    report = at.reconcile(ALL["enforce"])
    at.tick()

    assert (report.state, at.kinds()) == ("unhealthy", [])
    assert "3 of 5 people seem deleted at once" in report.detail["reason"]
    assert "drift.implausible" in caplog.messages
    assert (at.hands.world(), at.wanted()) == (world, wanted)


def test_when_most_seem_deleted_at_the_second_look_nothing_is_done(at: Company):
    """The listing fails between finding it and acting on it."""
    at.hands.remove(at.person("barbara"))

    class Losing:
        looks = 0

        def users(self) -> Any:
            self.looks += 1
            people = at.bridge.target.users()
            return people if self.looks == 1 else people[:1]

        def until(self, ends: float) -> "Losing":
            return self

        def __getattr__(self, name: str) -> Any:
            return getattr(at.bridge.target, name)

    report = at.reconcile(ALL["enforce"], target=Losing())

    assert (report.state, at.bridge.store.backlog().users, at.kinds()) == ("unhealthy", 0, [])


def test_half_of_the_people_may_be_deleted(at: Company):
    for name in ("barbara", "mandy"):
        at.hands.remove(at.person(name))

    assert at.reconcile().state == "degraded"
    assert at.kinds() == ["person_deleted", "person_deleted"]


def test_the_only_person_may_be_deleted(tmp_path: Path):
    at = company(tmp_path)
    for name in ("mandy", "jim", "ann", "iris"):
        at.bridge.send("DELETE", f"/Users/{at.users[name]}")
    at.tick()
    at.hands.remove(at.person("barbara"))

    at.reconcile()

    assert at.kinds() == ["person_deleted"]


def test_when_time_is_over_nothing_is_concluded(at: Company, monkeypatch: pytest.MonkeyPatch):
    at.hands.suspend(at.person("ann"))
    monkeypatch.setattr(reconcile, "DEADLINE_SECONDS", 0.0)

    report = at.reconcile(ALL["enforce"])

    assert (report.state, at.kinds(), at.bridge.store.backlog().users) == ("unhealthy", [], 0)
    assert "in time" in report.detail["reason"]


# ── what is no drift ──────────────────────────────────────────────────────────────────────────────────────


def test_what_is_owed_or_held_is_being_worked_on(tmp_path: Path):
    """The target is away, or a person has to decide: neither is somebody's doing there."""
    at = company(tmp_path, removals=RemovalLimit(people_least=1, people_percent=0, group_least=0, group_percent=0))
    at.bridge.clock.advance(7200)
    for name in ("ann", "jim"):
        at.bridge.send("DELETE", f"/Users/{at.users[name]}")
    revoke = {"op": "remove", "path": f'members[value eq "{at.users["mandy"]}"]'}
    at.bridge.patch(f"/Groups/{at.groups['Guides']}", revoke)
    at.tick()
    at.bridge.target.fail("rename", "TargetUnavailable", times=9)
    at.bridge.patch(f"/Users/{at.users['barbara']}", {"op": "replace", "value": {"displayName": "Babs"}})

    report = at.reconcile(ALL["enforce"])

    assert (at.bridge.store.backlog().held, report.state, at.kinds()) == (3, "healthy", [])


def test_an_address_the_bridge_waits_for_is_no_drift(at: Company):
    at.bridge.patch(f"/Users/{at.users['ann']}", {"op": "replace", "value": {"userName": "other@example.com"}})

    assert (at.reconcile().state, at.kinds()) == ("healthy", [])


def test_who_is_inactive_and_deleted_has_no_access_as_wanted(at: Company):
    at.hands.remove(at.person("iris"))

    assert at.reconcile().state == "healthy"


@pytest.mark.parametrize("policy", [{}, ALL["enforce"], ALL["adopt"]], ids=["report", "enforce", "adopt"])
def test_a_wish_that_comes_and_is_settled_while_it_reads_is_no_drift(at: Company, policy: Any):
    """Whatever is read of the target, before or after, something of it is of another time."""
    meanwhile = [
        lambda: at.bridge.patch(f"/Users/{at.users['ann']}", {"op": "replace", "value": {"active": False}}),
        lambda: at.bridge.patch(
            f"/Groups/{at.groups['Guides']}", {"op": "add", "path": "members", "value": [{"value": at.users["jim"]}]}
        ),
        lambda: at.bridge.patch(f"/Groups/{at.groups['Pilots']}", {"op": "replace", "value": {"displayName": "Crew"}}),
        lambda: at.bridge.send("DELETE", f"/Users/{at.users['mandy']}"),
        lambda: at.bridge.post_user("new@example.com"),
    ]

    class Busy:
        """Before each reading, and after it, an identity provider was there."""

        def __init__(self, wishes: list[Any]) -> None:
            self.wishes = wishes

        def until(self, ends: float) -> "Busy":
            return self

        def __getattr__(self, name: str) -> Any:
            method = getattr(at.bridge.target, name)
            if name not in READS:
                return method

            def call(*arguments: Any) -> Any:
                if self.wishes:
                    self.wishes.pop()()
                answer = method(*arguments)
                if self.wishes:
                    self.wishes.pop()()
                return answer

            return call

    report = at.reconcile(policy, target=Busy(meanwhile))

    assert (meanwhile, report.state, at.kinds(), report.detail["drift"]) == ([], "healthy", [], 0)
    assert at.reconcile().state == "healthy"


def test_a_leaver_who_is_suspended_while_it_reads_is_no_drift(at: Company):
    at.bridge.target.fail("suspend", "TargetUnavailable")
    at.bridge.send("DELETE", f"/Users/{at.users['ann']}")

    class Late:
        def until(self, ends: float) -> "Late":
            return self

        def users(self) -> Any:
            people = at.bridge.target.users()
            at.tick()
            return people

        def __getattr__(self, name: str) -> Any:
            return getattr(at.bridge.target, name)

    report = at.reconcile(target=Late())

    assert (at.in_target("ann")["state"], report.state, at.kinds()) == ("SUSPENDED", "healthy", [])


# ── what is kept ──────────────────────────────────────────────────────────────────────────────────────────


def test_since_when_is_when_it_was_first_seen(at: Company):
    at.hands.suspend(at.person("ann"))
    at.reconcile()
    first = listed(at)[0].since
    at.bridge.clock.advance(86400)
    at.hands.suspend(at.person("jim"))

    at.reconcile()

    assert [item.since - first > 86000 for item in listed(at)] == [False, True]


def test_what_is_gone_leaves_the_list_and_is_told(at: Company):
    at.hands.suspend(at.person("ann"))
    at.reconcile()
    at.hands.reactivate(at.person("ann"))

    report = at.reconcile()

    assert (report.state, at.kinds(), at.bridge.store.note("drift")) == ("healthy", [], None)
    assert at.told("drift.gone") == ["person_suspended"]


def test_a_pass_that_finds_the_same_again_writes_nothing_but_its_report(at: Company):
    EDITS["person_suspended"].by_hand(at)
    at.reconcile()
    written: list[str] = []

    class Noting:
        def __getattr__(self, name: str) -> Any:
            if name in {"put_note", "acquire_lease", "append_event", "replace", "change_members", "put_report"}:
                written.append(name)
            return getattr(at.bridge.store, name)

    at.reconcile(store=Noting())

    assert [name for name in written if name != "acquire_lease"][:1] == ["put_report"]
    assert not {"put_note", "append_event", "replace", "change_members"} & set(written)


def test_what_changes_about_it_is_shown_and_it_is_the_same_drift(at: Company):
    for name in ("Once", "Twice"):
        at.hands.rename(at.person("ann"), name)
        at.reconcile()

    assert [(item.drift.wanted, item.drift.shown) for item in listed(at)] == [("Ann Other", "Twice")]
    assert at.told("drift.found") == ["person_renamed"]


def test_the_list_is_bounded_and_counts_the_rest(at: Company, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(drift_list, "MOST_ITEMS", 2)
    for name in ("ann", "barbara", "jim"):
        at.hands.suspend(at.person(name))

    reports = [at.reconcile(), at.reconcile()]

    kept = drift_list.read(at.bridge.store)
    assert (len(kept.items), kept.more, [report.detail["drift"] for report in reports]) == (2, 1, [3, 3])
    assert at.told("drift.found") == ["person_suspended", "person_suspended"]
    at.hands.reactivate(target_of(at, listed(at)[0]))
    at.reconcile()
    assert (len(listed(at)), drift_list.read(at.bridge.store).more, len(at.told("drift.found"))) == (2, 0, 3)


def test_the_longest_names_fit_into_the_note(at: Company):
    longest = "\U0001f600" * 300
    many = [Drift("person_renamed", Ref("User", str(number)), longest, longest, longest) for number in range(500)]

    Keeper(at.bridge.runner()).keep([Remarked(each) for each in many])
    Keeper(at.bridge.runner()).keep([])

    assert at.bridge.store.note("drift") is None


def test_no_name_or_address_is_in_the_log(at: Company, caplog: pytest.LogCaptureFixture):
    for edit in EDITS.values():
        edit.by_hand(at)
    caplog.clear()

    at.reconcile(ALL["adopt"])

    lines = [str(vars(record)) for record in caplog.records]
    assert len(lines) > 8
    assert not [line for line in lines if "example.com" in line or "Changed" in line]


def test_the_report_outlives_the_time_to_the_next_pass(at: Company):
    report = reconcile.run(at.bridge.runner(), every=86400.0)

    assert report.expires > reconcile.instant(at.bridge.clock() + 86400)


def test_while_another_runner_is_at_work_nothing_is_decided(at: Company):
    at.hands.suspend(at.person("ann"))
    at.bridge.store.acquire_lease("target", "somebody", at.bridge.clock(), 1e6)

    def pause(seconds: float) -> None:
        at.bridge.clock.advance(500)

    report = at.reconcile(ALL["enforce"], pause=pause)

    assert (report.state, report.detail["skipped"]) == ("degraded", "another runner is at work")
    assert (at.kinds(), at.bridge.store.backlog().users) == ([], 0)


# ── what is too much, or not possible ─────────────────────────────────────────────────────────────────────


def test_a_burst_is_not_adopted(tmp_path: Path):
    at = company(tmp_path, removals=RemovalLimit(people_least=1, people_percent=0, group_least=1, group_percent=0))
    at.bridge.clock.advance(7200)
    for name in ("ann", "jim"):
        at.hands.suspend(at.person(name))
    for name in ("barbara", "mandy"):
        at.hands.revoke(at.group("Guides"), at.person(name))
    wanted = at.wanted()

    report = at.reconcile(ALL["adopt"])

    assert (report.state, at.kinds()) == ("degraded", ["membership_revoked"] * 2 + ["person_suspended"] * 2)
    assert {item.remark[:12] for item in listed(at)} == {"Not adopted:"}
    assert at.wanted() == wanted


def test_a_burst_that_is_enforced_is_held_by_the_removal_limit(tmp_path: Path):
    at = company(tmp_path, removals=RemovalLimit(people_least=1, people_percent=0))
    at.bridge.clock.advance(7200)
    at.bridge.patch(f"/Users/{at.users['ann']}", {"op": "replace", "value": {"active": False}})
    at.bridge.clock.advance(7200)
    for name in ("ann", "iris", "lea"):
        at.hands.reactivate(at.person(name))

    at.reconcile(ALL["enforce"])
    at.tick()

    assert at.bridge.store.backlog().held == 2
    assert (at.reconcile().state, at.kinds()) == ("healthy", [])


def test_a_group_name_that_is_taken_is_not_adopted(at: Company):
    at.hands.rename_group(at.group("Pilots"), "Guides")

    report = at.reconcile(ALL["adopt"])

    assert (report.state, at.shown_group("Pilots")["displayName"]) == ("degraded", "Pilots")
    assert "another managed group has that name" in listed(at)[0].remark


@pytest.mark.parametrize("name", ["", "  ", "\x07bell", "x" * 256], ids=["empty", "blank", "control", "long"])
def test_a_name_that_scim_cannot_show_is_not_adopted(at: Company, name: str):
    at.hands.rename(at.person("ann"), name)
    at.hands.rename_group(at.group("Pilots"), name)
    wanted = at.wanted()

    at.reconcile(ALL["adopt"])

    assert (at.wanted(), at.kinds()) == (wanted, ["group_renamed", "person_renamed"])


def test_a_group_that_differs_is_looked_at_out_of_its_turn(at: Company, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reconcile, "LOOKS", 0)
    at.hands.rename_group(at.group("Pilots"), "Changed")
    at.hands.protect_group(at.group("Pilots"))

    at.reconcile(ALL["adopt"])

    assert (at.kinds(), at.shown_group("Pilots")["displayName"]) == (["group_protected"], "Pilots")


def test_who_is_adopted_as_active_was_not_removed_by_the_bridge(at: Company):
    at.hands.reactivate(at.person("iris"))

    at.reconcile(ALL["adopt"])

    link = at.bridge.store.get(Ref("User", at.users["iris"])).link
    assert (link.target_state, link.removed_at, link.unsettled) == ("active", None, False)


def test_several_differences_of_one_person_are_adopted_together(at: Company):
    at.hands.suspend(at.person("ann"))
    at.hands.rename(at.person("ann"), "Changed")

    at.reconcile(ALL["adopt"])

    assert (at.shown("ann")["active"], at.shown("ann")["displayName"]) == (False, "Changed")


# ── orphans of interrupted work ───────────────────────────────────────────────────────────────────────────


def test_a_group_whose_link_was_lost_is_linked_again(at: Company):
    ref = Ref("Group", at.groups["Guides"])
    before = at.group("Guides")
    at.bridge.store.save_link(ref, Link(), at.bridge.store.get(ref).version, None)

    at.reconcile()
    at.tick()

    assert at.group("Guides") == before
    assert (at.reconcile().state, [len(at.told(f"drift.{what}")) for what in ("found", "gone")]) == ("healthy", [1, 1])


def test_a_group_with_the_mark_of_nobody_is_only_reported(at: Company):
    orphans = [f"{MARK} (nobody)", f"{MARK} ({at.groups['Guides']})"]
    for number, mark in enumerate(orphans):
        at.hands.add_group(f"Left behind {number}", mark)
    world = at.hands.world()

    report = at.reconcile(ALL["enforce"])
    at.tick()

    assert (report.state, at.kinds(), at.hands.world()) == ("degraded", ["group_orphan", "group_orphan"], world)
    assert {item.drift.wanted for item in listed(at)} == {"no group of the bridge", "the group is another one"}


def test_a_group_with_the_mark_of_one_that_was_deleted_is_only_reported(at: Company):
    at.bridge.send("DELETE", f"/Groups/{at.groups['Guides']}")
    at.tick()
    at.hands.add_group("Guides", f"{MARK} ({at.groups['Guides']})")

    at.reconcile(ALL["enforce"])
    at.tick()

    assert at.kinds() == ["group_orphan"]
    assert at.group_in_target("Guides")


def test_an_invitation_that_nobody_finished_is_finished(at: Company):
    ref = Ref("User", at.users["ann"])
    at.hands.remove(at.person("ann"))
    record = at.bridge.store.get(ref)
    at.bridge.store.save_link(ref, Link(target_state=INVITING + "ann@example.com"), record.version, None)

    at.reconcile()
    at.tick()

    assert at.in_target("ann")["state"] == "TRANSFER_PENDING"
    assert at.reconcile().state == "healthy"


def test_a_group_that_no_listing_shows_yet_is_not_gone(at: Company):
    class Late:
        def groups(self) -> Any:
            return [each for each in at.bridge.target.groups() if each.name != "Guides"]

        def until(self, ends: float) -> "Late":
            return self

        def __getattr__(self, name: str) -> Any:
            return getattr(at.bridge.target, name)

    assert at.reconcile(target=Late()).state == "healthy"


def listed(at: Company) -> tuple[drift_list.Item, ...]:
    return drift_list.read(at.bridge.store).items


def target_of(at: Company, item: drift_list.Item) -> str:
    return at.link("User", item.drift.ref.id)
