"""What is read from and written to the embedded account. Each function runs inside its caller's transaction."""

import base64
import secrets
import sqlite3
from collections.abc import Callable
from typing import Any

from scim import records
from scim.records import MissingInTarget, RefusedByTarget, TargetError, TargetGroup, TargetState, TargetUser

# 1Password's words; a state that is not here is UNKNOWN. Who recovers their account is active.
STATES = {
    "PENDING": TargetState.INVITED,
    "TRANSFER_PENDING": TargetState.INVITED,
    "TRANSFER_STARTED": TargetState.INVITED,
    "TRANSFER_ACCEPTED": TargetState.ACCEPTED,
    "ACTIVE": TargetState.ACTIVE,
    "RECOVERY_STARTED": TargetState.ACTIVE,
    "RECOVERY_ACCEPTED": TargetState.ACTIVE,
    "SUSPENDED": TargetState.SUSPENDED,
    "TRANSFER_SUSPENDED": TargetState.SUSPENDED,
}

_COUNT = "INSERT INTO calls VALUES (?, 1) ON CONFLICT DO UPDATE SET count = count + 1"
_FAULT = "SELECT seq, error, times, after_effect FROM faults WHERE verb = ? ORDER BY seq"
_PEOPLE = "SELECT id, email, name, type, state FROM people ORDER BY email"
_GROUPS = "SELECT id, name, description, type FROM groups ORDER BY name, id"
_OTHER_OWNERS = """
SELECT count(*) FROM members AS m JOIN groups AS g ON g.id = m.group_id JOIN people AS p ON p.id = m.user_id
WHERE g.type = 'OWNERS' AND p.state = 'ACTIVE' AND p.id <> ?"""
_OWNERS = "SELECT m.user_id FROM members AS m JOIN groups AS g ON g.id = m.group_id WHERE g.type = 'OWNERS'"
_IS_OWNER = "SELECT 1 FROM members AS m JOIN groups AS g ON g.id = m.group_id WHERE g.type = 'OWNERS' AND m.user_id = ?"


_PERSON = "SELECT id, email, name, state, type FROM people "
_KINDS = {"MEMBER": "", "GUEST": "a guest", "SERVICE_ACCOUNT": "a service account"}


def find(db: sqlite3.Connection, email: str) -> TargetUser | None:
    return person(db.execute(_PERSON + "WHERE email = ?", (email,)).fetchone())


def get(db: sqlite3.Connection, id: str) -> TargetUser | None:
    return person(db.execute(_PERSON + "WHERE id = ?", (id,)).fetchone())


def everybody(db: sqlite3.Connection) -> list[TargetUser]:
    return [found for row in db.execute(_PERSON + "ORDER BY email") if (found := person(row))]


def owners(db: sqlite3.Connection) -> list[str]:
    return [id for (id,) in db.execute(_OWNERS)]


def add(db: sqlite3.Connection, email: str, name: str, state: str, type: str = "MEMBER") -> TargetUser:
    id = new_id()
    statement = "INSERT INTO people (id, email, name, type, state) VALUES (?, ?, ?, ?, ?)"
    db.execute(statement, (id, email, name, type, state))
    return TargetUser(id, email, name, STATES.get(state, TargetState.UNKNOWN), _KINDS.get(type, "no member"))


def person(row: tuple[str, str, str, str, str] | None) -> TargetUser | None:
    if row is None:
        return None
    id, email, name, state, type = row
    return TargetUser(id, email, name, STATES.get(state, TargetState.UNKNOWN), _KINDS.get(type, "no member"))


def state(db: sqlite3.Connection, id: str) -> str:
    """In 1Password's words. MissingInTarget."""
    row = db.execute("SELECT state FROM people WHERE id = ?", (id,)).fetchone()
    if row is None:
        raise MissingInTarget(f"Nobody in the account has the id {id}.")
    found: str = row[0]
    return found


def set_state(db: sqlite3.Connection, id: str, state: str) -> None:
    db.execute("UPDATE people SET state = ? WHERE id = ?", (state, id))


def suspend(db: sqlite3.Connection, id: str) -> None:
    """Keeps what reactivating brings back."""
    before = state(db, id)
    if STATES.get(before) is TargetState.SUSPENDED:
        return
    if db.execute(_IS_OWNER, (id,)).fetchone() and not db.execute(_OTHER_OWNERS, (id,)).fetchone()[0]:
        raise RefusedByTarget("The account's last owner cannot be suspended; make somebody else an owner first.")
    after = "TRANSFER_SUSPENDED" if before.startswith("TRANSFER_") else "SUSPENDED"
    db.execute("UPDATE people SET state = ?, resumes = ? WHERE id = ?", (after, before, id))


def require_group(db: sqlite3.Connection, id: str) -> None:
    if db.execute("SELECT 1 FROM groups WHERE id = ?", (id,)).fetchone() is None:
        raise MissingInTarget(f"No group in the account has the id {id}.")


def refuse_built_in(db: sqlite3.Connection, id: str) -> None:
    found = db.execute("SELECT name FROM groups WHERE id = ? AND type <> 'USER_DEFINED'", (id,)).fetchone()
    if found:
        raise RefusedByTarget(f"The group {found[0]!r} is built in; the account neither renames nor deletes it.")


def group(db: sqlite3.Connection, id: str) -> TargetGroup | None:
    row = db.execute("SELECT id, name, description, type FROM groups WHERE id = ?", (id,)).fetchone()
    return row and TargetGroup(row[0], row[1], row[2], "" if row[3] == "USER_DEFINED" else "built in")


def find_group(db: sqlite3.Connection, description: str) -> TargetGroup | None:
    """By the mark of whoever made it; no description marks nothing."""
    statement = "SELECT id, name, description FROM groups WHERE description = ? AND description <> ''"
    row = db.execute(statement, (description,)).fetchone()
    return row and TargetGroup(*row)


def add_group(db: sqlite3.Connection, name: str, description: str, type: str = "USER_DEFINED") -> TargetGroup:
    made = TargetGroup(new_id().lower(), name, description)
    db.execute("INSERT INTO groups VALUES (?, ?, ?, ?)", (made.id, name, description, type))
    return made


def count_call(db: sqlite3.Connection, verb: str) -> None:
    db.execute(_COUNT, (verb,))


def scripted(db: sqlite3.Connection, verb: str) -> tuple[TargetError | None, bool]:
    """The error this call ends in, if one is scripted, and whether it comes after the effect. Uses it up."""
    row = db.execute(_FAULT, (verb,)).fetchone()
    if row is None:
        return None, False
    seq, error, times, after_effect = row
    db.execute("UPDATE faults SET times = ? WHERE seq = ?", (times - 1, seq))
    db.execute("DELETE FROM faults WHERE times <= 0")
    kind: Callable[[str], TargetError] = getattr(records, error)
    return kind(f"As scripted, {verb} ended in {error}."), bool(after_effect)


def pace(db: sqlite3.Connection) -> float:
    """Seconds each call takes, as scripted."""
    row = db.execute("SELECT seconds FROM pace").fetchone()
    return float(row[0]) if row else 0.0


def world(db: sqlite3.Connection) -> dict[str, Any]:
    people = [dict(zip(("id", "email", "name", "type", "state"), row, strict=True)) for row in db.execute(_PEOPLE)]
    groups = [dict(zip(("id", "name", "description", "type"), row, strict=True)) for row in db.execute(_GROUPS)]
    edges = db.execute("SELECT group_id, user_id FROM members").fetchall()
    emails = {person["id"]: person["email"] for person in people}
    names = {group["id"]: group["name"] for group in groups}
    for each in people:
        each["groups"] = sorted(names[group] for group, user in edges if user == each["id"])
    for each in groups:
        each["members"] = sorted(emails[user] for group, user in edges if group == each["id"])
    return {"people": people, "groups": groups}


def new_id() -> str:
    """26 characters of base 32, as the real ids are."""
    return base64.b32encode(secrets.token_bytes(17)).decode()[:26]
