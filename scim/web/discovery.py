"""Discovery over HTTP (RFC 7644 §4): GET only, nothing to page, sort or filter."""

from flask import Blueprint, Response, request

from scim.protocol import discovery
from scim.protocol.definitions import RESOURCE_TYPES, SCHEMAS
from scim.protocol.errors import Forbidden, NotFound, NotOffered
from scim.web import answers
from scim.web.requests import service

blueprint = Blueprint("discovery", __name__)


@blueprint.before_request
def refuse_filter() -> None:
    if "filter" in request.args:
        raise Forbidden("Discovery cannot be filtered (RFC 7644 §4).")


@blueprint.get("/ServiceProviderConfig")
def service_provider_config() -> Response:
    return answers.document(discovery.service_provider_config(service().limits, service().base_url))


@blueprint.get("/ResourceTypes")
def resource_types() -> Response:
    return answers.document(discovery.resource_types(service().base_url))


@blueprint.get("/ResourceTypes/<name>")
def resource_type(name: str) -> Response:
    found = RESOURCE_TYPES.get(name)
    if found is None:
        raise NotFound(f"There is no resource type {name[:64]!r}; there are User and Group.")
    return answers.document(discovery.resource_type(found, service().base_url))


@blueprint.get("/Schemas")
def schemas() -> Response:
    return answers.document(discovery.schemas(service().base_url))


@blueprint.get("/Schemas/<urn>")
def schema(urn: str) -> Response:
    found = SCHEMAS.get(urn.lower())
    if found is None:
        raise NotFound(f"There is no schema {urn[:128]!r}; GET /Schemas lists them.")
    return answers.document(found.to_document(service().base_url))


@blueprint.route("/Me", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
def me() -> Response:
    raise NotOffered("A token of this bridge stands for an identity provider, not for a user: /Me is not offered.")
