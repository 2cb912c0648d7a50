"""How a request asks for settling: it waits its turn, and never longer than it may."""

import threading
from pathlib import Path
from typing import Any

import pytest

from scim.jobs import lease
from scim.jobs.deferring import DeferringSettler
from scim.jobs.settler import LocalSettler
from scim.records import Deferred, Ref, Settled, StoreUnavailable
from tests.bridge import Bridge, make_bridge
from tests.jobs.world import person


@pytest.fixture
def bridge(tmp_path: Path) -> Bridge:
    """Records only."""
    return make_bridge(tmp_path, wait=0.0)


def settler(bridge: Bridge, **replaced: Any) -> LocalSettler:
    return LocalSettler(bridge.runner(**{"pause": bridge.clock.advance, **replaced}))


class Without:
    """A store that cannot do one thing just now."""

    def __init__(self, inner: Any, name: str) -> None:
        self._inner, self._name = inner, name

    def __getattr__(self, name: str) -> Any:
        if name == self._name:
            return self._fail
        return getattr(self._inner, name)

    def _fail(self, *arguments: Any) -> Any:
        raise StoreUnavailable("no answer")


def test_what_the_target_takes_in_time_is_settled(bridge: Bridge):
    user = bridge.post_user()

    assert settler(bridge).settle(Ref("User", user["id"]), 5) == Settled()
    assert person(bridge)["state"] == "TRANSFER_PENDING"


def test_who_names_nothing_has_nothing_to_settle(bridge: Bridge):
    assert settler(bridge).settle(Ref("User", "unknown"), 5) == Settled()


def test_while_another_holds_the_lease_it_waits_and_then_defers(bridge: Bridge):
    user = bridge.post_user()
    bridge.store.acquire_lease(lease.NAME, "another", bridge.clock(), 60)
    before = bridge.clock()

    outcome = settler(bridge).settle(Ref("User", user["id"]), 5)

    assert outcome == Deferred()
    assert 4 < bridge.clock() - before <= 5.5
    assert person(bridge) == {}


def test_a_lease_given_up_meanwhile_is_taken(bridge: Bridge):
    user = bridge.post_user()
    bridge.store.acquire_lease(lease.NAME, "another", bridge.clock(), 2)

    assert settler(bridge).settle(Ref("User", user["id"]), 5) == Settled()


def test_the_lease_is_given_up_afterwards_whatever_happened(bridge: Bridge):
    user = bridge.post_user()
    bridge.target.fail("invite", "TargetUnavailable")

    settler(bridge).settle(Ref("User", user["id"]), 5)

    assert bridge.store.acquire_lease(lease.NAME, "another", bridge.clock(), 60)


@pytest.mark.parametrize("name", ["acquire_lease", "get", "save_link", "release_lease"])
def test_a_store_that_is_down_defers_for_the_wish_is_recorded(bridge: Bridge, name: str):
    user = bridge.post_user()

    outcome = settler(bridge, store=Without(bridge.store, name)).settle(Ref("User", user["id"]), 5)

    assert outcome == Deferred()


def test_an_error_nobody_foresaw_defers_and_is_logged(
    bridge: Bridge, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    user = bridge.post_user()
    monkeypatch.setattr(bridge.target, "find_user", lambda _email: 1 / 0)

    outcome = settler(bridge).settle(Ref("User", user["id"]), 5)

    assert outcome == Deferred()
    assert "settle.crashed" in [record.message for record in caplog.records]


def test_a_group_larger_than_the_time_is_deferred_and_loses_nothing(bridge: Bridge, monkeypatch: pytest.MonkeyPatch):
    group = bridge.post_group("Guides", *[bridge.post_user(f"u{n}@example.com")["id"] for n in range(5)])
    bridge.settle()
    extra = [bridge.post_user(f"v{n}@example.com")["id"] for n in range(5)]
    bridge.settle()
    members = [{"value": id} for id in extra]
    bridge.patch(f"/Groups/{group['id']}", {"op": "add", "path": "members", "value": members})
    granted = bridge.target.grant

    def slow(group_id: str, user_id: str) -> None:
        bridge.clock.advance(2)
        granted(group_id, user_id)

    monkeypatch.setattr(bridge.target, "grant", slow)
    outcome = settler(bridge).settle(Ref("Group", group["id"]), 5)

    assert outcome == Deferred()
    assert len(bridge.store.unsettled_memberships(bridge.clock(), 99)) == 2


def test_requests_of_one_process_take_turns(bridge: Bridge):
    users = [bridge.post_user(f"u{n}@example.com")["id"] for n in range(6)]
    one = settler(bridge)
    outcomes: list[object] = []

    def ask(user_id: str) -> None:
        outcomes.append(one.settle(Ref("User", user_id), 30))

    threads = [threading.Thread(target=ask, args=(user,)) for user in users]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outcomes == [Settled()] * 6
    assert bridge.target.calls()["invite"] == 6


def test_who_does_not_get_a_turn_in_time_defers(bridge: Bridge):
    user = bridge.post_user()
    busy = settler(bridge)
    busy._turn.acquire()

    assert busy.settle(Ref("User", user["id"]), 0.01) == Deferred()


def test_the_deferring_one_leaves_everything_to_the_tick(bridge: Bridge):
    user = bridge.post_user()

    assert DeferringSettler().settle(Ref("User", user["id"]), 5) == Deferred()
    assert bridge.target.calls() == {}
