"""Users and groups over HTTP (RFC 7644 §3.2-§3.6). A route parses, a service decides, one function answers."""

from dataclasses import replace as replace_in

from flask import Blueprint, Response, request

from scim.conditions import NO_CONDITION
from scim.groups import Groups
from scim.protocol import messages
from scim.protocol.definitions import GROUP, USER
from scim.protocol.projection import Projection, project, wants
from scim.protocol.schema import Document, ResourceType
from scim.records import Record
from scim.representation import etag, location, render
from scim.users import Users
from scim.web import answers, requests
from scim.web.requests import asked_projection, body, client, if_match, if_none_match, service

blueprint = Blueprint("resources", __name__)

COLLECTION = "/<any(Users, Groups):endpoint>"
RESOURCE = COLLECTION + "/<id>"

_TYPES: dict[str, ResourceType] = {"Users": USER, "Groups": GROUP}


@blueprint.post(COLLECTION)
def create(endpoint: str) -> Response:
    asked = asked_projection()
    resource_type = _TYPES[endpoint]
    record = _collection(endpoint).create(requests.read_resource(resource_type, body()), client())
    return answer(record, asked, 201)


@blueprint.get(COLLECTION)
def listing(endpoint: str) -> Response:
    return answers.document(search((_TYPES[endpoint],), requests.query()))


@blueprint.post(COLLECTION + "/.search")
def search_collection(endpoint: str) -> Response:
    return answers.document(search((_TYPES[endpoint],), messages.parse_search(body())))


@blueprint.get("/")
def root_listing() -> Response:
    return answers.document(search((USER, GROUP), requests.query()))


@blueprint.post("/.search")
def search_root() -> Response:
    return answers.document(search((USER, GROUP), messages.parse_search(body())))


@blueprint.get(RESOURCE)
def read(endpoint: str, id: str) -> Response:
    asked = asked_projection()
    record = _collection(endpoint).get(id)
    condition = if_none_match()
    if condition != NO_CONDITION and condition.holds(record):
        return answers.unchanged(etag(record))
    return answer(record, asked)


@blueprint.put(RESOURCE)
def replace(endpoint: str, id: str) -> Response:
    asked = asked_projection()
    resource = requests.read_resource(_TYPES[endpoint], body())
    return answer(_collection(endpoint).replace(id, resource, client(), if_match()), asked)


@blueprint.patch(RESOURCE)
def patch(endpoint: str, id: str) -> Response:
    """A group answers 204, which spares reading its members, unless attributes are asked for (RFC 7644 §3.5.2)."""
    asked = asked_projection()
    record = _collection(endpoint).patch(id, requests.read_operations(_TYPES[endpoint], body()), client(), if_match())
    if endpoint == "Groups" and not (request.args.get("attributes") or request.args.get("excludedAttributes")):
        return answers.nothing()
    return answer(record, asked)


@blueprint.delete(RESOURCE)
def delete(endpoint: str, id: str) -> Response:
    _collection(endpoint).delete(id, client(), if_match())
    return answers.nothing()


def search(resource_types: tuple[ResourceType, ...], asked: messages.SearchRequest) -> Document:
    if asked.filter is not None:
        asked = replace_in(asked, filter=requests.dialect().standardise_filter(asked.filter))
    return service().search.run(resource_types, asked, requests.asker())


def answer(record: Record, asked: Projection, status: int = 200) -> Response:
    return answers.resource(
        represent(record, asked), status, location=location(record, service().base_url), version=etag(record)
    )


def represent(record: Record, asked: Projection) -> Document:
    """The members of a group are read only where the projection lets them through."""
    members: list[str] = []
    if record.kind == "Group" and wants(asked, "members"):
        members = service().groups.members(record.id)
    document = render(record, client(), service().base_url, members)
    return project(document, asked, USER if record.kind == "User" else GROUP)


def _collection(endpoint: str) -> Users | Groups:
    return service().users if endpoint == "Users" else service().groups
