"""How a tick spends its time: who is tried when, who waits, and that nobody keeps the others from their turn."""

from dataclasses import replace
from pathlib import Path

import pytest

from scim.jobs import lease, settle, trouble
from scim.records import Ref, Refused, RefusedByTarget, TargetUnavailable
from tests.bridge import Bridge, make_bridge
from tests.jobs.world import groups, person


@pytest.fixture
def deferring(tmp_path: Path) -> Bridge:
    """Records only; a tick settles."""
    return make_bridge(tmp_path, wait=0.0)


@pytest.mark.parametrize("first", [trouble.FIRST_SECONDS, trouble.FIRST_SECONDS_UNAVAILABLE])
def test_pauses_double_up_to_six_hours_spread_by_a_quarter(first: float):
    middles = [trouble.pause(attempts, first, 0.5) for attempts in range(12)]

    assert middles[:3] == [first, 2 * first, 4 * first]
    assert middles[-1] == 6 * 3600
    assert (trouble.pause(0, first, 0.0), trouble.pause(0, first, 1.0)) == (0.75 * first, 1.25 * first)


def test_a_refusal_is_tried_again_after_the_pause_and_not_before(deferring: Bridge):
    user = deferring.post_user()
    deferring.target.fail("invite", "RefusedByTarget")
    settle.run(deferring.runner(chance=lambda: 0.5))
    link = deferring.store.get(Ref("User", user["id"])).link

    assert link.next_attempt_at == pytest.approx(deferring.clock.at + 60, abs=1)
    assert (link.attempts, person(deferring)) == (1, {})


def test_a_newer_wish_does_not_wait_for_what_an_older_one_met(deferring: Bridge, monkeypatch: pytest.MonkeyPatch):
    user = deferring.post_user()

    def changed_meanwhile() -> None:
        deferring.patch(f"/Users/{user['id']}", {"op": "replace", "path": "displayName", "value": "Babs"})
        raise TargetUnavailable("no answer")

    with monkeypatch.context() as patched:
        patched.setattr(deferring.target, "users", changed_meanwhile)
        deferring.settle()

    deferring.settle()

    assert person(deferring)["name"] == "Babs"


def test_one_membership_that_crashes_does_not_stop_the_others(deferring: Bridge, monkeypatch: pytest.MonkeyPatch):
    users = [deferring.post_user(f"u{n}@example.com")["id"] for n in range(3)]
    deferring.post_group("Guides", *users)
    granted = deferring.target.grant
    failures = [ValueError("nobody foresaw it")]

    def grant(group_id: str, user_id: str) -> None:
        if failures:
            raise failures.pop()
        granted(group_id, user_id)

    monkeypatch.setattr(deferring.target, "grant", grant)
    report = deferring.settle()

    assert report.detail["crashed"] == 1
    assert len(groups(deferring)["Guides"]) == 2


@pytest.mark.parametrize("error", ["RefusedByTarget", "DeniedByTarget", "MissingInTarget", "TargetUnavailable"])
def test_one_membership_that_fails_does_not_stop_the_others(deferring: Bridge, error: str):
    users = [deferring.post_user(f"u{n}@example.com")["id"] for n in range(3)]
    deferring.post_group("Guides", *users)
    deferring.target.fail("grant", error)

    report = deferring.settle()
    first = len(groups(deferring)["Guides"])
    deferring.clock.advance(120)
    deferring.settle()

    assert (report.state, first, len(groups(deferring)["Guides"])) == ("degraded", 2, 3)


def test_memberships_that_wait_for_their_user_are_no_failure_and_cost_no_attempt(deferring: Bridge):
    user = deferring.post_user(active=False)
    group = deferring.post_group("Guides", user["id"])

    report = deferring.settle()
    (edge,) = deferring.store.unsettled_memberships(deferring.clock() + 600, 9, group["id"])
    deferring.patch(f"/Users/{user['id']}", {"op": "replace", "path": "active", "value": True})
    deferring.settle()
    deferring.clock.advance(600)
    deferring.settle()

    assert (report.state, report.detail["waiting"], edge.attempts) == ("healthy", 1, 0)
    assert groups(deferring) == {"Guides": ["bjensen@example.com"]}


def test_however_many_wait_the_others_have_their_turn(deferring: Bridge, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(settle, "EDGE_BATCH", 3)
    waiting = [deferring.post_user(f"w{n}@example.com", active=False)["id"] for n in range(10)]
    first = deferring.post_group("Waiting", *waiting)
    deferring.settle()

    user = deferring.post_user()
    while (last := deferring.post_group(f"Guides {deferring.clock()}", user["id"]))["id"] < first["id"]:
        pass  # edges are listed by group
    deferring.settle()

    assert groups(deferring)[last["displayName"]] == ["bjensen@example.com"]


def test_after_no_usable_answer_a_group_is_read_anew(deferring: Bridge):
    users = [deferring.post_user(f"u{n}@example.com")["id"] for n in range(2)]
    deferring.post_group("Guides", *users)
    deferring.target.fail("grant", "TargetUnavailable", after_effect=True)

    deferring.settle()

    assert deferring.target.calls()["members"] == 3


def test_three_answers_that_fail_in_a_row_end_the_tick_but_not_three_in_all(deferring: Bridge):
    for n in range(8):
        deferring.post_user(f"u{n}@example.com")
        deferring.target.fail("invite", "TargetUnavailable" if n % 2 else "RefusedByTarget")

    report = deferring.settle()

    assert (report.detail["refused"], report.detail["deferred"]) == (4, 4)


def test_a_tick_begins_nothing_after_its_time(deferring: Bridge, monkeypatch: pytest.MonkeyPatch):
    users = [deferring.post_user(f"u{n}@example.com")["id"] for n in range(4)]
    deferring.post_group("Guides", *users)
    deferring.settle()
    group = deferring.post_group("Pilots", *users)
    granted = deferring.target.grant

    def slow(group_id: str, user_id: str) -> None:
        deferring.clock.advance(settle.DEADLINE_SECONDS / 2)
        granted(group_id, user_id)

    monkeypatch.setattr(deferring.target, "grant", slow)
    report = deferring.settle()

    assert report.state == "healthy"
    assert len(groups(deferring)["Pilots"]) == 2
    assert len(deferring.store.unsettled_memberships(deferring.clock(), 9, group["id"])) == 2


def test_a_tick_that_lost_its_lease_does_nothing_more(deferring: Bridge, monkeypatch: pytest.MonkeyPatch):
    for n in range(3):
        deferring.post_user(f"u{n}@example.com")
    invite = deferring.target.invite

    def stalls(email: str, name: str):
        deferring.clock.advance(lease.SECONDS + 1)
        assert deferring.store.acquire_lease(lease.NAME, "another", deferring.clock(), 60)
        return invite(email, name)

    monkeypatch.setattr(deferring.target, "invite", stalls)
    monkeypatch.setattr(settle, "DEADLINE_SECONDS", 10_000.0)
    deferring.settle()

    assert deferring.target.calls()["invite"] == 1
    assert not deferring.store.acquire_lease(lease.NAME, "third", deferring.clock(), 60)


def test_a_long_tick_keeps_its_lease(deferring: Bridge, monkeypatch: pytest.MonkeyPatch):
    for n in range(5):
        deferring.post_user(f"u{n}@example.com")
    invite = deferring.target.invite

    def slow(email: str, name: str):
        deferring.clock.advance(40)
        assert not deferring.store.acquire_lease(lease.NAME, "another", deferring.clock(), 60)
        return invite(email, name)

    monkeypatch.setattr(deferring.target, "invite", slow)
    monkeypatch.setattr(settle, "DEADLINE_SECONDS", 10_000.0)
    report = deferring.settle()

    assert report.detail["settled"] == 5


def test_a_refusal_met_before_is_not_the_next_requests(bridge: Bridge, monkeypatch: pytest.MonkeyPatch):
    one, other = bridge.post_user()["id"], bridge.post_user("mandy@example.com")["id"]
    group = bridge.post_group("Guides")
    ref = Ref("Group", group["id"])
    record = bridge.store.get(ref)
    bridge.store.change_members(record, [one], (), record.last_modified, bridge.runner().work().event("x", ref))
    (edge,) = bridge.store.unsettled_memberships(bridge.clock(), 9, group["id"])
    bridge.store.postpone_membership(replace(edge, attempts=1, next_attempt_at=bridge.clock(), last_error="no"))
    refused, granted = person(bridge)["id"], bridge.target.grant

    def grant(group_id: str, user_id: str) -> None:
        if user_id == refused:
            raise RefusedByTarget("no")
        granted(group_id, user_id)

    monkeypatch.setattr(bridge.target, "grant", grant)
    answer = bridge.patch(f"/Groups/{group['id']}", {"op": "add", "path": "members", "value": [{"value": other}]})

    (still,) = bridge.store.unsettled_memberships(bridge.clock() + 9000, 9, group["id"])
    assert (answer.status_code, still.attempts) == (204, 2)
    assert groups(bridge) == {"Guides": ["mandy@example.com"]}


def test_a_refused_membership_is_an_event_once(deferring: Bridge):
    deferring.post_group("Guides", deferring.post_user()["id"])
    deferring.target.fail("grant", "RefusedByTarget", 3)

    for _ in range(3):
        deferring.settle()
        deferring.clock.advance(3600)

    assert [event.action for event in deferring.store.events(50)].count("settle.refused") == 1


def test_settling_one_says_what_was_refused(deferring: Bridge):
    user = deferring.post_user()
    deferring.target.fail("invite", "DeniedByTarget")

    outcome = settle.settle_one(deferring.runner().work(), Ref("User", user["id"]))

    assert isinstance(outcome, Refused)
    assert outcome.denied


def test_what_the_target_keeps_from_being_delivered_for_long_is_an_alarm(
    deferring: Bridge, caplog: pytest.LogCaptureFixture
):
    deferring.post_user()
    deferring.target.fail("invite", "TargetUnavailable", 100)

    behind = []
    for _ in range(5):
        deferring.settle()
        deferring.clock.advance(400)
        behind.append([(each.count, each.seconds) for each in caplog.records if each.getMessage() == "settle.behind"])

    assert behind[1] == []
    assert [count for count, _ in behind[-1]] == [1] * len(behind[-1])
    assert behind[-1][-1][1] > 900
