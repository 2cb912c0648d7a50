"""Attributes and their characteristics (RFC 7643 §2, §7): what every other module of the protocol follows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

Type = Literal["string", "boolean", "decimal", "integer", "dateTime", "binary", "reference", "complex"]
Mutability = Literal["readOnly", "readWrite", "immutable", "writeOnly"]
Returned = Literal["always", "never", "default", "request"]
Uniqueness = Literal["none", "server", "global"]

Document = dict[str, Any]
SCHEMA_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Schema"


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute with its characteristics (RFC 7643 §2.2). `sub_attributes` is keyed by lower-case name."""

    name: str
    description: str
    type: Type = "string"
    multi_valued: bool = False
    required: bool = False
    case_exact: bool = False
    mutability: Mutability = "readWrite"
    returned: Returned = "default"
    uniqueness: Uniqueness = "none"
    canonical_values: tuple[str, ...] = ()
    reference_types: tuple[str, ...] = ()
    sub_attributes: Mapping[str, "Attribute"] = field(default_factory=lambda: MappingProxyType({}))

    def to_document(self) -> dict[str, Any]:
        document: dict[str, Any] = {
            "name": self.name,
            "type": self.type,
            "multiValued": self.multi_valued,
            "description": self.description,
            "required": self.required,
            "mutability": self.mutability,
            "returned": self.returned,
        }
        if self.type not in ("complex", "boolean", "decimal", "integer", "dateTime"):
            document["caseExact"] = self.case_exact
        if self.type != "complex":
            document["uniqueness"] = self.uniqueness
        if self.canonical_values:
            document["canonicalValues"] = list(self.canonical_values)
        if self.reference_types:
            document["referenceTypes"] = list(self.reference_types)
        if self.sub_attributes:
            document["subAttributes"] = [sub.to_document() for sub in self.sub_attributes.values()]
        return document


@dataclass(frozen=True, slots=True)
class Schema:
    """A schema by URN. `attributes` is keyed by lower-case name (RFC 7643 §2.1: names ignore case)."""

    id: str
    name: str
    description: str
    attributes: Mapping[str, Attribute]

    def to_document(self, base_url: str) -> dict[str, Any]:
        return {
            "schemas": [SCHEMA_SCHEMA],
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "attributes": [attribute.to_document() for attribute in self.attributes.values()],
            "meta": {"resourceType": "Schema", "location": f"{base_url}/Schemas/{self.id}"},
        }


@dataclass(frozen=True, slots=True, eq=False)
class ResourceType:
    """A resource type (RFC 7643 §6): its own attributes, the common ones (§3.1) and its extensions.

    Equal only to itself, hence a key under which what follows from it can be cached.
    """

    name: Literal["User", "Group"]
    endpoint: str
    description: str
    schema: Schema
    extensions: tuple[Schema, ...]
    attributes: Mapping[str, Attribute]

    def extension(self, urn: str) -> Schema | None:
        """The extension with that URN in any case."""
        return next((schema for schema in self.extensions if schema.id.lower() == urn.lower()), None)

    def schemas(self) -> Iterator[Schema]:
        yield self.schema
        yield from self.extensions
