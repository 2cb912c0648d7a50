"""Secret Manager over real gRPC: values, versions, refusals, faults."""

import json
import os
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from google.auth.exceptions import DefaultCredentialsError
from grpc import StatusCode

from scim.logs import Formatter
from scim.records import SecretMissing, SecretsUnavailable
from scim.secrets.cached import FRESH_SECONDS, CachedSecrets, SecretWithheld
from scim.secrets.secret_manager import Place, SecretManagerSecrets, connection, open_secrets
from tests.bridge import Clock
from tests.secrets.server import DESTROYED, DISABLED, PROJECT, SecretManagerServer

VALUE = "open-sesame-Ω"


@pytest.fixture
def server() -> Iterator[SecretManagerServer]:
    with SecretManagerServer() as running:
        yield running


@pytest.fixture
def secrets(server: SecretManagerServer) -> SecretManagerSecrets:
    return SecretManagerSecrets(Place(PROJECT), connection(server.host), patience=1.0)


def everything_said(error: BaseException) -> str:
    """The error and all its causes, as a log would show them."""
    return "".join(traceback.format_exception(error)) + repr(error)


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_is_connected_before_the_first_reading(server: SecretManagerServer):
    SecretManagerSecrets(Place(PROJECT), lambda: pytest.fail("connected"))
    open_secrets(Place(PROJECT))

    assert not server.calls


def test_the_newest_version_is_read(server: SecretManagerServer, secrets: SecretManagerSecrets):
    server.create("tokens", b"old", VALUE.encode())

    assert secrets.get("tokens") == VALUE
    assert repr(secrets.get("tokens")) == "********"


def test_a_pinned_version_is_read(server: SecretManagerServer, secrets: SecretManagerSecrets):
    server.create("session", b"one", b"two", b"three")

    assert secrets.get("session@2") == "two"


def test_a_name_is_pinned_by_its_place_until_the_caller_says_otherwise(server: SecretManagerServer):
    server.create("bridge-session", b"one", b"two", b"three")
    server.create("bridge-tokens", b"four", b"five")
    pinned = SecretManagerSecrets(Place(PROJECT, "bridge-", {"session": "2"}), connection(server.host))

    assert [pinned.get(name) for name in ("session", "session@1", "tokens")] == ["two", "one", "five"]


def test_nothing_is_added_to_a_secret_that_is_pinned(server: SecretManagerServer):
    server.create("bridge-session", b"one", b"two")
    pinned = SecretManagerSecrets(Place(PROJECT, "bridge-", {"session": "1"}), connection(server.host))

    with pytest.raises(SecretsUnavailable, match="take it out of SECRET_VERSIONS"):
        pinned.add_version("session", "three")

    assert server.calls == {}


def test_a_secret_beyond_the_prefix_is_out_of_reach(server: SecretManagerServer):
    server.create("tokens", b"of another bridge")

    with pytest.raises(SecretMissing):
        SecretManagerSecrets(Place(PROJECT, "bridge-"), connection(server.host)).get("tokens")


def test_64_kib_are_read_back(server: SecretManagerServer, secrets: SecretManagerSecrets):
    server.create("tokens", b"old")
    secrets.add_version("tokens", "x" * 65_536)

    assert secrets.get("tokens") == "x" * 65_536


def test_of_a_disabled_newest_version_the_one_before_is_read(
    server: SecretManagerServer, secrets: SecretManagerSecrets
):
    server.create("tokens", b"one", b"two", b"three", b"four")
    for version in (1, 2, 3):
        server.versions("tokens")[version].state = DISABLED if version != 1 else DESTROYED

    assert secrets.get("tokens") == "one"


def test_who_may_not_list_versions_is_told_how_to_enable_one(
    server: SecretManagerServer, secrets: SecretManagerSecrets
):
    server.create("tokens", b"one", b"two")
    server.versions("tokens")[1].state = DISABLED
    server.deny["ListSecretVersions"] = "Permission denied"

    with pytest.raises(
        SecretMissing, match=f"gcloud secrets versions enable NUMBER --secret tokens --project {PROJECT}"
    ):
        secrets.get("tokens")


@pytest.mark.parametrize("state", [DISABLED, DESTROYED])
def test_nothing_stands_in_for_a_pinned_version(
    server: SecretManagerServer, secrets: SecretManagerSecrets, state: object
):
    server.create("tokens", b"one", b"two")
    server.versions("tokens")[1].state = state

    with pytest.raises(SecretMissing, match="version 2 of the secret 'tokens'"):
        secrets.get("tokens@2")


@pytest.mark.parametrize("name", ["nothing", "tokens@9"])
def test_what_is_missing_is_named_and_the_cure_with_it(
    server: SecretManagerServer, secrets: SecretManagerSecrets, name: str
):
    server.create("tokens", b"one")

    with pytest.raises(SecretMissing, match=f"gcloud secrets create {name.partition('@')[0]} --project {PROJECT}"):
        secrets.get(name)


def test_a_secret_without_a_version_counts_as_missing(server: SecretManagerServer, secrets: SecretManagerSecrets):
    server.create("tokens")

    with pytest.raises(SecretMissing, match="gcloud secrets versions add tokens"):
        secrets.get("tokens")


@pytest.mark.parametrize("blank", [b" ", b"\n\t"])
def test_a_blank_secret_counts_as_missing(server: SecretManagerServer, secrets: SecretManagerSecrets, blank: bytes):
    server.create("tokens", blank)

    with pytest.raises(SecretMissing, match="blank"):
        secrets.get("tokens")


def test_what_is_no_text_is_unavailable_and_not_quoted(server: SecretManagerServer, secrets: SecretManagerSecrets):
    server.create("tokens", b"open-sesame \xff")

    with pytest.raises(SecretsUnavailable, match="not text in UTF-8") as caught:
        secrets.get("tokens")

    assert "sesame" not in everything_said(caught.value)


@pytest.mark.parametrize("name", ["", "a/b", "../tokens", "a b", "tokens@", "tokens@0", "tokens@latest", "a@1@2", "é"])
def test_a_name_is_no_path(secrets: SecretManagerSecrets, server: SecretManagerServer, name: str):
    with pytest.raises(ValueError, match="secret's name"):
        secrets.get(name)

    assert not server.calls


# ── refusals ──────────────────────────────────────────────────────────────────────────────────────────────


def test_who_may_not_read_is_told_the_grant(server: SecretManagerServer, secrets: SecretManagerSecrets):
    server.create("tokens", b"one")
    server.deny["AccessSecretVersion"] = "Permission 'secretmanager.versions.access' denied (or it may not exist)."

    with pytest.raises(SecretWithheld, match=r"add-iam-policy-binding tokens .*roles/secretmanager\.secretAccessor"):
        secrets.get("tokens")

    assert server.calls["AccessSecretVersion"] == 1


def test_without_credentials_the_cure_is_to_sign_in():
    def connect() -> None:
        raise DefaultCredentialsError("Your default credentials were not found.")

    with pytest.raises(SecretsUnavailable, match="gcloud auth application-default login"):
        SecretManagerSecrets(Place(PROJECT), connect).get("tokens")


def test_credentials_that_ran_out_are_unavailable(server: SecretManagerServer, secrets: SecretManagerSecrets):
    server.create("tokens", b"one")
    server.fail("AccessSecretVersion", StatusCode.UNAUTHENTICATED)

    with pytest.raises(SecretsUnavailable, match="does not know who asks"):
        secrets.get("tokens")


# ── faults ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "fault",
    [
        StatusCode.UNAVAILABLE,
        StatusCode.INTERNAL,
        StatusCode.RESOURCE_EXHAUSTED,
        StatusCode.DEADLINE_EXCEEDED,
        "corrupt",
        "no-checksum",
    ],
)
def test_what_passes_is_tried_again(
    server: SecretManagerServer, secrets: SecretManagerSecrets, fault: StatusCode | str
):
    server.create("tokens", VALUE.encode())
    server.fail("AccessSecretVersion", fault, fault)

    assert secrets.get("tokens") == VALUE
    assert server.calls["AccessSecretVersion"] == 3


@pytest.mark.parametrize("fault", [StatusCode.UNAVAILABLE, "corrupt", "no-checksum"])
def test_what_does_not_pass_is_given_up_in_time(server: SecretManagerServer, fault: StatusCode | str):
    server.create("tokens", VALUE.encode())
    server.fail("AccessSecretVersion", *[fault] * 100)
    secrets = SecretManagerSecrets(Place(PROJECT), connection(server.host), patience=0.3)

    with pytest.raises(SecretsUnavailable, match="could not be read") as caught:
        secrets.get("tokens")

    assert "sesame" not in everything_said(caught.value)


def test_a_call_that_hangs_ends_at_its_deadline(server: SecretManagerServer):
    server.create("tokens", b"one")
    server.fail("AccessSecretVersion", *["hang"] * 10)
    secrets = SecretManagerSecrets(Place(PROJECT), connection(server.host), patience=0.3)
    before = time.monotonic()

    with pytest.raises(SecretsUnavailable, match="DeadlineExceeded"):
        secrets.get("tokens")

    assert time.monotonic() - before < 1.5


def test_nobody_at_the_address_is_unavailable():
    secrets = SecretManagerSecrets(Place(PROJECT), connection("127.0.0.1:1"), patience=0.2)

    with pytest.raises(SecretsUnavailable, match="did not answer"):
        secrets.get("tokens")


# ── writing ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_new_version_is_read_back_and_the_one_before_stays(
    server: SecretManagerServer, secrets: SecretManagerSecrets
):
    server.create("tokens", b"one")

    secrets.add_version("tokens", VALUE)

    assert secrets.get("tokens") == VALUE
    assert server.states("tokens") == "ee"


def test_two_versions_stay_enabled_ten_stay_at_all(server: SecretManagerServer, secrets: SecretManagerSecrets):
    server.create("tokens", b"0")

    for number in range(1, 14):
        secrets.add_version("tokens", str(number))

    assert server.states("tokens") == "xxxx" + "dddddddd" + "ee"
    assert secrets.get("tokens") == "13"


def test_a_version_that_a_person_disabled_is_not_the_one_before(
    server: SecretManagerServer, secrets: SecretManagerSecrets
):
    server.create("tokens", b"one", b"two", b"three")
    server.versions("tokens")[2].state = DISABLED

    secrets.add_version("tokens", "four")

    assert server.states("tokens") == "dede"


@pytest.mark.parametrize("rpc", ["ListSecretVersions", "DisableSecretVersion"])
def test_who_may_only_add_adds(server: SecretManagerServer, secrets: SecretManagerSecrets, rpc: str):
    server.create("tokens", b"one", b"two")
    server.deny[rpc] = "Permission denied"

    secrets.add_version("tokens", "three")

    assert secrets.get("tokens") == "three"
    assert server.states("tokens") == "eee"


def test_a_write_whose_answer_was_lost_makes_one_version(server: SecretManagerServer, secrets: SecretManagerSecrets):
    server.create("tokens", b"one")
    server.fail("AddSecretVersion", "lost")

    secrets.add_version("tokens", "two")

    assert [version.data for version in server.versions("tokens")] == [b"one", b"two"]


def test_a_write_that_did_not_land_is_sent_again(server: SecretManagerServer, secrets: SecretManagerSecrets):
    server.create("tokens", b"one")
    server.fail("AddSecretVersion", StatusCode.UNAVAILABLE)

    secrets.add_version("tokens", "two")

    assert [version.data for version in server.versions("tokens")] == [b"one", b"two"]


def test_a_write_that_does_not_land_leaves_the_old_value(server: SecretManagerServer, secrets: SecretManagerSecrets):
    server.create("tokens", b"one")
    server.fail("AddSecretVersion", StatusCode.UNAVAILABLE, StatusCode.UNAVAILABLE)

    with pytest.raises(SecretsUnavailable, match="could not be written") as caught:
        secrets.add_version("tokens", VALUE)

    assert secrets.get("tokens") == "one"
    assert "sesame" not in everything_said(caught.value)


def test_who_may_not_write_is_told_the_grant(server: SecretManagerServer, secrets: SecretManagerSecrets):
    server.create("tokens", b"one")
    server.deny["AddSecretVersion"] = "Permission 'secretmanager.versions.add' denied."

    with pytest.raises(SecretsUnavailable, match=r"roles/secretmanager\.secretVersionAdder") as caught:
        secrets.add_version("tokens", VALUE)

    assert server.calls["AddSecretVersion"] == 1
    assert "sesame" not in everything_said(caught.value)


def test_a_secret_has_to_be_made_before_it_is_written(secrets: SecretManagerSecrets):
    with pytest.raises(SecretsUnavailable, match="gcloud secrets create tokens"):
        secrets.add_version("tokens", VALUE)


def test_what_is_too_long_is_not_sent(server: SecretManagerServer, secrets: SecretManagerSecrets):
    with pytest.raises(SecretsUnavailable, match="65536"):
        secrets.add_version("tokens", "é" * 32_769)

    assert not server.calls


def test_a_version_is_never_written_over(server: SecretManagerServer, secrets: SecretManagerSecrets):
    server.create("tokens", b"one")

    with pytest.raises(SecretsUnavailable, match="pinned to version 1"):
        secrets.add_version("tokens@1", "two")

    assert [version.data for version in server.versions("tokens")] == [b"one"]


def test_who_reads_during_rotations_gets_old_or_new_never_nothing(
    server: SecretManagerServer, secrets: SecretManagerSecrets
):
    server.create("tokens", b"0")
    seen: list[list[int]] = [[] for _ in range(4)]
    done = threading.Event()

    def read(into: list[int]) -> None:
        while not done.is_set() and len(into) < 100_000:
            into.append(int(secrets.get("tokens")))

    readers = [threading.Thread(target=read, args=(into,)) for into in seen]
    for reader in readers:
        reader.start()
    for number in range(1, 21):
        secrets.add_version("tokens", str(number))
    done.set()
    for reader in readers:
        reader.join(10)

    assert all(into == sorted(into) and into for into in seen)
    assert secrets.get("tokens") == "20"


def test_a_version_disabled_between_listing_and_reading_is_missing(
    server: SecretManagerServer, secrets: SecretManagerSecrets
):
    server.create("tokens", b"one", b"two")
    server.versions("tokens")[1].state = DISABLED

    def disable(rpc: str) -> None:
        if rpc == "AccessSecretVersion" and server.calls["ListSecretVersions"]:
            server.versions("tokens")[0].state = DISABLED

    server.between = disable

    with pytest.raises(SecretMissing, match="disabled or destroyed"):
        secrets.get("tokens")


# ── with the cache ────────────────────────────────────────────────────────────────────────────────────────


def test_a_disabled_secret_is_refused_within_a_minute(server: SecretManagerServer, secrets: SecretManagerSecrets):
    server.create("tokens", b"one")
    clock = Clock()
    cached = CachedSecrets(secrets, clock)
    cached.get("tokens")
    server.versions("tokens")[0].state = DISABLED

    clock.advance(FRESH_SECONDS)

    with pytest.raises(SecretMissing):
        cached.get("tokens")


def test_an_outage_is_bridged_a_grant_taken_away_is_not(server: SecretManagerServer):
    server.create("tokens", b"one")
    clock = Clock()
    cached = CachedSecrets(SecretManagerSecrets(Place(PROJECT), connection(server.host), patience=0.2), clock)
    cached.get("tokens")

    server.fail("AccessSecretVersion", *[StatusCode.UNAVAILABLE] * 100)
    clock.advance(FRESH_SECONDS)
    assert cached.get("tokens") == "one"

    server.faults.clear()
    server.deny["AccessSecretVersion"] = "Permission denied"
    clock.advance(FRESH_SECONDS)
    with pytest.raises(SecretWithheld):
        cached.get("tokens")


def test_ten_thousand_requests_cost_one_call(server: SecretManagerServer, secrets: SecretManagerSecrets):
    server.create("tokens", b"one")
    cached = CachedSecrets(secrets, time.time)

    for _ in range(10_000):
        cached.get("tokens")

    assert server.calls == {"AccessSecretVersion": 1}


# ── processes and logs ────────────────────────────────────────────────────────────────────────────────────

FORKED = """
import os, sys
from scim.secrets.secret_manager import Place, open_secrets
secrets = open_secrets(Place(sys.argv[1], emulator_host=sys.argv[2]))
children = []
for _ in range(3):
    child = os.fork()
    if child == 0:
        os._exit(0 if secrets.get("tokens") == "one" else 1)
    children.append(child)
print(*(os.waitpid(child, 0)[1] for child in children), secrets.get("tokens"))
"""


@pytest.mark.parametrize("fork_support", ["0", "1"])
def test_made_before_the_fork_it_reads_after_it(server: SecretManagerServer, fork_support: str):
    server.create("tokens", b"one")

    done = run(FORKED, PROJECT, server.host, GRPC_ENABLE_FORK_SUPPORT=fork_support)

    assert done.stdout.split() == ["0", "0", "0", "one"]


LOGGED = """
import sys
from scim import logs
from scim.secrets.secret_manager import Place, open_secrets
logs.configure("DEBUG")
secrets = open_secrets(Place(sys.argv[1], emulator_host=sys.argv[2]))
secrets.get("tokens")
secrets.add_version("tokens", "open-sesame")
secrets.get("tokens")
print("read and written")
"""


@pytest.mark.parametrize("scope", ["", "google", "google.cloud.secretmanager_v1"])
def test_no_log_level_shows_a_value(server: SecretManagerServer, scope: str):
    """Google's client writes whole messages at DEBUG, in Base64."""
    server.create("tokens", b"open-sesame")

    done = run(LOGGED, PROJECT, server.host, GOOGLE_SDK_PYTHON_LOGGING_SCOPE=scope)

    said = done.stdout + done.stderr
    assert "read and written" in said
    assert "sesame" not in said
    assert "b3Blbi1zZXNhbW" not in said  # Base64 of it


def test_what_is_logged_names_secret_and_cure_unmasked(
    server: SecretManagerServer, secrets: SecretManagerSecrets, caplog: pytest.LogCaptureFixture
):
    server.create("tokens", b"one")
    server.versions("tokens")[0].state = DISABLED

    with pytest.raises(SecretMissing):
        CachedSecrets(secrets, time.time).get("tokens")

    line = json.loads(Formatter().format(caplog.records[-1]))
    assert f"gcloud secrets versions enable NUMBER --secret tokens --project {PROJECT}" in line["reason"]


def run(code: str, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).parent.parent.parent
    command = [sys.executable, "-c", code, *arguments]
    given = {**os.environ, "PYTHONPATH": str(root), **environ}
    return subprocess.run(command, env=given, capture_output=True, text=True, timeout=30, check=True)
