"""Confirming: those who accepted, whom the bridge is linked to and the identity provider still wants."""

from tests.bridge import Bridge


def states(bridge: Bridge) -> dict[str, str]:
    return {person["email"]: person["state"] for person in bridge.target.world()["people"]}


def test_who_accepted_is_confirmed_by_the_next_tick(bridge: Bridge) -> None:
    bridge.post_user()
    bridge.target.accept("bjensen@example.com")

    report = bridge.confirm()

    assert states(bridge)["bjensen@example.com"] == "ACTIVE"
    assert (report.source, report.state, report.detail["confirmed"]) == ("ConfirmationWatcher", "healthy", 1)
    assert bridge.store.reports()


def test_who_has_not_accepted_waits(bridge: Bridge) -> None:
    bridge.post_user()

    bridge.confirm()

    assert states(bridge)["bjensen@example.com"] == "TRANSFER_PENDING"


def test_somebody_else_invited_stays_as_they_are(bridge: Bridge) -> None:
    bridge.target.add_person("guest@example.com", "Guest", state="TRANSFER_ACCEPTED")

    bridge.confirm()

    assert states(bridge)["guest@example.com"] == "TRANSFER_ACCEPTED"


def test_who_is_not_wanted_any_more_is_not_confirmed(bridge: Bridge) -> None:
    user = bridge.post_user()
    bridge.target.accept("bjensen@example.com")
    bridge.target.fail("suspend", "TargetUnavailable", 5)
    bridge.patch(f"/Users/{user['id']}", {"op": "replace", "path": "active", "value": False})

    bridge.confirm()

    assert states(bridge)["bjensen@example.com"] == "TRANSFER_ACCEPTED"


def test_one_who_cannot_be_confirmed_does_not_stop_the_others(bridge: Bridge) -> None:
    for name in ("a", "b"):
        bridge.post_user(f"{name}@example.com")
        bridge.target.accept(f"{name}@example.com")
    bridge.target.fail("confirm", "DeniedByTarget")

    report = bridge.confirm()

    assert sorted(states(bridge).values()).count("ACTIVE") == 1 + 1
    assert report.state == "degraded"


def test_a_target_that_is_down_makes_the_job_unhealthy(bridge: Bridge) -> None:
    bridge.target.fail("users", "TargetUnavailable")

    assert bridge.confirm().state == "unhealthy"
