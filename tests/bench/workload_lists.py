"""Lists, conditions, and the messages of the protocol that are no resources."""

import time

from tests.bench import bodies
from tests.bench.bench import Bench

PAGE = 100


def lists(bench: Bench, users: list[str]) -> None:
    _walk(bench, users)
    answer = bench.get("/Users?count=0")
    only_total = not answer.resources() and (answer.at("totalResults") or 0) >= len(users)
    bench.check("count_0_gives_total_only", answer.status == 200 and only_total, answer)
    answer = bench.get("/Users?sortBy=userName&sortOrder=descending&count=3")
    last = [bodies.user_name(n) for n in range(len(users) - 1, len(users) - 4, -1)]
    bench.check("sort_descending", [user["userName"] for user in answer.resources()] == last, answer)
    answer = bench.get("/Users?cursor&count=10")
    bench.check("cursor_paging_rfc9865", bool(answer.at("nextCursor")), answer)


def conditions(bench: Bench, users: list[str]) -> None:
    path = f"/Users/{users[0]}"
    version = bench.get(path).at("meta", "version")
    bench.check("meta_version_present", bool(version))
    answer = bench.connection.send("GET", path, headers={"If-None-Match": version or "*"})
    bench.check("if_none_match_304", answer.status == 304, answer)
    change = bodies.patch({"op": "replace", "path": "title", "value": "Stale"})
    answer = bench.connection.send("PATCH", path, change, {"If-Match": 'W/"stale-version"'})
    bench.check("if_match_stale_412", answer.status == 412, answer)
    answer = bench.get("/Users/does-not-exist-404")
    told = (answer.status, str(answer.at("status")))
    bench.check("unknown_id_404_scim_error", told == (404, "404"), answer)


def messages(bench: Bench, users: list[str]) -> None:
    bench.facts["me"] = bench.get("/Me").status
    search = {"schemas": [bodies.SEARCH], "filter": f'userName eq "{bodies.user_name(0)}"'}
    answer = bench.connection.send("POST", "/Users/.search", search)
    bench.check("post_search", answer.at("totalResults") == 1, answer)
    change = bodies.patch({"op": "replace", "path": "nickName", "value": "nick"})
    operation = {"method": "PATCH", "path": f"/Users/{users[0]}", "data": change}
    bulk = {"schemas": [bodies.BULK], "failOnErrors": 1, "Operations": [operation]}
    answer = bench.connection.send("POST", "/Bulk", bulk)
    statuses = [each["status"] for each in answer.at("Operations") or ()]
    bench.check("bulk_patch", statuses == ["200"], answer)


def _walk(bench: Bench, users: list[str]) -> None:
    """Page by page to the end, as a client does that knows nothing."""
    started = time.perf_counter()
    pages = [bench.get(f"/Users?startIndex=1&count={PAGE}")]
    seen = [user["id"] for user in pages[0].resources()]
    while pages[-1].resources() and len(seen) < pages[-1].at("totalResults"):
        pages.append(bench.get(f"/Users?startIndex={len(seen) + 1}&count={PAGE}"))
        seen += [user["id"] for user in pages[-1].resources()]
    bench.note("list_users_page100", pages, time.perf_counter() - started)
    bench.check("paging_sees_all", sorted(seen) == sorted(users), f"{len(seen)} of {len(users)}")
