"""A small account with 1Password's life-cycle in a file: for trying the bridge, for demonstrations and for tests.

The states, the shape of ids and what is refused follow facts recorded from the real thing: a person is TRANSFER_PENDING
when invited, TRANSFER_ACCEPTED when they set up their account, ACTIVE when confirmed; several groups may have one name.
"""

import base64
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from scim import records
from scim.records import (
    MissingInTarget,
    RefusedByTarget,
    TargetError,
    TargetGroup,
    TargetMember,
    TargetState,
    TargetUser,
    UnsupportedByTarget,
)
from scim.targets.embedded_account import Account

STATES = {
    "TRANSFER_PENDING": TargetState.INVITED,
    "TRANSFER_STARTED": TargetState.INVITED,
    "TRANSFER_ACCEPTED": TargetState.ACCEPTED,
    "ACTIVE": TargetState.ACTIVE,
    "SUSPENDED": TargetState.SUSPENDED,
    "TRANSFER_SUSPENDED": TargetState.SUSPENDED,
}
Fault = Literal["MissingInTarget", "DeniedByTarget", "RefusedByTarget", "TargetUnavailable", "UnsupportedByTarget"]


class EmbeddedTarget:
    """`ports.Target`. `allowed_domains`: whom the account lets in, everybody if empty; `delay`: seconds per call."""

    def __init__(self, path: str | Path, allowed_domains: Sequence[str] = (), delay: float = 0.0) -> None:
        self._account = Account(path)
        self._allowed_domains = frozenset(allowed_domains)
        self._delay = delay

    # ── people ────────────────────────────────────────────────────────────────────────────────────────────

    def user(self, id: str) -> TargetUser | None:
        with self._call("user") as db:
            return _person(db.execute("SELECT id, email, name, state FROM people WHERE id = ?", (id,)).fetchone())

    def find_user(self, email: str) -> TargetUser | None:
        with self._call("find_user") as db:
            return _find(db, email)

    def users(self) -> list[TargetUser]:
        with self._call("users") as db:
            rows = db.execute(_ALL_PEOPLE)
            return [person for row in rows if (person := _person(row))]

    def invite(self, email: str, name: str) -> TargetUser:
        with self._call("invite") as db:
            if known := _find(db, email):
                return known
            domain = email.rpartition("@")[2].lower()
            if self._allowed_domains and domain not in self._allowed_domains:
                raise RefusedByTarget(f"The account does not allow the e-mail domain {domain!r}; allow it there first.")
            statement = (
                "INSERT INTO people (id, email, name, type, state) VALUES (?, ?, ?, 'MEMBER', 'TRANSFER_PENDING')"
            )
            db.execute(statement, (_new_id(), email, name))
            invited = _find(db, email)
            assert invited is not None
            return invited

    def confirm(self, id: str) -> None:
        with self._call("confirm") as db:
            state = _state(db, id)
            if state == "ACTIVE":
                return
            if state != "TRANSFER_ACCEPTED":
                raise RefusedByTarget("The person has not accepted the invitation yet, so they cannot be confirmed.")
            _set_state(db, id, "ACTIVE")

    def rename(self, id: str, name: str) -> None:
        with self._call("rename") as db:
            _state(db, id)
            db.execute("UPDATE people SET name = ? WHERE id = ?", (name, id))

    def change_email(self, id: str, email: str) -> None:
        with self._call("change_email") as db:
            _state(db, id)
            raise UnsupportedByTarget(
                f"Only the person can change their sign-in address, to {email}, on their profile."
            )

    def suspend(self, id: str) -> None:
        with self._call("suspend") as db:
            state = _state(db, id)
            if STATES[state] is TargetState.SUSPENDED:
                return
            suspended = "TRANSFER_SUSPENDED" if state.startswith("TRANSFER_") else "SUSPENDED"
            db.execute("UPDATE people SET state = ?, resumes = ? WHERE id = ?", (suspended, state, id))

    def reactivate(self, id: str) -> None:
        with self._call("reactivate") as db:
            if STATES[_state(db, id)] is TargetState.SUSPENDED:
                db.execute("UPDATE people SET state = resumes WHERE id = ?", (id,))

    # ── groups ────────────────────────────────────────────────────────────────────────────────────────────

    def groups(self) -> list[TargetGroup]:
        with self._call("groups") as db:
            return [TargetGroup(*row) for row in db.execute("SELECT id, name, description FROM groups ORDER BY id")]

    def create_group(self, name: str, description: str) -> TargetGroup:
        with self._call("create_group") as db:
            found = db.execute(
                "SELECT id, name, description FROM groups WHERE description = ?", (description,)
            ).fetchone()
            if found:
                return TargetGroup(*found)
            made = TargetGroup(_new_id().lower(), name, description)
            db.execute("INSERT INTO groups VALUES (?, ?, ?, 'USER_DEFINED')", (made.id, name, description))
            return made

    def rename_group(self, id: str, name: str) -> None:
        with self._call("rename_group") as db:
            _require_group(db, id)
            db.execute("UPDATE groups SET name = ? WHERE id = ?", (name, id))

    def delete_group(self, id: str) -> None:
        with self._call("delete_group") as db:
            db.execute("DELETE FROM members WHERE group_id = ?", (id,))
            db.execute("DELETE FROM groups WHERE id = ?", (id,))

    def members(self, group_id: str) -> list[TargetMember]:
        with self._call("members") as db:
            _require_group(db, group_id)
            rows = db.execute("SELECT user_id, role FROM members WHERE group_id = ? ORDER BY user_id", (group_id,))
            return [TargetMember(user, "manager" if role == "MANAGER" else "member") for user, role in rows]

    def grant(self, group_id: str, user_id: str) -> None:
        with self._call("grant") as db:
            _require_group(db, group_id)
            _state(db, user_id)
            db.execute("INSERT OR IGNORE INTO members VALUES (?, ?, 'MEMBER')", (group_id, user_id))

    def revoke(self, group_id: str, user_id: str) -> None:
        with self._call("revoke") as db:
            _require_group(db, group_id)
            db.execute(
                "DELETE FROM members WHERE group_id = ? AND user_id = ? AND role = 'MEMBER'", (group_id, user_id)
            )

    # ── what people and tests do there ────────────────────────────────────────────────────────────────────

    def accept(self, email: str) -> None:
        """The invited person sets up their account. MissingInTarget, RefusedByTarget."""
        with self._account.transaction() as db:
            person = _find(db, email)
            if person is None:
                raise MissingInTarget(f"Nobody with the address {email} was invited.")
            if _state(db, person.id) not in ("TRANSFER_PENDING", "TRANSFER_STARTED"):
                raise RefusedByTarget(f"The invitation of {email} is not open any more.")
            _set_state(db, person.id, "TRANSFER_ACCEPTED")

    def add_person(self, email: str, name: str, state: str = "ACTIVE", type: str = "MEMBER") -> TargetUser:
        """Somebody whom the bridge did not invite."""
        with self._account.transaction() as db:
            values = (_new_id(), email, name, type, state)
            db.execute("INSERT INTO people (id, email, name, type, state) VALUES (?, ?, ?, ?, ?)", values)
            person = _find(db, email)
            assert person is not None
            return person

    def add_group(self, name: str, description: str = "", type: str = "USER_DEFINED") -> TargetGroup:
        with self._account.transaction() as db:
            made = TargetGroup(_new_id().lower(), name, description)
            db.execute("INSERT INTO groups VALUES (?, ?, ?, ?)", (made.id, name, description, type))
            return made

    def set_role(self, group_id: str, user_id: str, role: Literal["MEMBER", "MANAGER"]) -> None:
        with self._account.transaction() as db:
            db.execute("INSERT OR REPLACE INTO members VALUES (?, ?, ?)", (group_id, user_id, role))

    def change_own_email(self, email: str, to: str) -> None:
        """The person changes their address on their profile page."""
        with self._account.transaction() as db:
            db.execute("UPDATE people SET email = ? WHERE email = ?", (to, email))

    def remove_person(self, id: str) -> None:
        """An administrator deletes somebody by hand."""
        with self._account.transaction() as db:
            db.execute("DELETE FROM members WHERE user_id = ?", (id,))
            db.execute("DELETE FROM people WHERE id = ?", (id,))

    def fail(self, verb: str, error: Fault, times: int = 1, *, after_effect: bool = False) -> None:
        """The next `times` calls of the verb end in that error, before the effect or after it."""
        with self._account.transaction() as db:
            statement = "INSERT INTO faults (verb, error, times, after_effect) VALUES (?, ?, ?, ?)"
            db.execute(statement, (verb, error, times, after_effect))

    def heal(self) -> None:
        with self._account.transaction() as db:
            db.execute("DELETE FROM faults")

    def calls(self) -> dict[str, int]:
        """How often each verb was called."""
        with self._account.transaction() as db:
            return dict(db.execute("SELECT verb, count FROM calls"))

    def world(self) -> dict[str, Any]:
        """Everything there is, in 1Password's words: people with the names of their groups, groups with addresses."""
        with self._account.transaction() as db:
            people = [
                dict(zip(("id", "email", "name", "type", "state"), row, strict=True)) for row in db.execute(_WORLD)
            ]
            groups = [dict(zip(("id", "name", "description", "type"), row, strict=True)) for row in db.execute(_GROUPS)]
            edges = db.execute("SELECT group_id, user_id FROM members").fetchall()
        emails = {person["id"]: person["email"] for person in people}
        names = {group["id"]: group["name"] for group in groups}
        for person in people:
            person["groups"] = sorted(names[group] for group, user in edges if user == person["id"])
        for group in groups:
            group["members"] = sorted(emails[user] for id, user in edges if id == group["id"])
        return {"people": people, "groups": groups}

    def close(self) -> None:
        self._account.close()

    @contextmanager
    def _call(self, verb: str) -> Iterator[sqlite3.Connection]:
        """One call: counted, delayed, failed as scripted. An effect stays if the error comes after it."""
        if self._delay:
            time.sleep(self._delay)
        answer: TargetError | None = None
        with self._account.transaction() as db:
            db.execute(_COUNT, (verb,))
            scripted, after_effect = _scripted(db, verb)
            if scripted is None or after_effect:
                try:
                    yield db
                except TargetError as error:
                    answer = error  # a refused call counts too
        if answer or scripted:
            raise answer or scripted  # type: ignore[misc]


_ALL_PEOPLE = "SELECT id, email, name, state FROM people ORDER BY email"
_WORLD = "SELECT id, email, name, type, state FROM people ORDER BY email"
_GROUPS = "SELECT id, name, description, type FROM groups ORDER BY name, id"
_COUNT = "INSERT INTO calls VALUES (?, 1) ON CONFLICT DO UPDATE SET count = count + 1"


def _scripted(db: sqlite3.Connection, verb: str) -> tuple[TargetError | None, bool]:
    row = db.execute(
        "SELECT seq, error, times, after_effect FROM faults WHERE verb = ? ORDER BY seq", (verb,)
    ).fetchone()
    if row is None:
        return None, False
    seq, error, times, after_effect = row
    db.execute("UPDATE faults SET times = ? WHERE seq = ?", (times - 1, seq))
    db.execute("DELETE FROM faults WHERE times <= 0")
    kind: Callable[[str], TargetError] = getattr(records, error)
    return kind(f"As scripted, {verb} ended in {error}."), bool(after_effect)


def _find(db: sqlite3.Connection, email: str) -> TargetUser | None:
    return _person(db.execute("SELECT id, email, name, state FROM people WHERE email = ?", (email,)).fetchone())


def _person(row: tuple[str, str, str, str] | None) -> TargetUser | None:
    return row and TargetUser(row[0], row[1], row[2], STATES.get(row[3], TargetState.UNKNOWN))


def _state(db: sqlite3.Connection, id: str) -> str:
    row = db.execute("SELECT state FROM people WHERE id = ?", (id,)).fetchone()
    if row is None:
        raise MissingInTarget(f"Nobody in the account has the id {id}.")
    state: str = row[0]
    return state


def _set_state(db: sqlite3.Connection, id: str, state: str) -> None:
    db.execute("UPDATE people SET state = ? WHERE id = ?", (state, id))


def _require_group(db: sqlite3.Connection, id: str) -> None:
    if db.execute("SELECT 1 FROM groups WHERE id = ?", (id,)).fetchone() is None:
        raise MissingInTarget(f"No group in the account has the id {id}.")


def _new_id() -> str:
    """26 characters of base 32, as the real ids are."""
    return base64.b32encode(secrets.token_bytes(17)).decode()[:26]
