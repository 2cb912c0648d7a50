"""The sections of a bench. Each starts what it measures, so that none inherits what another left."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.admin import bench as screens
from tests.bench import calls, cold, faces, growth, pulling, ratios, rebuilding, servers, workload
from tests.bench.bench import Bench
from tests.bench.measures import Figures, Row


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to measure, and on which store: what makes the settings of an empty one."""

    size: int
    group_size: int
    store: Callable[[], Mapping[str, str]]

    @property
    def on_sqlite(self) -> bool:
        return self.store is servers.sqlite


@dataclass
class Section:
    """What one found. `wrong` names what was answered wrongly."""

    rows: list[Row] = field(default_factory=list)
    phases: dict[str, Figures] = field(default_factory=dict)
    checks: dict[str, bool] = field(default_factory=dict)
    facts: dict[str, object] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)

    def take(self, bench: Bench, prefix: str = "") -> None:
        self.phases |= {prefix + name: figures for name, figures in bench.phases.items()}
        self.checks |= {prefix + name: holds for name, holds in bench.checks.items()}
        self.wrong |= {prefix + name: saw for name, saw in bench.wrong.items()}
        self.facts |= bench.facts


def measure_workload(plan: Plan) -> Section:
    with servers.bridge(plan.store()) as served:
        bench = Bench(served.connection, served.pid, plan.size)
        rows = workload.run(bench, with_targets=plan.on_sqlite and plan.size == workload.WHOLE)
    section = Section([Row("start to first answer", served.start_seconds * 1000, "ms"), *rows])
    section.take(bench)
    return section


def measure_floor(plan: Plan) -> Section:
    with servers.bridge(plan.store()) as ours, servers.bare() as least:
        bridge, floor = (Bench(served.connection, served.pid, plan.size) for served in (ours, least))
        section = Section(ratios.Ratios(bridge, floor).run(min(ratios.MOST_REQUESTS, plan.size)))
    section.take(bridge, "bridge ")
    section.take(floor, "floor ")
    return section


def measure_growth(plan: Plan) -> Section:
    with servers.bridge(plan.store()) as served:
        bench = Bench(served.connection, served.pid, plan.group_size)
        whole = plan.on_sqlite and plan.group_size == growth.WHOLE
        section = Section(growth.run(bench, served.start_mib, with_targets=whole))
    section.take(bench)
    return section


def measure_cold(_: Plan) -> Section:
    section = Section(cold.run())
    loaded = cold.google_modules()
    section.checks["sqlite_loads_no_google_module"] = not loaded
    if loaded:
        section.wrong["sqlite_loads_no_google_module"] = ", ".join(loaded[:5])
    return section


SECTIONS: Mapping[str, Callable[[Plan], Section]] = {
    "workload": measure_workload,
    "floor": measure_floor,
    "growth": measure_growth,
    "cold": measure_cold,
    "faces": lambda _: Section(faces.run()),
    "calls": lambda _: Section(calls.run()),
    "screens": lambda _: Section(screens.run()),
    "rebuild": lambda _: Section(rebuilding.run()),
    "pull": lambda _: Section(pulling.run()),
}
EVERYWHERE = ("workload", "growth")
"""The others compare with SQLite or do not depend on the store."""
