"""The bench answers rightly: a small workload, its checks, and what SQLite must not load. Nothing here is timed."""

import json
from pathlib import Path

import pytest

from tests.bench import calls, cold, faces, pulling, report, servers, workload
from tests.bench.bench import Bench
from tests.bench.measures import Row
from tests.bench.ratios import Ratios
from tests.bench.sections import Section

CHECKS = 55  # as many as peers were measured with


@pytest.mark.slow
def test_a_small_workload_is_answered_rightly() -> None:
    with servers.bridge(servers.sqlite()) as served:
        bench = Bench(served.connection, served.pid, size=20)

        workload.run(bench)

    assert bench.wrong == {}
    assert len(bench.checks) == CHECKS


@pytest.mark.slow
def test_bridge_and_floor_answer_the_same_requests() -> None:
    with servers.bridge(servers.sqlite()) as ours, servers.bare() as least:
        bridge, floor = (Bench(served.connection, served.pid, size=20) for served in (ours, least))

        rows = Ratios(bridge, floor).run(20)

    assert (bridge.wrong, floor.wrong) == ({}, {})
    assert [row.figure for row in rows if row.at_most] == [
        f"{request}, bridge to floor" for request in ("POST", "GET", "lookup", "PATCH")
    ]


def test_a_bridge_on_sqlite_loads_nothing_of_google() -> None:
    assert cold.google_modules() == []


def test_a_pull_reads_each_page_and_each_group_once_and_again_when_nothing_has_changed() -> None:
    rows = {row.figure: row for row in pulling.measure(60, 12)}

    assert [row.figure for row in rows.values() if row.verdict == "MISSED"] == []
    assert [rows[f"{name}: calls"].value for name in ("planned", "recorded", "unchanged")] == [
        rows["planned: calls"].at_most
    ] * 3


def test_every_function_is_told_with_its_memory_and_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faces.emulator, "available", lambda: False)
    monkeypatch.setattr(faces, "RUNS", 1)

    rows = faces.run()

    assert len([row for row in rows if row.verdict == "met"]) == len(faces.ASKED)
    assert rows[-1].figure == "source archive"


@pytest.fixture(scope="module")
def counted() -> dict[str, Row]:
    return {row.figure: row for row in calls.run()}


def test_nothing_to_do_costs_no_call_of_the_target(counted: dict[str, Row]) -> None:
    assert counted["idle settle tick"].value == 0
    assert [row.figure for row in counted.values() if row.verdict == "MISSED"] == []


def test_a_change_costs_as_many_calls_as_operators_are_told(counted: dict[str, Row]) -> None:
    page = " ".join((servers.ROOT / "docs/operations.md").read_text().split())
    joiner, leaver, member = (counted[f"{who}, alone"].value for who in ("joiner", "leaver", "member added"))
    ticks, hours = 24 * 3600 / calls.TICK_SECONDS, 24
    sign_in = counted["idle confirm tick that signs in again"].value - counted["idle confirm tick"].value

    assert counted["mover (rename), alone"].value == leaver
    assert counted["member removed, alone"].value == member
    assert {round(row.value) for row in counted.values() if row.figure.endswith(", of a hundred")} == {1, 2}
    assert f"a joiner costs {joiner:.0f}, a rename or a leaver {leaver:.0f}, a membership {member:.0f};" in page
    assert f"{counted['member added, of a hundred'].value:.2f} for each membership" in page
    assert f"{ticks:.0f} + {hours * sign_in:.0f} a day idle" in page


def test_a_missed_target_is_told_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    section = Section([Row("GET, bridge to floor", 2.0, "x", 1.8), Row("POST, bridge to floor", 1.7, "x", 1.8)])

    report.show("floor", section)
    kept = report.keep("test", {}, {"floor": section})

    assert "MISSED" in capsys.readouterr().out
    assert report.summary({"floor": section}).splitlines() == [
        "Targets: 1 met, 1 missed",
        "  MISSED  GET, bridge to floor",
    ]
    assert [row["verdict"] for row in json.loads(kept.read_text())["sections"]["floor"]["rows"]] == ["MISSED", "met"]
