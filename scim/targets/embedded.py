"""A small account with 1Password's life-cycle in a file: for trying the bridge, for demonstrations and for tests.

The states, the shape of ids and what is refused follow facts recorded from the real thing: a person is TRANSFER_PENDING
when invited, TRANSFER_ACCEPTED when they set up their account, ACTIVE when confirmed; several groups may have one name.
"""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, Self

from scim.records import (
    Finding,
    MissingInTarget,
    RefusedByTarget,
    TargetError,
    TargetGroup,
    TargetMember,
    TargetState,
    TargetUser,
    UnsupportedByTarget,
)
from scim.targets import embedded_rows as rows
from scim.targets.embedded_account import Account

Fault = Literal["MissingInTarget", "DeniedByTarget", "RefusedByTarget", "TargetUnavailable", "UnsupportedByTarget"]


class EmbeddedTarget:
    """`ports.Target`. `allowed_domains`: whom the account lets in, everybody if empty. A call takes `delay` seconds."""

    def __init__(self, path: str | Path, allowed_domains: Sequence[str] = (), delay: float = 0.0) -> None:
        self._account = Account(path)
        self._allowed_domains = frozenset(domain.lower() for domain in allowed_domains)
        self._delay = delay
        self._calls_made = 0

    def until(self, ends: float) -> Self:  # noqa: ARG002 - a call here lasts milliseconds
        return self

    def calls_made(self) -> int:
        return self._calls_made

    def preflight(self) -> list[Finding]:
        try:
            with self._call("preflight"):
                return [Finding("target", "ok", f"The embedded account {self._account.path} can be used.")]
        except TargetError as error:
            return [Finding("target", "failed", str(error))]

    def protected(self) -> dict[str, str]:
        with self._call("protected") as db:
            return dict.fromkeys(rows.owners(db), "an owner of the account")

    # ── people ────────────────────────────────────────────────────────────────────────────────────────────

    def user(self, id: str) -> TargetUser | None:
        with self._call("user") as db:
            return rows.get(db, id)

    def find_user(self, email: str) -> TargetUser | None:
        with self._call("find_user") as db:
            return rows.find(db, email)

    def users(self) -> list[TargetUser]:
        with self._call("users") as db:
            return rows.everybody(db)

    def invite(self, email: str, name: str) -> TargetUser:
        with self._call("invite") as db:
            if known := rows.find(db, email):
                return known
            domain = email.rpartition("@")[2].lower()
            if self._allowed_domains and domain not in self._allowed_domains:
                raise RefusedByTarget(f"The account does not allow the e-mail domain {domain!r}; allow it there first.")
            return rows.add(db, email, name, "TRANSFER_PENDING")

    def confirm(self, id: str) -> None:
        with self._call("confirm") as db:
            state = rows.state(db, id)
            if state == "ACTIVE":
                return
            if state != "TRANSFER_ACCEPTED":
                raise RefusedByTarget("The person has not accepted the invitation yet, so they cannot be confirmed.")
            rows.set_state(db, id, "ACTIVE")

    def rename(self, id: str, name: str) -> None:
        with self._call("rename") as db:
            rows.state(db, id)
            db.execute("UPDATE people SET name = ? WHERE id = ?", (name, id))

    def change_email(self, id: str, email: str) -> None:
        with self._call("change_email") as db:
            rows.state(db, id)
            raise UnsupportedByTarget(
                f"Only the person can change their sign-in address, to {email}, on their profile."
            )

    def suspend(self, id: str) -> None:
        with self._call("suspend") as db:
            rows.suspend(db, id)

    def reactivate(self, id: str) -> None:
        with self._call("reactivate") as db:
            if rows.STATES.get(rows.state(db, id)) is TargetState.SUSPENDED:
                db.execute("UPDATE people SET state = resumes WHERE id = ?", (id,))

    # ── groups ────────────────────────────────────────────────────────────────────────────────────────────

    def group(self, id: str) -> TargetGroup | None:
        with self._call("group") as db:
            return rows.group(db, id)

    def groups(self) -> list[TargetGroup]:
        with self._call("groups") as db:
            return [TargetGroup(*row) for row in db.execute("SELECT id, name, description FROM groups ORDER BY id")]

    def create_group(self, name: str, description: str) -> TargetGroup:
        with self._call("create_group") as db:
            return rows.find_group(db, description) or rows.add_group(db, name, description)

    def rename_group(self, id: str, name: str) -> None:
        with self._call("rename_group") as db:
            rows.require_group(db, id)
            rows.refuse_built_in(db, id)
            db.execute("UPDATE groups SET name = ? WHERE id = ?", (name, id))

    def delete_group(self, id: str) -> None:
        with self._call("delete_group") as db:
            rows.refuse_built_in(db, id)
            db.execute("DELETE FROM members WHERE group_id = ?", (id,))
            db.execute("DELETE FROM groups WHERE id = ?", (id,))

    def members(self, group_id: str) -> list[TargetMember]:
        with self._call("members") as db:
            rows.require_group(db, group_id)
            listed = db.execute("SELECT user_id, role FROM members WHERE group_id = ? ORDER BY user_id", (group_id,))
            return [TargetMember(user, "manager" if role == "MANAGER" else "member") for user, role in listed]

    def grant(self, group_id: str, user_id: str) -> None:
        with self._call("grant") as db:
            rows.require_group(db, group_id)
            rows.state(db, user_id)
            db.execute("INSERT OR IGNORE INTO members VALUES (?, ?, 'MEMBER')", (group_id, user_id))

    def revoke(self, group_id: str, user_id: str) -> None:
        with self._call("revoke") as db:
            rows.require_group(db, group_id)
            db.execute(
                "DELETE FROM members WHERE group_id = ? AND user_id = ? AND role = 'MEMBER'", (group_id, user_id)
            )

    # ── what people and tests do there ────────────────────────────────────────────────────────────────────

    def accept(self, email: str) -> None:
        """The invited person sets up their account. MissingInTarget, RefusedByTarget."""
        with self._account.transaction() as db:
            person = rows.find(db, email)
            if person is None:
                raise MissingInTarget(f"Nobody with the address {email} was invited.")
            if rows.state(db, person.id) not in ("TRANSFER_PENDING", "TRANSFER_STARTED"):
                raise RefusedByTarget(f"The invitation of {email} is not open any more.")
            rows.set_state(db, person.id, "TRANSFER_ACCEPTED")

    def add_person(self, email: str, name: str, state: str = "ACTIVE", type: str = "MEMBER") -> TargetUser:
        """Somebody whom the bridge did not invite."""
        with self._account.transaction() as db:
            return rows.add(db, email, name, state, type)

    def add_group(self, name: str, description: str = "", type: str = "USER_DEFINED") -> TargetGroup:
        with self._account.transaction() as db:
            return rows.add_group(db, name, description, type)

    def set_role(self, group_id: str, user_id: str, role: Literal["MEMBER", "MANAGER"]) -> None:
        with self._account.transaction() as db:
            db.execute("INSERT OR REPLACE INTO members VALUES (?, ?, ?)", (group_id, user_id, role))

    def set_state(self, id: str, state: str) -> None:
        """In 1Password's words: recovery, or a state nobody has heard of."""
        with self._account.transaction() as db:
            rows.set_state(db, id, state)

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

    def slow_down(self, seconds: float) -> None:
        """Each call of whoever uses this file takes that much longer; 0 ends it."""
        with self._account.transaction() as db:
            db.execute("DELETE FROM pace")
            db.execute("INSERT INTO pace VALUES (?)", (seconds,))

    def heal(self) -> None:
        """Nothing fails and nothing is slow any more."""
        with self._account.transaction() as db:
            db.execute("DELETE FROM faults")
            db.execute("DELETE FROM pace")

    def calls(self) -> dict[str, int]:
        """How often each verb was called."""
        with self._account.transaction() as db:
            return dict(db.execute("SELECT verb, count FROM calls"))

    def world(self) -> dict[str, Any]:
        """Everything there is, in 1Password's words: people with the names of their groups, groups with addresses."""
        with self._account.transaction() as db:
            return rows.world(db)

    def close(self) -> None:
        self._account.close()

    @contextmanager
    def _call(self, verb: str) -> Iterator[sqlite3.Connection]:
        """One call: counted, failed as scripted, and as slow as scripted once the file is free again for others."""
        self._calls_made += 1
        answer: TargetError | None = None
        with self._account.transaction() as db:
            rows.count_call(db, verb)
            scripted, after_effect = rows.scripted(db, verb)
            delay = self._delay + rows.pace(db)
            if scripted is None or after_effect:
                try:
                    yield db
                except TargetError as error:
                    answer = error  # a refused call counts too
        if delay:
            time.sleep(delay)
        if failure := answer or scripted:
            raise failure
