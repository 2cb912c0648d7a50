"""Signing in: when, as whom, and where the secrets go."""

import gc
import json
import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from scim.records import TargetUnavailable
from scim.targets.op import Op
from scim.targets.op_errors import SignInRefused
from scim.targets.op_process import Answer
from scim.targets.op_session import Credentials
from tests.op.account import InMemory
from tests.op.in_process import in_process
from tests.targets.op_doubles import SESSION, Clock, KnownSecrets, opened, secrets


class Watched:
    """The account in memory; `seen`: what each process was given."""

    def __init__(self) -> None:
        self.account = InMemory()
        self.seen: list[tuple[list[str], dict[str, str], bytes]] = []
        self._run = in_process(self.account)

    def run(self, argv: Sequence[str], env: Mapping[str, str], stdin: bytes, seconds: float) -> Answer:
        self.seen.append((list(argv), dict(env), stdin))
        return self._run(argv, env, stdin, seconds)

    def commands(self) -> list[str]:
        return [" ".join(each for each in argv[1:3] if not each.startswith("-")) for argv, _, _ in self.seen]


@pytest.fixture
def watched() -> Watched:
    return Watched()


def test_nothing_is_read_or_started_before_the_first_call(watched: Watched):
    kept = secrets()

    opened(watched.run, kept=kept)

    assert (kept.read, watched.seen) == (0, [])


def test_it_signs_in_once_and_stays_so(watched: Watched):
    kept = secrets()
    op = opened(watched.run, kept=kept)

    op.read_all("user", "list")
    op.read_all("group", "list")

    assert watched.commands() == ["account add", "account list", "user list", "group list"]
    assert kept.read == 1


def test_signing_in_looks_so(watched: Watched):
    opened(watched.run).read("whoami")

    argv, env, stdin = watched.seen[0]
    assert argv == [
        "op", "account", "add", "--address=example-team.1password.com", "--email=bridge@example.com",
        "--shorthand=bridge", "--signin", "--raw",
    ]  # fmt: skip
    assert stdin == f"{SESSION['password']}\n".encode()
    assert (env["OP_SECRET_KEY"], env["OP_DEVICE"]) == (SESSION["secret_key"], SESSION["device"])


def test_no_secret_is_ever_in_the_arguments(watched: Watched):
    op = opened(watched.run)
    op.read_all("user", "list")
    watched.account.expire_sessions()
    op.read_all("user", "list")

    tokens = {env["OP_SESSION"] for _, env, _ in watched.seen if "OP_SESSION" in env}
    lines = "\n".join(" ".join(argv) for argv, _, _ in watched.seen)
    assert len(tokens) == 2
    assert [bad for bad in (SESSION["password"], SESSION["secret_key"], *tokens) if bad in lines] == []


def test_the_secret_key_and_the_password_go_to_the_sign_in_alone(watched: Watched):
    op = opened(watched.run)
    op.read_all("user", "list")

    holders = [argv[1] for argv, env, stdin in watched.seen if "OP_SECRET_KEY" in env or stdin]
    assert holders == ["account"]


def test_a_call_carries_its_session_in_the_environment(watched: Watched):
    opened(watched.run).read_all("user", "list")

    _, env, _ = watched.seen[-1]
    names = ["OP_SESSION", "OP_SESSION_bridge", "OP_SESSION_BRIDGEAAAAAAAAAAAAAAAAAAAA"]
    assert len({env[name] for name in names}) == 1
    assert env["OP_CACHE"] == env["OP_BIOMETRIC_UNLOCK_ENABLED"] == "false"
    assert env["HOME"] == env["OP_CONFIG_DIR"]
    assert env["PATH"] == "/usr/bin"


def test_what_would_make_it_somebody_elses_is_taken_from_the_environment(watched: Watched):
    foreign = {
        "OP_CONNECT_HOST": "h", "OP_CONNECT_TOKEN": "t", "OP_SERVICE_ACCOUNT_TOKEN": "ops_t", "OP_ACCOUNT": "other",
        "OP_FORMAT": "human-readable", "OP_DEBUG": "true", "OP_SESSION": "x", "OP_SESSION_other": "y",
        "OP_INCLUDE_ARCHIVE": "1", "OP_ISO_TIMESTAMPS": "1", "OP_RUN_NO_MASKING": "1", "OP_CONFIG_DIR": "elsewhere",
        "OP_SECRET_KEY": "A3-OTHER", "OP_DEVICE": "other", "OP_CACHE": "true", "HOME": "ours",
    }  # fmt: skip
    kept = {"OP_STAND_IN": "kept", "LANG": "C"}
    op = Op("op", secrets(), 1e9, run=watched.run, environ=foreign | kept)

    assert op.read_all("user", "list")

    for _, env, _ in watched.seen:
        assert kept.items() <= env.items()
        assert [name for name, value in foreign.items() if env.get(name) == value] == []


def test_its_directory_is_private_and_gone_when_it_is_closed(watched: Watched):
    op = opened(watched.run)
    op.read("whoami")
    directory = Path(watched.seen[-1][1]["OP_CONFIG_DIR"])
    mode = stat.S_IMODE(directory.stat().st_mode)

    op.close()

    assert mode == 0o700
    assert not directory.exists()


def test_its_directory_is_gone_with_it(watched: Watched):
    op = opened(watched.run)
    op.read("whoami")
    directory = Path(watched.seen[-1][1]["OP_CONFIG_DIR"])

    del op
    gc.collect()

    assert not directory.exists()


def test_who_was_closed_signs_in_again(watched: Watched):
    op = opened(watched.run)
    op.read("whoami")

    op.close()

    assert op.read("whoami")["email"] == SESSION["email"]


def test_an_expired_session_is_renewed_once_and_the_call_repeated(watched: Watched):
    op = opened(watched.run)
    op.read("whoami")
    watched.account.expire_sessions()
    watched.seen.clear()

    found = op.read_all("user", "list")

    assert found
    assert watched.commands() == ["user list", "signin", "user list"]
    assert "OP_SECRET_KEY" not in watched.seen[1][1]


def test_a_session_that_expires_at_once_is_no_endless_loop(watched: Watched):
    op = opened(watched.run)
    op.read("whoami")
    watched.account.fault("expired", "user list", times=99)
    watched.seen.clear()

    with pytest.raises(TargetUnavailable, match="session"):
        op.read_all("user", "list")

    assert watched.commands() == ["user list", "signin", "user list"]


def test_a_directory_that_was_lost_is_made_anew(watched: Watched):
    op = opened(watched.run)
    op.read("whoami")
    before = watched.seen[-1][1]["OP_CONFIG_DIR"]
    watched.account.kept.configs.save(before, {"accounts": []})
    watched.seen.clear()

    assert op.read_all("user", "list")

    assert watched.commands() == ["user list", "signin", "account add", "account list", "user list"]
    assert watched.seen[-1][1]["OP_CONFIG_DIR"] != before
    assert not Path(before).exists()


def test_a_rotated_password_is_read_when_it_is_needed(watched: Watched):
    kept = secrets()
    op = opened(watched.run, kept=kept)
    op.read("whoami")

    watched.account.change_password("another one")
    kept.values = secrets(password="another one").values

    assert op.read_all("user", "list")


def test_a_refused_sign_in_is_not_tried_again_at_once(watched: Watched):
    clock = Clock()
    op = opened(watched.run, clock, secrets(password="wrong"))
    for _ in range(5):
        with pytest.raises(SignInRefused, match="password"):
            op.read_all("user", "list")
    tried = len(watched.seen)

    clock.now += 31
    with pytest.raises(SignInRefused):
        op.read_all("user", "list")

    assert (tried, len(watched.seen)) == (1, 2)


def test_other_credentials_are_tried_at_once(watched: Watched):
    kept = secrets(password="wrong")
    op = opened(watched.run, kept=kept)
    with pytest.raises(SignInRefused):
        op.read_all("user", "list")

    kept.values = secrets().values

    assert op.read_all("user", "list")


def test_a_refused_renewal_is_not_tried_again_at_once(watched: Watched):
    op = opened(watched.run)
    op.read("whoami")
    watched.account.change_password("another one")
    watched.seen.clear()

    for _ in range(3):
        with pytest.raises(SignInRefused):
            op.read_all("user", "list")

    assert watched.commands().count("signin") == 1


@pytest.mark.parametrize("kind", ["firewall", "409", "500"])
def test_what_is_not_about_the_credentials_does_not_shut_them_out(watched: Watched, kind: str):
    op = opened(watched.run)
    watched.account.fault(kind, "account add")
    if kind == "firewall":
        with pytest.raises(TargetUnavailable, match="firewall"):
            op.read_all("user", "list")

    assert op.read_all("user", "list")


def test_without_its_user_id_the_session_serves_too(watched: Watched):
    watched.account.fault("garbage", "account list")
    watched.account.fault("garbage", "account list", stream="stdout")
    op = opened(watched.run)

    assert op.read_all("user", "list")

    assert [name for name in watched.seen[-1][1] if name.startswith("OP_SESSION")] == [
        "OP_SESSION",
        "OP_SESSION_bridge",
    ]


def test_a_sign_in_without_a_session_is_none():
    def run(argv: Sequence[str], env: Mapping[str, str], stdin: bytes, seconds: float) -> Answer:
        return Answer(0, b"\n")

    with pytest.raises(TargetUnavailable, match="no session"):
        opened(run).read_all("user", "list")


def test_an_account_that_is_added_without_a_session_is_signed_in_to():
    given: list[tuple[str, bytes]] = []

    def run(argv: Sequence[str], env: Mapping[str, str], stdin: bytes, seconds: float) -> Answer:
        given.append((argv[1], stdin))
        return Answer(0, {"signin": b"token\n", "whoami": b"{}"}.get(argv[1], b""))

    opened(run).read("whoami")

    password = f"{SESSION['password']}\n".encode()
    assert given == [("account", password), ("signin", password), ("account", b""), ("whoami", b"")]


def test_parent_and_child_of_a_fork_have_each_their_own_session(watched: Watched, tmp_path: Path):
    op = opened(watched.run)
    op.read("whoami")
    directory = watched.seen[-1][1]["OP_CONFIG_DIR"]
    noted = tmp_path / "child"

    child = os.fork()
    if child == 0:
        try:
            op.read("whoami")
            noted.write_text(watched.seen[-1][1]["OP_CONFIG_DIR"])
            op.close()
        finally:
            os._exit(0)
    os.waitpid(child, 0)

    assert noted.read_text() not in ("", directory)
    assert not Path(noted.read_text()).exists()
    assert Path(directory).exists()


# ── the secret ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("field", sorted(SESSION))
@pytest.mark.parametrize("value", [None, "", "  ", 7, "two\nlines", "nul\x00"])
def test_a_field_that_is_missing_is_named_and_no_value_is(field: str, value: object):
    given = {**SESSION, field: value}

    with pytest.raises(TargetUnavailable, match=f"no {field}") as failed:
        Credentials.parse(json.dumps(given))

    assert [other for other in SESSION.values() if other in str(failed.value)] == []


def test_every_missing_field_is_named():
    with pytest.raises(TargetUnavailable, match="no address, no email, no secret_key, no password, no device"):
        Credentials.parse("{}")


@pytest.mark.parametrize("text", ["", "A3-ASWWYB", '{"password": "x"', "[1]", "null", '"text"', "\x00"])
def test_what_is_no_object_is_said_so_without_showing_it(text: str):
    with pytest.raises(TargetUnavailable, match="no JSON object") as failed:
        Credentials.parse(text)

    assert failed.value.__cause__ is None
    assert failed.value.__context__ is None
    assert "A3" not in str(failed.value)


def test_credentials_do_not_show_themselves():
    shown = repr(Credentials.parse(json.dumps(SESSION)))

    assert [value for value in SESSION.values() if value in shown] == []


def test_a_missing_secret_is_named(watched: Watched):
    with pytest.raises(TargetUnavailable, match="scimsession"):
        opened(watched.run, kept=KnownSecrets()).read_all("user", "list")

    assert watched.seen == []
