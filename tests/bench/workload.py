"""The workload: what identity providers do most, timed, and the effect of each step read back.

The same as peers were measured with. 55 checks; a fast wrong answer is no answer.
"""

import time

from tests.bench import bodies, workload_groups, workload_lists, workload_users
from tests.bench.bench import Bench
from tests.bench.measures import Row

WARM_UPS = 30
WHOLE = 1000  # users and members; targets are given for it, on SQLite
MOST_MS = {"add_members_bulk": 80.0, "list_users_page100": 6.0, "group_get_full": 12.0}
FASTEST_DURABLE_PEER_SECONDS = 12.0
FASTEST_PEER_SECONDS = 3.5  # it keeps everything in memory


def run(bench: Bench, *, with_targets: bool = False) -> list[Row]:
    """A bridge that holds nothing yet, and holds nothing again at the end. Targets are for `WHOLE` on SQLite."""
    started = time.perf_counter()
    warm_up(bench)
    users = workload_users.people(bench)
    workload_users.look_ups(bench, users)
    workload_users.changes(bench, users)
    groups = workload_groups.groups(bench, users)
    workload_lists.lists(bench, users)
    workload_lists.conditions(bench, users)
    workload_lists.messages(bench, users)
    leave(bench, users, groups)
    return _rows(bench, time.perf_counter() - started, with_targets=with_targets)


def warm_up(bench: Bench) -> None:
    """What only a first request pays is measured by itself, in `cold`."""
    path = f"/Users/{bench.send(('POST', '/Users', bodies.user(999_999))).at('id')}"
    for _ in range(WARM_UPS):
        bench.get(path)
        bench.send(bodies.by_user_name(bodies.user_name(999_999)))
    bench.connection.send("DELETE", path)
    bench.phase("discovery_spc", [("GET", "/ServiceProviderConfig", None)] * 20)


def leave(bench: Bench, users: list[str], groups: list[str]) -> None:
    bench.phase("delete_group", (("DELETE", f"/Groups/{group}", None) for group in groups))
    bench.phase("delete_user", (("DELETE", f"/Users/{user}", None) for user in users))
    gone = bench.get(f"/Users/{users[0]}")
    bench.check("deleted_user_404", gone.status == 404, gone)


def _rows(bench: Bench, wall: float, *, with_targets: bool) -> list[Row]:
    medians = {name: bench.phases[name].median_ms for name in MOST_MS}
    if not with_targets:
        return [Row("whole workload", wall, "s"), *(Row(name, median, "ms") for name, median in medians.items())]
    return [
        Row("whole workload", wall, "s", FASTEST_DURABLE_PEER_SECONDS),
        Row("whole workload, aim", wall, "s", FASTEST_PEER_SECONDS),
        *(Row(name, median, "ms", MOST_MS[name]) for name, median in medians.items()),
    ]
