"""People: created, refused, looked up, changed in each provider's form."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

from tests.bench import bodies
from tests.bench.bench import Bench
from tests.bench.bodies import ENTERPRISE, Body
from tests.bench.connection import Connection

RACERS = 8
Shape = tuple[str, Body, Callable[[dict[str, Any]], bool]]


def people(bench: Bench) -> list[str]:
    made = bench.phase("create_user", (("POST", "/Users", bodies.user(n)) for n in range(bench.size)))
    users = [answer.at("id") for answer in made]
    _refuse_duplicates(bench)
    _race(bench)
    _refuse_nonsense(bench, users[0])
    return users


def look_ups(bench: Bench, users: list[str]) -> None:
    some = range(bench.lookups)
    hits = bench.phase("user_filter_hit", (bodies.by_user_name(bodies.user_name(n)) for n in some))
    found = sum(answer.at("totalResults") == 1 for answer in hits)
    bench.check("filter_userName_finds_one", found == len(hits), f"{found} of {len(hits)}")
    misses = bench.phase("user_filter_miss", (bodies.by_user_name(f"nobody{n}@example.com") for n in some))
    bench.check("filter_miss_is_empty_200", all(answer.at("totalResults") == 0 for answer in misses), misses[0])
    _find(bench, "filter_userName_case_insensitive", f'userName eq "{bodies.user_name(0).upper()}"')
    _find(bench, "filter_externalId", f'externalId eq "{bodies.external_id(0)}"')
    _find(bench, "filter_emails_work_value", f'emails[type eq "work"].value eq "{bodies.user_name(0)}"')
    _find(bench, "filter_sw_and_bool", 'userName sw "user00000" and active eq true', min(10, bench.size))
    wrong = bench.get(bodies.search("Users", "userName eq"))
    bench.check("bad_filter_400_invalidFilter", (wrong.status, wrong.at("scimType")) == (400, "invalidFilter"), wrong)
    bench.phase("user_get", (("GET", f"/Users/{users[n]}", None) for n in some))


def changes(bench: Bench, users: list[str]) -> None:
    first, last = users[: bench.lookups], users[-bench.lookups :]
    entra = bodies.patch({"op": "Replace", "path": "active", "value": "False"})
    bench.phase("patch_active_entra", (("PATCH", f"/Users/{id}", entra) for id in first))
    seen = bench.get(f"/Users/{first[0]}")
    bench.check("entra_patch_sets_active_false", seen.at("active") is False, seen)
    okta = bodies.patch({"op": "replace", "value": {"active": False}})
    bench.phase("patch_active_okta", (("PATCH", f"/Users/{id}", okta) for id in last))
    seen = bench.get(f"/Users/{last[-1]}")
    bench.check("okta_patch_sets_active_false", seen.at("active") is False, seen)
    _patch_shapes(bench, users[1], manager=users[0])
    manager = ((id, bodies.user(n, "Manager")) for n, id in enumerate(first))
    bench.phase("put_user", (("PUT", f"/Users/{id}", {**body, "id": id}) for id, body in manager))
    seen = bench.get(f"/Users/{first[0]}")
    bench.check("put_user_applied", (seen.at("title"), seen.at("active")) == ("Manager", True), seen)


def _refuse_duplicates(bench: Bench) -> None:
    """On people of their own, so that a wrong answer here spoils no later phase."""
    again = bench.connection.send("POST", "/Users", bodies.user(0))
    bench.check("duplicate_userName_409", again.status == 409, again)
    bench.check("duplicate_scimType_uniqueness", again.at("scimType") == "uniqueness", again)
    one, other = bodies.user(777_001), bodies.user(777_002)
    ids = [bench.connection.send("POST", "/Users", body).at("id") for body in (one, other)]
    loud = {**one, "userName": one["userName"].upper(), "externalId": "other"}
    again = bench.connection.send("POST", "/Users", loud)
    bench.check("duplicate_other_case_409", again.status == 409, again)
    taken = bodies.patch({"op": "replace", "path": "userName", "value": one["userName"]})
    again = bench.connection.send("PATCH", f"/Users/{ids[1]}", taken)
    bench.check("rename_collision_409", again.status == 409, again)
    for id in ids:
        bench.connection.send("DELETE", f"/Users/{id}")


def _race(bench: Bench) -> None:
    with ThreadPoolExecutor(RACERS) as crowd:
        body = bodies.user(888_888)
        answers = list(crowd.map(lambda _: bench.connection.send("POST", "/Users", body), range(RACERS)))
    outcomes = sorted(answer.status for answer in answers)
    bench.check("concurrent_create_one_wins", outcomes == [201] + [409] * (RACERS - 1), outcomes)
    for answer in answers:
        if answer.status == 201:
            bench.connection.send("DELETE", f"/Users/{answer.at('id')}")


def _refuse_nonsense(bench: Bench, user: str) -> None:
    strange = bodies.patch({"op": "frobnicate", "path": "title", "value": "x"})
    answer = bench.connection.send("PATCH", f"/Users/{user}", strange)
    bench.check("bad_op_400", (answer.status, str(answer.at("status"))) == (400, "400"), answer)
    nameless = {"schemas": [bodies.USER], "name": {"familyName": "NoUserName"}}
    answer = bench.connection.send("POST", "/Users", nameless)
    bench.check("missing_userName_400", answer.status == 400, answer)
    answer = bench.connection.send_content("POST", "/Users", b"{not json")
    bench.check("bad_json_400", answer.status == 400, answer)
    with closing(Connection(bench.connection.base_url)) as nobody:
        answer = nobody.send("GET", "/Users?count=1")
    bench.check("no_token_401", answer.status == 401, answer)


def _find(bench: Bench, name: str, filter: str, expected: int = 1) -> None:
    answer = bench.get(bodies.search("Users", filter))
    bench.check(name, answer.at("totalResults") == expected, answer)


def _patch_shapes(bench: Bench, user: str, manager: str) -> None:
    for name, operation, holds in (*_by_path(manager), *_BY_NAME):
        answer = bench.connection.send("PATCH", f"/Users/{user}", bodies.patch(operation))
        seen = bench.get(f"/Users/{user}") if answer.succeeded else answer
        bench.check_shape(f"patch_{name}", seen, holds)


def _by_path(manager: str) -> tuple[Shape, ...]:
    """Entra ID's."""
    return (
        _shape("entra_dotted_name", "name.familyName", "Dotted", lambda user: user["name"]["familyName"] == "Dotted"),
        _shape(
            "entra_enterprise_urn_path",
            f"{ENTERPRISE}:department",
            "Sales",
            lambda user: user[ENTERPRISE]["department"] == "Sales",
        ),
        _shape(
            "entra_valuepath_existing",
            'emails[type eq "work"].value',
            "n@example.com",
            lambda user: [email["value"] for email in user["emails"]] == ["n@example.com"],
        ),
        _shape(
            "entra_valuepath_creates",
            'phoneNumbers[type eq "mobile"].value',
            "+15550001",
            lambda user: {"type": "mobile", "value": "+15550001"} in user["phoneNumbers"],
        ),
        _shape(
            "manager_as_string",
            f"{ENTERPRISE}:manager",
            manager,
            lambda user: user[ENTERPRISE]["manager"]["value"] == manager,
        ),
        ("remove_title", {"op": "Remove", "path": "title"}, lambda user: "title" not in user),
    )


def _shape(name: str, path: str, value: str, holds: Callable[[dict[str, Any]], bool]) -> Shape:
    return name, {"op": "Add", "path": path, "value": value}, holds


_BY_NAME: tuple[Shape, ...] = (
    (
        "nopath_dotted_keys",
        {"op": "replace", "value": {"name.givenName": "Dot", "displayName": "D N"}},
        lambda user: (user["name"]["givenName"], user["displayName"]) == ("Dot", "D N"),
    ),
    (
        "nopath_urn_colon_keys",
        {"op": "replace", "value": {f"{ENTERPRISE}:employeeNumber": "E77"}},
        lambda user: user[ENTERPRISE]["employeeNumber"] == "E77",
    ),
)
