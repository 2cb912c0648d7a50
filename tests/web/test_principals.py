"""Each credential opens its own face of the bridge and no other (threats: A7), on the origin where all of them are."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import Client

from scim import tokens, wiring
from scim.admin.door import COOKIE, issue

JOBS_KEY, ADMIN_KEY = "the-key-of-the-jobs", "the-key-of-the-page"
CACHED = (wiring.settings, wiring.scim_app, wiring.jobs_app, wiring.admin_app, wiring.local_app)
FACES = {
    "scim": [("GET", "/scim/v2/Users"), ("POST", "/Users"), ("GET", "/health"), ("GET", "/ServiceProviderConfig")],
    "jobs": [("POST", "/jobs/settle"), ("POST", "/jobs/confirm")],
    "admin": [("GET", "/admin/"), ("POST", "/admin/accept")],
}
PRINCIPALS = ["nobody", "scim", "jobs", "admin-cookie", "admin-bearer", "admin-link"]


@pytest.fixture
def origin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setenv("STATE_DIR", str(tmp_path))
    for cached in CACHED:
        cached.cache_clear()
    secrets = wiring.secrets(wiring.settings())
    secrets.add_version(wiring.JOBS_SECRET, JOBS_KEY)
    secrets.add_version(wiring.ADMIN_SECRET, ADMIN_KEY)
    yield Client(wiring.local_app(), use_cookies=False)
    wiring.scim_app().extensions["scim"].store.close()
    for cached in CACHED:
        cached.cache_clear()


@pytest.fixture
def token(origin: Client) -> str:
    """Minted once the origin has its settings."""
    minted, record = tokens.mint("rfc", "rfc", now=time.time())
    tokens.add(wiring.secrets(wiring.settings()), wiring.TOKENS_SECRET, record, time.time())
    return str(minted)


def session() -> dict[str, str]:
    return {"Cookie": f"{COOKIE}={issue(ADMIN_KEY.encode(), time.time())}"}


def status(origin: Client, method: str, path: str, principal: str, token: str) -> int:
    headers = {
        "nobody": {},
        "scim": {"Authorization": f"Bearer {token}"},
        "jobs": {"Authorization": f"Bearer {JOBS_KEY}"},
        "admin-cookie": session(),
        "admin-bearer": {"Authorization": f"Bearer {ADMIN_KEY}"},
        "admin-link": {},
    }[principal]
    query = {"key": ADMIN_KEY} if principal == "admin-link" else {}
    return origin.open(path, method=method, headers=headers, query_string=query).status_code


@pytest.mark.parametrize("principal", PRINCIPALS)
@pytest.mark.parametrize("face", FACES)
def test_a_credential_opens_its_own_face_only(origin: Client, token: str, face: str, principal: str) -> None:
    for method, path in FACES[face]:
        found = status(origin, method, path, principal, token)

        opens = principal == face or (face == "admin" and principal == "admin-cookie")
        link = principal == "admin-link" and path == "/admin/"
        assert (found != 401) is (opens or link), (method, path, found)


@pytest.mark.parametrize("path", ["/admin/../Users", "/jobs/..%2fUsers", "/admin//Users", "/Users/../admin/", "/jobs"])
def test_no_detour_from_one_face_to_another_is_open(origin: Client, path: str) -> None:
    for headers in ({}, {"Authorization": f"Bearer {JOBS_KEY}"}, session()):
        assert origin.get(path, headers=headers).status_code in (401, 404, 405)


def test_a_job_answers_only_to_its_key_and_only_to_post(origin: Client) -> None:
    key = {"Authorization": f"Bearer {JOBS_KEY}"}

    assert origin.post("/jobs/settle", headers=key).status_code == 200
    assert origin.get("/jobs/settle", headers=key).status_code == 405
    assert origin.post("/jobs/nothing", headers=key).status_code == 404
    assert origin.post("/jobs/nothing").status_code == 401


def test_no_answer_of_any_face_shows_a_credential(origin: Client, token: str) -> None:
    shown = [
        origin.open(path, method=method, headers={"Authorization": f"Bearer {held}"}).text
        for face in FACES.values()
        for method, path in face
        for held in (token, JOBS_KEY, ADMIN_KEY)
    ]
    shown.append(origin.get("/admin/", headers=session()).text)

    assert [text for text in shown if token in text or JOBS_KEY in text or ADMIN_KEY in text] == []


@pytest.mark.parametrize("blank", ["", " ", "\n"])
def test_a_blank_key_opens_nothing(origin: Client, blank: str) -> None:
    """A2: what compares equal to an empty header is no secret."""
    for name in (wiring.JOBS_SECRET, wiring.ADMIN_SECRET):
        wiring.secrets(wiring.settings()).add_version(name, blank)
    bearers = [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": f"Bearer {blank.strip()}"},
        {"Authorization": "Bearer  "},
    ]
    cookies = [{}, {"Cookie": f"{COOKIE}="}, {"Cookie": f"{COOKIE}={blank.strip()}"}]

    jobs = [origin.post("/jobs/settle", headers=headers).status_code for headers in bearers]
    pages = [origin.get("/admin/", headers=headers, query_string={"key": blank}).status_code for headers in cookies]
    actions = [origin.post("/admin/accept", headers=headers).status_code for headers in cookies]

    assert {*jobs, *pages, *actions} == {401}
