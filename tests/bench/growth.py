"""A change to a big group beside the same change to a small one: what it costs must not depend on the group.

The two take turns, so that a noisy moment hits both. Everybody is a real user.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from tests.bench import bodies
from tests.bench.bench import Bench
from tests.bench.bodies import Request
from tests.bench.measures import Row, median_ms, resident_mib
from tests.bench.ratios import take_turns

MOST_GROWTH = 1.15
MOST_MS = 2.5
MOST_MIB = 60.0
WHOLE = 10_000  # users and members; targets in milliseconds and MiB are given for it, on SQLite
CHANGES = 100
AT_ONCE = 500
READS = 10
NAME = "Everybody"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Growth:
    """The two groups. `with_targets`: also in milliseconds and MiB; ratios have a target in any case."""

    bench: Bench
    big: str
    small: str
    with_targets: bool

    def compare(self, name: str, form: Callable[[str, str], Request], users: Sequence[str]) -> list[Row]:
        """The same change of one member, at the big group and at the small one."""
        to_big, to_small = ([form(group, user) for user in users] for group in (self.big, self.small))
        at_big, at_small = take_turns(self.bench, to_big, self.bench, to_small, block=1)
        for size, answers in (("big", at_big), ("small", at_small)):
            self.bench.note(f"{name}_{size}", answers, sum(answer.seconds for answer in answers))
        return [
            Row(f"{name}, big group", median_ms(at_big), "ms", MOST_MS if self.with_targets else None),
            Row(f"{name}, big to small group", median_ms(at_big) / median_ms(at_small), "x", MOST_GROWTH),
        ]

    def expect_members(self, name: str, users: Sequence[str]) -> None:
        there = self.bench.get(f"/Groups/{self.big}").values("members")
        self.bench.check(name, sorted(there) == sorted(users), f"{len(there)} of {len(users)}")

    def read(self) -> None:
        self.bench.phase("get_full", [("GET", f"/Groups/{self.big}", None)] * READS)
        self.bench.phase("get_excluded", [("GET", f"/Groups/{self.big}?excludedAttributes=members", None)] * READS)
        path = bodies.search("Groups", f'displayName eq "{NAME}"', excludedAttributes="members")
        self.bench.phase("filter_displayName_excluded", [("GET", path, None)] * READS)


def run(bench: Bench, start_mib: float | None, *, with_targets: bool = False) -> list[Row]:
    """`start_mib`: memory of the bridge before it held anybody."""
    users = _people(bench)
    big, small = (bench.connection.send("POST", "/Groups", bodies.group(name)).at("id") for name in (NAME, "Few"))
    growth = Growth(bench, big, small, with_targets)
    rest, changed = users[:-CHANGES], users[-CHANGES:]
    _fill(bench, big, rest)
    rows = growth.compare("add_one", bodies.add, changed)
    growth.compare("re_add_one", bodies.add, changed[:20])
    growth.expect_members("big_group_has_everybody", users)
    half = CHANGES // 2
    rows += growth.compare("remove_filter", bodies.remove_by_filter, changed[:half])
    rows += growth.compare("remove_value", bodies.remove_by_value, changed[half:])
    growth.expect_members("big_group_has_who_is_left", rest)
    growth.read()
    now_mib = resident_mib(bench.pid)
    if now_mib is not None and start_mib is not None:
        rows.append(Row("memory above start", now_mib - start_mib, "MiB", MOST_MIB if with_targets else None))
    return rows


def _people(bench: Bench) -> list[str]:
    operations = [
        {"method": "POST", "path": "/Users", "bulkId": f"{n}", "data": bodies.user(n)} for n in range(bench.size)
    ]
    bulks = ({"schemas": [bodies.BULK], "Operations": part} for part in _parts(operations, AT_ONCE))
    answers = bench.phase("bulk_users", (("POST", "/Bulk", bulk) for bulk in bulks))
    done = [each for answer in answers for each in answer.at("Operations")]
    made = [each["location"].rpartition("/")[2] for each in done if each["status"] == "201"]
    bench.check("bulk_creates_everybody", len(made) == bench.size, f"{len(made)} of {bench.size}")
    return made


def _fill(bench: Bench, group: str, users: Sequence[str]) -> None:
    answers = bench.phase("fill", (bodies.add(group, *part) for part in _parts(users, 1000)))
    bench.facts["fill_ms"] = [round(answer.seconds * 1000, 1) for answer in answers]


def _parts(whole: Sequence[T], most: int) -> list[Sequence[T]]:
    return [whole[start : start + most] for start in range(0, len(whole), most)]
