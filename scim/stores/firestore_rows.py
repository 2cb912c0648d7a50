"""Records, memberships and events as Firestore documents.

A user and a group keep what the target does not read in one map, `user` or `group`, so that a field mask can leave it
out; that map, `group_ids` and the fields of `events` other than `id` need no index. No query needs a composite index.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from json import dumps, loads
from typing import Any

from google.cloud.firestore import DELETE_FIELD, DocumentReference, DocumentSnapshot

from scim import keys
from scim.protocol.membership import MemberId, display_of
from scim.records import Document, Event, Kind, Link, Membership, Record, Ref
from scim.stores.rows import NEVER, decode_body, due, encode_body

COLLECTIONS: dict[Kind, str] = {"User": "users", "Group": "groups"}
KINDS: dict[str, Kind] = {collection: kind for kind, collection in COLLECTIONS.items()}
MAPS: dict[Kind, str] = {"User": "user", "Group": "group"}
Fields = dict[str, Any]
Snapshot = DocumentSnapshot[DocumentReference]


def digest(kind: str, key: str) -> str:
    """A key as an identifier: of fixed length (an indexed text is cut at 1,500 bytes), and any character goes."""
    return sha256(f"{kind}\0{key}".encode("utf-8", "surrogatepass")).hexdigest()


def digests(kind: Kind, keys: Iterable[str]) -> list[str]:
    return [digest(kind, key) for key in dict.fromkeys(keys)]


def record_fields(record: Record, operation: str) -> Fields:
    """What a commit writes of a record; an absent field is None. `wanted` is a number because a commit can return a
    number that it leaves as it is (`Minimum`), `operation` tells a commit that was repeated from somebody else's.
    """
    find_keys = digests(record.kind, record.unique_keys + record.lookup_keys)
    return {
        MAPS[record.kind]: {
            "body": encode_body(record),
            "version": record.version,
            "last_modified": record.last_modified,
            "operation": operation,
            "link": link_fields(record.link),
        },
        "wanted": int(record.wanted),
        "due": due(record.link),
        "find_keys": find_keys if record.wanted else None,
        "beginnings": beginnings(record.document) if record.wanted else None,
        "standing": record.standing if record.wanted else None,
        **found_by(record.link, wanted=record.wanted),
    }


def beginnings(document: Document) -> list[str]:
    """What somebody who looks for a resource may have typed so far: Firestore finds whole values only."""
    lengths = range(1, keys.LONGEST_PREFIX + 1)
    return sorted({word[:length] for word in keys.words(document) for length in lengths})


def created_fields(record: Record, operation: str) -> Fields:
    return present(record_fields(record, operation)) | ({"group_ids": []} if record.kind == "User" else {})


def replaced_fields(before: Record, after: Record, operation: str) -> Fields:
    fields = record_fields(after, operation)
    if after.wanted:
        fields["former_keys"] = None
    elif before.wanted:
        fields["former_keys"] = digests(before.kind, before.unique_keys + before.lookup_keys)
        if before.kind == "User":
            fields["group_ids"] = []
    return updated(fields)


def present(fields: Fields) -> Fields:
    return {name: value for name, value in fields.items() if value is not None}


def updated(fields: Fields) -> Fields:
    """What makes an update remove the fields that are None."""
    return {name: DELETE_FIELD if value is None else value for name, value in fields.items()}


def found_by(link: Link, *, wanted: bool) -> Fields:
    """The fields that queries for a link read; an absent one is None."""
    return {
        "linked_to": (link.target_id or None) if wanted else None,
        "held": link.held_at,
        "waits": True if wanted and link.waiting is not None else None,
    }


def link_fields(link: Link) -> Fields:
    """What an older release does not know is left out where it says nothing, so that it can still read the rest."""
    removal = {
        "held_at": link.held_at,
        "approved_version": link.approved_version or None,
        "approved_until": link.approved_until,
        "removed_at": link.removed_at,
    }
    return present(removal) | {
        "target_id": link.target_id,
        "target_state": link.target_state,
        "settled_version": link.settled_version,
        "attempts": link.attempts,
        "last_error": link.last_error,
        "waiting": link.waiting,
    }


def to_record(snapshot: Snapshot) -> Record:
    kind = KINDS[snapshot.reference.parent.id]
    fields = snapshot.to_dict() or {}
    changing = fields[MAPS[kind]]
    when = fields.get("due")
    return Record(
        kind=kind,
        id=snapshot.id,
        wanted=fields["wanted"] == 1,
        version=changing["version"],
        last_modified=changing["last_modified"],
        link=Link(unsettled=when is not None, next_attempt_at=when or None, **changing["link"]),
        group_ids=tuple(sorted(fields.get("group_ids", ()))),
        stamp=snapshot.update_time,
        **decode_body(changing["body"]),
    )


def edge_id(group_id: str, user_id: str) -> str:
    return f"{group_id}:{user_id}"


def wished_edge(group_id: str, user_id: str, wanted: bool, held_at: float | None = None) -> Fields:
    """The whole document: a wish makes the edge owed, whatever was known of it before. `held_at`: since when it waits
    for a person if it is unwanted.
    """
    edge: Fields = {"group_id": group_id, "user_id": user_id, "wanted": wanted, "attempts": 0, "due": 0}
    edge["owed"] = group_id
    if not wanted:
        return edge if held_at is None else edge | {"due": NEVER, "held": held_at}
    display = display_of(user_id)
    return edge | {"member_of": group_id} | ({"display": display} if display else {})


def to_member(snapshot: Snapshot, user_id: str) -> str:
    display = (snapshot.to_dict() or {}).get("display")
    return MemberId(user_id, display) if display else user_id


def to_membership(snapshot: Snapshot) -> Membership:
    fields = snapshot.to_dict() or {}
    return Membership(
        group_id=fields["group_id"],
        user_id=fields["user_id"],
        wanted=fields["wanted"],
        settled="due" not in fields,
        attempts=fields["attempts"],
        next_attempt_at=fields.get("due") or None,
        last_error=fields.get("last_error"),
        held_at=fields.get("held"),
        approved_until=fields.get("approved_until"),
        stamp=snapshot.update_time,
    )


def event_fields(event: Event, days: int) -> Fields:
    """`expire_at` is the field of the TTL policy."""
    kind, resource_id = (event.resource.kind, event.resource.id) if event.resource else (None, None)
    return {
        "id": event.id,
        "at": event.at,
        "actor": event.actor,
        "action": event.action,
        "kind": kind,
        "resource_id": resource_id,
        "happened_to": happened_to(event.resource, event.id) if event.resource else None,
        "changes": dumps(list(event.changes)),
        "outcome": event.outcome,
        "expire_at": datetime.fromisoformat(event.at) + timedelta(days=days),
    }


def happened_to(ref: Ref, event_id: str) -> str:
    """One field in whose order the events of a resource stand, so that no composite index is needed."""
    return f"{ref.kind}/{ref.id}/{event_id}"


def to_event(snapshot: Snapshot) -> Event:
    fields = snapshot.to_dict() or {}
    resource = Ref(fields["kind"], fields["resource_id"]) if fields["kind"] else None
    changes = loads(fields["changes"])
    return Event(snapshot.id, fields["at"], fields["actor"], fields["action"], resource, changes, fields["outcome"])
