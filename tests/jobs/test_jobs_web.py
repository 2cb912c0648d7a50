"""The private face of the jobs: closed to whoever proves nothing, one POST for each job, one for a resource."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from scim.jobs.certificates import Certificates
from scim.jobs.guard import Guard
from scim.jobs.https import pool
from scim.jobs.settler import LocalSettler
from scim.jobs.trust import REMOVED, Trust
from scim.jobs.web import create_app
from scim.records import Deferred, Outcome, Ref, Refused, Report, Settled, StoreUnavailable
from tests.bridge import make_bridge
from tests.issuer import NAME, Issuer, unsigned
from tests.jobs.world import person

DOOR = "https://jobs.example.com"
SCHEDULER = "scheduler@example.com"


class Told:
    """A settler that says what a test tells it."""

    def __init__(self) -> None:
        self.outcome: Outcome = Settled()
        self.asked: list[tuple[Ref, float]] = []

    def settle(self, ref: Ref, wait: float) -> Outcome:
        self.asked.append((ref, wait))
        return self.outcome


@pytest.fixture
def settler() -> Told:
    return Told()


@pytest.fixture
def state() -> dict[str, Any]:
    return {"state": "healthy", "runs": 0}


@pytest.fixture
def http(settler: Told, state: dict[str, Any]) -> Client:
    """Open to whoever says the word."""

    def job() -> Report:
        state["runs"] += 1
        if isinstance(state["state"], Exception):
            raise state["state"]
        return Report("Settle", "2026-01-01T00:00:00Z", "2026-01-01T00:03:00Z", state["state"], {})

    return Client(create_app({"settle": job, "confirm": job}, lambda header: header == "Bearer word", settler))


WORD = {"Authorization": "Bearer word"}

ROUTES = [
    ("POST", "/settle"),
    ("POST", "/confirm"),
    ("POST", "/settle/User/some-id"),
    ("POST", "/settle/Group/some-id?wait=5"),
    ("GET", "/"),
    ("GET", "/settle"),
    ("POST", "/nothing"),
    ("POST", "//settle"),
    ("POST", "/%73ettle"),
    ("POST", "/settle/"),
    ("POST", "/settle/User/a/b"),
    ("OPTIONS", "/settle"),
    ("HEAD", "/settle"),
    ("TRACE", "/settle"),
    ("POST", "/ping"),
    ("GET", "/static/x"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer other"}, {"Authorization": "word"}, {"X-Serverless-Authorization": "", **WORD}],
    ids=["nothing", "another word", "no scheme", "an empty header that would be the checked one"],
)
def test_whoever_proves_nothing_learns_nothing(
    http: Client, settler: Told, state: dict[str, Any], method: str, path: str, headers: dict[str, str]
):
    answer = http.open(path, method=method, headers=headers)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.text in ("", '{"error":"Only the scheduler and the bridge itself may call the jobs."}\n')
    assert (settler.asked, state["runs"]) == ([], 0)


def test_the_header_that_cloud_run_checked_is_the_one_that_counts(http: Client):
    checked = {"X-Serverless-Authorization": "Bearer word", "Authorization": "Bearer anything"}
    unchecked = {"X-Serverless-Authorization": "Bearer anything", **WORD}

    assert [http.post("/settle", headers=each).status_code for each in (checked, unchecked)] == [200, 401]


@pytest.mark.parametrize(("state_", "status"), [("healthy", 200), ("degraded", 200), ("unhealthy", 500)])
def test_a_run_answers_with_its_report(http: Client, state: dict[str, Any], state_: str, status: int):
    state["state"] = state_

    answer = http.post("/confirm", headers=WORD)

    assert (answer.status_code, answer.json["state"]) == (status, state_)


def test_a_store_that_is_away_is_told_in_one_sentence(http: Client, state: dict[str, Any]):
    state["state"] = StoreUnavailable("10.0.0.7: connection refused")

    answer = http.post("/settle", headers=WORD)

    assert (answer.status_code, answer.json) == (503, {"error": "The store did not answer; the next tick tries again."})


def test_a_crash_shows_nothing_of_its_cause(http: Client, state: dict[str, Any]):
    state["state"] = RuntimeError("the cause, with bjensen@example.com")

    answer = http.post("/settle", headers=WORD)

    assert (answer.status_code, answer.json) == (500, {"error": "The job failed; the log has the cause."})


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        (Settled(), {"outcome": "settled"}),
        (Refused("No.", denied=True), {"outcome": "refused", "reason": "No.", "denied": True, "taken": False}),
        (Deferred(), {"outcome": "deferred"}),
    ],
    ids=repr,
)
def test_what_came_of_one_resource_is_told(http: Client, settler: Told, outcome: Outcome, told: dict[str, Any]):
    settler.outcome = outcome

    answer = http.post("/settle/User/some-id?wait=4.5", headers=WORD)

    assert (answer.status_code, answer.json) == (200, told)
    assert settler.asked == [(Ref("User", "some-id"), 4.5)]


@pytest.mark.parametrize(("given", "wait"), [("", 0), ("?wait=-5", 0), ("?wait=3600", 25), ("?wait=0.5", 0.5)])
def test_a_wait_is_kept_within_reason(http: Client, settler: Told, given: str, wait: float):
    http.post(f"/settle/Group/some-id{given}", headers=WORD)

    assert settler.asked == [(Ref("Group", "some-id"), wait)]


@pytest.mark.parametrize("given", ["soon", "nan", "inf", "1e999", "", "1;2"])
def test_a_wait_that_is_no_number_is_refused(http: Client, settler: Told, given: str):
    answer = http.post("/settle/Group/some-id", query_string={"wait": given}, headers=WORD)

    assert (answer.status_code, settler.asked) == (400, [])


@pytest.mark.parametrize(
    "path",
    ["/settle/user/x", "/settle/Membership/x", "/settle/User/", "/settle/User/a%2Fb", f"/settle/User/{'x' * 65}"],
)
def test_what_is_no_resource_is_not_found(http: Client, settler: Told, path: str):
    assert (http.post(path, headers=WORD).status_code, settler.asked) == (404, [])


def test_a_person_is_settled_through_the_door(tmp_path: Path):
    bridge = make_bridge(tmp_path, wait=0.0)
    user = bridge.post_user()
    http = Client(create_app({}, lambda _: True, LocalSettler(bridge.runner(pause=bridge.clock.advance))))

    assert http.post(f"/settle/User/{user['id']}?wait=5").json == {"outcome": "settled"}
    assert person(bridge)["state"] == "TRANSFER_PENDING"


# ── with identity tokens ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with Issuer() as running:
        yield running


def trust(issuer: Issuer, checked_before: bool = False) -> Trust:
    known = Certificates(pool(), issuer.certificates_url)
    return Trust((DOOR,), (SCHEDULER,), known, checked_before, issuers=(NAME,))


def test_the_schedule_comes_in_by_its_token_and_nobody_else_by_theirs(issuer: Issuer, settler: Told):
    http = Client(create_app({}, trust(issuer), settler))
    callers = [SCHEDULER, "default@example.com"]
    headers = [{"Authorization": f"Bearer {issuer.token(DOOR, caller)}"} for caller in callers]

    assert [http.post("/settle/User/x", headers=each).status_code for each in headers] == [200, 401]


def test_behind_cloud_run_the_checked_header_has_no_signature(issuer: Issuer, settler: Told):
    http = Client(create_app({}, trust(issuer, checked_before=True), settler))
    removed = unsigned(issuer.claims(DOOR, SCHEDULER), REMOVED, alg="RS256", kid="first")
    forged = unsigned(issuer.claims(DOOR, "mallory@example.com"), REMOVED, alg="RS256", kid="first")

    asked = [
        {"Authorization": f"Bearer {removed}"},
        {"X-Serverless-Authorization": f"Bearer {removed}"},
        # what mallory was let in with is checked; what mallory wrote beside it is not
        {"X-Serverless-Authorization": f"Bearer {forged}", "Authorization": f"Bearer {removed}"},
    ]
    assert [http.post("/settle/User/x", headers=each).status_code for each in asked] == [200, 200, 401]


def test_a_guarded_page_is_told_who_calls_and_no_header_can_say_so(issuer: Issuer):
    seen: list[str] = []

    def page(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        seen.append(environ["caller"])
        start_response("200 OK", [])
        return [b"what is inside"]

    http = Client(Guard(page, trust(issuer).caller, "caller"), use_cookies=False)
    good = {"Authorization": f"Bearer {issuer.token(DOOR, SCHEDULER)}", "Caller": "owner@example.com"}

    refused, admitted = http.get("/", headers={"Caller": "owner@example.com"}), http.get("/", headers=good)

    assert (refused.status_code, admitted.status_code, seen) == (401, 200, [SCHEDULER])
    assert "inside" not in refused.text
