"""What a client sees of a record: the SCIM document with id, meta, externalId, groups or members (RFC 7643 §3)."""

import zlib
from collections.abc import Sequence

from scim.protocol.definitions import RESOURCE_TYPES
from scim.protocol.membership import display_of
from scim.records import Document, Record


def etag(record: Record) -> str:
    """A weak entity-tag (RFC 7644 §3.14). A user's memberships are part of its representation, not of its version."""
    if not record.group_ids:
        return f'W/"{record.version}"'
    groups = zlib.crc32(",".join(sorted(record.group_ids)).encode())
    return f'W/"{record.version}.{groups:08x}"'


def location(record: Record, base_url: str) -> str:
    return f"{base_url}{RESOURCE_TYPES[record.kind].endpoint}/{record.id}"


def render(record: Record, client: str, base_url: str, members: Sequence[str] = ()) -> Document:
    """`members` are the user ids of a group; leave them out where the projection does."""
    resource_type = RESOURCE_TYPES[record.kind]
    extensions = [schema.id for schema in resource_type.extensions if schema.id in record.document]
    document: Document = {"schemas": [resource_type.schema.id, *extensions], "id": record.id}
    if external_id := record.external_ids.get(client):
        document["externalId"] = external_id
    document.update(record.document)
    if record.group_ids:
        prefix = f"{base_url}/Groups/"
        document["groups"] = [
            {"value": group_id, "$ref": prefix + group_id, "type": "direct"} for group_id in record.group_ids
        ]
    if members:
        document = with_members(document, members, base_url)
    document["meta"] = {
        "resourceType": record.kind,
        "created": record.created,
        "lastModified": record.last_modified,
        "location": location(record, base_url),
        "version": etag(record),
    }
    return document


def with_members(document: Document, members: Sequence[str], base_url: str) -> Document:
    """The document with these users as members; no attribute at all where there is nobody (RFC 7643 §2.5)."""
    if not members:
        return document
    prefix = f"{base_url}/Users/"
    return {**document, "members": [_member(id, prefix) for id in members]}


def _member(id: str, prefix: str) -> Document:
    member = {"value": id, "$ref": prefix + id, "type": "User"}
    if display := display_of(id):
        member["display"] = display
    return member
