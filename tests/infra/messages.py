"""The part of Terraform's plugin protocol 6 that the stand-in provider speaks, without generated code.

The protocol: tfplugin6.proto in Terraform's sources. A field here is `name=number:type`, `*` repeated, `%` a map from
strings.
"""

from functools import cache
from typing import Any

from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

PACKAGE = "tfplugin6"
SCALARS = {
    "string": FieldDescriptorProto.TYPE_STRING,
    "bytes": FieldDescriptorProto.TYPE_BYTES,
    "bool": FieldDescriptorProto.TYPE_BOOL,
    "int": FieldDescriptorProto.TYPE_INT64,
}
MESSAGES = {
    "Empty": "",
    "DynamicValue": "msgpack=1:bytes json=2:bytes",
    "Diagnostic": "severity=1:int summary=2:string detail=3:string",
    "Step": "attribute_name=1:string",
    "AttributePath": "steps=1:*Step",
    "Attribute": "name=1:string type=2:bytes required=4:bool optional=5:bool computed=6:bool",
    "NestedBlock": "type_name=1:string block=2:Block nesting=3:int min_items=4:int max_items=5:int",
    "Block": "version=1:int attributes=2:*Attribute block_types=3:*NestedBlock",
    "Schema": "version=1:int block=2:Block",
    "Capabilities": "plan_destroy=1:bool get_provider_schema_optional=2:bool",
    "Schemas": "provider=1:Schema resource_schemas=2:%Schema data_source_schemas=3:%Schema "
    "diagnostics=4:*Diagnostic server_capabilities=6:Capabilities",
    "Diagnosed": "diagnostics=1:*Diagnostic",
    "ProviderConfig": "config=1:DynamicValue",
    "Configure": "terraform_version=1:string config=2:DynamicValue",
    "ProviderChecked": "diagnostics=2:*Diagnostic",
    "Config": "type_name=1:string config=2:DynamicValue",
    "RawState": "json=1:bytes",
    "Upgrade": "type_name=1:string version=2:int raw_state=3:RawState",
    "Upgraded": "upgraded_state=1:DynamicValue",
    "Read": "type_name=1:string current_state=2:DynamicValue",
    "WasRead": "new_state=1:DynamicValue",
    "Plan": "type_name=1:string prior_state=2:DynamicValue proposed_new_state=3:DynamicValue config=4:DynamicValue",
    "Planned": "planned_state=1:DynamicValue requires_replace=2:*AttributePath legacy_type_system=5:bool",
    "Apply": "type_name=1:string prior_state=2:DynamicValue planned_state=3:DynamicValue config=4:DynamicValue",
    "Applied": "new_state=1:DynamicValue legacy_type_system=4:bool",
    "Import": "type_name=1:string id=2:string",
    "ImportedResource": "type_name=1:string state=2:DynamicValue",
    "Imported": "imported_resources=1:*ImportedResource",
    "ReadData": "type_name=1:string config=2:DynamicValue",
    "Data": "state=1:DynamicValue",
    "Stopped": "error=1:string",
}


def message(name: str, **fields: Any) -> Any:
    return message_class(name)(**fields)


@cache
def message_class(name: str) -> Any:
    return GetMessageClass(_pool().FindMessageTypeByName(f"{PACKAGE}.{name}"))


@cache
def _pool() -> DescriptorPool:
    file = FileDescriptorProto(name="provider.proto", package=PACKAGE, syntax="proto3")
    for name, fields in MESSAGES.items():
        described = file.message_type.add(name=name)
        for field in fields.split():
            _add_field(described, field)
    pool = DescriptorPool()
    pool.Add(file)
    return pool


def _add_field(described: DescriptorProto, field: str) -> None:
    name, _, rest = field.partition("=")
    number, _, kind = rest.partition(":")
    added = described.field.add(name=name, number=int(number), label=FieldDescriptorProto.LABEL_OPTIONAL)
    if kind[0] in "*%":
        added.label = FieldDescriptorProto.LABEL_REPEATED
    if kind[0] == "%":
        kind = _add_entry(described, name, kind[1:])
    _set_type(added, kind.lstrip("*"))


def _add_entry(described: DescriptorProto, name: str, kind: str) -> str:
    """A map is a repeated message of keys and values."""
    entry = described.nested_type.add(name="".join(part.capitalize() for part in name.split("_")) + "Entry")
    entry.options.map_entry = True
    for number, (part, its_kind) in enumerate((("key", "string"), ("value", kind)), start=1):
        _set_type(entry.field.add(name=part, number=number, label=FieldDescriptorProto.LABEL_OPTIONAL), its_kind)
    return f"{described.name}.{entry.name}"


def _set_type(field: FieldDescriptorProto, kind: str) -> None:
    if kind in SCALARS:
        field.type = SCALARS[kind]
    else:
        field.type, field.type_name = FieldDescriptorProto.TYPE_MESSAGE, f".{PACKAGE}.{kind}"
