"""The bridge's session with 1Password: signing in, staying signed in, and what the processes see of it.

The credentials are read when they are needed, so a rotated secret is used at the next sign-in. They reach `op` through
its environment and standard input, never its arguments, which any process can read. Each process of ours has its own
configuration directory; whoever forks after signing in signs in again in the child.
"""

import json
import os
import shutil
import tempfile
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Protocol

from scim.ports import Clock, Secrets
from scim.records import Secret, SecretMissing, SecretsUnavailable, TargetError, TargetUnavailable
from scim.targets.op_errors import AccountUnknown, NoSession, SignInRefused
from scim.targets.op_process import Answer

SECRET = "scimsession"  # noqa: S105 - the name of a secret, not its value
SHORTHAND = "bridge"
AGAIN_SECONDS = 30.0
"""So long the same credentials are not tried again after they were refused: 1Password counts failures."""

_DROPPED = {
    *("OP_ACCOUNT", "OP_CONNECT_HOST", "OP_CONNECT_TOKEN", "OP_DEBUG", "OP_DEVICE", "OP_FORMAT", "OP_INCLUDE_ARCHIVE"),
    *("OP_ISO_TIMESTAMPS", "OP_RUN_NO_MASKING", "OP_SECRET_KEY", "OP_SERVICE_ACCOUNT_TOKEN"),
}
_SESSIONS = "OP_SESSION"
_SIGN_IN = ("signin", f"--account={SHORTHAND}", "--raw")
_OURS = {
    "OP_CACHE": "false",  # its daemon would outlive the call
    "OP_BIOMETRIC_UNLOCK_ENABLED": "false",
    "OP_INTEGRATION_NAME": "SCIM bridge",
    "OP_INTEGRATION_ID": "SCB",
    "OP_INTEGRATION_BUILDNUMBER": "0001001",
}


class Ask(Protocol):
    def __call__(self, args: Sequence[str], env: Mapping[str, str], stdin: bytes, ends: float) -> Answer:
        """One call of `op` that succeeded. TargetError."""
        ...


@dataclass(frozen=True, slots=True)
class Credentials:
    address: Secret
    email: Secret
    secret_key: Secret
    password: Secret
    device: Secret

    @classmethod
    def parse(cls, text: str) -> "Credentials":
        """Of the session secret, a JSON object. TargetUnavailable names what is wrong, never a value."""
        try:
            given: Any = json.loads(text)
        except ValueError:
            given = None
        if not isinstance(given, dict):
            raise _unusable("is no JSON object") from None
        names = [field.name for field in fields(cls)]
        if wrong := [name for name in names if not _is_line(given.get(name))]:
            raise _unusable(f"has no {', no '.join(wrong)} (a text of one line each)")
        return cls(*(Secret(given[name]) for name in names))


def _is_line(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and value.isprintable()


def _unusable(what: str) -> TargetUnavailable:
    return TargetUnavailable(
        f"The 1Password session secret {SECRET!r} {what}; it needs address, email, secret_key, password and device."
    )


@dataclass(slots=True)
class _SignedIn:
    """One configuration directory of one process, and the token that opens it."""

    credentials: Credentials
    directory: str
    pid: int
    remove: Callable[[], object]
    token: Secret
    user_id: str = ""


class Session:
    def __init__(self, ask: Ask, secrets: Secrets, environ: Mapping[str, str], clock: Clock) -> None:
        self._ask = ask
        self._secrets = secrets
        self._environ = environ
        self._clock = clock
        self._signed_in: _SignedIn | None = None
        self._refused: tuple[Credentials, float, SignInRefused] | None = None

    def environment(self, ends: float) -> dict[str, str]:
        """What a process needs to act as the bridge's member. Signs in first if need be. TargetUnavailable."""
        now = self._signed_in
        if now is None or now.pid != os.getpid():
            now = self._sign_in(self._credentials(), ends)
        token = {"OP_SESSION": str(now.token), f"OP_SESSION_{SHORTHAND}": str(now.token)}
        if now.user_id:
            token[f"OP_SESSION_{now.user_id}"] = str(now.token)
        return self._base(now.directory) | {"OP_DEVICE": str(now.credentials.device)} | token

    def renew(self, ends: float) -> None:
        """Signs in again, with the credentials of now. TargetUnavailable."""
        now, credentials = self._signed_in, self._credentials()
        if now is None or now.pid != os.getpid() or now.credentials != credentials:
            self._sign_in(credentials, ends)
            return
        self._guard(credentials)
        env = self._base(now.directory) | {"OP_DEVICE": str(credentials.device)}
        try:
            now.token = self._token(_SIGN_IN, env, credentials, ends)
        except AccountUnknown:
            self._sign_in(credentials, ends)

    def close(self) -> None:
        """Removes what was kept on disk. Whoever goes on signs in again."""
        now, self._signed_in = self._signed_in, None
        if now:
            now.remove()

    def _sign_in(self, credentials: Credentials, ends: float) -> _SignedIn:
        """In a new directory: nothing of an earlier session can be in the way."""
        self._guard(credentials)
        self.close()
        directory, pid = tempfile.mkdtemp(prefix="op-"), os.getpid()  # mode 0700
        new = _SignedIn(credentials, directory, pid, weakref.finalize(self, _remove, directory, pid), Secret())
        try:
            env = self._base(new.directory)
            keys = {"OP_DEVICE": str(credentials.device), "OP_SECRET_KEY": str(credentials.secret_key)}
            account = (f"--address={credentials.address}", f"--email={credentials.email}", f"--shorthand={SHORTHAND}")
            args = ("account", "add", *account, "--signin", "--raw")
            new.token = self._added(args, env | keys, credentials, ends)
            new.user_id = self._user_id(env, credentials, ends)
        except BaseException:
            new.remove()
            raise
        self._signed_in = new
        return new

    def _added(self, args: Sequence[str], env: Mapping[str, str], credentials: Credentials, ends: float) -> Secret:
        """The session that comes with the account, or one of its own."""
        try:
            return self._token(args, env, credentials, ends)
        except NoSession:
            return self._token(_SIGN_IN, env, credentials, ends)

    def _token(self, args: Sequence[str], env: Mapping[str, str], credentials: Credentials, ends: float) -> Secret:
        try:
            answer = self._ask(args, env, f"{credentials.password}\n".encode(), ends)
        except SignInRefused as error:
            self._refused = (credentials, self._clock(), error)
            raise
        token = answer.stdout.decode(errors="replace").strip()
        if not _is_line(token):
            raise NoSession("Signing in to 1Password gave no session.")
        self._refused = None
        return Secret(token)

    def _user_id(self, env: Mapping[str, str], credentials: Credentials, ends: float) -> str:
        """Some versions look for the session under this name. Without it the other names serve."""
        try:
            listed = json.loads(self._ask(("account", "list", "--format=json"), env, b"", ends).stdout)
            ours = [each for each in listed if str(each["email"]).lower() == credentials.email.lower()]
            found = str(ours[0]["user_uuid"])
        except (TargetError, ValueError, LookupError, TypeError):
            return ""
        return found if found.isalnum() else ""

    def _credentials(self) -> Credentials:
        try:
            return Credentials.parse(self._secrets.get(SECRET))
        except (SecretMissing, SecretsUnavailable) as error:
            raise TargetUnavailable(f"The bridge cannot sign in to 1Password. {error}") from error

    def _guard(self, credentials: Credentials) -> None:
        if self._refused and self._refused[0] == credentials and 0 <= self._clock() - self._refused[1] < AGAIN_SECONDS:
            raise SignInRefused(str(self._refused[2]))

    def _base(self, directory: str) -> dict[str, str]:
        return neutral(self._environ) | {"OP_CONFIG_DIR": directory, "HOME": directory}


def neutral(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of ours without what would make `op` somebody else's or have it talk another format."""
    kept = {name: value for name, value in environ.items() if name not in _DROPPED and not name.startswith(_SESSIONS)}
    return kept | _OURS


def _remove(directory: str, pid: int) -> None:
    """A child that was forked leaves its parent's directory alone."""
    if os.getpid() == pid:
        shutil.rmtree(directory, ignore_errors=True)
