"""The stand-in as tests hold it: the executable, its world in a file, and what people do there by themselves."""

import os
import sys
from pathlib import Path
from typing import Any

from tests.op import faults, files, running, seed
from tests.op.world import OPEN_INVITATIONS, Entry, World

ROOT = Path(__file__).resolve().parent.parent.parent


def install(directory: Path, world: Path) -> Path:
    """An executable `op` in the directory that serves that world, whatever the environment holds."""
    python = os.path.realpath(sys.executable)
    path = Path(directory) / "op"
    path.write_text(
        f"#!{python} -IS\nimport sys\nsys.path.insert(0, {str(ROOT)!r})\n"
        f"from tests.op.program import main\nmain({str(world)!r})\n"
    )
    path.chmod(0o755)
    return path


class People:
    """What happens in the account without `op`, and what can be known about it. `_world()` lends the world."""

    def _world(self) -> Any:
        """A context manager; what is changed inside is kept."""
        raise NotImplementedError

    # ── what people do ────────────────────────────────────────────────────────────────────────────────────

    def accept(self, email: str) -> None:
        """The invited person sets up their account. LookupError, ValueError."""
        with self._world() as world:
            person = _known(world, email)
            if person["state"] not in OPEN_INVITATIONS:
                raise ValueError(f"The invitation of {email} is not open: {person['state']}.")
            world.change_person(person, state="TRANSFER_ACCEPTED")

    def accept_recovery(self, email: str) -> None:
        with self._world() as world:
            world.change_person(_known(world, email), state="RECOVERY_ACCEPTED")

    def add_person(self, email: str, name: str, state: str = "ACTIVE", type: str = "MEMBER") -> Entry:
        """Somebody whom the bridge did not invite."""
        with self._world() as world:
            return dict(world.add_person(email, name, state, type))

    def add_group(
        self, name: str, description: str = "", type: str = "USER_DEFINED", permissions: tuple[str, ...] = ()
    ) -> Entry:
        with self._world() as world:
            return dict(world.add_group(name, description, type, permissions))

    def set_role(self, group_id: str, user_id: str, role: str | None) -> None:
        """MEMBER, MANAGER, or None for neither."""
        with self._world() as world:
            world.set_role(group_id, user_id, role)

    def set_state(self, id: str, state: str) -> None:
        """In 1Password's words: recovery, or a state nobody has heard of."""
        with self._world() as world:
            world.change_person(world.people[id], state=state)

    def set_group(self, id: str, **values: Any) -> None:
        """name, description, type, permissions, state."""
        with self._world() as world:
            world.change_group(world.groups[id], **values)

    def change_own_email(self, email: str, to: str) -> None:
        """The person changes their address on their profile page."""
        with self._world() as world:
            world.change_person(_known(world, email), email=to)

    def rename_person(self, email: str, name: str) -> None:
        """By hand, on 1Password.com."""
        with self._world() as world:
            world.change_person(_known(world, email), name=name)

    def remove_person(self, id: str) -> None:
        """An administrator deletes somebody by hand."""
        with self._world() as world:
            world.remove_person(world.people[id])

    def remove_group(self, id: str) -> None:
        with self._world() as world:
            world.remove_group(world.groups[id])

    # ── what an administrator turns ───────────────────────────────────────────────────────────────────────

    def set_account(self, **values: Any) -> None:
        """domains, cli_provisioning, hosted, firewall, second_factor, vague, limit, write_seconds: see README.md."""
        with self._world() as world:
            if unknown := set(values) - set(world.account):
                raise ValueError(f"The account has no {', '.join(sorted(unknown))}.")
            world.account.update(values)
            world.changed = True

    def take_permission(self, *permissions: str) -> None:
        """The bridge's groups lose them."""
        with self._world() as world:
            for group in world.groups_of(seed.BRIDGE):
                left = [each for each in group["permissions"] if each not in permissions]
                world.change_group(group, permissions=left)

    def give_permission(self, *permissions: str) -> None:
        with self._world() as world:
            group = world.groups[seed.BRIDGE_GROUP]
            world.change_group(group, permissions=[*group["permissions"], *permissions])

    def change_password(self, password: str) -> None:
        """Of the bridge's user, by hand. Its sessions end."""
        with self._world() as world:
            world.state["credentials"][seed.BRIDGE]["password"] = password
            running.expire(world)

    def expire_sessions(self) -> None:
        with self._world() as world:
            running.expire(world)

    def advance(self, seconds: float) -> None:
        """The account's clock goes that much further."""
        with self._world() as world:
            world.state["clock"] += seconds
            world.changed = True

    # ── what goes wrong ───────────────────────────────────────────────────────────────────────────────────

    def fault(self, kind: str, command: str = "*", times: int = 1, **options: Any) -> None:
        """The next `times` calls of the command run into it: see README.md."""
        with self._world() as world:
            faults.add(world, kind, command, times, **options)

    def heal(self) -> None:
        """Nothing goes wrong any more, and nothing is limited, slow or blocked."""
        with self._world() as world:
            world.state.update(faults=[], requests=[], writing={})
            world.account.update(firewall=False, second_factor=False, limit=0, write_seconds=0.0)
            world.changed = True

    # ── what can be known ─────────────────────────────────────────────────────────────────────────────────

    @property
    def session(self) -> dict[str, str]:
        """What the secret `scimsession` holds."""
        with self._world() as world:
            credentials = world.state["credentials"][seed.BRIDGE]
            return {
                "address": world.account["address"], "email": world.people[seed.BRIDGE]["email"],
                **credentials, "device": seed.DEVICE,
            }  # fmt: skip

    def world(self) -> dict[str, list[Entry]]:
        """Everything there is, as `EmbeddedTarget.world()` shows it."""
        with self._world() as world:
            return world.view()

    def person(self, email: str) -> Entry | None:
        with self._world() as world:
            found = world.by_email(email)
            return dict(found) if found else None

    def mails(self) -> dict[str, int]:
        """How many invitations each address was sent."""
        with self._world() as world:
            return dict(world.state["mails"])

    def devices(self) -> list[str]:
        """Each of them was announced to the account's owner by mail."""
        with self._world() as world:
            return list(world.state["devices"])


def _known(world: World, email: str) -> Entry:
    person = world.by_email(email)
    if person is None:
        raise LookupError(f"Nobody has the address {email}.")
    return person


class StandIn(People):
    """An executable of its own in the directory, and its world beside it."""

    def __init__(self, directory: Path) -> None:
        self.directory = Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.world_path = self.directory / "world.json"
        self.path = install(self.directory, self.world_path)
        with self._world():
            pass

    def _world(self) -> files.Held:
        return files.Held(str(self.world_path))

    def calls(self) -> list[Entry]:
        """Every call in the order they began: pid, at, argv, command, env (of `op`), others (names), and of those that
        answered code, ended and stdin (how many bytes it read); of those that left a child its pid.
        """
        begun: dict[int, Entry] = {}
        found: list[Entry] = []
        for line in files.lines(f"{self.world_path}.calls"):
            if "argv" in line:
                begun[line["pid"]] = line
                found.append(line)
            else:
                begun[line["pid"]].update(line)
        return found

    def counts(self) -> dict[str, int]:
        """How often each command was called."""
        counts: dict[str, int] = {}
        for call in self.calls():
            counts[call["command"]] = counts.get(call["command"], 0) + 1
        return counts

    def lose(self) -> None:
        """The executable is gone until `heal`."""
        self.path.unlink(missing_ok=True)

    def heal(self) -> None:
        super().heal()
        if not self.path.exists():  # a running call reads it
            install(self.directory, self.world_path)

    def forget_calls(self) -> None:
        Path(f"{self.world_path}.calls").unlink(missing_ok=True)


class InMemory(People):
    """The same account without processes and files: `run` is `op`."""

    def __init__(self, world: World | None = None) -> None:
        self.kept = world or World()

    def _world(self) -> "InMemory":
        return self

    def __enter__(self) -> World:
        return self.kept

    def __exit__(self, *_: object) -> None:
        self.kept.touch()

    def run(self, argv: list[str], env: dict[str, str], stdin: bytes = b"") -> running.Answer:
        return running.run(self.kept, argv, env, stdin)

    def calls(self) -> list[Entry]:
        """Only those made while `kept.recording` is set."""
        return list(self.kept.calls)

    def counts(self) -> dict[str, int]:
        return dict(self.kept.counts)
