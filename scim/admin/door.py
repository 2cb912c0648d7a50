"""Who may open the screens, and who they are: closed by default, one gate before everything else.

At a desk the key in the link that `make run` prints opens a session, a signed cookie that no other site can send. In
the cloud IAM and `scim.jobs.guard` have judged the caller before: there is no key, and their address is who acts.
"""

import hashlib
import hmac
import re
import secrets as randomness
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from flask import redirect, request
from werkzeug.wrappers import Response

from scim.ports import Clock, Store
from scim.records import SecretMissing, SecretsUnavailable

COOKIE = "bridge_admin"
"""On plain HTTP. Over HTTPS `__Host-` stands before it, which browsers bind to this very origin."""
SESSION_SECONDS = 12 * 3600.0
DESK = "admin"
CALLER = "scim.caller"
"""The key of the WSGI environment under which the guard puts who it believes; no header can set it."""

Refusal = tuple[str, int]

_COOKIE = re.compile(r"(\d{1,12})\.[A-Za-z0-9_-]{22,}\.([0-9a-f]{64})")
_NO_KEY = "This page has no key yet, so it is closed: start the bridge with `make run`."
_CLOSED = "Open the link that `make run` or `python -m scim admin-link` printed: it carries the key to this page."


@dataclass(frozen=True, slots=True)
class Session:
    """`actor` is how audit lines name them. `id` tells this session from every other; `key` signs what it sends."""

    actor: str
    id: str
    key: bytes


class Door(Protocol):
    def admit(self) -> Session | Response | Refusal:
        """Who sends the current request; else the answer it gets instead."""
        ...


@dataclass(frozen=True, slots=True)
class KeyDoor:
    """`ask` is asked for the key at each request, so that a new key closes old sessions."""

    ask: Callable[[], str]
    clock: Clock

    def admit(self) -> Session | Response | Refusal:
        key = self._key()
        if not key.strip():
            return _NO_KEY, 401
        value = request.cookies.get(cookie_name(), "")
        if is_session(key, value, self.clock()):
            return Session(DESK, value, key)
        if request.path == "/metrics" and _is_bearer(key):
            return Session(DESK, "", key)
        given = request.args.get("key", "").encode()
        if request.method != "GET" or not hmac.compare_digest(given, key):
            return _CLOSED, 401
        return self._opened(key)

    def _key(self) -> bytes:
        try:
            return self.ask().encode()
        except (SecretMissing, SecretsUnavailable):
            return b""

    def _opened(self, key: bytes) -> Response:
        """The key leaves the address. The same browser may come in again while its session lasts."""
        response = redirect(f"{request.script_root}/", 303)
        response.set_cookie(
            cookie_name(),
            issue(key, self.clock()),
            max_age=int(SESSION_SECONDS),
            httponly=True,
            samesite="Strict",
            secure=request.is_secure,
            path="/",
        )
        return response


@dataclass(slots=True)
class GuardedDoor:
    """Behind the guard. What signs forms has to be the same in every instance, so it is kept in the store: it proves
    only that a form came from these screens, never who sends it.
    """

    store: Store
    clock: Clock
    _known: bytes = b""
    _due: float = float("-inf")

    def admit(self) -> Session | Refusal:
        caller = request.environ.get(CALLER)
        if not isinstance(caller, str) or not caller:
            return "This page is for people whom the project lets in.", 401
        return Session(caller, caller, self._key())

    def _key(self) -> bytes:
        """Two instances that make one at once agree when they read it again."""
        if self.clock() >= self._due:
            note = self.store.note(FORMS)
            if note is None:
                self.store.put_note(FORMS, {"key": randomness.token_urlsafe(32)})
                note = self.store.note(FORMS)
            self._known = str((note or {})["key"]).encode()
            self._due = self.clock() + FRESH_SECONDS
        return self._known


FORMS = "admin.forms"
FRESH_SECONDS = 600.0


def cookie_name() -> str:
    return f"__Host-{COOKIE}" if request.is_secure else COOKIE


def issue(key: bytes, now: float) -> str:
    """The value of a new session's cookie: until when, a random id, and the proof that the key's holder made it."""
    told = f"{int(now + SESSION_SECONDS)}.{randomness.token_urlsafe(18)}"
    return f"{told}.{sign(key, 'session', told)}"


def is_session(key: bytes, value: str, now: float) -> bool:
    found = _COOKIE.fullmatch(value)
    if found is None or not hmac.compare_digest(found[2], sign(key, "session", value.rpartition(".")[0])):
        return False
    return now < int(found[1])


def sign(key: bytes, purpose: str, text: str) -> str:
    """The same text signed for another purpose proves nothing."""
    return hmac.new(key, f"{purpose}\n{text}".encode(), hashlib.sha256).hexdigest()


def _is_bearer(key: bytes) -> bool:
    """A monitor has no cookie. It gets figures for the key and nothing else."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), key)
