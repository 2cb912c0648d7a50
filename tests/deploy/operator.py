"""Somebody at a terminal who deploys: a source of their own, the stand-ins on PATH, and what is on the screen."""

import contextlib
import hashlib
import io
import json
import re
import shutil
import sys
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pexpect

from scim.cli.deploy import processes
from scim.cli.deploy.gcloud import Gcloud
from scim.cli.deploy.processes import Answer
from tests.deploy import stand_in
from tests.deploy.edge import Edge
from tests.op import seed
from tests.op.account import StandIn

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 60
PROJECT = "acme-identity"
TOKEN = r"scimb_[0-9A-Za-z]{49}"


ANSWERS = {
    "project": ("Google Cloud project:", PROJECT),
    "identity provider": ("Number, or several", "2"),
    "region": ("Region of the functions", ""),
    "alerts": ("Who is told", ""),
    "address": ("Sign-in address", seed.ADDRESS),
    "email": ("E-mail address of the bridge's member", seed.BRIDGE_EMAIL),
    "secret key": ("Its Secret Key", seed.SECRET_KEY),
    "password": ("Its account password", seed.PASSWORD),
    "plan": ("Do it?", ""),
}
QUESTIONS = list(ANSWERS)


@dataclass
class Run:
    """One command in a terminal. `screen`: all that was on it."""

    child: pexpect.spawn
    log: io.StringIO = field(default_factory=io.StringIO)

    def __post_init__(self) -> None:
        self.child.logfile_read = self.log

    @property
    def screen(self) -> str:
        return self.log.getvalue().replace("\r", "")

    def sees(self, text: str) -> None:
        self.child.expect_exact(text)

    def enter(self, question: str, answer: str = "") -> None:
        self.sees(question)
        self.child.sendline(answer)

    def ends(self) -> int:
        self.child.expect(pexpect.EOF)
        self.child.close()
        return int(self.child.exitstatus if self.child.exitstatus is not None else -self.child.signalstatus)

    def interrupt(self) -> int:
        self.child.sendintr()
        return self.ends()


@dataclass(frozen=True)
class Snapshot:
    """By path, what a file held. `screen`: what was shown on the way there."""

    files: dict[Path, bytes]
    screen: str


class Operator:
    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.root = directory / "bridge"
        self.world_file = directory / "world.json"
        self.edge = Edge(self.world_file)
        self.world_file.write_text(json.dumps(stand_in.new(self.edge.origin)))
        self.account = StandIn(directory / "op")
        self._make_source()
        self._make_tools()
        self._release_op()

    def _make_source(self) -> None:
        """A copy: what is deployed does not change while somebody edits the source."""
        self.root.mkdir()
        self._copy_main()
        shutil.copy2(ROOT / "requirements.txt", self.root)
        shutil.copytree(ROOT / "scim", self.root / "scim")
        shutil.copytree(ROOT / "infra", self.root / "infra", ignore=shutil.ignore_patterns("tests", ".terraform*"))

    def _copy_main(self) -> None:
        shutil.copy2(ROOT / "main.py", self.root / "main.py")

    def _make_tools(self) -> None:
        self.bin = self.directory / "bin"
        self.bin.mkdir()
        for tool in ("gcloud", "terraform"):
            stand_in.install(tool, str(self.bin), str(self.world_file))

    def _release_op(self) -> None:
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as zipped:
            zipped.writestr("op", Path(self.account.path).read_bytes())
        sha256 = hashlib.sha256(content.getvalue()).hexdigest()
        pins = {}
        for platform in ("linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64"):
            self.edge.files[f"/op/v2.32.1/op_{platform}_v2.32.1.zip"] = content.getvalue()
            pins[platform] = sha256
        (self.root / "infra/op.json").write_text(json.dumps({"version": "2.32.1", "sha256": pins}))

    # ── back to how it was ────────────────────────────────────────────────────────────────────────────────

    def snapshot(self, screen: str = "") -> Snapshot:
        return Snapshot({path: path.read_bytes() for path in self._changing()}, screen)

    def restore(self, snapshot: Snapshot) -> None:
        for path in self._changing():
            path.unlink()
        self._copy_main()
        for path, content in snapshot.files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            if path.name == "op":
                path.chmod(0o755)

    def _changing(self) -> list[Path]:
        worlds = [*self.directory.glob("world.json*"), *(self.directory / "op").glob("world.json*")]
        own = [path for path in (self.root / ".deploy").rglob("*") if path.is_file()]
        return [*worlds, *own, *self.root.glob("bridge.toml"), *(self.root / "infra").glob("op.json")]

    # ── the world ─────────────────────────────────────────────────────────────────────────────────────────

    @contextlib.contextmanager
    def world(self) -> Iterator[dict[str, Any]]:
        with stand_in.held(str(self.world_file)) as world:
            yield world

    def set(self, **values: Any) -> None:
        with self.world() as world:
            world.update(values)

    def state(self) -> dict[str, Any]:
        return self.edge.state()

    def fault(self, command: str, text: str, *, times: int = 1, when: str = "before", code: int = 1) -> None:
        with self.world() as world:
            world["faults"].append({"command": command, "text": text, "times": times, "when": when, "code": code})

    def pause(self, command: str, when: str = "before") -> None:
        self.paused_file.unlink(missing_ok=True)
        with self.world() as world:
            world["pauses"].append({"command": command, "when": when})

    @property
    def paused_file(self) -> Path:
        return Path(f"{self.world_file}.paused")

    def await_pause(self) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self.paused_file.exists():
            assert time.monotonic() < deadline, "no call came to the pause"
            time.sleep(0.01)

    def calls(self) -> list[list[str]]:
        file = Path(f"{self.world_file}.calls")
        return [json.loads(line)["argv"] for line in file.read_text().splitlines()] if file.exists() else []

    def called(self, begin: str) -> list[list[str]]:
        return [call for call in self.calls() if " ".join(call).startswith(begin)]

    # ── the terminal ──────────────────────────────────────────────────────────────────────────────────────

    def environ(self) -> dict[str, str]:
        return {
            "PATH": f"{self.bin}:/usr/bin:/bin",
            "HOME": str(self.directory),
            "TERM": "dumb",
            "LANG": "C.UTF-8",
            "CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDRESOURCEMANAGER": f"{self.edge.origin}/",
            "OP_DOWNLOAD_BASE": f"{self.edge.origin}/op",
            "TARGET_CALLS_PER_SECOND": "1000",
            "NO_PROXY": "127.0.0.1",
        }

    def gcloud(self) -> Gcloud:
        return Gcloud(PROJECT, environ=self.environ(), ask=self._ask)

    def _ask(self, argv: Sequence[str], env: Mapping[str, str], stdin: str = "") -> Answer:
        return processes.ask([str(self.bin / argv[0]), *argv[1:]], env, stdin)

    def run(self, *words: str, **environ: str) -> Run:
        child = pexpect.spawn(
            sys.executable,
            ["-m", "scim", "deploy", *words],
            cwd=str(self.root),
            env={**self.environ(), **environ},
            encoding="utf-8",
            dimensions=(60, 140),
            timeout=PATIENCE_SECONDS,
        )
        child.delaybeforesend = None  # the question is there, and its echo is off, before the answer goes
        return Run(child)

    def answer_all(self, run: Run, *, from_: str = "project") -> None:
        """What a new installation is asked, from that question on."""
        self._answer(run, QUESTIONS[QUESTIONS.index(from_) :])

    def answer_all_until(self, run: Run, question: str) -> None:
        """Without that one."""
        self._answer(run, QUESTIONS[: QUESTIONS.index(question)])

    def _answer(self, run: Run, names: list[str]) -> None:
        for name in names:
            run.enter(*ANSWERS[name])

    def converse(self, run: Run) -> None:
        """Answers whatever is asked until a call comes to a pause, or the end."""
        patterns = [re.escape(question) for question, _ in ANSWERS.values()]
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self.paused_file.exists():
            assert time.monotonic() < deadline, run.screen
            found = run.child.expect([*patterns, pexpect.EOF, pexpect.TIMEOUT], timeout=0.02)
            if found == len(patterns):
                return
            if found < len(patterns):
                run.child.sendline(list(ANSWERS.values())[found][1])

    def installed(self) -> Run:
        run = self.run()
        self.answer_all(run)
        assert run.ends() == 0, run.screen
        return run
