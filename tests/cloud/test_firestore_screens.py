"""The screens in the cloud: what people decide is done by the jobs, under their name, with no credential here."""

import http.client
import json
import re
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from scim.records import Ref
from tests.cloud.installation import PERSON, Installation, installed


@pytest.fixture(scope="module")
def cloud(firestore_host: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("FIRESTORE_EMULATOR_HOST", firestore_host)
        with installed(tmp_path_factory.mktemp("cloud"), firestore_host) as running:
            yield running


@pytest.fixture(scope="module")
def barbara(cloud: Installation) -> str:
    body = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "bjensen@example.com"}
    status, text = cloud.functions["scim"].ask("POST", "/scim/v2/Users", cloud.tokens["rfc"], json.dumps(body))
    assert status == 201, text
    return str(json.loads(text)["id"])


def page(cloud: Installation, path: str) -> str:
    status, text = cloud.functions["admin"].ask("GET", path, cloud.identity(PERSON, "admin"))
    assert status == 200, (path, status, text[-500:])
    return text


def send(cloud: Installation, path: str, form: str, **fields: str) -> tuple[int, str]:
    token = re.search(r'name="form_token" value="([^"]+)"', page(cloud, form))
    assert token
    connection = http.client.HTTPConnection("127.0.0.1", cloud.functions["admin"].port, timeout=60)
    headers = {
        "Authorization": f"Bearer {cloud.identity(PERSON, 'admin')}",
        "Content-Type": "application/x-www-form-urlencoded",
        "Sec-Fetch-Site": "same-origin",
    }
    try:
        connection.request("POST", path, urlencode({"form_token": token[1], **fields}), headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.getheader("Location", "")
    finally:
        connection.close()


def test_somebody_is_looked_at_and_settled_under_the_name_of_who_asked(cloud: Installation, barbara: str):
    path = f"/people/{barbara}"

    assert "bjensen@example.com" in page(cloud, path)
    assert ">invited<" in page(cloud, f"{path}?look=1")
    status, location = send(cloud, f"{path}/settle", path)

    assert status == 303
    assert "Looked at and in order" in page(cloud, location)
    event = cloud.store.history(Ref("User", barbara), 1)[0]
    assert (event.actor, event.action) == (PERSON, "settle.asked")


def test_the_groups_of_the_account_are_listed_by_who_can_see_them(cloud: Installation):
    assert "Owners" in page(cloud, "/managed")


def test_a_job_is_run_and_its_report_is_shown(cloud: Installation):
    assert send(cloud, "/run/confirm", "/")[0] == 303
    assert "ConfirmationWatcher" in page(cloud, "/")


def test_tokens_are_shown_as_the_public_function_told_of_them(cloud: Installation, barbara: str):
    text = page(cloud, "/connections")

    assert "less than a minute ago" in text
    assert "make rotate" in text
    assert not any(token in text for token in cloud.tokens.values())


def test_every_screen_is_there(cloud: Installation):
    for path in ("/", "/people", "/groups", "/holds", "/drift", "/activity", "/settings", "/metrics", "/activity.csv"):
        assert page(cloud, path)


def test_when_the_jobs_are_away_what_is_stored_is_shown_all_the_same(cloud: Installation, barbara: str):
    cloud.functions["jobs"].kill()
    try:
        looked = page(cloud, f"/people/{barbara}?look=1")
        status, text = cloud.functions["admin"].ask("GET", "/holds", cloud.identity(PERSON, "admin"))
    finally:
        cloud.functions["jobs"].start()
        cloud.functions["jobs"].await_answer()

    assert "bjensen@example.com" in looked
    assert "The jobs cannot be asked just now." in looked
    assert (status, "The jobs did not answer" in text) == (502, True)
