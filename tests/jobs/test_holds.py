"""What a person decides about held removals: exactly these go through, or what is there is wanted again."""

from pathlib import Path

import pytest

from scim.jobs import lease
from scim.jobs.holds import HoldChanged, Holds
from scim.jobs.work import Busy
from scim.records import Backlog
from tests.bridge import Bridge
from tests.jobs.test_removals import deactivate, join, limited, reactivate, suspended
from tests.jobs.world import groups

DAY = 86400.0


@pytest.fixture
def bridge(tmp_path: Path) -> Bridge:
    return limited(tmp_path)


@pytest.fixture
def holds(bridge: Bridge) -> Holds:
    return Holds(bridge.runner(pause=bridge.clock.advance), DAY)


def ticks(bridge: Bridge) -> None:
    for _ in range(2):
        bridge.settle()
        bridge.clock.advance(400)


def decide(holds: Holds, verb: str, scope: str = "people") -> list[str]:
    hold = next(hold for hold in holds.all() if hold.scope == scope)
    getattr(holds, verb)(scope, hold.digest, "barbara")
    return [item.name for item in hold.items]


def test_a_hold_says_who_and_since_when(bridge: Bridge, holds: Holds):
    for id in join(bridge, 7):
        deactivate(bridge, id)

    (hold,) = holds.all()
    assert (hold.scope, [item.what for item in hold.items]) == ("people", ["suspend", "suspend"])
    assert [item.name for item in hold.items] == ["person5@example.com", "person6@example.com"]
    assert hold.since == pytest.approx(bridge.clock.at, abs=5)


def test_approving_releases_exactly_those(bridge: Bridge, holds: Holds):
    ids = join(bridge, 10)
    for id in ids[:8]:
        deactivate(bridge, id)
    decide(holds, "approve")
    for id in ids[8:]:
        deactivate(bridge, id)

    ticks(bridge)

    assert (suspended(bridge), bridge.store.backlog().held) == (8, 2)


def test_a_list_that_grew_since_it_was_looked_at_is_not_approved(bridge: Bridge, holds: Holds):
    ids = join(bridge, 8)
    for id in ids[:7]:
        deactivate(bridge, id)
    (looked_at,) = holds.all()
    deactivate(bridge, ids[7])

    with pytest.raises(HoldChanged, match="not what you looked at"):
        holds.approve("people", looked_at.digest, "barbara")
    ticks(bridge)

    assert (suspended(bridge), bridge.store.backlog().held) == (5, 3)


def test_what_is_not_held_cannot_be_approved(holds: Holds):
    with pytest.raises(HoldChanged, match="Nothing is held"):
        holds.approve("people", "0" * 16, "barbara")


def test_an_approval_that_nothing_came_of_expires(bridge: Bridge, holds: Holds):
    ids = join(bridge, 12)
    for id in ids[:7]:
        deactivate(bridge, id)
    decide(holds, "approve")
    bridge.target.fail("suspend", "TargetUnavailable", 2)
    bridge.settle()
    bridge.clock.advance(DAY + 3600)
    for id in ids[7:]:
        deactivate(bridge, id)
    ticks(bridge)

    assert bridge.store.backlog().held == 2


def test_an_approval_is_of_the_removal_not_of_the_person(bridge: Bridge, holds: Holds):
    ids = join(bridge, 6)
    for id in ids:
        deactivate(bridge, id)
    decide(holds, "approve")
    reactivate(bridge, ids[5])
    deactivate(bridge, ids[5])

    ticks(bridge)

    assert (suspended(bridge), bridge.store.backlog().held) == (5, 1)


def test_discarding_makes_what_is_there_wanted_again(bridge: Bridge, holds: Holds):
    ids = join(bridge, 7)
    for id in ids:
        deactivate(bridge, id)

    decide(holds, "discard")
    ticks(bridge)

    shown = [bridge.send("GET", f"/Users/{id}").get_json(force=True)["active"] for id in ids]
    assert shown == [False] * 5 + [True] * 2
    assert (suspended(bridge), bridge.store.backlog()) == (5, Backlog())


def test_discarding_a_deletion_brings_the_user_and_their_memberships_back(bridge: Bridge, holds: Holds):
    ids = join(bridge, 7)
    bridge.post_group("Guides", *ids)
    for id in ids:
        bridge.send("DELETE", f"/Users/{id}")

    decide(holds, "discard")
    ticks(bridge)

    statuses = [bridge.send("GET", f"/Users/{id}").status_code for id in ids]
    assert statuses == [404] * 5 + [200] * 2
    assert groups(bridge)["Guides"] == ["person5@example.com", "person6@example.com"]
    assert bridge.store.backlog() == Backlog()


def test_discarding_the_deletion_of_a_group_keeps_its_members(bridge: Bridge, holds: Holds):
    group = bridge.post_group("Guides", *join(bridge, 21))
    bridge.send("DELETE", f"/Groups/{group['id']}")

    assert decide(holds, "discard", "groups") == ["Guides"]
    ticks(bridge)

    shown = bridge.send("GET", f"/Groups/{group['id']}").get_json(force=True)
    assert (len(shown["members"]), len(groups(bridge)["Guides"])) == (21, 21)
    assert bridge.store.backlog() == Backlog()


def test_approving_the_deletion_of_a_group_deletes_it(bridge: Bridge, holds: Holds):
    group = bridge.post_group("Guides", *join(bridge, 21))
    bridge.send("DELETE", f"/Groups/{group['id']}")

    decide(holds, "approve", "groups")
    ticks(bridge)

    assert groups(bridge) == {}
    assert bridge.store.backlog() == Backlog()


@pytest.mark.parametrize(("verb", "left"), [("approve", 0), ("discard", 5)])
def test_held_members_of_a_group_go_or_stay(bridge: Bridge, holds: Holds, verb: str, left: int):
    group = bridge.post_group("Guides", *join(bridge, 25))
    bridge.patch(f"/Groups/{group['id']}", {"op": "replace", "path": "members", "value": []})

    decide(holds, verb, f"group:{group['id']}")
    ticks(bridge)

    shown = bridge.send("GET", f"/Groups/{group['id']}").get_json(force=True)
    assert (len(groups(bridge)["Guides"]), len(shown.get("members", ()))) == (left, left)
    assert bridge.store.backlog() == Backlog()


def test_a_name_that_was_given_away_is_told_and_the_person_stays_as_they_are(bridge: Bridge, holds: Holds):
    ids = join(bridge, 6)
    before = bridge.send("GET", f"/Users/{ids[5]}").get_json(force=True)
    bridge.patch(f"/Users/{ids[5]}", {"op": "replace", "path": "userName", "value": "new5@example.com"})
    for id in ids:
        bridge.send("DELETE", f"/Users/{id}")
    bridge.post_user("new5@example.com", emails=[{"value": "somebody@example.com"}])
    (hold,) = holds.all()

    left = holds.discard("people", hold.digest, "barbara")
    ticks(bridge)

    assert left == ["new5@example.com"]
    assert before["userName"] in [
        person["email"] for person in bridge.target.world()["people"] if person["state"] == "TRANSFER_PENDING"
    ]


def test_nobody_decides_while_a_job_is_at_work(bridge: Bridge, holds: Holds):
    for id in join(bridge, 6):
        deactivate(bridge, id)
    (hold,) = holds.all()
    bridge.store.acquire_lease(lease.NAME, "another", bridge.clock(), 9999)

    with pytest.raises(Busy):
        holds.approve("people", hold.digest, "barbara")

    assert bridge.store.backlog().held == 1


def test_a_decision_is_an_event_that_names_who_decided(bridge: Bridge, holds: Holds):
    for id in join(bridge, 6):
        deactivate(bridge, id)
    decide(holds, "approve")

    (event,) = [event for event in bridge.store.events(50) if event.action == "removal.approved"]
    assert event.actor == "barbara"
