"""The tables on standard output, and the same as JSON for comparison."""

import json
import platform
import subprocess
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.bench.measures import Figures
from tests.bench.sections import Section
from tests.bench.servers import ROOT

PHASE = "{:<34}{:>7}{:>11}{:>11}{:>11}{:>11}{:>10}"
FIGURE = "{:<44}{:>12} {:<4}{:>12}  {}"


def show(name: str, section: Section) -> None:
    print(f"\n── {name} " + "─" * (92 - len(name)))
    if section.phases:
        print(PHASE.format("", "count", "median ms", "p99 ms", "per second", "CPU ms", "bytes"))
    for phase, figures in section.phases.items():
        print(PHASE.format(phase, *_cells(figures)))
    print(FIGURE.format("", "", "", "at most", ""))
    for row in section.rows:
        at_most = "" if row.at_most is None else f"{row.at_most:g}"
        print(FIGURE.format(row.figure, f"{row.value:.2f}", row.unit, at_most, row.verdict))
    if section.checks:
        print(f"{sum(section.checks.values())} of {len(section.checks)} checks hold.")
    for fact, saw in section.wrong.items():
        print(f"WRONG  {fact}: {saw}")


def summary(sections: Mapping[str, Section]) -> str:
    verdicts = [(row.verdict, row.figure) for section in sections.values() for row in section.rows]
    missed = [figure for verdict, figure in verdicts if verdict == "MISSED"]
    met = sum(verdict == "met" for verdict, _ in verdicts)
    return f"Targets: {met} met, {len(missed)} missed" + "".join(f"\n  MISSED  {figure}" for figure in missed)


def keep(name: str, about: Mapping[str, Any], sections: Mapping[str, Section]) -> Path:
    path = Path(f"bench-{name}.json")
    found = {each: _plain(section) for each, section in sections.items()}
    path.write_text(
        json.dumps({"name": name, "python": platform.python_version(), **about, "sections": found}, indent=1)
    )
    return path


def commit() -> str:
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return described.stdout.strip() or "unversioned"


def _cells(figures: Figures) -> tuple[object, ...]:
    cpu = "" if figures.server_cpu_ms is None else figures.server_cpu_ms
    return figures.count, figures.median_ms, figures.p99_ms, figures.per_second, cpu, figures.largest_bytes


def _plain(section: Section) -> dict[str, Any]:
    return {**asdict(section), "rows": [{**asdict(row), "verdict": row.verdict} for row in section.rows]}
