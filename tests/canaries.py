"""Secrets that must show nowhere: looked for in everything the whole suite leaves behind (threats: A9, A10).

A plugin: after each test its logs as they are written, what it captured, the arguments of every `op` it started, the
files of its stores, and the answers its bridge gave, are searched for the member's password and Secret Key, a bearer
token, a password as identity providers make them up, and the sessions of `op` that the test opened. One hit fails the
test; the summary says how much was looked through.
"""

import io
import json
import logging
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from scim import logs
from tests.op import seed

PLACEHOLDER = "Zq7fake!x"
"""What an identity provider sends as a password in the recorded conversations."""
CANARIES = (seed.PASSWORD, seed.SECRET_KEY, PLACEHOLDER)
_VALUES = re.compile("|".join(re.escape(each) for each in CANARIES))
_BYTES = re.compile(_VALUES.pattern.encode())
_TOKEN = re.compile(r"scimb_[0-9A-Za-z]{30,}")

searched: Counter[str] = Counter()
hits: list[str] = []
sessions: set[str] = set()


def look(what: str, text: str, *, tokens: bool = False) -> None:
    """`tokens`: a bearer token may not be there either."""
    searched[what] += len(text)
    if _VALUES.search(text) or (tokens and _TOKEN.search(text)) or any(each in text for each in sessions):
        hits.append(what)


def look_into_call(argv: Sequence[str], env: Mapping[str, str]) -> None:
    sessions.update(value for name, value in env.items() if name.startswith("OP_SESSION") and value)
    look("arguments of op", " ".join(argv), tokens=True)


class Lines(logging.StreamHandler[io.StringIO]):
    """What production would write."""

    def __init__(self) -> None:
        super().__init__(io.StringIO())
        self.setFormatter(logs.Formatter())

    def taken(self) -> str:
        text = self.stream.getvalue()
        self.stream.seek(0)
        self.stream.truncate()
        return text


@pytest.fixture(autouse=True)
def canaries(request: pytest.FixtureRequest) -> Iterator[None]:
    # taken first, so that it is searched last: when what was open there is closed
    left: Path | None = request.getfixturevalue("tmp_path") if "tmp_path" in request.fixturenames else None
    lines = Lines()
    logging.getLogger().addHandler(lines)
    yield
    logging.getLogger().removeHandler(lines)
    look("logs", lines.taken(), tokens=True)
    for path in sorted(left.rglob("*"), key=lambda each: each.suffix != ".calls") if left else ():
        look_into(path)
    sessions.clear()
    if hits:
        found, hits[:] = list(hits), []
        pytest.fail(f"A secret was found in: {', '.join(sorted(set(found)))}.", pytrace=False)


def look_into(path: Path) -> None:
    if not path.is_file():
        return
    if path.name.endswith(".calls"):
        for call in path.read_text(errors="replace").splitlines():
            _line_of_calls(call)
    elif re.search(r"\.db(-wal)?$", path.name):
        content = path.read_bytes()
        searched["stores"] += len(content)
        if _BYTES.search(content) or any(each.encode() in content for each in sessions):
            hits.append(f"the store {path.name}")
    elif path.suffix == ".log":
        look("logs", path.read_text(errors="replace"), tokens=True)


def _line_of_calls(line: str) -> None:
    try:
        call = json.loads(line)
    except ValueError:  # killed while it wrote
        look("arguments of op", line, tokens=True)
    else:
        look_into_call([str(each) for each in call.get("argv", ())], call.get("env", {}))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Any:
    report = yield
    if report.when == "call":
        for name, content in report.sections:
            searched["captured output"] += len(content)
            if _VALUES.search(content):
                report.outcome, report.longrepr = "failed", f"A secret was found in {name}."
        if report.longrepr and _VALUES.search(str(report.longrepr)):
            report.longrepr = "A secret was found in an exception, which is not shown here."
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    if output := getattr(session.config, "workeroutput", None):
        output["searched"] = dict(searched)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    searched.update(getattr(node, "workeroutput", {}).get("searched", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    amounts = ", ".join(f"{size / 1e6:.1f} MB of {what}" for what, size in sorted(searched.items()))
    if amounts:
        terminalreporter.write_line(f"Secrets were looked for in {amounts}.")
