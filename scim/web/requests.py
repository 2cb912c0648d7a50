"""What a request says, read once and strictly: body, projection, query."""

from typing import Any

from flask import current_app, g, request

from scim import conditions
from scim.conditions import Condition
from scim.dialects import DIALECTS, Dialect
from scim.protocol import messages, projection, resources, strict_json
from scim.protocol.errors import UnsupportedMediaType
from scim.protocol.projection import Projection
from scim.protocol.schema import ResourceType
from scim.search import Asker
from scim.tokens import cursor_key
from scim.web.service import Service


def service() -> Service:
    found: Service = current_app.extensions["scim"]
    return found


def client() -> str:
    """Who calls, as the token says: the owner of externalIds and the actor of events."""
    name: str = g.token.client
    return name


def asker() -> Asker:
    return Asker(client(), cursor_key(g.token))


def dialect() -> Dialect:
    return DIALECTS[g.token.dialect]


def body() -> Any:
    """The JSON body. A missing Content-Type is taken for SCIM's (RFC 7644 §3.8)."""
    if request.mimetype and not request.mimetype.endswith("json"):
        raise UnsupportedMediaType(f"Send application/scim+json, not {request.mimetype[:64]}.")
    return strict_json.loads(request.get_data(cache=False))


def read_resource(resource_type: ResourceType, given: object) -> resources.Resource:
    return resources.read(resource_type, dialect().standardise_resource(resource_type.name, given))


def read_operations(resource_type: ResourceType, given: object) -> tuple[messages.Operation, ...]:
    return messages.parse_patch(dialect().standardise_patch(resource_type.name, given))


def if_match() -> Condition:
    return conditions.parse(request.headers.get("If-Match"), "If-Match")


def if_none_match() -> Condition:
    return conditions.parse(request.headers.get("If-None-Match"), "If-None-Match")


def asked_projection() -> Projection:
    return projection.parse_projection(_names("attributes"), _names("excludedAttributes"))


def query() -> messages.SearchRequest:
    """The query parameters as the search request they stand for; unknown ones are ignored (RFC 7644 §3.4.2)."""
    arguments = request.args
    return messages.SearchRequest(
        attributes=_names("attributes"),
        excluded_attributes=_names("excludedAttributes"),
        filter=arguments.get("filter"),
        sort_by=arguments.get("sortBy"),
        sort_order=arguments.get("sortOrder"),
        start_index=arguments.get("startIndex"),
        count=arguments.get("count"),
        cursor=arguments.get("cursor"),
    )


def _names(parameter: str) -> tuple[str, ...] | None:
    given = request.args.getlist(parameter)
    names = tuple(name.strip() for text in given for name in text.split(",") if name.strip())
    return names or None
