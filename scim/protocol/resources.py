"""Resources as clients send them, read by the schema into canonical documents (RFC 7643 §3; RFC 7644 §3.3, §3.5.1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scim.protocol.errors import InvalidSyntax, InvalidValue
from scim.protocol.membership import MemberId
from scim.protocol.schema import Document, ResourceType
from scim.protocol.values import ABSENT, coerce_attributes, coerce_value, is_empty, kind, wrong_type

_KEPT_ELSEWHERE = frozenset({"schemas", "externalid", "members"})


@dataclass(frozen=True, slots=True)
class Resource:
    """A body of POST or PUT. `members` is None where the body says nothing about them (absent or null), `()` where it
    says there are none. `stated` holds the lower-case names the body has at its top, those with null too.
    """

    document: Document
    external_id: str | None
    members: tuple[str, ...] | None
    stated: frozenset[str]


def read(resource_type: ResourceType, body: Any) -> Resource:
    """Raises InvalidSyntax where the body is no resource of that type, InvalidValue where an attribute is wrong."""
    if not isinstance(body, dict):
        raise InvalidSyntax(f"The body must be a JSON object, not {kind(body)}.")
    given = {name.lower(): value for name, value in body.items()}
    _check_schemas(resource_type, given.get("schemas"))
    document = _read_attributes(resource_type, given)
    check_required(resource_type, document)
    external_id = coerce_value(resource_type.attributes["externalid"], given.get("externalid"), "externalId")
    members = given.get("members") if "members" in resource_type.attributes else None
    return Resource(
        document,
        None if external_id is ABSENT else external_id,
        None if members is None else member_ids(members),
        frozenset(given),
    )


def check_required(resource_type: ResourceType, document: Document) -> None:
    for attribute in resource_type.attributes.values():
        if attribute.required and attribute.name not in document:
            raise InvalidValue(f"{attribute.name} is required: give it a value.")


def member_ids(value: Any) -> tuple[str, ...]:
    """The ids in a `members` array, each once, in order: of objects with a `value`, or bare strings."""
    if not isinstance(value, list):
        raise wrong_type("members", "an array", value)
    return tuple(dict.fromkeys(_member_id(element, position) for position, element in enumerate(value)))


def _check_schemas(resource_type: ResourceType, schemas: Any) -> None:
    """RFC 7643 §3: never empty, no URN twice, the resource type's own among them. Unknown URNs are left alone."""
    core = resource_type.schema.id
    if not isinstance(schemas, list) or not all(isinstance(urn, str) for urn in schemas):
        raise InvalidSyntax(f'The body must have "schemas", an array of URNs with {core} among them.')
    urns = [urn.lower() for urn in schemas]
    if core.lower() not in urns:
        raise InvalidSyntax(f'"schemas" must name {core}.')
    if len(set(urns)) < len(urns):
        raise InvalidSyntax('"schemas" names a URN twice: name each once.')


def _read_attributes(resource_type: ResourceType, given: Mapping[str, Any]) -> Document:
    own = {name: value for name, value in given.items() if name not in _KEPT_ELSEWHERE}
    document = coerce_attributes(resource_type.attributes, own, "")
    for extension in resource_type.extensions:
        value = given.get(extension.id.lower())
        if is_empty(value):
            continue
        if not isinstance(value, dict):
            raise wrong_type(extension.id, "an object", value)
        attributes = coerce_attributes(extension.attributes, value, f"{extension.id}:")
        if attributes:
            document[extension.id] = attributes
    return document


def _member_id(element: Any, position: int) -> str:
    value, display = element, None
    if isinstance(element, dict):
        named = {name.lower(): given for name, given in element.items()}
        value, display = named.get("value"), named.get("display")
    if not isinstance(value, str) or not value:
        raise InvalidValue(f"members[{position}] must be an object whose value is the id of a user.")
    if display and not isinstance(display, str):
        raise wrong_type(f"members[{position}].display", "a string", display)
    return MemberId(value, display) if display else value
