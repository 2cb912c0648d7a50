"""People and groups of a source as SCIM bodies, the way an identity provider would push them (RFC 7643 §4.1, §4.2)."""

from scim.protocol.definitions import ENTERPRISE_SCHEMA, GROUP_SCHEMA, USER_SCHEMA
from scim.records import Document
from scim.source_records import SourceGroup, SourceUser


def user_document(user: SourceUser) -> Document:
    """A body of POST or PUT. What the source says nothing of is not stated, so that PUT clears it (docs/adr/0009)."""
    enterprise = _stated(
        {
            "employeeNumber": user.employee_number,
            "department": user.department,
            "costCenter": user.cost_center,
            "organization": user.organization,
        }
    )
    body: Document = {
        "schemas": [USER_SCHEMA.id, *([ENTERPRISE_SCHEMA.id] if enterprise else [])],
        "externalId": user.id,
        "userName": user.email,
        "active": user.active,
        "emails": [
            {"value": user.email, "type": "work", "primary": True},
            *({"value": alias, "type": "other"} for alias in user.aliases),
        ],
        **_stated(
            {
                "displayName": user.full_name,
                "title": user.title,
                "userType": "Guest" if user.guest else "",
            }
        ),
    }
    name = _stated({"formatted": user.full_name, "givenName": user.given_name, "familyName": user.family_name})
    if name:
        body["name"] = name
    if enterprise:
        body[ENTERPRISE_SCHEMA.id] = enterprise
    return body


def group_document(group: SourceGroup) -> Document:
    """Without `members`: they are ids of the source, which whoever writes the group knows how to translate."""
    return {"schemas": [GROUP_SCHEMA.id], "externalId": group.id, "displayName": group.name}


def _stated(values: dict[str, str]) -> Document:
    return {name: value for name, value in values.items() if value and not value.isspace()}
