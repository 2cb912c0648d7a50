"""Accounts on a device, and signing in: `account …`, `signin`, `signout`, `whoami`, and who a call acts as."""

from tests.op import answers
from tests.op.answers import Answer, Refusal, as_json, as_table
from tests.op.arguments import Call
from tests.op.world import NOTED_EVERY, SESSION_SECONDS, Entry, World

EXPIRED = -1.0


class Context:
    """One call: the world, the line, the environment, what came on stdin, and the config directory."""

    __slots__ = ("call", "config", "directory", "env", "stdin", "user", "world")

    def __init__(self, world: World, call: Call, env: dict[str, str], stdin: bytes) -> None:
        self.world = world
        self.call = call
        self.env = env
        self.stdin = stdin
        self.directory = call.flags.get("config") or env.get("OP_CONFIG_DIR") or _default_directory(env)
        self.config: Entry = world.configs.load(self.directory) or {"accounts": []}
        self.user = ""

    def flag(self, name: str) -> str | None:
        return self.call.flags.get(name)

    def on(self, name: str) -> bool:
        return self.call.flags.get(name) == "true"

    @property
    def argument(self) -> str:
        return self.call.arguments[0] if self.call.arguments else ""

    @property
    def as_json(self) -> bool:
        return (self.flag("format") or self.env.get("OP_FORMAT")) == "json"

    def save_config(self) -> None:
        self.world.configs.save(self.directory, self.config)


def _default_directory(env: dict[str, str]) -> str:
    if "XDG_CONFIG_HOME" in env:
        return f"{env['XDG_CONFIG_HOME']}/op"
    if not env.get("HOME"):
        raise Refusal("$HOME is not defined")
    return f"{env['HOME']}/.config/op"


# ── who the call acts as ──────────────────────────────────────────────────────────────────────────────────


def enter(at: Context) -> None:
    """Finds the session of the call and sets `at.user`. Refusal."""
    refuse_by_firewall(at.world)
    session = _session(at, _account(at), answers.NOT_SIGNED_IN)
    at.user = session["user"]


def refuse_by_firewall(world: World) -> None:
    if world.account["firewall"]:
        raise Refusal(answers.FIREWALL, recorded=True)


def _account(at: Context) -> Entry | None:
    """The account of this device that the call means. Refusal if it names one that is not there."""
    accounts: list[Entry] = at.config["accounts"]
    wanted = at.flag("account") or at.env.get("OP_ACCOUNT")
    if not wanted:
        latest = at.config.get("latest_signin")
        return next((each for each in accounts if each["shorthand"] == latest), accounts[0] if accounts else None)
    for each in accounts:
        if wanted in (each["shorthand"], each["account_uuid"], each["user_uuid"]) or _host(wanted) == each["url"]:
            return each
    raise Refusal(f"no account found for filter {wanted}", recorded=True)


def _session(at: Context, account: Entry | None, signed_out: str) -> Entry:
    token = account and _token(at, account)
    session = at.world.sessions.get(token or "")
    if not account or session is None or session["user"] != account["user_uuid"] or session["key"] != at.config["key"]:
        raise Refusal(signed_out, recorded=True)
    now = at.world.now()
    if now - session["used"] >= SESSION_SECONDS or session["used"] == EXPIRED:
        raise Refusal(answers.SESSION_EXPIRED, recorded=True)
    person = at.world.people.get(session["user"])
    if person is None or person["state"] != "ACTIVE":
        raise Refusal(answers.UNAUTHORIZED)
    if abs(now - session["used"]) >= NOTED_EVERY:
        session["used"] = now
        at.world.changed = True
    return session


def _token(at: Context, account: Entry) -> str | None:
    names = (f"OP_SESSION_{account['user_uuid']}", f"OP_SESSION_{account['shorthand']}", "OP_SESSION")
    return at.flag("session") or next((at.env[name] for name in names if at.env.get(name)), None)


# ── commands ──────────────────────────────────────────────────────────────────────────────────────────────


def account_add(at: Context) -> Answer:
    host = _host(at.flag("address") or "")
    device = at.config.get("device") or at.env.get("OP_DEVICE")
    if not device:
        made = at.world.new_id().lower()
        raise Refusal(answers.NO_DEVICE.format(device=made), recorded=True)
    secret_key = at.flag("secret-key") or at.env.get("OP_SECRET_KEY") or ""
    if not (host and at.flag("email") and secret_key):
        raise Refusal("a sign-in address, an email address and a Secret Key are needed to add an account")
    refuse_by_firewall(at.world)
    if host != at.world.account["address"]:
        raise Refusal(f"dial tcp: lookup {host}: no such host")
    person = at.world.by_email(at.flag("email") or "")
    account = {
        "url": host, "email": at.flag("email"), "user_uuid": person["id"] if person else "",
        "account_uuid": at.world.account["id"], "shorthand": at.flag("shorthand") or host.partition(".")[0],
        "secret_key": secret_key,
    }  # fmt: skip
    _authenticate(at, account, device)
    others = [each for each in at.config["accounts"] if each["shorthand"] != account["shorthand"]]
    at.config = {**at.config, "device": device, "accounts": [*others, account]}
    at.config.setdefault("key", at.world.new_token())
    if at.on("signin"):
        return _open_session(at, account)
    at.save_config()
    return Answer()


def signin(at: Context) -> Answer:
    account = _account(at)
    if account is None:
        raise Refusal("No accounts configured for use with 1Password CLI.")
    refuse_by_firewall(at.world)
    _authenticate(at, account, at.config["device"])
    return _open_session(at, account)


def _authenticate(at: Context, account: Entry, device: str) -> None:
    credentials = at.world.state["credentials"].get(account["user_uuid"])
    person = at.world.people.get(account["user_uuid"])
    password = at.stdin.split(b"\n", 1)[0].rstrip(b"\r").decode("utf-8", "replace")
    known = credentials and (password, account["secret_key"]) == (credentials["password"], credentials["secret_key"])
    if not known or person is None or person["state"] != "ACTIVE":
        raise Refusal(answers.UNAUTHORIZED)
    devices: list[str] = at.world.state["devices"]
    if at.world.account["second_factor"]:
        raise Refusal("Enter your six-digit authentication code: EOF")
    if device not in devices:
        devices.append(device)
        at.world.changed = True


def _open_session(at: Context, account: Entry) -> Answer:
    token = at.world.new_token()
    now = at.world.now()
    sessions = at.world.sessions
    for old in [key for key, each in sessions.items() if now - each["used"] > 2 * SESSION_SECONDS]:
        del sessions[old]
    sessions[token] = {"user": account["user_uuid"], "key": at.config["key"], "used": now}
    at.world.people[account["user_uuid"]]["last_auth_at"] = at.world.timestamp()
    at.world.changed = True
    at.config["latest_signin"] = account["shorthand"]
    at.save_config()
    if at.on("raw"):
        return Answer(0, f"{token}\n".encode())
    name = account["user_uuid"]
    return Answer(0, f'export OP_SESSION_{name}="{token}"\n# This command is meant to be used with eval\n'.encode())


def account_list(at: Context) -> Answer:
    shown = [{key: value for key, value in each.items() if key != "secret_key"} for each in at.config["accounts"]]
    return Answer(0, as_json(shown) if at.as_json else as_table(shown, ("shorthand", "url", "email", "user_uuid")))


def account_get(at: Context) -> Answer:
    enter(at)
    account = at.world.account
    shown = {
        "id": account["id"], "name": account["name"], "domain": account["address"].partition(".")[0],
        "type": "BUSINESS", "state": "ACTIVE", "created_at": account["created_at"],
    }  # fmt: skip
    return Answer(0, as_json(shown) if at.as_json else answers.as_card(shown))


def account_forget(at: Context) -> Answer:
    if not at.on("all"):
        at.call.flags["account"] = at.argument or at.flag("account") or ""
        gone = _account(at)
        at.config["accounts"] = [each for each in at.config["accounts"] if each is not gone]
    else:
        at.config["accounts"] = []
    at.save_config()
    return Answer()


def signout(at: Context) -> Answer:
    account = _account(at)
    token = account and _token(at, account)
    if at.on("all"):
        ended = [key for key, each in at.world.sessions.items() if each["key"] == at.config.get("key")]
    else:
        ended = [token] if token in at.world.sessions else []
    for each in ended:
        del at.world.sessions[each]
        at.world.changed = True
    return Answer()


def whoami(at: Context) -> Answer:
    refuse_by_firewall(at.world)
    account = _account(at)
    session = _session(at, account, answers.WHOAMI_NOT_SIGNED_IN)
    person = at.world.people[session["user"]]
    shown = {
        "url": f"https://{at.world.account['address']}/", "email": person["email"], "user_uuid": person["id"],
        "account_uuid": at.world.account["id"],
    }  # fmt: skip
    return Answer(0, as_json(shown) if at.as_json else answers.as_card(shown))


def _host(address: str) -> str:
    return address.removeprefix("https://").rstrip("/").lower()
