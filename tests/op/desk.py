"""Somebody who works with `op` at a terminal, for the tests of the stand-in."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.op.account import InMemory, StandIn
from tests.op.answers import Answer

Op = Callable[[list[str], dict[str, str], bytes], Answer]


def started(stand_in: StandIn) -> Op:
    """As a process that gets this environment and nothing else."""

    def op(argv: list[str], env: dict[str, str], stdin: bytes) -> Answer:
        done = subprocess.run(
            [stand_in.path, *argv], env=env, input=stdin, capture_output=True, check=False, timeout=60
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    return op


class Desk:
    """Signed in as the bridge's member once `sign_in` was called."""

    def __init__(self, account: InMemory | StandIn, directory: Path) -> None:
        self.account = account
        self._op: Op = account.run if isinstance(account, InMemory) else started(account)
        self.session = account.session
        self.env = {"OP_CONFIG_DIR": str(directory), "OP_DEVICE": self.session["device"], "HOME": str(directory)}

    def sign_in(self) -> str:
        """The token; later calls carry it."""
        token = self.add_account("--signin", "--raw").stdout.decode().strip()
        self.env["OP_SESSION_bridge"] = token
        return token

    def add_account(self, *args: str, **env: str) -> Answer:
        given = [f"--address={self.session['address']}", f"--email={self.session['email']}", "--shorthand=bridge"]
        password = f"{self.session['password']}\n".encode()
        env = {"OP_SECRET_KEY": self.session["secret_key"], **env}
        return self.op("account", "add", *given, *args, stdin=password, **env)

    def op(self, *argv: str, stdin: bytes = b"", **env: str) -> Answer:
        return self._op(list(argv), {**self.env, **env}, stdin)

    def json(self, *argv: str) -> Any:
        """What a call that succeeds prints."""
        answer = self.op(*argv, "--format=json") if "--" not in argv else self.op("--format=json", *argv)
        assert answer.code == 0, answer
        return json.loads(answer.stdout)

    def error(self, *argv: str, **env: str) -> tuple[int, str]:
        """Exit code and text of a call that fails, without date and usage."""
        answer = self.op(*argv, **env)
        assert answer.stdout == b""
        return answer.code, answer.stderr.decode().partition("\n")[0].removeprefix("[ERROR] ")[20:]

    def invite(self, email: str = "bjensen@example.com", name: str = "Barbara Jensen") -> dict[str, str]:
        return self.json("user", "provision", f"--email={email}", f"--name={name}")

    def state(self, id: str) -> str:
        return self.json("user", "get", id)["state"]
