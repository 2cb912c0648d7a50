"""Barbara, and the operations of a PATCH in few words."""

from scim.protocol import patch
from scim.protocol.definitions import ENTERPRISE_SCHEMA, GROUP_SCHEMA, USER, USER_SCHEMA
from scim.protocol.messages import MISSING, Operation

CORE, ENTERPRISE, GROUP_URN = USER_SCHEMA.id, ENTERPRISE_SCHEMA.id, GROUP_SCHEMA.id
WORK = {"type": "work", "value": "bjensen@example.com", "primary": True}
HOME = {"type": "home", "value": "babs@jensen.org"}
NEW = {"value": "b@x.org"}
MANAGER = {"value": "26118915", "$ref": "../Users/26118915"}
BARBARA = {
    "userName": "bjensen@example.com",
    "active": True,
    "name": {"givenName": "Barbara", "familyName": "Jensen"},
    "emails": [WORK, HOME],
    ENTERPRISE: {"department": "Tours", "manager": MANAGER},
}
BARE = {"userName": "bjensen@example.com"}


def operation(op, path=None, value=MISSING):
    return Operation(op, path, value)


def add(path, value):
    return operation("add", path, value)


def replace(path, value):
    return operation("replace", path, value)


def remove(path, value=MISSING):
    return operation("remove", path, value)


def patched(document, *operations):
    return patch.apply(USER, document, None, operations).document


def barbara(**changes):
    """Barbara with these attributes; None takes one away."""
    document = {**BARBARA, **changes}
    return {name: value for name, value in document.items() if value is not None}


def enterprise(**changes):
    return barbara(**{ENTERPRISE: {k: v for k, v in {**BARBARA[ENTERPRISE], **changes}.items() if v is not None}})
