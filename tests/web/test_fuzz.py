"""Whatever is sent, every answer is one the protocol knows: 23,000 requests through the whole application, called as a
server calls it (threats: B9, D1-D3, D6).
"""

import copy
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

import pytest

from scim.protocol.discovery import Limits
from tests.bridge import Bridge, make_bridge
from tests.protocol.test_filter_fuzz import FILTERS, PATHS, SCRAPS, mutated
from tests.protocol.test_messages_fuzz import GROUP_BODY, GROUP_PATCH, JUNK, USER_BODY, USER_PATCH, mutate

ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
PASSWORD = USER_BODY["password"]
SUCCESSES = {200, 201, 204, 304}
REFUSALS = {400, 403, 404, 405, 409, 412, 413, 415}

Request = tuple[str, str, bytes | None, dict[str, str]]

SEARCH_BODY = {
    "schemas": [SEARCH], "attributes": ["userName", "emails.value"], "filter": FILTERS[0], "sortBy": "meta.created",
    "sortOrder": "descending", "startIndex": 1, "count": 3, "cursor": "",
}  # fmt: skip
BULK_BODY = {
    "schemas": [BULK],
    "failOnErrors": 3,
    "Operations": [
        {"method": "POST", "path": "/Users", "bulkId": "a", "data": USER_BODY},
        {
            "method": "POST",
            "path": "/Groups",
            "bulkId": "b",
            "data": {**GROUP_BODY, "members": [{"value": "bulkId:a"}]},
        },
        {"method": "PATCH", "path": "/Groups/bulkId:b", "data": GROUP_PATCH, "version": 'W/"1"'},
        {"method": "DELETE", "path": "/Users/bulkId:a"},
    ],
}


@pytest.fixture
def quiet(tmp_path: Path) -> Iterator[Bridge]:
    """Nothing is settled, so that what is measured is the door."""
    bridge = make_bridge(tmp_path, wait=0, limits=Limits(body_bytes=20_000, bulk_bytes=15_000))
    yield bridge
    bridge.store.close()


def send(bridge: Bridge, request: Request, dialect: str) -> tuple[int, bytes]:
    method, target, data, headers = request
    path, _, query = target.partition("?")
    given = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    answer = bridge.http.open(
        "/",
        method=method,
        data=data,
        content_type="application/scim+json" if data is not None else None,
        headers={"Authorization": f"Bearer {bridge.tokens[dialect]}"},
        environ_overrides={"PATH_INFO": path, "QUERY_STRING": query, **given},
    )
    return answer.status_code, answer.data


def check(request: Request, status: int, data: bytes) -> None:
    """Only what the protocol knows, and never a secret. The request is part of the failure."""
    assert status in SUCCESSES | REFUSALS, (request, data)
    assert PASSWORD.encode() not in data, request
    if status in REFUSALS and request[0] != "HEAD":
        body = json.loads(data)
        assert (body["schemas"], body["status"]) == ([ERROR], str(status)), request
        assert 0 < len(body["detail"]) < 400, request


def bombard(bridge: Bridge, make: Callable[[Random], Request], times: int) -> Counter[int]:
    """The answers by status. Each dialect gets its share."""
    dice, dialects = Random(7644), list(bridge.tokens)
    statuses: Counter[int] = Counter()
    for n in range(times):
        request = make(dice)
        status, data = send(bridge, request, dialects[n % len(dialects)])
        check(request, status, data)
        statuses[status] += 1
        if status == 201:  # so that the next one is not the second of its name
            endpoint = json.loads(data)["meta"]["resourceType"] + "s"
            send(bridge, ("DELETE", f"/{endpoint}/{json.loads(data)['id']}", None, {}), "rfc")
    return statuses


def mutated_body(seed: dict[str, Any], dice: Random) -> bytes:
    body = copy.deepcopy(seed)
    for _ in range(dice.randrange(1, 4)):
        body = mutate(body, dice) if body else body
    data = json.dumps(body).encode()
    if dice.random() < 0.1:  # and some that are no JSON any more
        data = data.replace(data[(at := dice.randrange(len(data))) : at + 1], bytes([dice.randrange(256)]), 1)
    return data


@pytest.mark.parametrize(
    ("method", "path", "seed", "times"),
    [
        ("POST", "/Users", USER_BODY, 1500),
        ("PUT", "/Users/{user}", USER_BODY, 2000),
        ("PATCH", "/Users/{user}", USER_PATCH, 3500),
        ("POST", "/Groups", GROUP_BODY, 1000),
        ("PUT", "/Groups/{group}", GROUP_BODY, 1000),
        ("PATCH", "/Groups/{group}", GROUP_PATCH, 2500),
        ("POST", "/Users/.search", SEARCH_BODY, 1500),
        ("POST", "/Bulk", BULK_BODY, 1000),
    ],
)
def test_a_mutated_body_is_answered_by_the_protocol(
    quiet: Bridge, method: str, path: str, seed: dict[str, Any], times: int
) -> None:
    user, group = quiet.post_user("carl@example.com")["id"], quiet.post_group("Carls")["id"]
    path = path.format(user=user, group=group)

    statuses = bombard(quiet, lambda dice: (method, path, mutated_body(seed, dice), {}), times)

    assert statuses[400] > times // 20
    assert sum(statuses[status] for status in SUCCESSES) > times // 20


def test_a_mutated_filter_is_answered_by_the_protocol(quiet: Bridge) -> None:
    for name in ("bjensen", "carl@example.com"):
        quiet.post_user(name, active=True)

    def ask(dice: Random) -> Request:
        text = mutated(dice, FILTERS).encode("utf-8", "surrogatepass")
        return "GET", f"{dice.choice(['/Users', '/Groups', '/'])}?filter={quote(text)}&count=2", None, {}

    statuses = bombard(quiet, ask, 4000)

    assert min(statuses[200], statuses[400]) > 400


def test_a_mutated_patch_path_is_answered_by_the_protocol(quiet: Bridge) -> None:
    user, group = quiet.post_user()["id"], quiet.post_group()["id"]

    def ask(dice: Random) -> Request:
        operation = {"op": dice.choice(["add", "remove", "replace"]), "path": mutated(dice, PATHS), "value": "2819c223"}
        body = {"schemas": USER_PATCH["schemas"], "Operations": [operation]}
        return "PATCH", dice.choice([f"/Users/{user}", f"/Groups/{group}"]), json.dumps(body).encode(), {}

    statuses = bombard(quiet, ask, 2500)

    assert statuses[400] > 1000


def test_a_mutated_address_or_header_is_answered_by_the_protocol(quiet: Bridge) -> None:
    user = quiet.post_user()["id"]
    places = [
        "/Users",
        f"/Users/{user}",
        "/Groups/x",
        "/Schemas/urn:x",
        "/ResourceTypes/User",
        "/scim/v2/Users",
        "/.search",
    ]
    names = ["startIndex", "count", "cursor", "sortBy", "sortOrder", "attributes", "excludedAttributes", "filter", "x"]

    def text(dice: Random) -> str:
        found = str(dice.choice(SCRAPS + JUNK))[:300]
        return found.encode("utf-8", "surrogatepass").decode("latin-1")

    def ask(dice: Random) -> Request:
        path = dice.choice(places) + (text(dice) if dice.random() < 0.3 else "")
        query = "&".join(f"{dice.choice(names)}={quote(text(dice), safe='&=%')}" for _ in range(dice.randrange(4)))
        tags = {dice.choice(["If-Match", "If-None-Match", "X-Request-Id", "Accept"]): text(dice).replace("\n", " ")}
        return dice.choice(["GET", "GET", "HEAD", "DELETE"]), f"{path.replace('?', '')}?{query}", None, tags

    statuses = bombard(quiet, ask, 2500)

    assert min(statuses[200], statuses[400], statuses[404]) > 50
