"""PATCH (RFC 7644 §3.5.2): every operation becomes JSON Patch (RFC 6902) against what the ones before it left.

All or nothing: the steps are taken on one copy, which is the caller's only if every operation succeeds. Members are not
in a document; what is asked of them is collected, without needing to know them.
"""

import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from jsonpatch import JsonPatch

from scim.protocol.errors import InvalidFilter, InvalidPath, InvalidValue, Mutability, NoTarget
from scim.protocol.filter import Comparison, Filter, Or, Path, parse_path
from scim.protocol.membership import MembershipChange
from scim.protocol.messages import MISSING, Op, Operation
from scim.protocol.patch_steps import Step, steps
from scim.protocol.patch_values import Write, value_after
from scim.protocol.path import AttributePath, excerpt, resolve
from scim.protocol.resources import check_required, member_ids
from scim.protocol.schema import Document, ResourceType, Schema
from scim.protocol.values import ABSENT


@dataclass(frozen=True, slots=True)
class Patched:
    """`steps` lead from the document (with its externalId) to this one; none where nothing changed. `membership` is
    None where the operations ask nothing of the members.
    """

    document: Document
    external_id: str | None
    membership: MembershipChange | None
    steps: tuple[Step, ...]


def apply(
    resource_type: ResourceType, document: Document, external_id: str | None, operations: Iterable[Operation]
) -> Patched:
    """Raises InvalidPath, InvalidFilter, InvalidValue, NoTarget, Mutability; the argument is never altered."""
    draft = copy.deepcopy(document) | ({} if external_id is None else {"externalId": external_id})
    writes = _all_writes(resource_type, operations)
    taken: list[Step] = []
    for write in writes:
        if not _is_of_members(write):
            taken += _carry_out(write, draft)
    external_id_after = draft.pop("externalId", None)
    check_required(resource_type, draft)
    unchanged = draft == document and external_id_after == external_id
    return Patched(draft, external_id_after, _membership_after(writes), () if unchanged else tuple(taken))


def membership(resource_type: ResourceType, operations: Iterable[Operation]) -> MembershipChange | None:
    """What `apply` will ask of the members: a caller may want to know whom to look up before it reads the group."""
    return _membership_after(_all_writes(resource_type, operations))


def _carry_out(write: Write, draft: Document) -> list[Step]:
    holder = draft if write.schema_urn is None else draft.get(write.schema_urn, {})
    value = value_after(write, holder.get(write.attribute.name, ABSENT))
    if value is ABSENT and write.attribute.required:
        raise _required(write)
    if write.schema_urn is None:
        found = steps(draft, write.attribute.name, value)
    else:
        others = {name: other for name, other in holder.items() if name != write.attribute.name}
        whole = others if value is ABSENT else others | {write.attribute.name: value}
        found = steps(draft, write.schema_urn, whole or ABSENT)
    if found:
        JsonPatch(found).apply(draft, in_place=True)
    return found


def _required(write: Write) -> Mutability | InvalidValue:
    if write.op == "remove":
        return Mutability(f"{write.where} is required: it cannot be removed.")
    return InvalidValue(f"{write.where} is required: give it a value.")


def _all_writes(resource_type: ResourceType, operations: Iterable[Operation]) -> list[Write]:
    """What a path means depends on the resource type alone, not on what the operations before it did."""
    return [write for operation in operations for write in _writes(resource_type, operation)]


def _writes(resource_type: ResourceType, operation: Operation) -> Iterator[Write]:
    if operation.path is None:
        yield from _named_writes(resource_type, operation.op, operation.value, "")
        return
    path = parse_path(operation.path)
    schema = _schema(resource_type, path)
    if schema is not None:
        yield from _schema_writes(resource_type, operation.op, operation.value, schema)
        return
    write = _write(resource_type, operation.op, operation.value, path, operation.path)
    if write is None:
        raise InvalidPath(f"{excerpt(operation.path)} is no attribute of a {resource_type.name}.")
    if _takes_effect(resource_type, write):
        yield write


def _named_writes(resource_type: ResourceType, op: Op, value: Any, prefix: str) -> Iterator[Write]:
    """Each attribute an object names, by itself. As in a whole resource, what is unknown or readOnly is ignored, and
    null says nothing about members.
    """
    if not isinstance(value, dict):
        raise InvalidValue(
            f"{prefix.rstrip(':') or 'An operation without a path'} needs an object of attributes as value."
        )
    for name, given in value.items():
        path = _path_of(prefix + name)
        schema = path and _schema(resource_type, path)
        if schema:
            yield from _schema_writes(resource_type, op, given, schema)
            continue
        write = path and _write(resource_type, op, given, path, name)
        if write and write.is_kept and not (_is_of_members(write) and given is None):
            yield write


def _schema_writes(resource_type: ResourceType, op: Op, value: Any, schema: Schema) -> Iterator[Write]:
    """A whole schema, by its URN: merged, or taken away with all its attributes."""
    if op != "remove" and value is not None:
        yield from _named_writes(resource_type, op, value, f"{schema.id}:")
        return
    urn = None if schema is resource_type.schema else schema.id
    for attribute in schema.attributes.values():
        yield Write("remove", schema.id, MISSING, urn, attribute, None, None)


def _write(resource_type: ResourceType, op: Op, value: Any, path: Path, text: str) -> Write | None:
    """None where the resource type has no such attribute."""
    resolved = resolve(path.attribute, resource_type)
    if resolved is None:
        return None
    sub = resolved.sub
    if path.sub is not None:
        sub = resolved.attribute.sub_attributes.get(path.sub.lower())
        if sub is None:
            return None
    return Write(op, text, value, resolved.schema_urn, resolved.attribute, sub, path.filter)


def _schema(resource_type: ResourceType, path: Path) -> Schema | None:
    """The schema that a URN alone names."""
    urn = path.attribute.urn
    if path.attribute.name or urn is None:
        return None
    return next((schema for schema in resource_type.schemas() if schema.id.lower() == urn.lower()), None)


def _path_of(name: str) -> Path | None:
    """None for the names of attributes we could not have."""
    try:
        return parse_path(name)
    except InvalidPath:
        if "[" in name:
            raise
        return None


def _takes_effect(resource_type: ResourceType, write: Write) -> bool:
    """False for what is accepted without effect: a password; the URNs in use, which follow from the attributes."""
    if write.attribute.mutability == "writeOnly":
        return False
    if write.attribute.name == "schemas" and write.op == "add" and _are_known(resource_type, write.value):
        return False
    if not write.is_kept:
        raise Mutability(f"{write.where} is readOnly: it cannot be changed by a client.")
    return True


def _are_known(resource_type: ResourceType, urns: Any) -> bool:
    known = {schema.id.lower() for schema in resource_type.schemas()}
    return all(isinstance(urn, str) and urn.lower() in known for urn in (urns if isinstance(urns, list) else [urns]))


def _is_of_members(write: Write) -> bool:
    return write.attribute.name == "members"


def _membership_after(writes: Iterable[Write]) -> MembershipChange | None:
    change = MembershipChange()
    for write in filter(_is_of_members, writes):
        change = _changed(write, change)
    return None if change.is_empty else change


def _changed(write: Write, change: MembershipChange) -> MembershipChange:
    if write.sub is not None:
        raise Mutability(f"{write.where} cannot be changed: remove the member, then add another.")
    if write.op == "remove" and write.filter is not None:
        return change.revoking(_ids_chosen(write.filter))
    if write.op == "remove":
        everybody = write.value is MISSING or write.value is None
        return change.clearing() if everybody else change.revoking(_ids_given(write.value))
    if write.filter is not None:
        raise NoTarget(
            f"{excerpt(write.text)} is no target of {write.op}: give members as the value of the path members."
        )
    ids = _ids_given(write.value)
    return change.granting(ids) if write.op == "add" else change.replacing(ids)


def _ids_given(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return member_ids(value if isinstance(value, list) else [value])


def _ids_chosen(filter: Filter) -> tuple[str, ...]:
    match filter:
        case Comparison(AttributePath(name, None, None), "eq", str(value)) if name.lower() == "value" and value:
            return (value,)
        case Or(terms):
            return tuple(member for term in terms for member in _ids_chosen(term))
    raise InvalidFilter('Members are chosen by `value eq "id"` alone, one or several joined by `or`.')
