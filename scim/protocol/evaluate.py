"""From a filter's syntax tree to a function that tells whether a rendered document matches (RFC 7644 §3.4.2.2).

What a client gets is either the exact answer or invalidFilter: nothing that cannot be evaluated is ever skipped.
"""

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scim.protocol import comparison
from scim.protocol.errors import InvalidFilter
from scim.protocol.filter import And, Comparison, Filter, Not, Or, Present, ValuePath
from scim.protocol.path import AttributePath, excerpt, resolve
from scim.protocol.schema import Attribute, Document, ResourceType

Matcher = Callable[[Document], bool]

_TESTS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "co": operator.contains,
    "sw": str.startswith,
    "ew": str.endswith,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
_ORDERINGS = frozenset({"gt", "ge", "lt", "le"})
_SUBSTRINGS = frozenset({"co", "sw", "ew"})


@dataclass(frozen=True, slots=True)
class _Target:
    """An attribute and the keys that lead to it from where the search begins."""

    attribute: Attribute
    keys: tuple[str, ...]


_Scope = Callable[[AttributePath], _Target | None]


def compile_filter(filter: Filter, resource_type: ResourceType) -> Matcher:
    """Raises InvalidFilter for what can have no answer: an order of booleans, a substring of a number, a password.

    An attribute the resource type does not have is one without a value. `eq null` (or "") asks for absence, `ne null`
    for presence, and `ne "x"` also matches where the attribute is absent, for then it does not equal "x".
    """
    return _compile(filter, lambda path: _in_resource(path, resource_type))


def compile_value_filter(filter: Filter, attribute: Attribute) -> Callable[[Any], bool]:
    """The filter between the brackets of a value path, for one value of that attribute. Raises InvalidFilter.

    A value that is no object is matched as its own `value`.
    """
    matches = _compile(filter, lambda path: _in_value(path, attribute))
    return lambda value: matches(value if isinstance(value, dict) else {"value": value})


def _in_resource(path: AttributePath, resource_type: ResourceType) -> _Target | None:
    resolved = resolve(path, resource_type)
    if resolved is None:
        return None
    _require_readable(resolved.attribute)
    keys = (resolved.attribute.name,) if resolved.schema_urn is None else (resolved.schema_urn, resolved.attribute.name)
    if resolved.sub is None:
        return _Target(resolved.attribute, keys)
    _require_readable(resolved.sub)
    return _Target(resolved.sub, (*keys, resolved.sub.name))


def _in_value(path: AttributePath, attribute: Attribute) -> _Target | None:
    if path.sub is not None or path.urn is not None:
        return None
    if attribute.type != "complex":
        return _Target(attribute, ("value",)) if path.name.lower() == "value" else None
    sub = attribute.sub_attributes.get(path.name.lower())
    if sub is None:
        return None
    _require_readable(sub)
    return _Target(sub, (sub.name,))


def _require_readable(attribute: Attribute) -> None:
    if attribute.returned == "never":
        raise InvalidFilter(f"{attribute.name} is never returned, so nothing can be filtered by it.")


def _compile(filter: Filter, scope: _Scope) -> Matcher:
    match filter:
        case And(terms):
            every = [_compile(term, scope) for term in terms]
            return lambda document: all(matches(document) for matches in every)
        case Or(terms):
            some = [_compile(term, scope) for term in terms]
            return lambda document: any(matches(document) for matches in some)
        case Not(inner):
            unwanted = _compile(inner, scope)
            return lambda document: not unwanted(document)
        case Present(path):
            return _presence(scope(path))
        case ValuePath(path, inner):
            return _same_value(scope(path), inner)
        case Comparison():
            return _comparison(filter, scope(filter.path))


def _presence(target: _Target | None) -> Matcher:
    if target is None:
        return lambda _: False
    read = _reader(target.keys)
    return lambda document: any(_is_assigned(value) for value in read(document))


def _same_value(target: _Target | None, inner: Filter) -> Matcher:
    if target is None:
        _compile(inner, lambda _: None)  # a faulty filter is refused wherever it stands
        return lambda _: False
    matches = compile_value_filter(inner, target.attribute)
    read = _reader(target.keys)
    return lambda document: any(matches(value) for value in read(document))


def _comparison(asked: Comparison, target: _Target | None) -> Matcher:
    if asked.operator in ("eq", "ne") and asked.value in (None, ""):
        present = _presence(target)
        return present if asked.operator == "ne" else lambda document: not present(document)
    _check_literal(asked)
    if target is None:
        return lambda _: asked.operator == "ne"
    target = _comparable(target)
    prepare = _preparation(asked, target.attribute)
    wanted = prepare(asked.value)
    if wanted is None:
        raise InvalidFilter(_mismatch(asked, target.attribute))
    read = _reader(target.keys, default=_assumed(target))
    return _any_value(lambda document: map(prepare, read(document)), asked.operator, wanted)


def _any_value(read: Callable[[Document], Iterable[Any]], name: str, wanted: Any) -> Matcher:
    test = _TESTS[name]
    matches_absence = name == "ne"

    def matches(document: Document) -> bool:
        values = [value for value in read(document) if value is not None and value != ""]
        return any(test(value, wanted) for value in values) if values else matches_absence

    return matches


def _check_literal(asked: Comparison) -> None:
    if asked.operator in _SUBSTRINGS and not isinstance(asked.value, str):
        raise InvalidFilter(f"In the filter, `{asked.operator}` needs a string in double quotes.")
    if asked.value is None:
        raise InvalidFilter(f"In the filter, `{asked.operator}` cannot be used with null; ask with `pr`, eq or ne.")


def _comparable(target: _Target) -> _Target:
    if target.attribute.type != "complex":
        return target
    sub = comparison.default_sub_attribute(target.attribute)
    if sub is None:
        name = target.attribute.name
        subs = ", ".join(f"{name}.{sub.name}" for sub in target.attribute.sub_attributes.values())
        raise InvalidFilter(f"{name} is complex: only `{name} pr` can be asked; compare a part of it, {subs}.")
    return _Target(sub, (*target.keys, sub.name))


def _preparation(asked: Comparison, attribute: Attribute) -> comparison.Preparation:
    if asked.operator in _ORDERINGS and attribute.type in ("boolean", "binary"):
        raise InvalidFilter(f"{attribute.name} is of type {attribute.type}, which `{asked.operator}` cannot compare.")
    if asked.operator not in _SUBSTRINGS:
        return comparison.preparation(attribute)
    if attribute.type in ("boolean", "decimal", "integer"):
        raise InvalidFilter(f"{attribute.name} is of type {attribute.type}, in which `{asked.operator}` finds no text.")
    return comparison.text if attribute.case_exact else comparison.folded


def _mismatch(asked: Comparison, attribute: Attribute) -> str:
    expected = {
        "boolean": "true or false",
        "decimal": "a number without quotes",
        "integer": "a number without quotes",
        "dateTime": 'a date and time such as "2011-05-13T04:42:34Z"',
    }.get(attribute.type, "a string in double quotes")
    return f"In the filter, {excerpt(asked.path.name)} is compared by `{asked.operator}`: it needs {expected}."


def _assumed(target: _Target) -> bool | None:
    """An absent `primary` counts as false (RFC 7643 §2.4)."""
    return False if target.attribute.name == "primary" and target.attribute.type == "boolean" else None


def _reader(keys: Sequence[str], default: Any = None) -> Callable[[Document], list[Any]]:
    """Every value at the end of the keys, with multi-valued attributes opened on the way."""
    *outer, last = keys

    def read(document: Document) -> list[Any]:
        values: list[Any] = [document]
        for key in outer:
            values = [item for value in values if isinstance(value, dict) for item in _each(value.get(key))]
        return [item for value in values if isinstance(value, dict) for item in _each(value.get(last, default))]

    return read


def _each(value: Any) -> Sequence[Any]:
    if isinstance(value, list):
        return value
    return () if value is None else (value,)


def _is_assigned(value: Any) -> bool:
    """RFC 7643 §2.5: null and empty are unassigned; so is "", with which identity providers clear. False is a value."""
    match value:
        case dict():
            return any(map(_is_assigned, value.values()))
        case list():
            return any(map(_is_assigned, value))
    return value is not None and value != ""
