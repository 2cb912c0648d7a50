"""What of a store cannot be found out from the target: ids, externalIds, attributes; a JSON object on each line."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, get_args

from scim import keys
from scim.jobs.adoption import Known
from scim.ports import Store
from scim.protocol.errors import InvalidValue
from scim.records import Kind, Link, Record

_KINDS: tuple[Kind, ...] = get_args(Kind)
_FIELDS = ("kind", "id", "document", "client", "created", "last_modified", "version", "wanted", "origin")


def lines(store: Store) -> Iterator[str]:
    """Wanted users and groups that are linked to somebody in the target."""
    for kind in _KINDS:
        for record in store.scan(kind):
            if record.link.target_id:
                kept = {name: getattr(record, name) for name in _FIELDS}
                yield json.dumps(
                    {**kept, "external_ids": dict(record.external_ids), "target_id": record.link.target_id}
                )


def read(text: Iterable[str]) -> Known:
    """ValueError that names the line."""
    known = Known()
    for number, line in enumerate(text, 1):
        try:
            record = _record(json.loads(line))
        except (ValueError, LookupError, TypeError, AttributeError, InvalidValue):
            raise ValueError(f"line {number} is none that `export` writes") from None
        known.records[record.kind, record.link.target_id or ""] = record
    return known


def _record(fields: dict[str, Any]) -> Record:
    if fields["kind"] not in _KINDS or not isinstance(fields["document"], dict):
        raise ValueError
    link = Link(target_id=str(fields["target_id"]))
    external_ids = {str(client): str(value) for client, value in fields["external_ids"].items()}
    return Record(
        **{name: fields[name] for name in _FIELDS},
        external_ids=external_ids,
        link=link,
        unique_keys=keys.unique_keys(fields["kind"], fields["document"]),
        lookup_keys=keys.lookup_keys(fields["document"], external_ids),
    )
