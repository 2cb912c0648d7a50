"""One call from its command line to its answer. No disk, no process: `program` adds these."""

from tests.op import answers, faults, people, sessions, teams
from tests.op.answers import Answer, Refusal
from tests.op.arguments import COMMANDS, Call, named, parse
from tests.op.faults import Hung
from tests.op.sessions import Context
from tests.op.world import Entry, World

VERSION = "2.39.0"
MINUTE = 60
_BEFORE_SIGN_IN = {
    "account add": sessions.account_add,
    "account list": sessions.account_list,
    "account get": sessions.account_get,
    "account forget": sessions.account_forget,
    "signin": sessions.signin,
    "signout": sessions.signout,
    "whoami": sessions.whoami,
}
_SIGNED_IN = {
    "user provision": people.provision,
    "user confirm": people.confirm,
    "user list": people.list_people,
    "user get": people.get,
    "user edit": people.edit,
    "user suspend": people.suspend,
    "user reactivate": people.reactivate,
    "user delete": people.delete,
    "user recovery begin": people.recover,
    "group create": teams.create,
    "group edit": teams.edit,
    "group delete": teams.delete,
    "group get": teams.get,
    "group list": teams.list_groups,
    "group user grant": teams.grant,
    "group user revoke": teams.revoke,
    "group user list": teams.list_members,
}
# what a service account may do (pyonepassword's list)
_READABLE = frozenset({"user list", "user get", "group list", "group get"})


def run(world: World, argv: list[str], env: dict[str, str], stdin: bytes = b"") -> Answer:
    """`op` with these arguments (without its own name), in this process. Hung if a scripted hang is due."""
    command = named(argv)
    world.counts[command] = world.counts.get(command, 0) + 1
    if world.recording:
        world.calls.append({"argv": list(argv), "command": command, "env": dict(env), "stdin": len(stdin)})
    fault = faults.take(world, command)
    if fault and fault["kind"] == "hang":
        if not faults.comes_first(fault):
            answer(world, argv, env, stdin, None)
        raise Hung(command)
    return answer(world, argv, env, stdin, fault)


def answer(world: World, argv: list[str], env: dict[str, str], stdin: bytes, fault: Entry | None) -> Answer:
    """The effect and the answer of one call that runs into `fault`. Waiting is left to the caller."""
    if fault is None:
        return _attempt(world, argv, env, stdin)
    kind = fault["kind"]
    if kind == "expire":
        expire(world)
    if kind in ("slow", "hang", "expire") or not faults.comes_first(fault):
        before = faults.snapshot(world) if kind == "silent" else b""
        natural = _attempt(world, argv, env, stdin)
        if before:
            faults.restore(world, before)
        return faults.shown(world, fault, natural)
    return faults.shown(world, fault, Answer())


def expire(world: World) -> None:
    """Every session ends, as after half an hour without a call."""
    for session in world.sessions.values():
        session["used"] = sessions.EXPIRED
    world.changed = True


def _attempt(world: World, argv: list[str], env: dict[str, str], stdin: bytes) -> Answer:
    try:
        return _answer(world, parse(argv), env, stdin)
    except Refusal as refusal:
        return faults.refused(world, refusal)


def _answer(world: World, call: Call, env: dict[str, str], stdin: bytes) -> Answer:
    if call.command not in COMMANDS or call.flags.get("help") == "true":
        text = VERSION if not call.command else "1Password CLI brings 1Password to your terminal."
        return Answer(0, f"{text}\n".encode())
    if (form := call.flags.get("format", "json")) not in ("json", "human-readable"):
        raise Refusal(f'invalid argument "{form}" for "--format" flag')
    _limit(world)
    world.ripen()
    at = Context(world, call, env, stdin)
    if "OP_CONNECT_HOST" in env and "OP_CONNECT_TOKEN" in env and call.command not in _BEFORE_SIGN_IN:
        raise Refusal(f'"{call.command}" doesn\'t work with Connect. Unset OP_CONNECT_HOST and OP_CONNECT_TOKEN.')
    if env.get("OP_SERVICE_ACCOUNT_TOKEN"):
        return _as_service_account(at)
    if simple := _BEFORE_SIGN_IN.get(call.command):
        return simple(at)
    sessions.enter(at)
    return _SIGNED_IN[call.command](at)


def _as_service_account(at: Context) -> Answer:
    """A token in the environment goes before any session: it reads, and does not provision."""
    if at.call.command == "whoami":
        shown = {"URL": f"https://{at.world.account['address']}", "ServiceAccountType": "SERVICE_ACCOUNT"}
        return Answer(0, answers.as_json(shown))
    if at.call.command not in _READABLE:
        raise Refusal(answers.FORBIDDEN, recorded=True)
    machines = [id for id, each in at.world.people.items() if each["type"] == "SERVICE_ACCOUNT"]
    at.user = machines[0]
    return _SIGNED_IN[at.call.command](at)


def _limit(world: World) -> None:
    """At most `limit` calls in a minute."""
    limit = world.account["limit"]
    if not limit:
        return
    now = world.now()
    requests = [at for at in world.state["requests"] if now - MINUTE < at <= now]
    world.state["requests"] = requests
    world.changed = True
    if len(requests) >= limit:
        raise Refusal(answers.TOO_MANY, recorded=True)
    requests.append(now)
