"""The resource types and schemas of this service provider (RFC 7643 §3.1, §4.1, §4.2, §4.3): the one source from
which validation, projection, comparison, mutability and `/Schemas` follow.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from scim.protocol.schema import Attribute, ResourceType, Schema


def _table(*attributes: Attribute) -> Mapping[str, Attribute]:
    return MappingProxyType({attribute.name.lower(): attribute for attribute in attributes})


def _complex(name: str, description: str, *subs: Attribute, **characteristics: Any) -> Attribute:
    return Attribute(name, description, "complex", sub_attributes=_table(*subs), **characteristics)


def _plural(name: str, description: str, value: Attribute, types: tuple[str, ...] = (), *more: Attribute) -> Attribute:
    """A multi-valued attribute with the sub-attributes of RFC 7643 §2.4."""
    return _complex(
        name,
        description,
        value,
        Attribute("display", "A human-readable name, for display only."),
        Attribute("type", "A label for the attribute's function.", canonical_values=types),
        Attribute("primary", "Whether this is the preferred value; true at most once.", "boolean"),
        *more,
        multi_valued=True,
    )


def _reference(name: str, description: str, *types: str, **characteristics: Any) -> Attribute:
    return Attribute(name, description, "reference", case_exact=True, reference_types=types, **characteristics)


_VALUE = Attribute("value", "The value.")

COMMON = _table(
    Attribute(
        "id",
        "The identifier this service provider gave the resource.",
        case_exact=True,
        mutability="readOnly",
        returned="always",
        uniqueness="global",
    ),
    Attribute("externalId", "The identifier the provisioning client gave the resource.", case_exact=True),
    _complex(
        "meta",
        "What the service provider knows about the resource.",
        Attribute("resourceType", "The resource type.", case_exact=True, mutability="readOnly"),
        Attribute("created", "When the resource was created.", "dateTime", mutability="readOnly"),
        Attribute("lastModified", "When the resource last changed.", "dateTime", mutability="readOnly"),
        _reference("location", "Where the resource is.", "uri", mutability="readOnly"),
        Attribute("version", "The resource's entity-tag.", case_exact=True, mutability="readOnly"),
        mutability="readOnly",
    ),
    Attribute(
        "schemas",
        "The URNs of the schemas in use.",
        "reference",
        multi_valued=True,
        case_exact=True,
        returned="always",
        reference_types=("uri",),
    ),
)

_USER_ATTRIBUTES = _table(
    Attribute(
        "userName",
        "The name the user is known by to the identity provider; compared without regard to case.",
        required=True,
        uniqueness="server",
    ),
    _complex(
        "name",
        "The components of the user's name.",
        Attribute("formatted", "The full name, ready for display."),
        Attribute("familyName", "The family name."),
        Attribute("givenName", "The given name."),
        Attribute("middleName", "The middle name or names."),
        Attribute("honorificPrefix", "The title, such as 'Ms.'."),
        Attribute("honorificSuffix", "The suffix, such as 'III'."),
    ),
    Attribute("displayName", "The name shown to other people; the name in the target."),
    Attribute("nickName", "The casual name."),
    _reference("profileUrl", "A page about the user.", "external"),
    Attribute("title", "The job title."),
    Attribute("userType", "The relation to the organization, such as 'Contractor'."),
    Attribute("preferredLanguage", "The preferred languages, as in an Accept-Language header."),
    Attribute("locale", "The locale for currency, dates and numbers, such as 'en-US'."),
    Attribute("timezone", "The time zone in the Olson format, such as 'Europe/Berlin'."),
    Attribute("active", "False suspends the user in the target, true reactivates.", "boolean"),
    Attribute(
        "password", "Accepted and dropped: never stored, never returned.", mutability="writeOnly", returned="never"
    ),
    _plural(
        "emails", "The e-mail addresses; the primary one receives the invitation.", _VALUE, ("work", "home", "other")
    ),
    _plural("phoneNumbers", "The phone numbers.", _VALUE, ("work", "home", "mobile", "fax", "pager", "other")),
    _plural("ims", "The instant messaging addresses.", _VALUE),
    _plural(
        "photos", "URLs of photos. Never fetched.", _reference("value", "The URL.", "external"), ("photo", "thumbnail")
    ),
    _complex(
        "addresses",
        "The postal addresses.",
        Attribute("formatted", "The full address, ready for display."),
        Attribute("streetAddress", "The street, with the house number."),
        Attribute("locality", "The city."),
        Attribute("region", "The state or region."),
        Attribute("postalCode", "The postal code."),
        Attribute("country", "The country, as in ISO 3166-1 alpha-2."),
        Attribute("type", "A label for the address's function.", canonical_values=("work", "home", "other")),
        Attribute("primary", "Whether this is the preferred address; true at most once.", "boolean"),
        multi_valued=True,
    ),
    _complex(
        "groups",
        "The groups the user is a member of; changed through the groups only.",
        Attribute("value", "The id of the group.", case_exact=True, mutability="readOnly"),
        _reference("$ref", "The URL of the group.", "Group", mutability="readOnly"),
        Attribute("display", "The name of the group.", mutability="readOnly"),
        Attribute("type", "How the membership came about.", mutability="readOnly", canonical_values=("direct",)),
        multi_valued=True,
        mutability="readOnly",
    ),
    _plural("entitlements", "Things the user has. Kept, given no meaning.", _VALUE),
    _plural("roles", "What the user is. Kept, given no meaning.", _VALUE),
    _plural(
        "x509Certificates",
        "Certificates, as base64 of DER.",
        Attribute("value", "The certificate.", "binary", case_exact=True),
    ),
)

_ENTERPRISE_ATTRIBUTES = _table(
    Attribute("employeeNumber", "The number the organization gave the user."),
    Attribute("costCenter", "The cost center."),
    Attribute("organization", "The organization."),
    Attribute("division", "The division."),
    Attribute("department", "The department."),
    _complex(
        "manager",
        "The user's manager.",
        Attribute("value", "The id of the manager's user.", case_exact=True),
        _reference("$ref", "The URL of the manager's user.", "User"),
        Attribute("displayName", "The name of the manager.", mutability="readOnly"),
    ),
)

_GROUP_ATTRIBUTES = _table(
    Attribute(
        "displayName",
        "The name of the group; unique, compared without regard to case.",
        required=True,
        uniqueness="server",
    ),
    _complex(
        "members",
        "The users in the group.",
        Attribute("value", "The id of the user.", case_exact=True, mutability="immutable"),
        _reference("$ref", "The URL of the user.", "User", mutability="immutable"),
        Attribute("display", "The name the client gave the member; kept, given no meaning.", mutability="immutable"),
        Attribute("type", "The kind of member.", mutability="immutable", canonical_values=("User",)),
        multi_valued=True,
    ),
)

USER_SCHEMA = Schema("urn:ietf:params:scim:schemas:core:2.0:User", "User", "User Account", _USER_ATTRIBUTES)
ENTERPRISE_SCHEMA = Schema(
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    "EnterpriseUser",
    "Enterprise User",
    _ENTERPRISE_ATTRIBUTES,
)
GROUP_SCHEMA = Schema("urn:ietf:params:scim:schemas:core:2.0:Group", "Group", "Group", _GROUP_ATTRIBUTES)

USER = ResourceType(
    "User",
    "/Users",
    "User Account",
    USER_SCHEMA,
    (ENTERPRISE_SCHEMA,),
    MappingProxyType({**COMMON, **_USER_ATTRIBUTES}),
)
GROUP = ResourceType("Group", "/Groups", "Group", GROUP_SCHEMA, (), MappingProxyType({**COMMON, **_GROUP_ATTRIBUTES}))
RESOURCE_TYPES: Mapping[str, ResourceType] = MappingProxyType({"User": USER, "Group": GROUP})
SCHEMAS: Mapping[str, Schema] = MappingProxyType(
    {schema.id.lower(): schema for schema in (USER_SCHEMA, ENTERPRISE_SCHEMA, GROUP_SCHEMA)}
)
