"""Writes people and groups straight into the store and the stand-in's account: thousands of requests take minutes."""

import sqlite3
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ulid import ULID

from scim import keys
from scim.jobs import groups
from scim.jobs.work import instant
from scim.records import Document, Event, Kind, Link, Record, Ref
from scim.stores import sqlite_journal as journal
from scim.stores import sqlite_memberships as memberships
from scim.stores import sqlite_records as records
from scim.stores.sqlite import SqliteStore
from tests.bridge import GROUP
from tests.op.account import StandIn
from tests.op.world import World

CLIENT = "okta"
DAY = 86_400.0


@dataclass
class Writing:
    """One transaction of the store and one change of the account. `target_ids`: of whoever was written, by id."""

    db: sqlite3.Connection
    world: World
    now: float
    target_ids: dict[str, str] = field(default_factory=dict)

    def in_account(self, email: str, name: str, state: str = "ACTIVE") -> str:
        return str(self.world.add_person(email, name, state)["id"])

    def person(self, document: Document, link: Link, days_ago: float, actor: str = CLIENT) -> str:
        id = self._record("User", document, link, days_ago, actor)
        if link.target_id:
            self.target_ids[id] = link.target_id
        return id

    def group(self, name: str, members: Sequence[str], days_ago: float = 20, actor: str = CLIENT) -> str:
        """With all its members, in the account too."""
        shown = self.world.add_group(name)
        link = Link(str(shown["id"]), "active", 1, unsettled=False)
        id = self._record("Group", {"schemas": [GROUP], "displayName": name}, link, days_ago, actor)
        shown["description"] = f"{groups.MARK} ({id})"
        memberships.change(self.db, id, dict.fromkeys(members, True))
        self.db.execute("UPDATE memberships SET due = NULL WHERE group_id = ?", (id,))
        known = (self.target_ids.get(member) for member in members)
        self.world.members[str(shown["id"])].update({target_id: "MEMBER" for target_id in known if target_id})
        return id

    def hold_revocations(self, group: str, members: Sequence[str]) -> None:
        memberships.change(self.db, group, dict.fromkeys(members, False), held_at=self.now - 3600)

    def refuse_grant(self, group: str, member: str, text: str) -> None:
        memberships.change(self.db, group, {member: True})
        self.db.execute(
            "UPDATE memberships SET due = ?, attempts = 4, last_error = ? WHERE group_id = ? AND user_id = ?",
            (self.now + DAY, text, group, member),
        )

    def _record(self, kind: Kind, document: Document, link: Link, days_ago: float, actor: str) -> str:
        """As the identity provider made it then, and as the job carried it out two seconds later."""
        id, at = str(uuid.uuid4()), self.now - DAY * days_ago
        external_ids = {CLIENT: f"00u{id[:8]}"}
        record = Record(
            kind, id, document, CLIENT, instant(at), instant(at),
            external_ids=external_ids, unique_keys=keys.unique_keys(kind, document),
            lookup_keys=keys.lookup_keys(document, external_ids), link=link,
        )  # fmt: skip
        records.insert(self.db, record)
        self._event(at, actor, f"{kind.lower()}.created", record.ref, [{"op": "add", "path": "", "value": document}])
        done = "user.invited" if kind == "User" else "group.created"
        self._event(at + 2, "settle", done, record.ref, [{"name": name_of(document)}], "done")
        return id

    def _event(
        self,
        at: float,
        actor: str,
        action: str,
        ref: Ref,
        changes: Sequence[Mapping[str, Any]],
        outcome: str = "recorded",
    ) -> None:
        id = str(ULID.from_timestamp(at))
        journal.append(self.db, Event(id, instant(at), actor, action, ref, changes, outcome))


@contextmanager
def writing(path: Path, account: StandIn) -> Iterator[Writing]:
    """Into a store that may be new."""
    store = SqliteStore(str(path))
    with account._world() as world, store._database.write() as db:
        yield Writing(db, world, time.time())
        world.touch()
    store.close()


def name_of(document: Document) -> str:
    return str(document.get("displayName") or document["userName"])
