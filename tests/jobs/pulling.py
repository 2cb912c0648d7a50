"""A source in memory, a bridge that pulls it, and what became of everybody."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from scim.jobs import pull
from scim.jobs.pull import Order, Pulled
from scim.jobs.pull_notes import Notes
from scim.jobs.puller import Puller
from scim.jobs.selection import Selection
from scim.records import Record, Report
from scim.source_records import SourceError, SourceGroup, SourceMembers, SourceReading, SourceUser
from scim.wiring import new_id
from tests.bridge import Bridge
from tests.jobs.world import person

CLIENT = "google-workspace"
STAFF = "staff@example.com"


def choice(*groups: str, **said: Any) -> Selection:
    return Selection(**{"groups": groups or (STAFF, "team-*@example.com"), **said})


@dataclass
class MemorySource:
    """`ports.Source`. `left_out`: whom its list of people lacks although they are members. `fault`: raised at the call
    with that number, counted from 1 over all of its life.
    """

    people: dict[str, SourceUser] = field(default_factory=dict)
    listed: dict[str, SourceGroup] = field(default_factory=dict)
    members: dict[str, set[str]] = field(default_factory=dict)
    doubts: dict[str, str] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)
    fault: tuple[int, SourceError] | None = None
    calls: int = 0
    made: int = 0

    # ── the port ──────────────────────────────────────────────────────────────────────────────────────────

    def groups(self) -> list[SourceGroup]:
        self._call()
        return list(self.listed.values())

    def read(self, chosen: Callable[[SourceGroup], bool]) -> SourceReading:
        self._call()
        users = [user for user in self.people.values() if user.id not in self.left_out]
        groups = self.groups()
        members = {}
        for group in filter(chosen, groups):
            self._call()
            ids = self.members[group.id] & {user.id for user in users}
            outsiders = self.members[group.id] & self.left_out
            members[group.id] = SourceMembers(
                tuple(sorted(ids)), tuple(sorted(outsiders)), self.doubts.get(group.id, "")
            )
        return SourceReading(users, groups, members)

    def calls_made(self) -> int:
        return self.calls

    def _call(self) -> None:
        self.calls += 1
        if self.fault and self.calls == self.fault[0]:
            raise self.fault[1]

    # ── the world ─────────────────────────────────────────────────────────────────────────────────────────

    def hire(self, name: str, *groups: str, **said: Any) -> str:
        """The id of a new person."""
        self.made += 1
        id, spoken = f"u{self.made}", name.capitalize()
        known = {"email": f"{name}@example.com", "active": True, "given_name": spoken, "family_name": "Jensen"}
        self.people[id] = SourceUser(**{"id": id, **known, "full_name": f"{spoken} Jensen", "unit": "/Staff", **said})
        self.join(id, *groups)
        return id

    def change(self, id: str, **said: Any) -> None:
        self.people[id] = replace(self.people[id], **said)

    def dismiss(self, *ids: str) -> None:
        for id in ids:
            del self.people[id]

    def team(
        self, email: str = STAFF, name: str = "", *, members: Iterable[str] = (), id: str = "", **said: Any
    ) -> str:
        self.made += 1
        id = id or f"g{self.made}"
        self.listed[id] = SourceGroup(id, email, name or email.partition("@")[0].title(), **said)
        self.members[id] = set(members)
        return id

    def rename(self, id: str, **said: Any) -> None:
        self.listed[id] = replace(self.listed[id], **said)

    def disband(self, id: str) -> None:
        del self.listed[id], self.members[id]

    def join(self, id: str, *groups: str) -> None:
        for group in groups:
            self.members[group].add(id)

    def leave(self, id: str, *groups: str) -> None:
        for group in groups:
            self.members[group].discard(id)


@dataclass
class Scene:
    """`pull` is a run that is approved if it has to be, and everything it wanted delivered."""

    bridge: Bridge
    source: Any = field(default_factory=MemorySource)
    selection: Selection = field(default_factory=choice)

    def puller(self, **replaced: Any) -> Puller:
        ports = {name: replaced.pop(name) for name in ("store", "target") if name in replaced}
        known = {"source": self.source, "choose": lambda: self.selection, "client": CLIENT, "new_id": new_id}
        return Puller(self.bridge.runner(**ports), **{**known, **replaced})

    def once(self, **order: bool) -> Pulled:
        return pull.pull(self.puller(), Order(**order))

    def run(self) -> Report:
        return pull.run(self.puller())

    def approve(self) -> Report:
        """Whatever waits."""
        kept = Notes(self.bridge.store).plan()
        assert kept
        pull.approve(self.puller(), kept.digest, "test")
        return self.run()

    def pull(self) -> Pulled:
        pulled = self.once(yes=True)
        self.bridge.settle()
        self.bridge.settle()
        return pulled

    # ── what became of it ─────────────────────────────────────────────────────────────────────────────────

    def user(self, name: str) -> Record:
        found = [record for record in self.bridge.store.scan("User") if record.document["userName"].startswith(name)]
        assert len(found) == 1, found
        return found[0]

    def users(self) -> list[str]:
        return sorted(record.document["userName"].partition("@")[0] for record in self.bridge.store.scan("User"))

    def group(self, name: str) -> Record:
        [found] = [each for each in self.bridge.store.scan("Group") if each.document["displayName"] == name]
        return found

    def state(self, name: str) -> str:
        """In the target; empty if nobody is there."""
        found = person(self.bridge, f"{name}@example.com").get("state", "")
        return "SUSPENDED" if "SUSPENDED" in found else found and "THERE"

    def removals(self) -> list[str]:
        """What was done to the target to take something away."""
        told = ("user.suspended", "membership.revoked", "group.deleted")
        events = self.bridge.store.events(10_000)
        return [event.action for event in events if event.action in told and event.actor == "settle"]

    def told(self, pulled: Pulled) -> list[tuple[str, str]]:
        return [(notice.what, notice.name) for notice in pulled.notices]
