"""The source the cloud builds from: only what runs, the same bytes each time, enough to start all three functions."""

import hashlib
import http.client
import json
import os
import re
import stat
import subprocess
import sys
import time
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import pytest
from typer.testing import CliRunner

from scim.cli import archive
from scim.cli.app import app
from scim.cli.bill_of_materials import describe
from scim.cli.console import Problem
from scim.cli.desk import free_port
from scim.secrets.local import LocalSecrets
from tests.bridge import Clock, mint_all

ROOT = Path(__file__).parent.parent.parent
PATIENCE_SECONDS = 60
LINUX = b"\x7fELF\x02\x01\x01" + bytes(11) + b"\x3e\x00" + b"the rest"
NAMES = re.findall(r"^([a-z0-9-]+)(?:\[[a-z0-9,]+\])?==(\S+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
JOBS = {"JOBS_AUDIENCE": "https://jobs.example.com", "JOBS_CALLERS": "scheduler@project.iam.gserviceaccount.com"}
ADMIN = {"ADMIN_CALLERS": "@x.org", "JOBS_URL": "https://jobs.example.com", "JOBS_AUDIENCE": "https://jobs.example.com"}
FACES = {"scim": ({"SETTLE_WAIT_SECONDS": "0"}, 200), "jobs": (JOBS, 401), "admin": (ADMIN, 401)}
"""Each function with the settings it needs, and what it answers to a `/ping` of nobody."""


@pytest.fixture
def built(tmp_path):
    return archive.build(ROOT, tmp_path / "out" / "source.zip", op=None)


@pytest.fixture
def op(tmp_path):
    path = tmp_path / "op"
    path.write_bytes(LINUX)
    return path


def source(directory: Path, **files: str) -> Path:
    """A little bridge."""
    pinned = "flask==3.1.3 \\\n    --hash=sha256:" + "0" * 64 + "\n"
    for name, content in {"main.py": "", "requirements.txt": pinned, "scim/__init__.py": "", **files}.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return directory


def unpacked(path: Path, directory: Path) -> Path:
    with ZipFile(path) as zipped:
        zipped.extractall(directory)
    return directory


# ── what is in it ──────────────────────────────────────────────────────────────────────────────────────────


def test_it_holds_what_runs_and_nothing_else(built):
    tops = {name.partition("/")[0] for name in built.files}

    assert tops == {"main.py", "requirements.txt", "scim"}
    assert [name for name in built.files if name.startswith("scim/cli") or "__" in name.replace("__init__", "")] == []
    assert {
        "scim/wiring.py",
        "scim/admin/templates/overview.html",
        "scim/admin/static/admin.css",
        "scim/targets/op.py",
    } <= set(built.files)


def test_what_it_says_of_itself_is_so(built):
    content = built.path.read_bytes()
    with ZipFile(built.path) as zipped:
        names = zipped.namelist()

    assert built.sha256 == hashlib.sha256(content).hexdigest()
    assert built.size_bytes == len(content)
    assert list(built.files) == names == sorted(names)


def test_nothing_in_it_depends_on_the_machine(built):
    with ZipFile(built.path) as zipped:
        entries = zipped.infolist()

    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {(entry.create_system, entry.external_attr >> 16) for entry in entries} == {(3, 0o100644)}
    assert {entry.compress_type for entry in entries} == {ZIP_STORED}


def test_the_same_source_gives_the_same_bytes_whenever_it_was_checked_out(tmp_path):
    first = source(tmp_path / "first", **{"scim/a.py": "1", "scim/b.py": "2"})
    second = source(tmp_path / "second", **{"scim/b.py": "2", "scim/a.py": "1"})
    for path in second.rglob("*.py"):
        os.utime(path, (1, 1))
        path.chmod(0o755)
    (second / "scim" / "__pycache__").mkdir()
    (second / "scim" / "__pycache__" / "a.pyc").write_text("compiled")
    (second / "scim" / ".editor").write_text("")

    one = archive.build(first, tmp_path / "one.zip", op=None)
    two = archive.build(second, tmp_path / "two.zip", op=None)

    assert one.path.read_bytes() == two.path.read_bytes()
    assert one.sbom.read_bytes() == two.sbom.read_bytes()


def test_another_source_has_another_hash(tmp_path):
    one = archive.build(source(tmp_path / "a"), tmp_path / "a.zip", op=None)
    two = archive.build(source(tmp_path / "b", **{"main.py": "\n"}), tmp_path / "b.zip", op=None)

    assert one.sha256 != two.sha256


def test_the_command_line_tool_of_the_target_comes_along_as_a_program(tmp_path, op):
    made = archive.build(source(tmp_path / "a"), tmp_path / "a.zip", op=op)
    with ZipFile(made.path) as zipped:
        entry = zipped.getinfo("bin/op")
        content = zipped.read(entry)

    assert stat.S_IMODE(entry.external_attr >> 16) == 0o755
    assert content == LINUX
    assert "bin/op" in made.files


def test_what_gcloud_would_send_is_what_the_archive_holds(built):
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True)
    command = ["git", "-c", "core.excludesFile=.gcloudignore", "check-ignore", "--no-index", "--stdin"]
    ignored = subprocess.run(command, cwd=ROOT, input=listed.stdout, capture_output=True, check=False).stdout
    kept = set(listed.stdout.decode().splitlines()) - set(ignored.decode().splitlines())

    assert {name for name in kept if (ROOT / name).exists()} == set(built.files)


# ── what is refused ────────────────────────────────────────────────────────────────────────────────────────


def test_a_file_nobody_knows_is_told_and_not_sent(tmp_path):
    root = source(tmp_path / "a", **{"scim/notes.orig": "x"})

    with pytest.raises(Problem, match=r"notes\.orig is no part of the bridge"):
        archive.build(root, tmp_path / "a.zip", op=None)
    assert not (tmp_path / "a.zip").exists()


def test_a_directory_that_is_no_bridge_is_told(tmp_path):
    with pytest.raises(Problem, match="this has to run where the bridge's source is"):
        archive.build(tmp_path, tmp_path / "a.zip", op=None)


def test_a_requirement_without_a_hash_is_told(tmp_path):
    root = source(tmp_path / "a", **{"requirements.txt": "flask==3.1.3  # via\n"})

    with pytest.raises(Problem, match="pins flask without a hash"):
        archive.build(root, tmp_path / "a.zip", op=None)


@pytest.mark.parametrize(
    "program",
    [b"#!/bin/sh\n", LINUX[:18] + b"\xb7\x00", b"\xcf\xfa\xed\xfe" + bytes(20), b""],
    ids=["a-script", "for-arm", "for-a-mac", "empty"],
)
def test_a_program_the_cloud_cannot_run_is_told(tmp_path, op, program):
    op.write_bytes(program)

    asked = CliRunner().invoke(app, ["archive", "--to", str(tmp_path / "a.zip"), "--op", str(op)])

    assert isinstance(asked.exception, Problem)
    assert "is not a program for Linux on x86-64" in str(asked.exception)


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "taken").write_text("")

    with pytest.raises(Problem, match="cannot be read or written"):
        archive.build(source(tmp_path / "a"), tmp_path / "taken" / "a.zip", op=None)


# ── what it consists of ────────────────────────────────────────────────────────────────────────────────────


def test_every_package_is_listed_with_its_version_and_its_hashes(built):
    parts = json.loads(built.sbom.read_text())["components"]
    hashes = [len(part["externalReferences"][0]["hashes"]) for part in parts]

    assert [(part["name"], part["version"]) for part in parts] == NAMES
    assert sum(hashes) == (ROOT / "requirements.txt").read_text().count("--hash=sha256:")
    assert {part["purl"] for part in parts} == {f"pkg:pypi/{name}@{version}" for name, version in NAMES}


def test_the_list_is_of_this_archive(built):
    told = json.loads(built.sbom.read_text())

    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6")
    assert told["metadata"]["component"]["hashes"] == [{"alg": "SHA-256", "content": built.sha256}]
    assert built.sbom.name == "source.cdx.json"


def test_the_command_line_tool_is_listed_by_its_hash(tmp_path, op):
    made = archive.build(source(tmp_path / "a"), tmp_path / "a.zip", op=op)
    parts = {part["bom-ref"]: part for part in json.loads(made.sbom.read_text())["components"]}

    assert parts["bin/op"]["hashes"] == [{"alg": "SHA-256", "content": hashlib.sha256(LINUX).hexdigest()}]


def test_the_list_bears_no_time_and_is_told_twice_the_same():
    pinned = "flask==3.1.3 \\\n    --hash=sha256:" + "0" * 64 + "\n"

    assert describe(pinned, "a" * 64, None) == describe(pinned, "a" * 64, None)
    assert "timestamp" not in describe(pinned, "a" * 64, None)


def test_the_command_says_where_how_large_and_which(tmp_path):
    asked = CliRunner().invoke(app, ["archive", "--to", str(tmp_path / "source.zip")])
    made = (tmp_path / "source.zip").read_bytes()

    assert asked.exit_code == 0
    assert f"{len(made):,} bytes" in asked.stdout
    assert hashlib.sha256(made).hexdigest() in asked.stdout
    assert str(tmp_path / "source.cdx.json") in asked.stdout


# ── what pip may install ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["requirements", "requirements-cli", "requirements-dev"])
def test_pip_installs_nothing_but_what_was_hashed(name):
    text = (ROOT / f"{name}.txt").read_text()
    pinned = re.findall(
        r"^([a-z0-9-]+(?:\[[a-z0-9,]+\])?)==.*\\\n(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+", text, re.MULTILINE
    )

    assert pinned == re.findall(r"^([^\s#=]+)", text, re.MULTILINE)


@pytest.mark.slow
@pytest.mark.parametrize("where", [(), ("3.11",), ("3.13", "aarch64")], ids=["cloud", "python-3.11", "arm"])
def test_every_package_is_there_as_a_wheel_with_its_hash(where):
    asked = subprocess.run(
        [ROOT / "scripts/resolve-cloud", *where],
        env={**os.environ, "PYTHON": sys.executable}, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip

    assert (asked.returncode, asked.stderr if asked.returncode else "") == (0, "")
    assert f"{len(NAMES)} wheels" in asked.stdout


# ── it starts ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
@pytest.mark.parametrize("face", FACES)
def test_each_function_starts_from_the_archive_alone(built, tmp_path, face):
    """`-I`: of this repository nothing is on the path but what was unpacked."""
    place, settings, expected = unpacked(built.path, tmp_path / "place"), *FACES[face]
    mint_all(LocalSecrets(tmp_path / "state" / "secrets"), Clock(time.time()))
    port = free_port()
    environ = {"PATH": os.environ["PATH"], "STATE_DIR": str(tmp_path / "state"), "FACE": face, **settings}
    command = [sys.executable, "-I", "-m", "functions_framework", "--source", "main.py", "--target", face]
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", str(port)], cwd=place, env=environ, stdout=log, stderr=log
        )

    answered = answer(server, port)
    server.terminate()
    server.wait(PATIENCE_SECONDS)

    assert answered == expected, (tmp_path / "log").read_text()


def answer(server: subprocess.Popen[bytes], port: int) -> int | None:
    """The status of `/ping`; None if the server ended or took too long."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", "/ping")
            return connection.getresponse().status
        except OSError:
            time.sleep(0.05)
        finally:
            connection.close()
    return None


@pytest.mark.slow
def test_every_module_of_it_can_be_loaded_and_comes_from_it(built, tmp_path):
    place = unpacked(built.path, tmp_path / "place")
    modules = [name[:-3].replace("/", ".") for name in built.files if name.startswith("scim/") and name.endswith(".py")]
    program = (
        "import importlib, json, sys; sys.path.insert(0, '.');"
        "print(json.dumps([importlib.import_module(name).__file__ for name in sys.argv[1:]]))"
    )

    loaded = subprocess.run(
        [sys.executable, "-I", "-c", program, *(name.removesuffix(".__init__") for name in modules)],
        cwd=place, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert loaded.stderr == ""
    assert {Path(path).resolve().is_relative_to(place) for path in json.loads(loaded.stdout)} == {True}
    assert len(modules) > 80
