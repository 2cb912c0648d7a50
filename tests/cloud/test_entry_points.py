"""Each entry point is its own function and no other: what it loads, what it refuses to be, what it has to be told."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scim import cloud as cloud_objects
from scim import tokens, wiring
from scim.secrets.local import LocalSecrets
from scim.settings import Settings, SettingsError

ROOT = Path(__file__).parent.parent.parent
CLOUD = {
    "STORE": "firestore",
    "GOOGLE_CLOUD_PROJECT": "example",
    "BASE_URL": "https://scim.example.com",
    "TARGET": "onepassword",
    "SECRETS": "secret_manager",
}
FACES = {
    "scim": {"JOBS_URL": "https://jobs.example.com", "JOBS_AUDIENCE": "https://jobs.example.com"},
    "jobs": {"JOBS_AUDIENCE": "https://jobs.example.com", "JOBS_CALLERS": "scim@example.iam.gserviceaccount.com"},
    "admin": {
        "ADMIN_CALLERS": "ann@example.com",
        "JOBS_URL": "https://jobs.example.com",
        "JOBS_AUDIENCE": "https://jobs.example.com",
    },
}
TARGETS = ("scim.targets", "scim.jobs.settle", "scim.jobs.settler", "scim.jobs.work")
GOOGLE = ("google.cloud.firestore", "google.cloud.secretmanager", "google.auth", "grpc", "urllib3", "scim.cloud")

REQUEST = """
import os, sys
import main
from flask import Flask, Request
from werkzeug.test import EnvironBuilder
headers = {"Authorization": "Bearer " + os.environ.get("TOKEN", ""), "Content-Type": "application/scim+json"}
with Flask("test").app_context():
    environ = EnvironBuilder(os.environ["PATH_"], method=os.environ["METHOD"], headers=headers,
                             data=os.environ.get("BODY", "")).get_environ()
    print(getattr(main, os.environ["FUNCTION_TARGET"])(Request(environ)).status_code)
print(*sys.modules)
"""


def run(code: str, **environ: str) -> subprocess.CompletedProcess[str]:
    ours = {name.upper() for name in Settings.model_fields}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    command = [sys.executable, "-c", code]
    return subprocess.run(
        command, cwd=ROOT, env={**kept, **environ}, capture_output=True, text=True, timeout=60, check=False
    )


def loaded(done: subprocess.CompletedProcess[str], names: tuple[str, ...]) -> list[str]:
    modules = done.stdout.splitlines()[-1].split()
    return [module for module in modules if module in names or module.startswith(tuple(f"{name}." for name in names))]


@pytest.fixture
def at_a_desk(tmp_path: Path) -> dict[str, str]:
    """A store and secrets in files, and a token."""
    token, record = tokens.mint("rfc", "rfc", now=time.time())
    tokens.add(LocalSecrets(tmp_path / "secrets"), wiring.TOKENS_SECRET, record, time.time())
    return {"STATE_DIR": str(tmp_path), "TOKEN": str(token)}


def test_the_public_function_takes_a_person_and_has_not_loaded_what_reaches_the_target(at_a_desk: dict[str, str]):
    own = {"JOBS_URL": "http://127.0.0.1:1", "JOBS_AUDIENCE": "https://jobs.example.com", "GCE_METADATA_HOST": "x:1"}
    body = '{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "bjensen@example.com"}'

    done = run(
        REQUEST, **at_a_desk, **own, FACE="scim", FUNCTION_TARGET="scim", METHOD="POST", PATH_="/Users", BODY=body,
        TARGET="onepassword", CONFIRM_INTERVAL_SECONDS="60",
    )  # fmt: skip

    assert done.stdout.splitlines()[-2] == "201", done.stderr
    assert loaded(done, TARGETS) == []


def test_the_page_for_people_has_not_either(at_a_desk: dict[str, str]):
    own = {**FACES["admin"], "FACE": "admin", "FUNCTION_TARGET": "admin", "TARGET": "onepassword"}

    done = run(REQUEST, **at_a_desk, **own, METHOD="GET", PATH_="/", CONFIRM_INTERVAL_SECONDS="60")

    assert done.stdout.splitlines()[-2] == "401", done.stderr
    assert loaded(done, TARGETS) == []


def test_a_desk_loads_nothing_of_the_cloud(at_a_desk: dict[str, str]):
    done = run(REQUEST, **at_a_desk, FUNCTION_TARGET="local", METHOD="GET", PATH_="/Users")

    assert done.stdout.splitlines()[-2] == "200", done.stderr
    assert loaded(done, GOOGLE) == []


@pytest.mark.parametrize("face", FACES)
def test_importing_a_function_of_the_cloud_opens_no_connection(face: str):
    """The server forks after it imported: what was opened before would hang (facts of gRPC and gunicorn)."""
    code = """
import socket
def refuse(*_): raise AssertionError("a connection was opened while importing")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
import main, sys, threading
print(threading.active_count(), *(name for name in ("grpc",) if name in sys.modules))
"""
    done = run(code, **CLOUD, **FACES[face], FACE=face, FUNCTION_TARGET=face)

    assert done.stdout.split() == ["1"], done.stderr


def cloud(face: str, **changed: str) -> Settings:
    return Settings.from_environment({**CLOUD, **FACES[face], "FACE": face, **changed})


@pytest.mark.parametrize("face", ["scim", "admin"])
def test_a_function_that_is_called_from_outside_builds_no_target(face: str):
    for build in (wiring.target, wiring.jobs, wiring.holds):
        with pytest.raises(SettingsError, match=f"FACE is {face}: this process is that function and no other"):
            build(cloud(face))


def test_the_jobs_build_one():
    assert type(wiring.target(cloud("jobs"))).__name__ == "OnePasswordTarget"


@pytest.mark.parametrize(("face", "started_as"), [("scim", "jobs"), ("jobs", "scim"), ("admin", "local")])
def test_a_function_does_not_start_as_another(face: str, started_as: str):
    done = run("import main", **CLOUD, **FACES[face], FACE=face, FUNCTION_TARGET=started_as)

    assert done.returncode == 1
    assert done.stderr.strip() == f"FACE is {face}: this process is that function and no other, not {started_as}."


@pytest.mark.parametrize(
    ("face", "missing"), [(face, name) for face, needed in FACES.items() for name in needed], ids=str
)
def test_what_a_function_needs_is_asked_for(face: str, missing: str):
    with pytest.raises(SettingsError, match=rf"\A{missing} is not set: FACE={face} [^\n]+\.\Z"):
        cloud(face, **{missing: ""})


@pytest.mark.parametrize(("given", "checked"), [({}, False), ({"INVOKER_CHECK": "true"}, True)], ids=["", "told"])
def test_a_signature_may_be_missing_only_where_the_bridge_is_told_so(given: dict[str, str], checked: bool):
    """Not because it finds itself on Cloud Run, or on Knative, which looks like it."""
    assert cloud_objects.callers_of_jobs(cloud("jobs", **given)).checked_before is checked


def test_without_a_wait_the_public_function_needs_no_jobs():
    assert cloud("scim", JOBS_URL="", JOBS_AUDIENCE="", SETTLE_WAIT_SECONDS="0").jobs_url == ""


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"FACE": "both"}, "FACE is 'both': it must be 'local', 'scim', 'jobs' or 'admin'."),
        ({"SECRETS": "vault"}, "SECRETS is 'vault': it must be 'local' or 'secret_manager'."),
        ({"SECRET_VERSIONS": "scimsession"}, "SECRET_VERSIONS is 'scimsession': it must list secrets with the version"),
        ({"SECRET_VERSIONS": "a@0"}, "SECRET_VERSIONS is 'a@0': it must list"),
        ({"SECRET_MANAGER_EMULATOR_HOST": "http://x"}, "SECRET_MANAGER_EMULATOR_HOST is 'http://x': it must be host"),
        ({"JOBS_URL": "http://jobs.example.com"}, "JOBS_URL must be https://host"),
        ({"IDENTITY_CERTIFICATES_URL": "http://example.com"}, "IDENTITY_CERTIFICATES_URL must be https://host"),
        ({"JOBS_CALLERS": "@example.com"}, "JOBS_CALLERS is '@example.com': it must list e-mail addresses"),
        ({"JOBS_CALLERS": "*@example.com"}, "JOBS_CALLERS is '*@example.com': it must list e-mail addresses"),
        ({"ADMIN_CALLERS": "everybody"}, "ADMIN_CALLERS is 'everybody': it must list e-mail addresses such as"),
        ({"SECRETS_PREFIX": "a/b"}, "SECRETS_PREFIX is 'a/b': it must be at most"),
        ({"GCE_METADATA_HOST": "http://x/y"}, "GCE_METADATA_HOST is 'http://x/y': it must be a host"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_meant_is_refused(changed: dict[str, str], sentence: str):
    with pytest.raises(SettingsError) as refused:
        cloud("jobs", **changed)

    assert refused.value.problems[0].startswith(sentence)


def test_secrets_of_google_need_a_project():
    with pytest.raises(SettingsError, match="GOOGLE_CLOUD_PROJECT is not set: SECRETS=secret_manager"):
        Settings.from_environment({"SECRETS": "secret_manager"})


def test_lists_are_read_as_they_are_written():
    settings = cloud(
        "admin",
        ADMIN_CALLERS="Ann@Example.com, @example.ORG",
        ADMIN_AUDIENCES="https://Admin.example.com/A,b",
        SECRET_VERSIONS="Session@3, tokens@12",
    )

    assert settings.admin_callers == ("ann@example.com", "@example.org")
    assert settings.admin_audiences == ("https://Admin.example.com/A", "b")
    assert settings.secret_versions == ("Session@3", "tokens@12")
