"""The account that the stand-in serves: people, groups, members, sessions, and what was scripted to go wrong.

Its whole content is `World.state`, a JSON object, so that a file can hold it; indexes are rebuilt when it is read.
"""

import os
import time

from tests.op import seed
from tests.op.answers import FORBIDDEN, NOT_FOUND, NOT_FOUND_CODE, Refusal

SESSION_SECONDS = 30 * 60
NOTED_EVERY = 30  # seconds: a session's use is written this often, so that reading does not write the world each time
SUSPENDED = ("SUSPENDED", "TRANSFER_SUSPENDED")
OPEN_INVITATIONS = ("TRANSFER_PENDING", "TRANSFER_STARTED")
GONE_STATE = "DELETED"
_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_TOKEN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

Entry = dict[str, object]


class Memory:
    """The config directories of calls that touch no disk."""

    def __init__(self) -> None:
        self._kept: dict[str, Entry] = {}

    def load(self, directory: str) -> Entry | None:
        return self._kept.get(directory)

    def save(self, directory: str, config: Entry) -> None:
        self._kept[directory] = config


class World:
    """`clock`: seconds since the epoch. `entropy`: that many random bytes. `configs`: where config directories are."""

    def __init__(
        self, state: Entry | None = None, *, clock=time.time, entropy=os.urandom, configs: object = None
    ) -> None:
        self._clock = clock
        self._entropy = entropy
        self.configs = configs or Memory()
        self.changed = state is None
        self.recording = False
        self.calls: list[Entry] = []
        self.counts: dict[str, int] = {}
        self.reset(state if state is not None else seed.state(seed.timestamp(clock())))

    def reset(self, state: Entry) -> None:
        """Go on with that state."""
        self.state = state
        self.account: Entry = state["account"]
        self.people: dict[str, Entry] = state["people"]
        self.groups: dict[str, Entry] = state["groups"]
        self.members: dict[str, dict[str, str]] = state["members"]
        self.sessions: dict[str, Entry] = state["sessions"]
        self._by_email = {person["email"].lower(): id for id, person in self.people.items()}
        self._held: dict[str, frozenset[str]] = {}

    # ── time and chance ───────────────────────────────────────────────────────────────────────────────────

    def now(self) -> float:
        return self._clock() + self.state["clock"]

    def timestamp(self) -> str:
        return seed.timestamp(self.now())

    def new_id(self) -> str:
        """26 characters of base 32."""
        return "".join([_BASE32[byte & 31] for byte in self._entropy(26)])

    def new_token(self) -> str:
        return "".join([_TOKEN[byte & 63] for byte in self._entropy(43)])

    # ── who and which ─────────────────────────────────────────────────────────────────────────────────────

    def person(self, named: str) -> Entry:
        """By id, address or name. Refusal."""
        found = self.people.get(named) or self.people.get(self._by_email.get(named.lower(), ""))
        if found and found["state"] != GONE_STATE:
            return found
        if _like_id(named):
            raise Refusal(NOT_FOUND, NOT_FOUND_CODE, recorded=True)
        hits = [each for each in self.people.values() if each["name"] == named and each["state"] != GONE_STATE]
        if not hits:
            text = f'"{named}" isn\'t a user in this account. Specify the user with their UUID, email address, or name.'
            raise Refusal(text, recorded=True)
        if len(hits) > 1:
            raise Refusal(f'More than one user matches "{named}". Try again and specify the user by their ID.')
        return hits[0]

    def by_email(self, email: str) -> Entry | None:
        found = self.people.get(self._by_email.get(email.lower(), ""))
        return found if found and found["state"] != GONE_STATE else None

    def group(self, named: str) -> Entry:
        """By id or name. Refusal."""
        if found := self.groups.get(named):
            return found
        if _like_id(named):
            raise Refusal(NOT_FOUND, NOT_FOUND_CODE, recorded=True)
        hits = [each for each in self.groups.values() if each["name"] == named]
        if not hits:
            text = f'"{named}" isn\'t a group in this account. Specify the group with its UUID or name.'
            raise Refusal(text, recorded=True)
        if len(hits) > 1:
            raise Refusal(f'More than one group matches "{named}". Try again and specify the group by its ID.')
        return hits[0]

    def roles(self, group_id: str) -> dict[str, str]:
        """Who is in the group and as what. Whoever has joined is a team member, save guests and machines."""
        if self.groups[group_id]["type"] != "TEAM_MEMBERS":
            return self.members.get(group_id, {})
        joined = [id for id, each in self.people.items() if each["type"] == "MEMBER" and each["state"] == "ACTIVE"]
        return dict.fromkeys(joined, "MEMBER") | self.members.get(group_id, {})

    def groups_of(self, user_id: str) -> list[Entry]:
        person = self.people[user_id]
        joined = person["type"] == "MEMBER" and person["state"] == "ACTIVE"
        return [
            group
            for id, group in self.groups.items()
            if user_id in self.members.get(id, ()) or (joined and group["type"] == "TEAM_MEMBERS")
        ]

    # ── what is allowed ───────────────────────────────────────────────────────────────────────────────────

    def held_by(self, user_id: str) -> frozenset[str]:
        """The permissions that the person's groups give them."""
        held = self._held.get(user_id)
        if held is None:
            given = [self.groups[id]["permissions"] for id, roles in self.members.items() if user_id in roles]
            held = self._held[user_id] = frozenset(each for permissions in given for each in permissions)
        return held

    def require(self, user_id: str, *permissions: str, managed: str = "") -> None:
        """One of the permissions, or to be a manager of the group `managed`. Refusal."""
        if self.held_by(user_id).isdisjoint(permissions) and self.members.get(managed, {}).get(user_id) != "MANAGER":
            raise Refusal(FORBIDDEN, recorded=True)

    def owners(self) -> list[str]:
        """Those who can act: active members of a group of type OWNERS."""
        return [
            user_id
            for id, group in self.groups.items() if group["type"] == "OWNERS"
            for user_id in self.members.get(id, ()) if self.people[user_id]["state"] == "ACTIVE"
        ]  # fmt: skip

    # ── what changes ──────────────────────────────────────────────────────────────────────────────────────

    def touch(self) -> None:
        """Something changed: it will be saved, and what is derived is derived anew."""
        self.changed = True
        self._held.clear()

    def add_person(self, email: str, name: str, state: str = "ACTIVE", type: str = "MEMBER") -> Entry:
        now = self.timestamp()
        id = self.new_id()
        self.people[id] = person = {
            "id": id, "name": name, "email": email, "type": type, "state": state,
            "created_at": now, "updated_at": now, "last_auth_at": "0001-01-01T00:00:00Z",
            "resumes": "ACTIVE",
        }  # fmt: skip
        self._by_email[email.lower()] = id
        self.touch()
        return person

    def change_person(self, person: Entry, **values: str) -> None:
        if "email" in values:
            del self._by_email[person["email"].lower()]
            self._by_email[values["email"].lower()] = person["id"]
        person.update(values, updated_at=self.timestamp())
        self.touch()

    def remove_person(self, person: Entry) -> None:
        del self.people[person["id"]]
        if self._by_email.get(person["email"].lower()) == person["id"]:
            del self._by_email[person["email"].lower()]
        for roles in self.members.values():
            roles.pop(person["id"], None)
        self.touch()

    def add_group(
        self, name: str, description: str = "", type: str = "USER_DEFINED", permissions: tuple[str, ...] = ()
    ) -> Entry:
        now = self.timestamp()
        id = self.new_id().lower()
        self.groups[id] = group = {
            "id": id, "name": name, "description": description, "state": "ACTIVE", "created_at": now,
            "updated_at": now, "permissions": list(permissions), "type": type,
        }  # fmt: skip
        self.members[id] = {}
        self.touch()
        return group

    def change_group(self, group: Entry, **values: object) -> None:
        group.update(values, updated_at=self.timestamp())
        self.touch()

    def remove_group(self, group: Entry) -> None:
        del self.groups[group["id"]]
        self.members.pop(group["id"], None)
        self.touch()

    def set_role(self, group_id: str, user_id: str, role: str | None) -> None:
        """MEMBER, MANAGER, or None for neither."""
        if role is None:
            self.members[group_id].pop(user_id, None)
        else:
            self.members[group_id][user_id] = role
        self.touch()

    def ripen(self) -> None:
        """A group is INACTIVE when it is made; the second call after that finds it ACTIVE."""
        fresh: dict[str, int] = self.state["fresh"]
        if not fresh:
            return
        for id in list(fresh):
            fresh[id] -= 1
            if fresh[id] <= 0:
                del fresh[id]
                if id in self.groups:
                    self.groups[id]["state"] = "ACTIVE"
        self.changed = True

    def view(self) -> dict[str, list[Entry]]:
        """People with the names of their groups, groups with the addresses of their members, as
        `EmbeddedTarget.world()`. The membership of Team Members goes without saying and is left out.
        """
        belongs: dict[str, list[str]] = {}
        for id, roles in self.members.items():
            for user_id in roles:
                belongs.setdefault(user_id, []).append(self.groups[id]["name"])
        people = [
            {key: each[key] for key in ("id", "email", "name", "type", "state")}
            | {"groups": sorted(belongs.get(id, ()))}
            for id, each in self.people.items()
        ]
        groups = [
            {key: each[key] for key in ("id", "name", "description", "type")}
            | {"members": sorted(self.people[user_id]["email"] for user_id in self.members.get(id, ()))}
            for id, each in self.groups.items()
        ]
        return {
            "people": sorted(people, key=lambda each: each["email"]),
            "groups": sorted(groups, key=lambda each: (each["name"], each["id"])),
        }


def _like_id(named: str) -> bool:
    return len(named) == 26 and named.isascii() and named.isalnum()
