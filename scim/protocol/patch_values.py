"""What one operation of a PATCH makes of one attribute's value (RFC 7644 §3.5.2.1 to §3.5.2.3), as pure functions."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from scim.protocol.errors import InvalidPath, InvalidValue, NoTarget
from scim.protocol.evaluate import compile_value_filter
from scim.protocol.filter import And, Comparison, Filter
from scim.protocol.messages import MISSING, Op
from scim.protocol.path import AttributePath, excerpt
from scim.protocol.schema import Attribute, Document
from scim.protocol.values import (
    ABSENT,
    as_object,
    check_primary,
    clears_value,
    coerce_attributes,
    coerce_value,
    demoted,
    is_empty,
    is_kept,
    is_primary,
    union,
)

Edit = Callable[[Document], Any]
Matcher = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Write:
    """An operation on one attribute, `sub` and `filter` narrowing it. `text` is the path as the client wrote it."""

    op: Op
    text: str
    value: Any
    schema_urn: str | None
    attribute: Attribute
    sub: Attribute | None
    filter: Filter | None

    @property
    def is_kept(self) -> bool:
        """Whether it is for the client to write. The URNs in use are not: they follow from the attributes."""
        kept = is_kept(self.attribute) and (self.sub is None or is_kept(self.sub))
        return kept and self.attribute.name != "schemas"

    @property
    def where(self) -> str:
        return self.attribute.name if self.sub is None else f"{self.attribute.name}.{self.sub.name}"


def value_after(write: Write, before: Any) -> Any:
    """The attribute's next value, ABSENT if it has none; `before` likewise, and never altered.

    Raises InvalidPath, InvalidFilter, InvalidValue, NoTarget.
    """
    if write.filter is not None or write.sub is not None:
        return _narrowed(write, before)
    if write.op == "remove":
        return _removed(write, before)
    if not write.attribute.multi_valued:
        return _set(write, before)
    value = coerce_value(write.attribute, _as_list(write.value), write.where)
    if write.op == "replace" or before is ABSENT:
        return value
    return before if value is ABSENT else union(before, value, write.where)


def _set(write: Write, before: Any) -> Any:
    """`add` and `replace` are one for what is single (§3.5.2.1, §3.5.2.3). A bare string is a whole new value."""
    value = _inner(write.attribute, write.value)
    if write.attribute.type == "complex" and isinstance(value, dict):
        return _merged(write.attribute, {} if before is ABSENT else before, value, write.where)
    return coerce_value(write.attribute, value, write.where)


def _merged(attribute: Attribute, before: Document, value: Any, where: str) -> Any:
    """Sub-attributes not specified stay as they are (§3.5.2.3); those given empty are unassigned."""
    if is_empty(value):
        return ABSENT
    stated = as_object(attribute, value, where)
    coerced = coerce_attributes(attribute.sub_attributes, stated, f"{where}.")
    if clears_value(attribute, stated, coerced):
        return ABSENT
    named = {name.lower() for name in stated}
    kept = {name: value for name, value in before.items() if name.lower() not in named}
    return kept | coerced or ABSENT


def _inner(attribute: Attribute, value: Any) -> Any:
    """Some clients wrap a single value: `["x"]`, `[{"value": "x"}]`."""
    if not isinstance(value, list) or len(value) != 1:
        return value
    if attribute.type == "complex" or not isinstance(value[0], dict):
        return value[0]
    return next((inner for name, inner in value[0].items() if name.lower() == "value"), value)


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _removed(write: Write, before: Any) -> Any:
    """The RFC knows no value on `remove`; clients that list some mean these and no others."""
    attribute = write.attribute
    if before is ABSENT or not attribute.multi_valued or write.value is MISSING or write.value is None:
        return ABSENT
    listed = coerce_value(attribute, _as_list(write.value), write.where)
    return before if listed is ABSENT else _without(before, listed) or ABSENT


def _narrowed(write: Write, before: Any) -> Any:
    """Only part of the attribute: a sub-attribute, the values a filter matches, or that of these."""
    edit = _edit(write)
    if write.attribute.multi_valued:
        return _elements_after(write, [] if before is ABSENT else before, edit)
    if write.filter is not None:
        raise InvalidPath(
            f"{excerpt(write.text)} has a filter, but {write.attribute.name} has no values to choose from."
        )
    return edit({} if before is ABSENT else before)


def _edit(write: Write) -> Edit:
    """What happens to each object chosen."""
    sub = write.sub
    if sub is None and write.op == "remove":
        return lambda _: ABSENT
    if sub is None:
        return lambda element: _merged(write.attribute, element, write.value, write.where)
    assigned = ABSENT if write.op == "remove" else coerce_value(sub, _inner(sub, write.value), write.where)
    if assigned is ABSENT:
        return lambda element: {name: value for name, value in element.items() if name != sub.name} or ABSENT
    return lambda element: {**element, sub.name: assigned}


def _elements_after(write: Write, before: list[Document], edit: Edit) -> Any:
    matches = _every if write.filter is None else compile_value_filter(write.filter, write.attribute)
    chosen = {place for place, element in enumerate(before) if matches(element)}
    after = [edit(element) if place in chosen else element for place, element in enumerate(before)]
    if not chosen and edit({}) is not ABSENT:  # what unassigns creates nothing
        chosen = {len(after)}
        after.append(_created(write, edit, matches))
    touched = [after[place] for place in chosen]
    check_primary(touched, write.where)
    if any(map(is_primary, touched)):
        after = [element if place in chosen else demoted(element) for place, element in enumerate(after)]
    return union([], [element for element in after if element is not ABSENT], write.where) or ABSENT


def _created(write: Write, edit: Edit, matches: Matcher) -> Any:
    """`emails[type eq "work"].value` with no match: the RFC is silent on `add` and says noTarget on `replace`; yet
    identity providers send both to create the element. Only a whole element cannot be replaced where there is none.
    """
    if write.filter is not None and write.op == "replace" and write.sub is None:
        raise NoTarget(f"{excerpt(write.text)} matches no value: add it instead.")
    element = edit(_described(write))
    if not matches(element):
        raise InvalidValue(f"The value contradicts the filter of {excerpt(write.text)}.")
    return element


def _described(write: Write) -> Document:
    """The element that a filter of nothing but `eq` and `and` describes."""
    if write.filter is None:
        return {}
    element: Document = {}
    for term in write.filter.terms if isinstance(write.filter, And) else (write.filter,):
        match term:
            case Comparison(AttributePath(name, None, None), "eq", value):
                sub = write.attribute.sub_attributes.get(name.lower())
            case _:
                sub = None
        if sub is None:
            raise NoTarget(f"{excerpt(write.text)} matches no value, and does not tell what to create.")
        element[sub.name] = coerce_value(sub, value, sub.name)
    return {name: value for name, value in element.items() if value is not ABSENT}


def _without(elements: list[Document], listed: list[Document]) -> list[Document]:
    """Those of which no listed object says nothing but the truth. By sets: both lists may be long."""
    told: dict[tuple[str, ...], set[tuple[Any, ...]]] = {}
    for one in listed:
        names = tuple(sorted(one))
        told.setdefault(names, set()).add(tuple(one[name] for name in names))

    def is_listed(element: Document) -> bool:
        return any(tuple(element.get(name, False) for name in names) in values for names, values in told.items())

    return [element for element in elements if not is_listed(element)]


def _every(_: Any) -> bool:
    return True
