"""A change to a big group beside the same change to a small one: what it costs must not depend on the group.

The two take turns, so that a noisy moment hits both. Everybody is a real user.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from tests.bench import bodies
from tests.bench.bench import Bench
from tests.bench.bodies import Request
from tests.bench.measures import Row, median_ms, resident_mib
from tests.bench.ratios import take_turns

MOST_GROWTH = 1.15
MOST_MS = 2.5
MOST_MIB = 60.0
WHOLE = 10_000  # the size that targets in milliseconds and MiB are given for
CHANGES = 100
AT_ONCE = 500
READS = 10
NAME = "Everybody"

T = TypeVar("T")


def run(bench: Bench, size: int, start_mib: float | None) -> list[Row]:
    """`start_mib`: memory of the bridge before it held anybody."""
    users = _people(bench, size)
    big, small = (bench.connection.send("POST", "/Groups", bodies.group(name)).at("id") for name in (NAME, "Few"))
    changed, rest = users[-CHANGES:], users[:-CHANGES]
    _fill(bench, big, rest)
    whole = size == WHOLE
    rows = _compare(bench, "add_one", bodies.add, (big, small), changed, whole=whole)
    _compare(bench, "re_add_one", bodies.add, (big, small), changed[:20])
    _expect_members(bench, "big_group_has_everybody", big, users)
    half = CHANGES // 2
    rows += _compare(bench, "remove_filter", bodies.remove_by_filter, (big, small), changed[:half], whole=whole)
    rows += _compare(bench, "remove_value", bodies.remove_by_value, (big, small), changed[half:], whole=whole)
    _expect_members(bench, "big_group_has_who_is_left", big, rest)
    _read(bench, big)
    now_mib = resident_mib(bench.pid)
    if now_mib is not None and start_mib is not None:
        rows.append(Row("memory above start", now_mib - start_mib, "MiB", MOST_MIB if whole else None))
    return rows


def _people(bench: Bench, size: int) -> list[str]:
    operations = [{"method": "POST", "path": "/Users", "bulkId": f"{n}", "data": bodies.user(n)} for n in range(size)]
    bulks = ({"schemas": [bodies.BULK], "Operations": part} for part in _parts(operations, AT_ONCE))
    answers = bench.phase("bulk_users", (("POST", "/Bulk", bulk) for bulk in bulks))
    done = [each for answer in answers for each in answer.at("Operations")]
    made = [each["location"].rpartition("/")[2] for each in done if each["status"] == "201"]
    bench.check("bulk_creates_everybody", len(made) == size, f"{len(made)} of {size}")
    return made


def _fill(bench: Bench, group: str, users: Sequence[str]) -> None:
    answers = bench.phase("fill", (bodies.add(group, *part) for part in _parts(users, 1000)))
    bench.facts["fill_ms"] = [round(answer.seconds * 1000, 1) for answer in answers]


def _compare(
    bench: Bench,
    name: str,
    form: Callable[[str, str], Request],
    groups: tuple[str, str],
    users: Sequence[str],
    *,
    whole: bool = False,
) -> list[Row]:
    big, small = ([form(group, user) for user in users] for group in groups)
    at_big, at_small = take_turns(bench, big, bench, small, block=1)
    for size, answers in (("big", at_big), ("small", at_small)):
        bench.note(f"{name}_{size}", answers, sum(answer.seconds for answer in answers))
    return [
        Row(f"{name}, big group", median_ms(at_big), "ms", MOST_MS if whole else None),
        Row(f"{name}, big to small group", median_ms(at_big) / median_ms(at_small), "x", MOST_GROWTH),
    ]


def _read(bench: Bench, group: str) -> None:
    bench.phase("get_full", [("GET", f"/Groups/{group}", None)] * READS)
    bench.phase("get_excluded", [("GET", f"/Groups/{group}?excludedAttributes=members", None)] * READS)
    path = bodies.search("Groups", f'displayName eq "{NAME}"', excludedAttributes="members")
    bench.phase("filter_displayName_excluded", [("GET", path, None)] * READS)


def _expect_members(bench: Bench, name: str, group: str, users: Sequence[str]) -> None:
    there = bench.get(f"/Groups/{group}").values("members")
    bench.check(name, sorted(there) == sorted(users), f"{len(there)} of {len(users)}")


def _parts(whole: Sequence[T], most: int) -> list[Sequence[T]]:
    return [whole[start : start + most] for start in range(0, len(whole), most)]
