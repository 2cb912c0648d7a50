"""What somebody does in the account by hand: in the embedded one, and in the stand-in that `op` would reach."""

from pathlib import Path
from typing import Any, Protocol

from scim.records import TargetUser
from scim.targets.embedded import EmbeddedTarget
from tests.bridge import Bridge, Clock, make_bridge
from tests.onepassword import target_in_memory
from tests.op import seed
from tests.op.account import InMemory


class Hands(Protocol):
    """Ids are the target's."""

    def suspend(self, id: str) -> None: ...
    def reactivate(self, id: str) -> None: ...
    def rename(self, id: str, name: str) -> None: ...
    def readdress(self, email: str, to: str) -> None: ...
    def remove(self, id: str) -> None: ...
    def change_state(self, id: str, state: str) -> None: ...
    def make_owner(self, id: str) -> None: ...
    def grant(self, group: str, id: str, role: str = "MEMBER") -> None: ...
    def revoke(self, group: str, id: str) -> None: ...
    def add_group(self, name: str, description: str = "") -> str: ...
    def rename_group(self, id: str, name: str) -> None: ...
    def remove_group(self, id: str) -> None: ...
    def describe_group(self, id: str, description: str) -> None: ...
    def protect_group(self, id: str) -> None: ...
    def add_person(self, email: str, name: str) -> str: ...
    def world(self) -> dict[str, Any]: ...


class EmbeddedHands:
    def __init__(self, target: EmbeddedTarget) -> None:
        self._target = target

    def suspend(self, id: str) -> None:
        self._write("UPDATE people SET state = 'SUSPENDED' WHERE id = ?", id)

    def reactivate(self, id: str) -> None:
        self._write("UPDATE people SET state = 'ACTIVE' WHERE id = ?", id)

    def rename(self, id: str, name: str) -> None:
        self._write("UPDATE people SET name = ? WHERE id = ?", name, id)

    def readdress(self, email: str, to: str) -> None:
        self._target.change_own_email(email, to)

    def remove(self, id: str) -> None:
        self._target.remove_person(id)

    def change_state(self, id: str, state: str) -> None:
        self._target.set_state(id, state)

    def make_owner(self, id: str) -> None:
        self._target.set_role("ownersaaaaaaaaaaaaaaaaaaaa", id, "MEMBER")

    def grant(self, group: str, id: str, role: str = "MEMBER") -> None:
        self._write("INSERT OR REPLACE INTO members VALUES (?, ?, ?)", group, id, role)

    def revoke(self, group: str, id: str) -> None:
        self._write("DELETE FROM members WHERE group_id = ? AND user_id = ?", group, id)

    def add_group(self, name: str, description: str = "") -> str:
        return self._target.add_group(name, description).id

    def rename_group(self, id: str, name: str) -> None:
        self._write("UPDATE groups SET name = ? WHERE id = ?", name, id)

    def remove_group(self, id: str) -> None:
        self._write("DELETE FROM members WHERE group_id = ?", id)
        self._write("DELETE FROM groups WHERE id = ?", id)

    def describe_group(self, id: str, description: str) -> None:
        self._write("UPDATE groups SET description = ? WHERE id = ?", description, id)

    def protect_group(self, id: str) -> None:
        self._write("UPDATE groups SET type = 'SECURITY' WHERE id = ?", id)

    def add_person(self, email: str, name: str) -> str:
        added: TargetUser = self._target.add_person(email, name)
        return added.id

    def world(self) -> dict[str, Any]:
        return self._target.world()

    def _write(self, statement: str, *values: str) -> None:
        with self._target._account.transaction() as db:
            db.execute(statement, values)


class OnePasswordHands:
    def __init__(self, account: InMemory) -> None:
        self._account = account

    def suspend(self, id: str) -> None:
        self._account.set_state(id, "SUSPENDED")

    def reactivate(self, id: str) -> None:
        self._account.set_state(id, "ACTIVE")

    def rename(self, id: str, name: str) -> None:
        self._account.rename_person(self._account.kept.people[id]["email"], name)

    def readdress(self, email: str, to: str) -> None:
        self._account.change_own_email(email, to)

    def remove(self, id: str) -> None:
        self._account.remove_person(id)

    def change_state(self, id: str, state: str) -> None:
        self._account.set_state(id, state)

    def make_owner(self, id: str) -> None:
        self._account.set_role(seed.OWNERS, id, "MEMBER")

    def grant(self, group: str, id: str, role: str = "MEMBER") -> None:
        self._account.set_role(group, id, role)

    def revoke(self, group: str, id: str) -> None:
        self._account.set_role(group, id, None)

    def add_group(self, name: str, description: str = "") -> str:
        return self._account.add_group(name, description)["id"]

    def rename_group(self, id: str, name: str) -> None:
        self._account.set_group(id, name=name)

    def remove_group(self, id: str) -> None:
        self._account.remove_group(id)

    def describe_group(self, id: str, description: str) -> None:
        self._account.set_group(id, description=description)

    def protect_group(self, id: str) -> None:
        self._account.set_group(id, permissions=["MANAGE_GROUPS"])

    def add_person(self, email: str, name: str) -> str:
        return self._account.add_person(email, name)["id"]

    def world(self) -> dict[str, Any]:
        return self._account.world()


def embedded(directory: Path, **options: Any) -> tuple[Bridge, Hands]:
    bridge = make_bridge(directory, **options)
    return bridge, EmbeddedHands(bridge.target)


def one_password(directory: Path, **options: Any) -> tuple[Bridge, Hands]:
    account, clock = InMemory(), Clock()
    target = target_in_memory(account, directory, clock)
    return make_bridge(directory, target=target, clock=clock, **options), OnePasswordHands(account)
