"""`/health` and `/ping`, as the monitors of the official bridge read them."""

from datetime import datetime
from typing import Any

import pytest

import scim
from scim.records import StoreUnavailable
from tests.bridge import Bridge

FORM = "%Y-%m-%dT%H:%M:%SZ"


def health(bridge: Bridge) -> tuple[int, dict[str, Any]]:
    answer = bridge.send("GET", "/health")
    return answer.status_code, answer.get_json(force=True)


def states(bridge: Bridge) -> dict[str, str]:
    return {report["source"]: report["state"] for report in health(bridge)[1]["reports"]}


@pytest.mark.parametrize("path", ["/ping", "/scim/v2/ping"])
def test_ping_answers_pong_to_anybody(bridge: Bridge, path: str) -> None:
    answer = bridge.http.get(path)

    assert (answer.status_code, answer.data, answer.mimetype) == (200, b"pong", "text/plain")


def test_health_needs_a_token(bridge: Bridge) -> None:
    assert bridge.http.get("/health").status_code == 401


def test_health_tells_version_reports_and_their_times(bridge: Bridge) -> None:
    bridge.settle()
    bridge.confirm()

    status, body = health(bridge)

    assert (status, body["version"]) == (200, scim.__version__)
    assert body.keys() == {"build", "version", "reports", "retrievedAt"}
    assert datetime.strptime(body["retrievedAt"], FORM)
    for report in body["reports"]:
        assert report.keys() == {"source", "time", "expires", "state"}
        assert datetime.strptime(report["time"], FORM) < datetime.strptime(report["expires"], FORM)
    assert states(bridge) == {
        "SCIMServer": "healthy",
        "Settle": "healthy",
        "ConfirmationWatcher": "healthy",
        "TargetCalls": "healthy",
    }


def test_a_job_that_fell_silent_is_unhealthy_and_so_is_the_answer(bridge: Bridge) -> None:
    bridge.settle()
    bridge.clock.advance(3600)
    bridge.confirm()

    status, _ = health(bridge)

    assert status == 503
    shown = states(bridge)
    assert (shown["SCIMServer"], shown["Settle"], shown["ConfirmationWatcher"]) == ("healthy", "unhealthy", "healthy")


def test_a_job_that_runs_again_is_healthy_again(bridge: Bridge) -> None:
    bridge.settle()
    bridge.clock.advance(3600)

    bridge.settle()

    assert health(bridge)[0] == 200


def test_a_target_that_is_down_is_unhealthy(bridge: Bridge) -> None:
    bridge.target.fail("users", "TargetUnavailable", times=50)
    bridge.target.fail("user", "TargetUnavailable", times=50)
    bridge.target.fail("find_user", "TargetUnavailable", times=50)
    bridge.post_user()
    bridge.clock.advance(3600)

    bridge.settle()

    assert states(bridge)["Settle"] != "healthy"


def test_a_store_that_does_not_answer_is_a_503_in_the_words_of_scim(
    bridge: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: object) -> None:
        raise StoreUnavailable("disk on fire")

    monkeypatch.setattr(type(bridge.store), "reports", down)

    status, body = health(bridge)

    assert (status, body["status"]) == (503, "503")
    assert "fire" not in str(body)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_health_is_read_only(bridge: Bridge, method: str) -> None:
    assert bridge.send(method, "/health", {}).status_code == 405
