"""The canonical form of attribute values, by the schema (RFC 7643 §2.3 to §2.5). Bodies and PATCH share this door.

Canonical: the schema's spelling; nothing empty (§2.5: null, [] and unassigned are one; "" and {} are read likewise,
because identity providers clear with them); nothing unknown, readOnly or writeOnly.
"""

import base64
from collections.abc import Callable, Hashable, Mapping
from enum import Enum
from typing import Any, Final

from scim.protocol import comparison
from scim.protocol.errors import InvalidValue
from scim.protocol.path import excerpt
from scim.protocol.schema import Attribute, Document, Type


class Unassigned(Enum):
    """What an empty value is read as. Not None, which JSON has a use for."""

    ABSENT = "absent"


ABSENT: Final = Unassigned.ABSENT
MOST_ELEMENTS = 1000  # of one attribute; members are counted elsewhere

_TO_STANDARD_BASE64 = str.maketrans("-_", "+/")
_KINDS = {
    dict: "an object",
    list: "an array",
    str: "a string",
    bool: "a boolean",
    int: "a number",
    float: "a number",
    type(None): "null",
}


def coerce_value(attribute: Attribute, value: Any, where: str) -> Any:
    """The canonical form of a value for that attribute, or ABSENT. Raises InvalidValue, naming `where`."""
    if is_empty(value):
        return ABSENT
    if attribute.multi_valued:
        return _elements(attribute, value, where)
    return _COERCE[attribute.type](attribute, value, where)


def coerce_attributes(attributes: Mapping[str, Attribute], value: Mapping[str, Any], prefix: str) -> Document:
    """The known, writable ones of the attributes given, canonical. Others are ignored (RFC 7644 §3.3)."""
    document: Document = {}
    for name, given in value.items():
        attribute = attributes.get(name.lower())
        if attribute is None or not is_kept(attribute):
            continue
        coerced = coerce_value(attribute, given, prefix + attribute.name)
        if coerced is not ABSENT:
            document[attribute.name] = coerced
    return document


def is_kept(attribute: Attribute) -> bool:
    """Whether what a client writes there is stored: neither what is ours to say nor a password."""
    return attribute.mutability not in ("readOnly", "writeOnly")


def is_empty(value: Any) -> bool:
    return not value and not isinstance(value, bool | int | float)


def union(elements: list[Any], more: list[Any], where: str) -> list[Any]:
    """`elements`, then those of `more` they lack. An element that differs in nothing but `primary` is the same one
    (RFC 7643 §2.4: each type and value once). One that comes as primary takes that from the others (RFC 7644 §3.5.2).
    """
    result = list(elements)
    places = {_identity(element): place for place, element in enumerate(result)}
    for element in more:
        place = places.setdefault(_identity(element), len(result))
        if place == len(result):
            result.append(element)
        if is_primary(element):
            result = [demoted(other) for other in result]
            result[place] = {**result[place], "primary": True}
    if len(result) > MOST_ELEMENTS:
        raise InvalidValue(f"{where} has {len(result)} values: at most {MOST_ELEMENTS} are kept.")
    return result


def is_primary(element: Any) -> bool:
    return isinstance(element, dict) and element.get("primary") is True


def demoted(element: Any) -> Any:
    return {**element, "primary": False} if is_primary(element) else element


def check_primary(elements: list[Any], where: str) -> None:
    if sum(map(is_primary, elements)) > 1:
        raise InvalidValue(f"{where} has more than one value with primary true: mark one at most.")


def as_object(attribute: Attribute, value: Any, where: str) -> dict[str, Any]:
    """What is given for a complex attribute; a bare string is its `value`."""
    if isinstance(value, str) and "value" in attribute.sub_attributes:
        return {"value": value}
    if not isinstance(value, dict):
        raise wrong_type(where, "an object", value)
    return value


def clears_value(attribute: Attribute, stated: Mapping[str, Any], coerced: Document) -> bool:
    """Whether an object states an empty `value`, its significant part (RFC 7643 §2.4). It then is unassigned as a
    whole: no type or primary stays behind alone.
    """
    if "value" in coerced or "value" not in attribute.sub_attributes:
        return False
    return any(name.lower() == "value" for name in stated)


def kind(value: Any) -> str:
    """What a JSON value is, in words."""
    return _KINDS[type(value)]


def _identity(element: Any) -> Hashable:
    if not isinstance(element, dict):
        return element  # type: ignore[no-any-return]
    return frozenset(item for item in element.items() if item[0] != "primary")


def wrong_type(where: str, expected: str, value: Any) -> InvalidValue:
    return InvalidValue(f"{where} must be {expected}, not {kind(value)}.")


def _elements(attribute: Attribute, value: Any, where: str) -> Any:
    if not isinstance(value, list):
        raise wrong_type(where, "an array", value)
    coerce = _COERCE[attribute.type]
    elements = [
        coerce(attribute, element, f"{where}[{position}]")
        for position, element in enumerate(value)
        if not is_empty(element)
    ]
    elements = [element for element in elements if element is not ABSENT]
    check_primary(elements, where)
    return union([], elements, where) or ABSENT


def _object(attribute: Attribute, value: Any, where: str) -> Any:
    stated = as_object(attribute, value, where)
    coerced = coerce_attributes(attribute.sub_attributes, stated, f"{where}.")
    return ABSENT if clears_value(attribute, stated, coerced) else coerced or ABSENT


def _string(_: Attribute, value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise wrong_type(where, "a string", value)
    return value


def _boolean(_: Attribute, value: Any, where: str) -> bool:
    """Also the strings "true" and "false" in any case, by a table: bool("False") would be True."""
    boolean = comparison.boolean(value)
    if boolean is not None:
        return boolean
    if isinstance(value, str):
        raise InvalidValue(f"{where} must be true or false, not {excerpt(value)}.")
    raise wrong_type(where, "true or false", value)


def _decimal(_: Attribute, value: Any, where: str) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong_type(where, "a number", value)
    return value


def _integer(_: Attribute, value: Any, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise wrong_type(where, "an integer without fraction or exponent", value)
    return value


def _date_time(attribute: Attribute, value: Any, where: str) -> str:
    text = _string(attribute, value, where)
    if comparison.date_time(text) is None:
        raise InvalidValue(f"{where} must be a date with a time, such as 2011-05-13T04:42:34Z, not {excerpt(text)}.")
    return text


def _binary(attribute: Attribute, value: Any, where: str) -> str:
    """Base64 of either alphabet, padded or not (RFC 7643 §2.3.6)."""
    text = _string(attribute, value, where)
    try:
        base64.b64decode(text.translate(_TO_STANDARD_BASE64) + "=" * (-len(text) % 4), validate=True)
    except ValueError as error:
        raise InvalidValue(f"{where} must be base64, which {excerpt(text)} is not.") from error
    return text


_COERCE: Mapping[Type, Callable[[Attribute, Any, str], Any]] = {
    "string": _string,
    "boolean": _boolean,
    "decimal": _decimal,
    "integer": _integer,
    "dateTime": _date_time,
    "binary": _binary,
    "reference": _string,
    "complex": _object,
}
