"""What the bench sends: people, groups and changes in the forms identity providers give them."""

from typing import Any
from urllib.parse import quote, urlencode

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"

Body = dict[str, Any]
Request = tuple[str, str, Body | None]


def user_name(n: int) -> str:
    return f"user{n:06d}@example.com"


def external_id(n: int) -> str:
    return f"external-{n:06d}"


def user(n: int, title: str = "Engineer") -> Body:
    """As Entra ID maps a person by default, with the enterprise extension."""
    full_name = f"Given{n} Family{n}"
    address = {"type": "work", "streetAddress": f"{n} Main St", "locality": "Springfield", "region": "IL"}
    return {
        "schemas": [USER, ENTERPRISE],
        "userName": user_name(n),
        "externalId": external_id(n),
        "name": {"givenName": f"Given{n}", "familyName": f"Family{n}", "formatted": full_name},
        "displayName": full_name,
        "active": True,
        "title": title,
        "emails": [{"value": user_name(n), "type": "work", "primary": True}],
        "phoneNumbers": [{"value": f"+1555{n:07d}", "type": "work"}],
        "addresses": [{**address, "postalCode": "62701", "country": "US"}],
        "preferredLanguage": "en-US",
        ENTERPRISE: {"employeeNumber": str(n), "department": "R&D", "costCenter": "4130", "organization": "Example"},
    }


def group(name: str, *members: str, **attributes: Any) -> Body:
    body = {"schemas": [GROUP], "displayName": name, **attributes}
    return {**body, "members": refs(members)} if members else body


def refs(ids: list[str] | tuple[str, ...]) -> list[Body]:
    return [{"value": id} for id in ids]


def patch(*operations: Body) -> Body:
    return {"schemas": [PATCH], "Operations": list(operations)}


def add(group_id: str, *members: str) -> Request:
    """Entra ID's form, one member or many."""
    return "PATCH", f"/Groups/{group_id}", patch({"op": "Add", "path": "members", "value": refs(members)})


def remove_by_filter(group_id: str, member: str) -> Request:
    """Okta's form, and the RFC's."""
    return "PATCH", f"/Groups/{group_id}", patch({"op": "remove", "path": f'members[value eq "{member}"]'})


def remove_by_value(group_id: str, member: str) -> Request:
    """Entra ID's form."""
    return "PATCH", f"/Groups/{group_id}", patch({"op": "Remove", "path": "members", "value": refs([member])})


def search(endpoint: str, filter: str, **more: str) -> str:
    return f"/{endpoint}?" + urlencode({"filter": filter, **more}, quote_via=quote)


def by_user_name(name: str) -> Request:
    return "GET", search("Users", f'userName eq "{name}"'), None
