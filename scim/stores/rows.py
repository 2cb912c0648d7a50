"""What both stores write alike: a record's fixed part and a ledger as JSON text, identifiers, when something is due."""

import json
import re
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from scim.records import Document, Ledger, Link, Record

NEVER = 253402300800.0
"""The year 10000: when a revocation that waits for a person is due."""

_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]{0,199}")
_encode = json.JSONEncoder(separators=(",", ":")).encode
_decode = json.JSONDecoder().raw_decode


def is_id(text: str) -> bool:
    """Whether a store can hold this id. Clients ask for any text; what could never be written is not there."""
    return _ID.fullmatch(text) is not None


def is_text(text: str) -> bool:
    """Whether UTF-8 can carry it; a lone surrogate from a JSON escape cannot be in any key."""
    try:
        return bool(text.encode())
    except UnicodeEncodeError:
        return False


def encode_body(record: Record) -> str:
    """The part that only `replace` changes. JSON text keeps a document exactly, whatever its depth, the size of its
    numbers or the names in it, and its ASCII escapes carry even what UTF-8 cannot.
    """
    return _encode(
        {
            "document": record.document,
            "client": record.client,
            "created": record.created,
            "origin": record.origin,
            "external_ids": dict(record.external_ids),
            "unique_keys": record.unique_keys,
            "lookup_keys": record.lookup_keys,
        }
    )


def decode_body(body: str) -> dict[str, Any]:
    """The fields of `Record` that `encode_body` wrote."""
    fixed: dict[str, Any] = _decode(body)[0]
    fixed["unique_keys"] = tuple(fixed["unique_keys"])
    fixed["lookup_keys"] = tuple(fixed["lookup_keys"])
    return fixed


def encode_ledger(ledger: Ledger) -> str:
    return _encode(asdict(ledger))


def decode_ledger(body: str) -> Ledger:
    fields: dict[str, Any] = _decode(body)[0]
    fields["entries"] = tuple((minute, count) for minute, count in fields["entries"])
    return Ledger(**fields)


def encode_note(note: Document) -> str:
    return _encode(note)


def decode_note(body: str) -> Document:
    note: Document = _decode(body)[0]
    return note


def due(link: Link) -> float | None:
    """One number says both whether a record is unsettled and from when: None = settled, 0 = as soon as possible."""
    return (link.next_attempt_at or 0.0) if link.unsettled else None


def wishes(grants: Iterable[str], revokes: Iterable[str]) -> dict[str, bool]:
    """Each user once, with whether it shall be a member; a revoke wins over a grant of the same call."""
    return dict.fromkeys(filter(is_id, grants), True) | dict.fromkeys(filter(is_id, revokes), False)
