"""The schema the stand-in provider knows, and how Terraform reads it.

A schema: {"resources" | "data": {type: attributes}, "provider": attributes}. Attributes: {name: {"type", …}}, where a
block has the type "block", its "nesting", "min" and "max", and "attrs". `told` is what the provider says where nothing
is given; {names} in it are those of other attributes, and with `early` it says so already in a plan.
"""

import json
from pathlib import Path
from typing import Any

from tests.infra.messages import message

Json = dict[str, Any]

SCHEMA = Path(__file__).parent / "schema"
NESTING = {"single": 1, "list": 2, "set": 3}
SCALARS = {"string", "number", "bool"}


def schemas(*more: Json) -> Json:
    """Of the fixture, then `more`, then what was added by hand, the later over the earlier."""
    merged: Json = {}
    for each in (_read("google.json"), *more, _read("additions.json")):
        _merge(merged, each)
    return merged


def newer(path: Path) -> Json:
    """A schema of the form {type: attributes} for the resources that the fixture has."""
    known = _read("google.json")["resources"]
    return {"resources": {name: each for name, each in json.loads(path.read_text()).items() if name in known}}


def _read(name: str) -> Json:
    found: Json = json.loads((SCHEMA / name).read_text())
    return found


def _merge(into: Json, more: Json) -> None:
    for name, value in more.items():
        if isinstance(value, dict) and isinstance(into.get(name), dict):
            _merge(into[name], value)
        else:
            into[name] = value


def schema_message(attributes: Json) -> Any:
    return message("Schema", version=0, block=_block(attributes))


def _block(attributes: Json) -> Any:
    block = message("Block")
    for name, shape in sorted(attributes.items()):
        if shape["type"] == "block":
            _add_block(block, name, shape)
        else:
            _add_attribute(block, name, shape)
    return block


def _add_block(block: Any, name: str, shape: Json) -> None:
    single = shape.get("nesting") == "single"
    block.block_types.add(
        type_name=name,
        block=_block(shape.get("attrs", {})),
        nesting=NESTING[shape.get("nesting", "list")],
        min_items=0 if single else shape.get("min", int(bool(shape.get("required")))),
        max_items=0 if single else shape.get("max", 0),
    )


def _add_attribute(block: Any, name: str, shape: Json) -> None:
    required, readonly = bool(shape.get("required")), is_readonly(shape)
    block.attributes.add(
        name=name,
        type=json.dumps(_kind(shape["type"])).encode(),
        required=required,
        optional=not required and not readonly,
        computed=not required and is_told(shape),
    )


def is_told(shape: Json) -> bool:
    """Whether the provider fills it in where nothing is given."""
    return is_readonly(shape) or bool(shape.get("computed"))


def is_readonly(shape: Json) -> bool:
    return bool(shape.get("readonly")) or "object" in shape["type"]


def _kind(name: str) -> Any:
    """`list(string)` as Terraform writes types: `["list", "string"]`."""
    outer, _, inner = name.removesuffix(")").partition("(")
    if outer in {"list", "set", "map"} and inner != "object":
        return [outer, _kind(inner)]
    return outer if outer in SCALARS else "dynamic"
