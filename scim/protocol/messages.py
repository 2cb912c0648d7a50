"""The messages of the protocol that are no resources: PATCH, search, bulk (RFC 7644 §3.5.2, §3.4.3, §3.7).

pydantic stands at this door; what goes on from here is plain and frozen.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import BeforeValidator, Field, PlainValidator, StrictInt, StrictStr, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from scim.protocol.errors import InvalidSyntax, InvalidValue, NoTarget, PayloadTooLarge
from scim.protocol.path import excerpt

PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
SEARCH_REQUEST = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
BULK_REQUEST = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
MOST_OPERATIONS = 1000

Op = Literal["add", "remove", "replace"]


class Unstated(Enum):
    """No `value` at all. `add` and `replace` need one, be it null."""

    MISSING = "missing"


MISSING: Final = Unstated.MISSING


def _spelled(*names: str) -> Callable[[Any], Any]:
    """Brings an object's names into the schema's spelling (RFC 7643 §2.1: they ignore case)."""
    spelling = {name.lower(): name for name in names}

    def spell(given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {spelling.get(name.lower(), name): value for name, value in given.items()}

    return spell


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _upper(value: Any) -> Any:
    return value.upper() if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a PATCH: a `remove` has a path, `add` and `replace` have a value."""

    op: Annotated[Op, BeforeValidator(_lower)]
    path: StrictStr | None = None
    value: Any = MISSING


def _integer(value: Any) -> Any:
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise PydanticCustomError("int_type", "not an integer")


# JSON has integers; the query parameters of a GET, which make a SearchRequest too, are still text.
_Integer = Annotated[int | str | None, PlainValidator(_integer)]


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What is absent is None, so that a caller's defaults apply; `cursor` may be "", which asks for the first page."""

    attributes: tuple[StrictStr, ...] | None = None
    excluded_attributes: Annotated[tuple[StrictStr, ...] | None, Field(alias="excludedAttributes")] = None
    filter: StrictStr | None = None
    sort_by: Annotated[StrictStr | None, Field(alias="sortBy")] = None
    sort_order: Annotated[StrictStr | None, Field(alias="sortOrder")] = None
    start_index: Annotated[_Integer, Field(alias="startIndex")] = None
    count: _Integer = None
    cursor: StrictStr | None = None


@dataclass(frozen=True, slots=True)
class BulkOperation:
    method: Annotated[Literal["POST", "PUT", "PATCH", "DELETE"], BeforeValidator(_upper)]
    path: StrictStr
    bulk_id: Annotated[StrictStr | None, Field(alias="bulkId")] = None
    version: StrictStr | None = None
    data: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class BulkRequest:
    """`fail_on_errors`: how many errors end it; None = it runs to its end."""

    fail_on_errors: int | None
    operations: tuple[BulkOperation, ...]


@dataclass(frozen=True, slots=True)
class _Patch:
    operations: Annotated[
        tuple[Annotated[Operation, BeforeValidator(_spelled("op", "path", "value"))], ...],
        Field(alias="Operations", min_length=1),
    ]


@dataclass(frozen=True, slots=True)
class _Bulk:
    operations: Annotated[
        tuple[Annotated[BulkOperation, BeforeValidator(_spelled("method", "path", "bulkId", "version", "data"))], ...],
        Field(alias="Operations", min_length=1),
    ]
    fail_on_errors: Annotated[StrictInt | None, Field(alias="failOnErrors", ge=0)] = None


def parse_patch(body: Any, limit: int = MOST_OPERATIONS) -> tuple[Operation, ...]:
    """Raises InvalidSyntax; NoTarget for a `remove` without path; InvalidValue for `add` or `replace` without value."""
    operations: tuple[Operation, ...] = _validated(_Patch, _message(PATCH_OP, body, limit)).operations
    for position, operation in enumerate(operations):
        _check_operation(operation, f"Operations[{position}]")
    return operations


def parse_search(body: Any) -> SearchRequest:
    """Raises InvalidSyntax."""
    return _validated(SearchRequest, _message(SEARCH_REQUEST, body))


def parse_bulk(body: Any, limit: int = MOST_OPERATIONS) -> BulkRequest:
    """Raises InvalidSyntax, PayloadTooLarge before anything is looked at, InvalidValue for a bulkId given twice."""
    bulk = _validated(_Bulk, _message(BULK_REQUEST, body, limit))
    for position, operation in enumerate(bulk.operations):
        _check_bulk_operation(operation, f"Operations[{position}]")
    ids = [operation.bulk_id for operation in bulk.operations if operation.bulk_id is not None]
    if len(set(ids)) < len(ids):
        twice = next(bulk_id for bulk_id in ids if ids.count(bulk_id) > 1)
        raise InvalidValue(f"bulkId {excerpt(twice)} stands on two operations: give each its own.")
    return BulkRequest(bulk.fail_on_errors, bulk.operations)


_Validated = TypeVar("_Validated")
_spell_message = _spelled(
    "schemas", "Operations", "failOnErrors", "attributes", "excludedAttributes", "filter", "sortBy", "sortOrder",
    "startIndex", "count", "cursor",
)  # fmt: skip

_DEMANDS = {
    "missing": "is required",
    "string_type": "must be a string",
    "int_type": "must be an integer",
    "tuple_type": "must be an array",
    "dict_type": "must be an object",
    "dataclass_type": "must be an object",
    "literal_error": "must be {expected}",
    "too_short": "must not be empty",
    "greater_than_equal": "must be at least {ge}",
}


def _message(urn: str, body: Any, limit: int | None = None) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise InvalidSyntax("The body must be a JSON object.")
    message: dict[str, Any] = _spell_message(body)
    schemas = message.get("schemas")
    if not isinstance(schemas, list) or urn.lower() not in map(_lower, schemas):
        raise InvalidSyntax(f'The body must have "schemas", an array with {urn}.')
    operations = message.get("Operations")
    if limit is not None and isinstance(operations, list) and len(operations) > limit:
        name = " (maxOperations)" if urn == BULK_REQUEST else ""
        raise PayloadTooLarge(
            f"The body holds {len(operations)} operations; at most {limit} are accepted at once{name}."
        )
    return message


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    """Built when the first message of its kind comes: building all of them makes each cold start 15 ms longer."""
    return TypeAdapter(kind)


def _validated(kind: Callable[..., _Validated], message: Mapping[str, Any]) -> _Validated:
    try:
        read: _Validated = _adapter(kind).validate_python(message)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        demand = _DEMANDS[first["type"]].format(**first.get("ctx", {}))
        raise InvalidSyntax(f"{_where(first['loc'])} {demand}.") from error
    return read


def _where(location: tuple[int | str, ...]) -> str:
    """`Operations[0].op`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).lstrip(".")


def _check_operation(operation: Operation, where: str) -> None:
    if operation.op == "remove" and operation.path is None:
        raise NoTarget(f"{where} is a remove without a path: say what to remove.")
    if operation.op != "remove" and operation.value is MISSING:
        raise InvalidValue(f"{where} has no value, which {operation.op} needs.")


def _check_bulk_operation(operation: BulkOperation, where: str) -> None:
    if operation.method == "POST" and not operation.bulk_id:
        raise InvalidSyntax(f"{where} is a POST without a bulkId.")
    if operation.method != "DELETE" and operation.data is None:
        raise InvalidSyntax(f"{where} is a {operation.method} without data.")
