"""What the service provider says of itself (RFC 7643 §5-§7, RFC 9865 §4). Each number is the limit enforced."""

from dataclasses import dataclass
from typing import Any

from scim.protocol.definitions import RESOURCE_TYPES, SCHEMAS
from scim.protocol.schema import Document, ResourceType

LIST_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
CONFIG_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
RESOURCE_TYPE_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"


@dataclass(frozen=True, slots=True)
class Limits:
    """`default_page`, `max_page` in resources; `cursor_seconds` is how long a cursor may lie unused."""

    default_page: int = 100
    max_page: int = 500
    bulk_operations: int = 1000
    bulk_bytes: int = 1 << 20
    body_bytes: int = 4 << 20
    cursor_seconds: int = 3600


def service_provider_config(limits: Limits, base_url: str) -> Document:
    return {
        "schemas": [CONFIG_SCHEMA],
        "patch": {"supported": True},
        "bulk": {
            "supported": True,
            "maxOperations": limits.bulk_operations,
            "maxPayloadSize": limits.bulk_bytes,
        },
        "filter": {"supported": True, "maxResults": limits.max_page},
        "changePassword": {"supported": False},
        "sort": {"supported": True},
        "etag": {"supported": True},
        "pagination": {
            "cursor": True,
            "index": True,
            "defaultPaginationMethod": "index",
            "defaultPageSize": limits.default_page,
            "maxPageSize": limits.max_page,
            "cursorTimeout": limits.cursor_seconds,
        },
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "Bearer token",
                "description": "A token of this bridge in the Authorization header (RFC 6750).",
                "specUri": "https://www.rfc-editor.org/info/rfc6750",
                "primary": True,
            }
        ],
        "meta": {"resourceType": "ServiceProviderConfig", "location": f"{base_url}/ServiceProviderConfig"},
    }


def resource_type(resource: ResourceType, base_url: str) -> Document:
    return {
        "schemas": [RESOURCE_TYPE_SCHEMA],
        "id": resource.name,
        "name": resource.name,
        "endpoint": resource.endpoint,
        "description": resource.description,
        "schema": resource.schema.id,
        "schemaExtensions": [{"schema": schema.id, "required": False} for schema in resource.extensions],
        "meta": {"resourceType": "ResourceType", "location": f"{base_url}/ResourceTypes/{resource.name}"},
    }


def resource_types(base_url: str) -> Document:
    return list_response([resource_type(resource, base_url) for resource in RESOURCE_TYPES.values()])


def schemas(base_url: str) -> Document:
    return list_response([schema.to_document(base_url) for schema in SCHEMAS.values()])


def list_response(resources: list[Document], total: int | None = None, **paging: Any) -> Document:
    """A ListResponse (RFC 7644 §3.4.2). `Resources` is there even if empty: clients iterate over it unasked."""
    document: Document = {"schemas": [LIST_SCHEMA], "totalResults": len(resources) if total is None else total}
    document.update(paging or {"startIndex": 1, "itemsPerPage": len(resources)})
    document["Resources"] = resources
    return document
