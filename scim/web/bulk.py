"""`/Bulk` (RFC 7644 §3.7): each operation goes the way of a single request; `bulkId:` references are filled in first.

Operations run in the order given, save that one which refers to a resource created later waits for it. References that
never resolve, for lack of the resource or because they form a circle, are 409 as §3.7.1 allows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Response, request

from scim import conditions
from scim.protocol import messages
from scim.protocol.definitions import GROUP, USER
from scim.protocol.errors import BadRequest, Conflict, NotFound, PayloadTooLarge, ScimError, Unavailable
from scim.protocol.messages import BulkOperation
from scim.protocol.schema import Document
from scim.records import Record, StoreUnavailable
from scim.representation import etag, location
from scim.web import answers, requests
from scim.web.requests import body, client, service

blueprint = Blueprint("bulk", __name__)

RESPONSE_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
PREFIX = "bulkId:"


@dataclass(slots=True)
class Progress:
    """What has been done: ids by bulkId, answers by position, and how many failed."""

    ids: dict[str, str] = field(default_factory=dict)
    answers: dict[int, Document] = field(default_factory=dict)
    failures: int = 0

    def answer(self, position: int, operation: BulkOperation, outcome: Document) -> None:
        identity = {"bulkId": operation.bulk_id} if operation.bulk_id else {}
        self.answers[position] = {"method": operation.method, **identity, **outcome}
        self.failures += int(outcome["status"]) >= 400


@blueprint.post("/Bulk")
def bulk() -> Response:
    _refuse_too_large()
    done = _carry_out(messages.parse_bulk(body(), service().limits.bulk_operations))
    return answers.document({"schemas": [RESPONSE_SCHEMA], "Operations": [done[at] for at in sorted(done)]})


def _refuse_too_large() -> None:
    limit = service().limits.bulk_bytes
    if len(request.get_data()) > limit:
        raise PayloadTooLarge(f"A bulk request may have {limit} bytes (maxPayloadSize). Send it in parts.")


def _carry_out(asked: messages.BulkRequest) -> Mapping[int, Document]:
    progress = Progress()
    needs = {at: set(_references([op.path, op.data])) for at, op in enumerate(asked.operations)}
    while needs and not (asked.fail_on_errors and progress.failures >= asked.fail_on_errors):
        ready = next((at for at, names in needs.items() if names <= progress.ids.keys()), None)
        at = next(iter(needs)) if ready is None else ready
        unresolved = needs.pop(at) - progress.ids.keys()
        operation = asked.operations[at]
        progress.answer(at, operation, _outcome(operation, progress.ids, unresolved))
    return progress.answers


def _references(node: Any) -> Iterator[str]:
    match node:
        case str() if node.startswith(PREFIX) or f"/{PREFIX}" in node:
            yield node.rpartition(PREFIX)[2]
        case list():
            for element in node:
                yield from _references(element)
        case dict():
            for element in node.values():
                yield from _references(element)


def _filled(node: Any, ids: Mapping[str, str]) -> Any:
    match node:
        case str() if node.startswith(PREFIX) or f"/{PREFIX}" in node:
            head, _, name = node.rpartition(PREFIX)
            return head + ids[name]
        case list():
            return [_filled(element, ids) for element in node]
        case dict():
            return {name: _filled(element, ids) for name, element in node.items()}
    return node


def _outcome(operation: BulkOperation, ids: dict[str, str], unresolved: set[str]) -> Document:
    path = operation.path if unresolved else _filled(operation.path, ids)
    place = {"location": f"{service().base_url}/{path.lstrip('/')}"}
    try:
        if unresolved:
            names = ", ".join(sorted(name[:64] for name in unresolved))
            raise Conflict(f"No operation of this request creates what bulkId names here: {names}.")
        record, status = _perform(operation, path, ids)
    except ScimError as error:
        return _failure(operation, error, place)
    except StoreUnavailable:
        return _failure(operation, Unavailable(answers.STORE_DOWN), place)
    if record is None:
        return {"status": str(status), **place}
    if operation.method == "POST" and operation.bulk_id:
        ids[operation.bulk_id] = record.id
    return {"status": str(status), "location": location(record, service().base_url), "version": etag(record)}


def _failure(operation: BulkOperation, error: ScimError, place: Document) -> Document:
    """Whatever failed has a location, save a POST, which made nothing (RFC 7644 §3.7.3)."""
    where = {} if operation.method == "POST" else place
    return {"status": str(error.status), **where, "response": error.to_document()}


def _perform(operation: BulkOperation, path: str, ids: Mapping[str, str]) -> tuple[Record | None, int]:
    """The record after the operation, none after a DELETE, and the status of the single request."""
    endpoint, _, id = path.lstrip("/").partition("/")
    if endpoint not in ("Users", "Groups"):
        raise NotFound(f"There is no endpoint {endpoint[:64]!r} in bulk; use /Users or /Groups.")
    if bool(id) is (operation.method == "POST"):
        raise BadRequest(f"{operation.method} needs the path of a {'collection' if id else 'resource'} (path).")
    resource_type = USER if endpoint == "Users" else GROUP
    collection = service().users if endpoint == "Users" else service().groups
    data = _filled(operation.data, ids)
    condition = conditions.parse(operation.version, "version")
    match operation.method:
        case "POST":
            return collection.create(requests.read_resource(resource_type, data), client()), 201
        case "PUT":
            return collection.replace(id, requests.read_resource(resource_type, data), client(), condition), 200
        case "PATCH":
            operations = requests.read_operations(resource_type, data)
            return collection.patch(id, operations, client(), condition), 200
    collection.delete(id, client(), condition)
    return None, 204
