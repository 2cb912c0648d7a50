"""The floor: the least that answers the same requests from the same store statements, by the same server.

A bare functions-framework handler: no application, no token, no validation, no dialect, no log; one `json.dumps`.
"""

import json
import os
import uuid
from dataclasses import replace
from functools import cache
from typing import Any

from flask import Request

from scim.records import Event, Record, Ref
from scim.stores.sqlite import SqliteStore

CLIENT = "floor"
NOW = "2030-01-01T00:00:00.000Z"

Response = tuple[str, int, dict[str, str]]


def floor(request: Request) -> Response:
    id = request.path.rpartition("/Users/")[2]
    match request.method:
        case "GET" if request.path == "/ping":
            return _answer("pong")
        case "GET" if "filter" in request.args:
            return _answer({"Resources": [_shown(record) for record in _look_up(request.args["filter"])]})
        case "GET":
            return _answer(_shown(_get(id)))
        case "POST":
            return _answer(_shown(_create(request.get_json(force=True))), 201)
    return _answer(_shown(_patch(id, request.get_json(force=True))))


@cache
def _store() -> SqliteStore:
    """Opened by a request, as the bridge's: the server forks after it imported this."""
    return SqliteStore(os.environ["FLOOR_DATABASE"])


def _get(id: str) -> Record:
    found = _store().get(Ref("User", id))
    assert found is not None
    return found


def _look_up(filter: str) -> list[Record]:
    _, user_name, _ = filter.split('"')
    return _store().find("User", f"userName={user_name}")


def _create(document: dict[str, Any]) -> Record:
    address = document["emails"][0]["value"]
    external_id = f"externalId={CLIENT}={document['externalId']}"
    _store().find_former("User", (f"address={address}", external_id))
    record = Record(
        "User",
        str(uuid.uuid4()),
        document,
        CLIENT,
        NOW,
        NOW,
        external_ids={CLIENT: document["externalId"]},
        unique_keys=(f"userName={document['userName']}", f"address={address}"),
        lookup_keys=(f"email={address}", external_id),
    )
    return _store().create(record, (), _event(record, "add", "", document))


def _patch(id: str, body: dict[str, Any]) -> Record:
    before = _get(id)
    active = body["Operations"][0]["value"]
    after = replace(before, document={**before.document, "active": active}, version=before.version + 1)
    return _store().replace(before, after, _event(before, "replace", "/active", active))


def _event(record: Record, op: str, path: str, value: Any) -> Event:
    return Event(str(uuid.uuid4()), NOW, CLIENT, "floor", record.ref, [{"op": op, "path": path, "value": value}])


def _shown(record: Record) -> dict[str, Any]:
    return {"id": record.id, **record.document}


def _answer(body: Any, status: int = 200) -> Response:
    return json.dumps(body), status, {"Content-Type": "application/scim+json"}
