"""Values as the stand-in provider fills them in, compares and checks them. See stand_in_schema.py for `attributes`."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import msgpack

from tests.infra.messages import message
from tests.infra.stand_in_schema import Json, is_told

UNKNOWN = msgpack.ExtType(0, b"\0")
When = Literal["create", "update", "apply"]
"""What is asked for: the plan of a new resource, of one that is there, or what becomes of a plan."""
TOLD = {"string": "told-{}", "number": 1, "bool": False}


def completed(value: Json | None, attributes: Json, defaults: Mapping[str, Any], when: When) -> Json | None:
    """What was left out filled in: `defaults` of the provider, those of the schema, and what the provider tells, most
    of which is unknown in the plan of a new resource.
    """
    if value is None:
        return None
    filled = {name: _filled(value.get(name), name, shape, defaults) for name, shape in attributes.items()}
    return {name: _told(filled[name], name, shape, filled, when) for name, shape in attributes.items()}


def _filled(value: Any, name: str, shape: Json, defaults: Mapping[str, Any]) -> Any:
    if shape["type"] == "block" or value is not None:
        return value
    if shape.get("computed") and name in defaults:
        return defaults[name]
    return None if is_told(shape) else shape.get("default")


def _told(value: Any, name: str, shape: Json, siblings: Json, when: When) -> Any:
    if shape["type"] == "block":
        inner = shape.get("attrs", {})
        if isinstance(value, list):
            return [completed(each, inner, {}, when) for each in value]
        return completed(value, inner, {}, when) if isinstance(value, dict) else value
    if isinstance(value, msgpack.ExtType):
        return _answer(name, shape, siblings) if when == "apply" or shape.get("early") else UNKNOWN
    if value is not None or not is_told(shape):
        return value
    return UNKNOWN if when == "create" and not shape.get("early") else _answer(name, shape, siblings)


def _answer(name: str, shape: Json, siblings: Json) -> Any:
    if "told" in shape:
        needs = [each for each in siblings if f"{{{each}}}" in shape["told"]]
        if any(isinstance(siblings[each], msgpack.ExtType) for each in needs):
            return UNKNOWN
        return shape["told"].format_map(siblings)
    if shape["type"] in TOLD:
        told = TOLD[shape["type"]]
        return told.format(name) if isinstance(told, str) else told
    if "object" in shape["type"]:
        return None
    return {} if shape["type"].startswith("map") else []


def blank(attributes: Json, name: str, defaults: Mapping[str, Any]) -> Json:
    """A resource of that id of which nothing else is known."""
    ends = name.rpartition("/")[2]
    empty = {each: _nothing(shape) for each, shape in attributes.items()}
    named: Json = {each: ends for each in ("name", "secret_id") if each in attributes}
    return {**(completed({**empty, **named}, attributes, defaults, "apply") or {}), "id": name}


def _nothing(shape: Json) -> Any:
    return [] if shape["type"] == "block" and shape.get("nesting") != "single" else None


def replaced_for(prior: Json | None, planned: Json | None, attributes: Json) -> list[str]:
    """The attributes that can be changed only in a new resource."""
    if prior is None or planned is None:
        return []
    return [
        name
        for name, shape in attributes.items()
        if shape.get("force_new") and prior.get(name) not in (None, [], planned.get(name))
    ]


def mistakes(value: Any, attributes: Json, path: str = "") -> Iterator[str]:
    """Values outside of their `enum`, which Terraform itself does not know."""
    if not isinstance(value, dict):
        return
    for name, shape in attributes.items():
        given = value.get(name)
        if shape["type"] == "block":
            for each in given if isinstance(given, list) else [given]:
                yield from mistakes(each, shape.get("attrs", {}), f"{path}{name}.")
        elif isinstance(given, str) and given not in shape.get("enum", [given]):
            yield f"{path}{name} is {given!r}: it must be one of {', '.join(shape['enum'])}"


def packed(value: Any) -> Any:
    return message("DynamicValue", msgpack=msgpack.packb(value))


def unpacked(value: Any) -> Any:
    return msgpack.unpackb(value.msgpack, strict_map_key=False) if value.msgpack else None
