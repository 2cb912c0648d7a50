"""What the stand-ins for gcloud and Terraform share: a project in a JSON file, scripted faults and pauses, and a log of
calls. A value that came on standard input is told in the log by its length only.
"""

# pathlib, contextlib and typing take as long to load as everything else here
# ruff: noqa: PTH101, PTH105, PTH120, PTH123

import fcntl
import json
import os
import signal
import sys
import time

World = dict
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
LONGEST_PAUSE = 60.0  # seconds: nothing that a test forgot lives longer


class Failed(Exception):
    """What the real one would say on standard error, and its exit status."""

    def __init__(self, text: str, code: int = 1) -> None:
        super().__init__(text)
        self.code = code


def install(tool: str, directory: str, world: str) -> None:
    """An executable of that name that serves the world, whatever its environment holds."""
    path = f"{directory}/{tool}"
    with open(path, "w") as file:
        file.write(
            f"#!{os.path.realpath(sys.executable)} -IS\nimport sys\nsys.path.insert(0, {ROOT!r})\n"
            f"from tests.deploy.stand_in_{tool} import main\nmain({world!r})\n"
        )
    os.chmod(path, 0o755)


class held:  # noqa: N801 - reads as what it does
    """The world under its lock; written back on leaving if it changed, also when an error leaves."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __enter__(self) -> World:
        self._lock = open(f"{self._path}.lock", "a")
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        with open(self._path) as file:
            self._before = file.read()
        self._world = json.loads(self._before)
        return self._world

    def __exit__(self, *_: object) -> None:
        try:
            after = json.dumps(self._world)
            if after != self._before:
                draft = f"{self._path}.{os.getpid()}.new"
                with open(draft, "w") as file:
                    file.write(after)
                os.replace(draft, self._path)
        finally:
            self._lock.close()


def serve(path: str, tool: str, answer) -> None:
    """One call: its faults and pauses, its effect, what it says."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    argv = sys.argv[1:]
    command = " ".join([tool, *argv])
    stdin = sys.stdin.read() if _reads(argv) else ""
    _note(path, {"argv": [tool, *argv], "stdin": len(stdin), "input": os.environ.get("TF_INPUT", "")})
    _pause(path, command, "before")
    try:
        with held(path) as world:
            _fail(world, command, "before")
            said = answer(world, argv, stdin)
            _fail(world, command, "after")
    except Failed as failed:
        sys.stderr.write(f"{failed}\n")
        sys.stderr.flush()
        os._exit(failed.code)
    _pause(path, command, "after")
    sys.stdout.write(said)
    sys.stdout.flush()
    os._exit(0)


def _reads(argv: list[str]) -> bool:
    return "--data-file=-" in argv or "-" in argv


def _note(path: str, call: World) -> None:
    with open(f"{path}.calls", "a") as file:
        file.write(json.dumps({"pid": os.getpid(), **call}) + "\n")


def _fail(world: World, command: str, when: str) -> None:
    for fault in world["faults"]:
        if fault["times"] and fault["when"] == when and command.startswith(fault["command"]):
            fault["times"] -= 1
            raise Failed(fault["text"], fault["code"])


def _pause(path: str, command: str, when: str) -> None:
    if take_pause(path, command, when):
        time.sleep(LONGEST_PAUSE)
        os._exit(99)


def take_pause(path: str, command: str, when: str) -> bool:
    """Whether a test wants this call to wait; it is told that it does."""
    with held(path) as world:
        found = next((p for p in world["pauses"] if p["when"] == when and command.startswith(p["command"])), None)
        if found is None:
            return False
        world["pauses"].remove(found)
    with open(f"{path}.paused", "w") as file:
        file.write(command)
    return True


def new(origin: str) -> World:
    """A project with billing in which nothing was ever done, and somebody who may do everything in it."""
    return {
        "account": "ann@example.com",
        "application_credentials": True,
        "configured_project": "",
        "terraform_version": "1.11.4",
        "project": {"id": "acme-identity", "state": "ACTIVE"},
        "billing": True,
        "lacking": [],
        "apis": [],
        "policies": {},
        "locations": ["europe-west1", "us-central1"],
        "buckets": {},
        "objects": {},
        "secrets": {},
        "databases": {},
        "jobs": {},
        "job_fails": 0,
        "public": False,
        "invoker_check": True,
        "resources": {},
        "logs": [],
        "origin": origin,
        "faults": [],
        "pauses": [],
    }
