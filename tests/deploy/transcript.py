"""`python -m tests.deploy.transcript` prints docs/deploy-transcript.md: what an operator sees, from the stand-ins."""

import re
import sys
import tempfile
from pathlib import Path

from tests.deploy.operator import PROJECT, Operator, Run

HEAD = """# What `make deploy` looks like

Made by `python -m tests.deploy.transcript` from a run against stand-ins for gcloud, Terraform, op and the bridge; the
address, the token, sizes and hashes are replaced. How to go about it: [deploy.md](deploy.md).
"""
REPLACED = (
    (re.compile(r"http://127\.0\.0\.1:\d+"), "https://scim-bridge-scim-123456789012.europe-west1.run.app"),
    (re.compile(r"scimb_[0-9A-Za-z]{49}"), "scimb_" + "x" * 49),
    (
        re.compile(r"Source: \d+ files, [0-9.]+ MB, SHA-256 [0-9a-f]+…"),
        "Source: 160 files, 10.0 MB, SHA-256 0123456789ab…",
    ),
    (re.compile(r"(token|tokens), [0-9a-f]{10}\b"), r"\1, 0123456789"),
    (re.compile(r"token [0-9a-f]{10}\b"), "token 0123456789"),
    (re.compile(r"version \d+\.\d+\.\d+: SCIMServer"), "version 0.1.0: SCIMServer"),
)


def page(directory: Path) -> str:
    operator = Operator(directory)
    with operator.edge.serving():
        return HEAD + "".join(f"\n## {title}\n\n```text\n{_shown(run)}```\n" for title, run in _runs(operator))


def _runs(operator: Operator) -> list[tuple[str, Run]]:
    operator.set(billing=False, application_credentials=False)
    machine = operator.run("--project", PROJECT)
    machine.ends()
    operator.set(application_credentials=True)
    project = operator.run("--project", PROJECT)
    project.ends()
    operator.set(billing=True)
    first = operator.installed()
    second = operator.run("--project", PROJECT)
    second.ends()
    token = operator.run("rotate", "token", "--project", PROJECT)
    token.ends()
    finish = operator.run("rotate", "token", "okta", "--finish", "--project", PROJECT)
    finish.enter("already? [y/N]", "y")
    finish.ends()
    destroyed = operator.run("destroy", "--project", PROJECT)
    destroyed.enter("to go on: ", PROJECT)
    destroyed.ends()
    return [
        ("Something is missing on the machine", machine),
        ("Something is wrong with the project", project),
        ("The first time", first),
        ("Again: nothing to do", second),
        ("`make rotate`", token),
        ("`make rotate`, to the end", finish),
        ("`make destroy`", destroyed),
    ]


def _shown(run: Run) -> str:
    text = run.screen
    for pattern, replacement in REPLACED:
        text = pattern.sub(replacement, text)
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines()) + "\n"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="transcript-") as made:
        sys.stdout.write(page(Path(made)))
