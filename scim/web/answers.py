"""HTTP answers of the SCIM API (RFC 7644 §3.1, §8.1)."""

from flask import Response

from scim.protocol import strict_json
from scim.protocol.errors import ScimError
from scim.protocol.schema import Document

MEDIA_TYPE = "application/scim+json"
STORE_DOWN = "The bridge's store does not answer. Nothing is lost; try again soon."


def document(body: Document, status: int = 200) -> Response:
    return Response(strict_json.dumps(body), status, content_type=MEDIA_TYPE)


def resource(body: Document, status: int, *, location: str, version: str) -> Response:
    """A resource's version and place are headers too (RFC 7644 §3.3, §3.14), whatever the projection left."""
    response = document(body, status)
    response.headers["ETag"] = version
    response.headers["Location" if status == 201 else "Content-Location"] = location
    return response


def unchanged(version: str) -> Response:
    response = nothing(304)
    response.headers["ETag"] = version
    return response


def nothing(status: int = 204) -> Response:
    response = Response(status=status)
    del response.headers["Content-Type"]
    return response


def error(problem: ScimError) -> Response:
    response = document(problem.to_document(), problem.status)
    if problem.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="scim"'
    if problem.status in (429, 503):
        response.headers["Retry-After"] = "30"
    return response
