"""The stand-in answers as Google was recorded to, and refuses whoever does not ask as Google would have it."""

import json
import urllib.request
from urllib.parse import urlencode

import pytest

from scim.sources.google_refusals import SCOPES
from tests.directory import bench, recorded
from tests.directory.directory import Directory
from tests.directory.faults import EVERYWHERE, OF_LISTS
from tests.directory.identity import ACCOUNT, AUDIENCE, GRANT, RUNTIME_TOKEN
from tests.directory.server import serving
from tests.directory.world import ADMIN, World, company

LISTS = "/admin/directory/v1/"
CLAIMS = {"iss": ACCOUNT, "sub": ADMIN, "scope": " ".join(SCOPES), "aud": AUDIENCE}


@pytest.fixture
def directory():
    return Directory(company(17, 3), clock=lambda: 1_790_000_000.0, smaller=5)


def token(directory, **claims):
    """The status and body of the last refusal, or of the token."""
    times = {"iat": 1_790_000_000, "exp": 1_790_003_600}
    payload = json.dumps({name: value for name, value in {**CLAIMS, **times, **claims}.items() if value is not None})
    headers = {"Authorization": f"Bearer {RUNTIME_TOKEN}"}
    path = f"/v1/projects/-/serviceAccounts/{ACCOUNT}:signJwt"
    signed = directory.answer("POST", path, headers, json.dumps({"payload": payload}).encode())
    assertion = signed.document.get("signedJwt", "")
    body = urlencode({"grant_type": GRANT, "assertion": assertion}).encode()
    return directory.answer("POST", "/token", {}, body)


def ask(directory, path, **query):
    given = token(directory).document["access_token"]
    return directory.answer("GET", f"{LISTS}{path}?{urlencode(query)}", {"Authorization": f"Bearer {given}"}, b"")


@pytest.mark.parametrize("kind", ["users", "groups"])
def test_a_page_has_the_shape_that_was_recorded(directory, kind):
    status, page = recorded.answer(f"{kind}.list, first page")

    reply = ask(directory, kind, customer="my_customer", maxResults=2)

    assert (reply.status, set(reply.document)) == (status, set(page))
    assert set(page[kind][0]) - {"aliases"} <= set(reply.document[kind][0])


def test_a_members_page_has_the_shape_that_was_recorded(directory):
    team = next(iter(directory.world.teams))
    page = recorded.answer("members.list: user, nested group, manager, external, suspended")[1]

    reply = ask(directory, f"groups/{team}/members", maxResults=200)

    assert set(reply.document) - {"nextPageToken"} == set(page)
    assert set(page["members"][0]) == set(reply.document["members"][0])


def test_an_empty_list_leaves_its_key_out_as_recorded():
    directory = Directory(World(), clock=lambda: 1_790_000_000.0)

    reply = ask(directory, "users", customer="my_customer")

    assert set(reply.document) == set(recorded.answer("users.list, nothing found")[1])


def test_pages_follow_one_another_to_the_end(directory):
    found, following = [], {}
    while True:
        page = ask(directory, "users", customer="my_customer", **following).document
        found += [row["id"] for row in page["users"]]
        if "nextPageToken" not in page:
            break
        following = {"pageToken": page["nextPageToken"]}

    assert found == list(directory.world.people)
    assert directory.calls["users"] == 4


def test_derived_members_are_flattened_and_keep_the_group_rows(directory):
    world = directory.world
    outer = world.team("outer@example.com", *list(world.teams.values())[:1])

    rows = ask(directory, f"groups/{outer.id}/members", includeDerivedMembership="true", maxResults=200).document

    assert [row["type"] for row in rows["members"]] != ["GROUP"]
    assert "GROUP" in [row["type"] for row in rows["members"]]


def test_a_person_is_found_by_alias_and_a_group_is_no_person(directory):
    person = next(iter(directory.world.people.values()))
    person.aliases.append("alias@example.com")
    team = next(iter(directory.world.teams))

    assert ask(directory, "users/alias@example.com").document["id"] == person.id
    assert ask(directory, f"users/{team}").status == recorded.answer("nested group asked as a user")[0]
    assert ask(directory, "users/nobody").status == 404


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        (
            {"scope": f"{SCOPES[0]} https://www.googleapis.com/auth/admin.directory.user"},
            "delegation or scopes missing",
        ),
        ({"sub": "nobody@example.com"}, "subject unknown"),
    ],
)
def test_who_asks_for_more_or_as_nobody_is_refused_as_recorded(directory, claims, name):
    status, body = recorded.answer(f"exchange refused: {name}")

    reply = token(directory, **claims)

    assert (reply.status, reply.document) == (status, body)


@pytest.mark.parametrize(
    "claims",
    [{"aud": "https://example.com/token"}, {"exp": 1_790_009_999}, {"iat": 1_790_001_000}, {"exp": 1_789_999_999}],
    ids=["another audience", "for too long", "from later", "over"],
)
def test_an_assertion_that_google_would_not_take_is_not_taken(directory, claims):
    reply = token(directory, **claims)

    assert (reply.status, reply.document["error"]) == (400, "invalid_grant")


def test_a_signature_of_somebody_else_is_not_taken(directory):
    body = urlencode({"grant_type": GRANT, "assertion": "eyJhbGciOiJSUzI1NiJ9.e30.c2ln"}).encode()

    assert directory.answer("POST", "/token", {}, body).status == 400


def test_without_a_token_nothing_is_listed(directory):
    reply = directory.answer("GET", f"{LISTS}users?customer=my_customer", {}, b"")

    assert (reply.status, reply.document) == recorded.answer("bearer token expired")


def test_the_metadata_server_wants_its_header(directory):
    path = "/computeMetadata/v1/instance/service-accounts/default/token"

    assert directory.answer("GET", path, {}, b"").status == 403
    assert directory.answer("GET", path, {"Metadata-Flavor": "Google"}, b"").status == 200


def test_more_calls_than_the_quota_are_refused_as_recorded(directory):
    directory.quota = 2

    statuses = [ask(directory, "users", customer="my_customer").status for _ in range(3)]

    assert statuses == [200, 200, recorded.answer("per-user rate")[0]]


@pytest.mark.parametrize("fault", [*EVERYWHERE, *OF_LISTS])
def test_every_fault_changes_what_arrives(directory, fault):
    usual = ask(directory, "users", customer="my_customer", maxResults=5)
    last = ask(directory, "users", customer="my_customer", maxResults=5, pageToken=usual.document["nextPageToken"])
    directory.faults.at[len(directory.paths) + 3] = fault

    reply = ask(directory, "users", customer="my_customer", maxResults=5, pageToken=last.document["nextPageToken"])

    ids = [row["id"] for row in reply.document.get("users", ())]
    shown = reply.status, reply.text, reply.broken, ids, "nextPageToken" in reply.document
    assert shown != (200, None, None, list(directory.world.people)[10:15], True) or fault == "same token"
    assert (reply.document.get("nextPageToken") == last.document["nextPageToken"]) == (
        fault in ("same token", "repeated page")
    )


def test_by_http_it_says_the_same(directory):
    with serving(directory.world) as served:
        url = f"http://{served.address}/computeMetadata/v1/instance/service-accounts/default/token"
        request = urllib.request.Request(url, headers={"Metadata-Flavor": "Google"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            said = json.load(answer)

    assert said["access_token"] == RUNTIME_TOKEN


@pytest.mark.parametrize(("people", "teams"), [(300, 12), (1001, 5)])
def test_the_bench_expects_as_many_calls_as_are_made(people, teams):
    taken = bench.measure(people, teams)

    assert (taken.people, taken.teams, taken.calls) == (people, teams, taken.expected)
