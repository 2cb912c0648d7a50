"""A company whose account matches what is wanted, until somebody changes something there by hand."""

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scim.jobs import drift_list, reconcile
from scim.jobs.drift import Policy
from scim.records import Ref, Report
from tests.bridge import Bridge
from tests.jobs import hands

ACCOUNTS = {"embedded": hands.embedded, "op": hands.one_password}
NAMES = {
    "barbara": "Barbara Jensen", "mandy": "Mandy Pepperidge", "jim": "Jim Bond", "ann": "Ann Other",
    "iris": "Iris Idle", "lea": "Lea Ver",
}  # fmt: skip


@dataclass
class Company:
    """Barbara and Mandy are Guides, Jim is a Pilot, Ann is in no group; Iris is inactive, Lea was deleted. Zoe and the
    group Strangers, with Zoe in it, are none of the bridge's.
    """

    bridge: Bridge
    hands: hands.Hands
    users: dict[str, str]
    groups: dict[str, str]
    zoe: str
    strangers: str

    def reconcile(self, policy: Policy | None = None, **replaced: Any) -> Report:
        return reconcile.run(self.bridge.runner(**replaced), policy)

    def tick(self) -> None:
        for _ in range(3):
            self.bridge.clock.advance(61)
            self.bridge.settle()

    def person(self, name: str) -> str:
        """Their id in the target."""
        return self.link("User", self.users[name])

    def group(self, name: str) -> str:
        return self.link("Group", self.groups[name])

    def link(self, kind: Any, id: str) -> str:
        record = self.bridge.store.get(Ref(kind, id))
        assert record
        return record.link.target_id or ""

    # ── what there is ─────────────────────────────────────────────────────────────────────────────────────

    def kinds(self) -> list[str]:
        """Of the drift that is listed."""
        return sorted(item.drift.kind for item in drift_list.read(self.bridge.store).items)

    def told(self, action: str) -> list[str]:
        """The kinds that audit lines of this action tell of."""
        events = self.bridge.store.events(1000)
        return [event.changes[0].get("kind", "") for event in events if event.action == action]

    def shown(self, name: str) -> dict[str, Any]:
        """As SCIM shows the user."""
        return self.bridge.send("GET", f"/Users/{self.users[name]}").get_json(force=True)

    def shown_group(self, name: str) -> dict[str, Any]:
        return self.bridge.send("GET", f"/Groups/{self.groups[name]}").get_json(force=True)

    def members(self, name: str) -> list[str]:
        """As SCIM shows them, by their names here."""
        names = {id: user for user, id in self.users.items()}
        return sorted(names[each["value"]] for each in self.shown_group(name).get("members", ()))

    def in_target(self, name: str) -> dict[str, Any]:
        email = f"{name}@example.com"
        return next((each for each in self.hands.world()["people"] if each["email"] == email), {})

    def group_in_target(self, name: str) -> dict[str, Any]:
        found = [each for each in self.hands.world()["groups"] if each["name"] == name]
        assert len(found) <= 1
        return found[0] if found else {}

    def wanted(self) -> Any:
        """Everything SCIM shows."""
        users = self.bridge.send("GET", "/Users").get_json(force=True)["Resources"]
        return users, self.bridge.send("GET", "/Groups").get_json(force=True)["Resources"]

    def unmanaged(self) -> Any:
        """All of the account that no user or group stands for: everybody else with what else they are in."""
        world = copy.deepcopy(self.hands.world())
        ours = {f"{name}@example.com" for name in (*NAMES, "other")}
        managed = {self.group(name) for name in self.groups}
        names = {each["name"] for each in world["groups"] if each["id"] in managed} | set(self.groups)
        people = [each for each in world["people"] if each["email"] not in ours]
        for each in people:
            each["groups"] = [name for name in each["groups"] if name not in names]
        return people, [each for each in world["groups"] if each["id"] not in managed]


def company(directory: Path, account: str = "embedded", **options: Any) -> Company:
    bridge, edits = ACCOUNTS[account](directory, **options)
    people = {name: bridge.post_user(f"{name}@example.com", displayName=shown) for name, shown in NAMES.items()}
    users = {name: user["id"] for name, user in people.items()}
    groups = {
        "Guides": bridge.post_group("Guides", users["barbara"], users["mandy"])["id"],
        "Pilots": bridge.post_group("Pilots", users["jim"])["id"],
    }
    zoe = edits.add_person("zoe@example.com", "Zoe")
    strangers = edits.add_group("Strangers")
    edits.grant(strangers, zoe)
    made = Company(bridge, edits, users, groups, zoe, strangers)
    bridge.settle()
    for name in NAMES:
        edits.reactivate(made.person(name))  # they accepted, and were confirmed
    bridge.patch(f"/Users/{users['iris']}", {"op": "replace", "value": {"active": False}})
    bridge.send("DELETE", f"/Users/{users['lea']}")
    for _ in range(2):
        bridge.settle()
        bridge.clock.advance(61)
    return made
