"""Groups: filled one by one and at once, emptied in each provider's form, raced for."""

from collections.abc import Callable

from tests.bench import bodies
from tests.bench.bench import Bench
from tests.bench.bodies import Request

GROUPS = 20
RACERS = 8
NOBODY = "00000000-dead-beef-0000-000000000000"


def groups(bench: Bench, users: list[str]) -> list[str]:
    """The groups that are left, `GROUPS` of them."""
    bodies_of_groups = (bodies.group(_name(n), externalId=f"group-{n}") for n in range(GROUPS))
    made = bench.phase("create_group", (("POST", "/Groups", body) for body in bodies_of_groups))
    big, other, raced, *_ = ids = [answer.at("id") for answer in made]
    _grow(bench, big, users)
    _shrink(bench, big, users)
    _rename(bench, big)
    _at_once(bench, users)
    _with_strangers(bench, other, users)
    _whole(bench, users)
    _race(bench, raced, users[: min(200, len(users))])
    _find(bench, users[0])
    return ids


def _grow(bench: Bench, group: str, users: list[str]) -> None:
    answers = bench.phase("add_member", (bodies.add(group, user) for user in users))
    edge = min(100, max(1, len(answers) // 2))
    for name, part in (("first", answers[:edge]), ("last", answers[-edge:])):
        bench.note(f"add_member_{name}{edge}", part, sum(answer.seconds for answer in part))
    _expect_members(bench, "members_all_there", group, users)
    bench.send(bodies.add(group, users[0]))
    _expect_members(bench, "re_add_member_no_duplicate", group, users)
    bench.phase("group_get_full", [("GET", f"/Groups/{group}", None)] * 50)
    without = bench.phase("group_get_excluded", [("GET", f"/Groups/{group}?excludedAttributes=members", None)] * 50)
    bench.check("excludedAttributes_members", without[0].at("members") is None, without[0])


def _shrink(bench: Bench, group: str, users: list[str]) -> None:
    some = min(50, len(users) // 4)
    forms: tuple[tuple[str, Callable[[str, str], Request]], ...] = (
        ("remove_member_filter", bodies.remove_by_filter),
        ("remove_member_value", bodies.remove_by_value),
    )
    for number, (name, form) in enumerate(forms):
        leavers = users[number * some : (number + 1) * some]
        bench.phase(name, (form(group, user) for user in leavers))
        _expect_members(bench, f"{name}_applied", group, users[(number + 1) * some :])


def _rename(bench: Bench, group: str) -> None:
    """Okta sends the id along."""
    body = bodies.patch({"op": "replace", "value": {"id": group, "displayName": "Renamed"}})
    answer = bench.connection.send("PATCH", f"/Groups/{group}", body)
    seen = bench.get(f"/Groups/{group}?excludedAttributes=members") if answer.succeeded else answer
    bench.check("okta_group_rename_with_id", seen.at("displayName") == "Renamed", seen)


def _at_once(bench: Bench, users: list[str]) -> None:
    made = [bench.connection.send("POST", "/Groups", bodies.group(f"Bulk {n}")).at("id") for n in range(5)]
    everybody, half = users[:1000], users[: min(1000, len(users)) // 2]
    bench.phase("add_members_bulk", (bodies.add(group, *everybody) for group in made))
    _expect_members(bench, "bulk_members_all_there", made[0], everybody)
    replaced = bodies.patch({"op": "replace", "path": "members", "value": bodies.refs(half)})
    bench.phase("replace_members_bulk", (("PATCH", f"/Groups/{group}", replaced) for group in made))
    _expect_members(bench, "bulk_members_replaced", made[0], half)
    for group in made:
        bench.connection.send("DELETE", f"/Groups/{group}")


def _with_strangers(bench: Bench, group: str, users: list[str]) -> None:
    """What is done about a member that nobody is: servers differ, so it is told, not checked."""
    alone = bench.send(bodies.add(group, NOBODY))
    mixed = bench.send(bodies.add(group, users[0], NOBODY))
    added = users[0] in bench.get(f"/Groups/{group}").values("members")
    bench.facts["add_unknown_member"] = alone.status
    bench.facts["add_known_and_unknown_member"] = f"{mixed.status}, the known one added: {added}"
    answer = bench.send(bodies.remove_by_filter(group, users[-1]))
    bench.check("remove_absent_member_is_ok", answer.succeeded, answer)


def _whole(bench: Bench, users: list[str]) -> None:
    """A group written with its members, and seen from its member."""
    made = bench.connection.send("POST", "/Groups", bodies.group("Posted", *users[:2])).at("id")
    _expect_members(bench, "post_group_with_members", made, users[:2])
    bench.connection.send("PUT", f"/Groups/{made}", bodies.group("Posted", users[1], id=made))
    _expect_members(bench, "put_group_sets_members", made, users[1:2])
    answer = bench.get(bodies.search("Groups", f'id eq "{made}" and members eq "{users[1]}"'))
    bench.check("filter_id_and_members", answer.at("totalResults") == 1, answer)
    answer = bench.get(f"/Users/{users[1]}")
    bench.check("user_groups_attribute", made in answer.values("groups"), answer)
    answer = bench.get("/Users?attributes=userName&count=2")
    shown = [set(user) for user in answer.resources()]
    bench.check("attributes_projection", shown == [{"schemas", "id", "userName"}] * 2, answer)
    bench.connection.send("DELETE", f"/Groups/{made}")


def _race(bench: Bench, group: str, users: list[str]) -> None:
    """Eight clients fill one group at once: what was acknowledged must be there."""
    answers = bench.phase("add_member_8way", (bodies.add(group, user) for user in users), clients=RACERS)
    there = set(bench.get(f"/Groups/{group}").values("members"))
    lost = [user for user, answer in zip(users, answers, strict=True) if answer.succeeded and user not in there]
    bench.facts["concurrent_adds_lost"] = len(lost)
    bench.check("concurrent_adds_none_lost", there == set(users), f"{len(lost)} lost, {len(users) - len(there)} absent")


def _find(bench: Bench, member: str) -> None:
    names = [_name(n) for n in range(3, GROUPS)] * 10
    answers = bench.phase("group_filter_displayName", (_by_name(name) for name in names))
    found = all(answer.at("totalResults") == 1 for answer in answers)
    bench.check("filter_displayName_finds_one", found, answers[0])
    without = (_by_name(name, excludedAttributes="members") for name in names[:50])
    bench.phase("group_filter_displayName_excl", without)
    answer = bench.get(bodies.search("Groups", f'members.value eq "{member}"'))
    bench.check("filter_members_value", (answer.at("totalResults") or 0) >= 1, answer)


def _expect_members(bench: Bench, check: str, group: str, users: list[str]) -> None:
    answer = bench.get(f"/Groups/{group}")
    there = answer.values("members")
    bench.check(check, sorted(there) == sorted(users), f"{answer.status}, {len(there)} members of {len(users)}")


def _by_name(name: str, **more: str) -> Request:
    return "GET", bodies.search("Groups", f'displayName eq "{name}"', **more), None


def _name(n: int) -> str:
    return f"Group {n:03d}"
