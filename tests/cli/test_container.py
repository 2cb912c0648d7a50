"""The container without an engine: what its file says is held against the repository, and its first stage and its
command are carried out in directories of their own.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scim import tokens
from scim.cli import serve
from scim.cli.desk import free_port
from scim.secrets.local import LocalSecrets
from scim.settings import Settings

ROOT = Path(__file__).parent.parent.parent
PATIENCE_SECONDS = 60
DOCKERFILE = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE))
STEPS = [tuple(line.split(" ", 1)) for line in DOCKERFILE.splitlines() if line]
FIRST_STAGE = STEPS[: [name for name, _ in STEPS].index("FROM", 1)]
COPIED = [rest.split() for name, rest in STEPS if name == "COPY" and not rest.startswith("--from")]
COMPOSE = (ROOT / "compose.yaml").read_text()


def step(name: str) -> str:
    """The last of that name, which is the one that counts."""
    return next(rest for each, rest in reversed(STEPS) if each == name)


def environment() -> dict[str, str]:
    return dict(pair.split("=", 1) for name, rest in STEPS if name == "ENV" for pair in rest.split())


def test_everything_that_is_copied_exists_and_is_sent_to_the_build():
    sent = {
        line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")
    }
    sources = [source for *given, _ in COPIED for source in given]

    assert [source for source in sources if not (ROOT / source).exists()] == []
    assert set(sources) == sent


def test_it_runs_as_somebody_without_rights():
    assert re.fullmatch(r"[1-9]\d{3,}", step("USER"))


def test_every_base_image_has_a_version():
    images = [rest.split()[0] for name, rest in STEPS if name == "FROM"]

    assert [image for image in images if not re.search(r":\d[\w.-]*(@sha256:[0-9a-f]{64})?$", image)] == []


def test_state_is_kept_on_the_volume_that_the_composition_mounts():
    state = environment()["STATE_DIR"]

    assert step("VOLUME") == state
    assert f"- state:{state} " in COMPOSE


def test_the_composition_opens_ports_to_this_machine_alone():
    published = re.findall(r"^ +- (\S+):\d+$", COMPOSE, re.MULTILINE)

    assert len(published) == 2
    assert [port for port in published if not port.startswith("127.0.0.1:")] == []


def test_the_composition_sets_what_the_bridge_knows():
    named = re.findall(r"^      ([A-Z_]+):", COMPOSE, re.MULTILINE)
    known = {name.upper() for name in Settings.model_fields} | {"WORKERS", "ADMIN_HOST"}

    assert named
    assert set(named) <= known


def test_the_container_has_longer_to_end_than_the_bridge_takes():
    (given,) = re.findall(r"stop_grace_period: (\d+)s", COMPOSE)

    assert int(given) > serve.GRACE_SECONDS


@pytest.mark.slow
def test_the_image_would_start_answer_its_health_check_and_end_when_told(tmp_path):
    place = build_first_stage(tmp_path)
    state = tmp_path / "state"
    _, record = tokens.mint("okta", "okta", now=time.time())
    tokens.add(LocalSecrets(state / "secrets"), "tokens", record, time.time())
    environ = {**environment(), "PATH": f"{place}/opt/bridge/bin:{os.environ['PATH']}", "STATE_DIR": str(state)}
    environ |= {"HOST": "127.0.0.1", "PORT": str(free_port()), "ADMIN_PORT": str(free_port())}
    check = json.loads(step("HEALTHCHECK").partition(" CMD ")[2])

    down = subprocess.run(check, env=environ, stderr=subprocess.DEVNULL, check=False).returncode
    with (tmp_path / "log").open("wb") as log:
        bridge = subprocess.Popen(
            json.loads(step("CMD")), cwd=place / "srv/bridge", stdout=log, stderr=log,
            env={**environ, "BASE_URL": "https://scim.example.com"},
        )  # fmt: skip
    started = awaited(bridge, tmp_path / "log")
    up = subprocess.run(check, env=environ, check=False).returncode
    bridge.terminate()
    code = bridge.wait(PATIENCE_SECONDS)

    assert started, (tmp_path / "log").read_text()
    assert (down, up, code) == (1, 0, 0)


def build_first_stage(directory: Path) -> Path:
    """Its COPY and RUN, with `/opt` and `/srv` below a directory of the test."""
    place = directory / "image"
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    for name, rest in FIRST_STAGE:
        inside = re.sub(r"(?<![\w.])/(opt|srv)/", rf"{place}/\1/", rest)
        if name == "COPY":
            source, to = inside.split()
            copy(ROOT / source, place / to)
        elif name == "RUN":
            done = subprocess.run(
                ["sh", "-c", inside], cwd=place, env={**os.environ, "PATH": path},
                capture_output=True, text=True, timeout=400, check=False,
            )  # fmt: skip
            assert done.returncode == 0, done.stdout + done.stderr
    return place


def copy(source: Path, to: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, to, ignore=shutil.ignore_patterns("__pycache__"))
        return
    target = to if to.suffix else to / source.name
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)


def awaited(bridge: subprocess.Popen[bytes], log: Path) -> bool:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while bridge.poll() is None and time.monotonic() < deadline:
        if "serve.started" in log.read_text():
            return True
        time.sleep(0.05)
    return False
