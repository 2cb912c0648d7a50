"""The edges between groups and users in SQLite. Each function runs inside its caller's transaction."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from scim.protocol.membership import MemberId, display_of
from scim.records import Membership, Ref
from scim.stores.rows import NEVER

# A grant needs a wanted user, a revoke any. A wish that is repeated is owed again: the target may have drifted.
_WISH = """
INSERT INTO memberships (group_id, user_id, wanted, stamp, due, attempts, display, held_at)
SELECT ?1, u.id, ?2, random(), ?4, 0, named.value, ?5 FROM json_each(?3) AS named
CROSS JOIN resources AS u ON u.kind = 'User' AND u.id = named.key AND u.wanted >= ?2 WHERE true
ON CONFLICT DO UPDATE SET wanted = excluded.wanted, display = excluded.display, stamp = excluded.stamp,
  due = excluded.due, attempts = 0, last_error = NULL, held_at = excluded.held_at, approved_until = NULL"""
_END = """
UPDATE memberships SET wanted = 0, stamp = random(), due = 0, attempts = 0, last_error = NULL,
  held_at = NULL, approved_until = NULL
WHERE wanted = 1 AND """
_END_OF = {"User": _END + "user_id = ?", "Group": _END + "group_id = ?"}
_DELETE_OF = {
    "User": "DELETE FROM memberships WHERE user_id = ?",
    "Group": "DELETE FROM memberships WHERE group_id = ?",
}
_AMONG = """
SELECT u.id, coalesce(m.wanted, 0) FROM json_each(?2) AS named
CROSS JOIN resources AS u ON u.kind = 'User' AND u.id = named.value AND u.wanted = 1
LEFT JOIN memberships AS m ON m.group_id = ?1 AND m.user_id = u.id"""
_SELECT = """
SELECT group_id, user_id, wanted, due, attempts, last_error, held_at, approved_until, stamp FROM memberships WHERE """
_OWED_BY_ALL = _SELECT + "due <= ?1 ORDER BY due, group_id, user_id LIMIT ?2"
_OWED_BY_GROUP = _SELECT + "due <= ?1 AND group_id = ?3 ORDER BY due, user_id LIMIT ?2"
_HELD = _SELECT + "held_at IS NOT NULL ORDER BY group_id, user_id"
_SETTLED = """
UPDATE memberships SET due = NULL, attempts = 0, last_error = NULL, held_at = NULL, approved_until = NULL,
  stamp = random()
WHERE group_id = ? AND user_id = ? AND stamp = ?"""
_GONE = "DELETE FROM memberships WHERE group_id = ? AND user_id = ? AND stamp = ?"
_POSTPONE = """
UPDATE memberships SET due = ?, attempts = ?, last_error = ?, held_at = ?, approved_until = ?, stamp = random()
WHERE group_id = ? AND user_id = ? AND stamp = ?"""


def change(db: sqlite3.Connection, group_id: str, wishes: Mapping[str, bool], held_at: float | None = None) -> None:
    """`held_at`: since when the revocations wait for a person."""
    for wish, since in ((True, None), (False, held_at)):
        if users := [user for user, wanted in wishes.items() if wanted is wish]:
            named, due = json.dumps({user: display_of(user) for user in users}), 0 if since is None else NEVER
            db.execute(_WISH, (group_id, wish, named, due, since))


def end_all(db: sqlite3.Connection, ref: Ref) -> None:
    """Every membership of the user or group becomes unwanted."""
    db.execute(_END_OF[ref.kind], (ref.id,))


def delete_all(db: sqlite3.Connection, ref: Ref) -> None:
    db.execute(_DELETE_OF[ref.kind], (ref.id,))


def among(db: sqlite3.Connection, group_id: str, user_ids: Sequence[str]) -> dict[str, bool]:
    """The wanted users of `user_ids`, each with whether it is a wanted member."""
    return {user: bool(wanted) for user, wanted in db.execute(_AMONG, (group_id, json.dumps(user_ids)))}


def members(db: sqlite3.Connection, group_id: str) -> list[str]:
    statement = "SELECT user_id, display FROM memberships WHERE group_id = ? AND wanted = 1 ORDER BY user_id"
    return [MemberId(user, display) if display else user for user, display in db.execute(statement, (group_id,))]


def unsettled(db: sqlite3.Connection, now: float, limit: int, group_id: str | None) -> list[Membership]:
    if group_id is None:
        rows = db.execute(_OWED_BY_ALL, (now, limit))
    else:
        rows = db.execute(_OWED_BY_GROUP, (now, limit, group_id))
    return [_edge(row) for row in rows]


def held(db: sqlite3.Connection) -> list[Membership]:
    return [_edge(row) for row in db.execute(_HELD)]


def count_held(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT count(*) FROM memberships WHERE held_at IS NOT NULL").fetchone()[0])


def owed(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT count(*) FROM memberships WHERE due IS NOT NULL").fetchone()[0])


def settle(db: sqlite3.Connection, edge: Membership) -> None:
    db.execute(_SETTLED if edge.wanted else _GONE, (edge.group_id, edge.user_id, edge.stamp))


def postpone(db: sqlite3.Connection, edge: Membership) -> None:
    known = (edge.next_attempt_at or 0, edge.attempts, edge.last_error, edge.held_at, edge.approved_until)
    db.execute(_POSTPONE, (*known, edge.group_id, edge.user_id, edge.stamp))


def _edge(row: tuple[Any, ...]) -> Membership:
    group, user, wanted, due, *known, stamp = row
    attempts, last_error, held_at, approved_until = known
    return Membership(
        *(group, user, bool(wanted), due is None),
        *(attempts, due or None, last_error, held_at, approved_until, stamp),
    )
