"""Filters and PATCH paths: from text to syntax tree, the whole grammar of RFC 7644 §3.4.2.2 (Figure 1) and §3.5.2.

Recursive descent over an anchored tokeniser, in linear time. The caps hold while parsing, so that no hostile text
(`((((…`, `not (not (…`) is ever built into a tree. Whatever is not fully understood is refused, never cut short.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from scim.protocol.errors import InvalidFilter, InvalidPath
from scim.protocol.lexer import Literal, literal, tokens
from scim.protocol.path import NAME, AttributePath, excerpt, parse_attribute_path

LONGEST_FILTER = 4096  # bytes
DEEPEST_NESTING = 32
MOST_TERMS = 64

OPERATORS = frozenset({"eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"})
_KEYWORDS = frozenset({"and", "or", "not"})
_SUB_ATTRIBUTE = re.compile(rf"\.({NAME})")


@dataclass(frozen=True, slots=True)
class Comparison:
    path: AttributePath
    operator: str  # lower case, one of OPERATORS
    value: Literal


@dataclass(frozen=True, slots=True)
class Present:
    path: AttributePath


@dataclass(frozen=True, slots=True)
class Not:
    filter: "Filter"


@dataclass(frozen=True, slots=True)
class And:
    terms: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class Or:
    terms: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class ValuePath:
    """`path[filter]`: one and the same value of the attribute satisfies the whole inner filter."""

    path: AttributePath
    filter: "Filter"


Filter: TypeAlias = Comparison | Present | Not | And | Or | ValuePath


@dataclass(frozen=True, slots=True)
class Path:
    """The target of a PATCH operation: attrPath / valuePath [subAttr] (RFC 7644 §3.5.2, Figure 7).

    `sub` stands after the brackets (`emails[type eq "work"].value`), `attribute.sub` without them (`name.familyName`).
    """

    attribute: AttributePath
    filter: Filter | None = None
    sub: str | None = None


@lru_cache(maxsize=512)
def parse(text: str) -> Filter:
    """Raises InvalidFilter. `emails[type eq "work"].value eq "x"`, not in the grammar yet widely sent, asks for one
    value that is of type work and equal to x.
    """
    parser = _Parser(text)
    parsed = parser.any_of()
    parser.expect_end()
    return parsed


@lru_cache(maxsize=512)
def parse_path(text: str) -> Path:
    """Raises InvalidPath, or InvalidFilter where the fault is in the filter between the brackets."""
    name, bracket, rest = text.partition("[")
    attribute = parse_attribute_path(name)
    if not bracket:
        return Path(attribute)
    if attribute.sub is not None or not attribute.name:
        raise InvalidPath(f"{excerpt(name)} cannot be followed by [...]: name the whole attribute before the brackets.")
    if "]" not in rest:
        raise InvalidPath(f"{excerpt(text)} is no path: the ] is missing.")
    if rest.partition("]")[0].isdigit():
        raise InvalidPath(f"{excerpt(text)} is no path: values have no index; choose them by [type eq ...].")
    parser = _Parser(text, start=len(name) + 1, inside_brackets=True)
    inner = parser.any_of()
    return Path(attribute, inner, parser.sub_attribute_at_end())


def equalities(filter: Filter) -> tuple[tuple[AttributePath, Any], ...]:
    """The `eq` comparisons that every match must satisfy: a caller may look one up in an index, then filter the rest.

    `eq null` and `eq ""` are left out: they ask for absence, which no index answers.
    """
    match filter:
        case Comparison(path, "eq", value) if value not in (None, ""):
            return ((path, value),)
        case And(terms):
            return tuple(pair for term in terms for pair in equalities(term))
        case ValuePath(path, inner):
            return tuple(
                (AttributePath(path.name, sub.name, path.urn), value)
                for sub, value in equalities(inner)
                if sub.sub is None and sub.urn is None
            )
    return ()


class _Parser:
    """One rule of the grammar per method, loosest binding first: `or`, `and`, then `not` and grouping."""

    def __init__(self, text: str, *, start: int = 0, inside_brackets: bool = False) -> None:
        _check_size(text)
        self._rest = tokens(text, start)[::-1]  # the next token is the last
        self._inside_brackets = inside_brackets
        self._depth = 0
        self._terms = 0

    def any_of(self) -> Filter:
        terms = [self.all_of()]
        while self._accept("or"):
            terms.append(self.all_of())
        return terms[0] if len(terms) == 1 else Or(tuple(terms))

    def all_of(self) -> Filter:
        terms = [self.term()]
        while self._accept("and"):
            terms.append(self.term())
        return terms[0] if len(terms) == 1 else And(tuple(terms))

    def term(self) -> Filter:
        if self._accept("not"):
            if not self._accept("("):
                raise self._error("`not` needs parentheses: not (...)")
            return Not(self._group(")"))
        if self._accept("("):
            return self._group(")")
        path = self._attribute_path()
        if self._accept("["):
            return self._value_path(path)
        return self._condition(path)

    def expect_end(self) -> None:
        if self._rest:
            raise self._error("expected `and`, `or` or the end")

    def sub_attribute_at_end(self) -> str | None:
        """What a PATCH path may still hold once its inner filter is read: `]`, or `].name`."""
        if not self._accept("]"):
            raise self._error("expected `and`, `or` or ]")
        sub = self._sub_attribute()
        if self._rest:
            raise InvalidPath("After the brackets of a path comes nothing but one sub-attribute, such as .value.")
        return sub

    def _group(self, end: str) -> Filter:
        self._depth += 1
        if self._depth > DEEPEST_NESTING:
            raise InvalidFilter(f"The filter nests deeper than {DEEPEST_NESTING} levels.")
        group = self.any_of()
        if not self._accept(end):
            raise self._error(f"expected `and`, `or` or {end}")
        self._depth -= 1
        return group

    def _value_path(self, path: AttributePath) -> Filter:
        if self._inside_brackets:
            raise self._error("brackets cannot stand inside brackets")
        if path.sub is not None:
            raise self._error("brackets follow a whole attribute, not a sub-attribute")
        self._inside_brackets = True
        inner = self._group("]")
        self._inside_brackets = False
        sub = self._sub_attribute()
        if sub is None:
            return ValuePath(path, inner)
        terms = inner.terms if isinstance(inner, And) else (inner,)
        return ValuePath(path, And((*terms, self._condition(AttributePath(sub)))))

    def _condition(self, path: AttributePath) -> Filter:
        self._terms += 1
        if self._terms > MOST_TERMS:
            raise InvalidFilter(f"The filter has more than {MOST_TERMS} comparisons.")
        operator = self._word("expected an operator")
        match operator.lower():
            case "pr":
                return Present(path)
            case name if name in OPERATORS:
                return Comparison(path, name, self._literal())
        raise InvalidFilter(f"The filter has an unknown operator, {excerpt(operator)}: use eq, ne, co, sw, ew, pr, ...")

    def _literal(self) -> Literal:
        if not self._rest:
            raise self._error("expected a value")
        token = self._rest.pop()
        try:
            return literal(token.text)
        except ValueError as error:
            raise InvalidFilter(
                f"The filter has no valid value at character {token.position + 1}: give a string in double quotes,"
                " a number, true, false or null."
            ) from error

    def _attribute_path(self) -> AttributePath:
        word = self._word("expected an attribute")
        try:
            path = parse_attribute_path(word)
        except InvalidPath as error:
            raise InvalidFilter(f"In the filter, {error.detail}") from error
        if not path.name or word.lower() in _KEYWORDS:
            raise InvalidFilter(f"In the filter, {excerpt(word)} stands where an attribute is expected.")
        return path

    def _sub_attribute(self) -> str | None:
        """The name in the `.name` that comes next; None if something else does."""
        match = _SUB_ATTRIBUTE.fullmatch(self._rest[-1].text) if self._rest else None
        if match is None:
            return None
        self._rest.pop()
        return match[1]

    def _word(self, expected: str) -> str:
        if not self._rest or not self._rest[-1].is_word:
            raise self._error(expected)
        return self._rest.pop().text

    def _accept(self, text: str) -> bool:
        """Whether the next token is this keyword (in any case) or punctuation; if so it is consumed."""
        if not self._rest or self._rest[-1].text.lower() != text:
            return False
        self._rest.pop()
        return True

    def _error(self, expected: str) -> InvalidFilter:
        if not self._rest:
            return InvalidFilter(f"The filter ends too early: {expected}.")
        return InvalidFilter(f"The filter is wrong at character {self._rest[-1].position + 1}: {expected}.")


def _check_size(text: str) -> None:
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise InvalidFilter("The filter holds a lone surrogate, which is no character.") from error
    if size > LONGEST_FILTER:
        raise InvalidFilter(f"The filter has {size} bytes; at most {LONGEST_FILTER} are accepted.")
