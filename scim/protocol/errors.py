"""What a SCIM client is told when a request cannot be carried out (RFC 7644 §3.12).

ScimError
├── BadRequest (400)
│   ├── InvalidFilter, InvalidPath, NoTarget, InvalidSyntax, InvalidValue, InvalidVersion
│   ├── Mutability, TooMany, Sensitive
│   └── InvalidCursor, ExpiredCursor, InvalidCount          (RFC 9865 §2.1)
├── Unauthorized (401), Forbidden (403), NotFound (404), MethodNotAllowed (405)
├── Conflict (409) ── Uniqueness
├── PreconditionFailed (412), PayloadTooLarge (413), UnsupportedMediaType (415)
├── TooManyRequests (429), ServerError (500), NotOffered (501), Unavailable (503)

`detail` speaks to the client's administrator: what, which attribute, what to do.
"""

from typing import Any, ClassVar

ERROR_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:Error"


class ScimError(Exception):
    status: ClassVar[int] = 500
    scim_type: ClassVar[str | None] = None

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail

    def to_document(self) -> dict[str, Any]:
        document: dict[str, Any] = {"schemas": [ERROR_SCHEMA], "status": str(self.status)}
        if self.scim_type:
            document["scimType"] = self.scim_type
        return document | {"detail": self.detail}


class BadRequest(ScimError):
    status = 400


class InvalidFilter(BadRequest):
    scim_type = "invalidFilter"


class InvalidPath(BadRequest):
    scim_type = "invalidPath"


class NoTarget(BadRequest):
    scim_type = "noTarget"


class InvalidSyntax(BadRequest):
    scim_type = "invalidSyntax"


class InvalidValue(BadRequest):
    scim_type = "invalidValue"


class InvalidVersion(BadRequest):
    scim_type = "invalidVers"


class Mutability(BadRequest):
    scim_type = "mutability"


class TooMany(BadRequest):
    scim_type = "tooMany"


class Sensitive(BadRequest):
    scim_type = "sensitive"


class InvalidCursor(BadRequest):
    scim_type = "invalidCursor"


class ExpiredCursor(BadRequest):
    scim_type = "expiredCursor"


class InvalidCount(BadRequest):
    scim_type = "invalidCount"


class Unauthorized(ScimError):
    status = 401


class Forbidden(ScimError):
    status = 403


class NotFound(ScimError):
    status = 404


class MethodNotAllowed(ScimError):
    status = 405


class Conflict(ScimError):
    status = 409


class Uniqueness(Conflict):
    scim_type = "uniqueness"


class PreconditionFailed(ScimError):
    status = 412


class PayloadTooLarge(ScimError):
    status = 413


class UnsupportedMediaType(ScimError):
    status = 415


class TooManyRequests(ScimError):
    status = 429


class ServerError(ScimError):
    status = 500


class NotOffered(ScimError):
    status = 501


class Unavailable(ScimError):
    status = 503
