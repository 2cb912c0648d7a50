"""What the stand-in answers to one request, whoever carries it there and back."""

import re
import secrets
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from scim.settings import Settings
from tests.directory import recorded
from tests.directory.faults import Faults
from tests.directory.identity import ACCOUNT, Identity
from tests.directory.reply import Reply
from tests.directory.world import ADMIN, Team, World

Query = dict[str, str]
Cursor = tuple[str, str, float]  # what is listed, the last address or id, since when the token lives

THREE_DAYS = 3 * 24 * 3600.0
QUOTA_SECONDS = 60.0
SIZES = {"users": (100, 500), "groups": (200, 200), "members": (200, 200)}
"""Rows of a page: unless asked for, and at most."""


@dataclass
class Directory:
    """`quota`: calls of the Directory API in a minute. `between`: called before each call with its number and path.
    `calls` counts by `metadata`, `sign`, `token`, `users`, `groups`, `members`, `user`, `group`; `paths` has them in
    order. `smaller`: most rows in a page, if fewer than Google's. `etags`: whether different lists have
    different ones.
    """

    world: World
    clock: Callable[[], float] = time.time
    quota: int = 1_000_000
    smaller: int = 500
    etags: bool = True
    faults: Faults = field(default_factory=Faults)
    between: Callable[[int, str], None] = lambda _number, _path: None
    calls: Counter[str] = field(default_factory=Counter)
    paths: list[str] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    address: str = ""
    _tokens: dict[str, Cursor] = field(default_factory=dict)
    _recent: deque[float] = field(default_factory=deque)
    _one: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.identity = Identity(self.clock)

    def environment(self) -> dict[str, str]:
        """With which a bridge reads this one."""
        url = f"http://{self.address}"
        return {
            "SOURCE": "google_workspace",
            "GOOGLE_ADMIN": ADMIN,
            "GOOGLE_SERVICE_ACCOUNT": ACCOUNT,
            "GOOGLE_DIRECTORY_URL": url,
            "GOOGLE_IAM_URL": url,
            "GOOGLE_TOKEN_URL": f"{url}/token",
            "GCE_METADATA_HOST": self.address,
            "SOURCE_CALLS_PER_MINUTE": "1000000",
        }

    def settings(self, **changed: Any) -> Settings:
        """`changed`: by the names of the settings."""
        return Settings.from_environment(
            self.environment() | {name.upper(): str(value) for name, value in changed.items()}
        )

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        url = urlsplit(target)
        with self._one:
            self.paths.append(url.path)
            number = len(self.paths)
            self.between(number, url.path)
            reply = self._answer(method, url.path, dict(parse_qsl(url.query)), headers, body)
            return self.faults.befall(number, url.path, reply)

    def _answer(self, method: str, path: str, query: Query, headers: Mapping[str, str], body: bytes) -> Reply:
        signing = re.fullmatch(r"/v1/projects/-/serviceAccounts/([^/]+):signJwt", path)
        if path == "/computeMetadata/v1/instance/service-accounts/default/token" and method == "GET":
            self.calls["metadata"] += 1
            return self.identity.metadata(headers)
        if signing and method == "POST":
            self.calls["sign"] += 1
            return self.identity.sign(unquote(signing[1]), headers, body)
        if path == "/token" and method == "POST":
            self.calls["token"] += 1
            return self.identity.exchange(body)
        if path.startswith("/admin/directory/v1/") and method == "GET":
            return self._directory(path.removeprefix("/admin/directory/v1/").split("/"), query, headers)
        return Reply(404, {"error": {"code": 404, "message": "Not Found"}})

    def _directory(self, parts: list[str], query: Query, headers: Mapping[str, str]) -> Reply:
        names = {1: parts[0], 2: parts[0].removesuffix("s"), 3: "members"}
        self.calls[names.get(len(parts), "unknown")] += 1
        if refusal := self.identity.refusal(headers) or self._over_quota():
            return refusal
        match [unquote(part) for part in parts]:
            case ["users" | "groups" as kind]:
                return self._list(kind, query) if "customer" in query else _wrong("Bad Request")
            case ["users", key]:
                return self._user(key)
            case ["groups", key]:
                team = self._team(key)
                return Reply(200, team.row()) if team else _gone()
            case ["groups", key, "members"]:
                team = self._team(key)
                return self._list("members", query, team) if team else _gone()
            case _:
                return _gone()

    def _list(self, kind: str, query: Query, team: Team | None = None) -> Reply:
        last = ""
        scope = f"{kind} {team.id if team else ''}"
        if token := query.get("pageToken"):
            known, last, since = self._tokens.get(token, ("", "", 0.0))
            if known != scope or self.clock() > since + THREE_DAYS:
                return _wrong("Invalid Input: pageToken")
        usual, most = SIZES[kind]
        count = min(int(query.get("maxResults", usual)), most, self.smaller)
        if team:
            derived = query.get("includeDerivedMembership") == "true"
            rows, following = self.world.members_after(team, last, count, derived=derived)
        else:
            list_after = self.world.users_after if kind == "users" else self.world.groups_after
            rows, following = list_after(last, count)
        if fields := re.search(rf"\b{kind}\(([^)]*)\)", query.get("fields", "")):
            rows = [{name: row[name] for name in fields[1].split(",") if name in row} for row in rows]
        page = {
            "kind": f"admin#directory#{kind}",
            "etag": f'"{scope}-{last}"' if self.etags else '""',
            **({kind: rows} if rows else {}),
        }
        if following:
            token = secrets.token_urlsafe(24)
            self._tokens[token] = scope, following, self.clock()
            page["nextPageToken"] = token
        return Reply(200, page)

    def _user(self, key: str) -> Reply:
        if key in self.world.teams:
            return Reply(*recorded.answer("nested group asked as a user"))
        found = [each for each in self.world.people.values() if key in (each.id, each.email, *each.aliases)]
        return Reply(200, found[0].row()) if found else _gone("userKey")

    def _team(self, key: str) -> Team | None:
        return next((team for team in self.world.teams.values() if key in (team.id, team.email)), None)

    def _over_quota(self) -> Reply | None:
        now = self.clock()
        while self._recent and self._recent[0] <= now - QUOTA_SECONDS:
            self._recent.popleft()
        if len(self._recent) >= self.quota:
            return Reply(*recorded.answer("per-user rate"))
        self._recent.append(now)
        return None


def _gone(key: str = "groupKey") -> Reply:
    status, body = recorded.answer("the group went away between two calls")
    body["error"]["message"] = f"Resource Not Found: {key}"
    return Reply(status, body)


def _wrong(message: str) -> Reply:
    status, body = recorded.answer("page token too old")
    body["error"]["message"] = message
    return Reply(status, body)
