"""One conversation, step by step: variables, requests, checks, captures."""

import http.client
import json
import re
import secrets
import uuid
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.replay.checks import problems
from tests.replay.jsonpath import MISSING, lookup
from tests.replay.wire import Answer, Connection, Request

Step = Mapping[str, Any]

_VARIABLE = re.compile(r"\$\{(\w+)\}")
_FAILURES = (OSError, http.client.HTTPException, ValueError)


class NeverCaptured(Exception):
    """A step names a variable that an earlier, failed step should have captured."""


@dataclass(frozen=True, slots=True)
class StepResult:
    """How a counted step went; `problems` is empty if it passed."""

    number: int
    name: str
    problems: tuple[str, ...] = ()
    statuses: tuple[int, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.problems


def replay(
    base_url: str, token: str, path: Path | str, *, only: str = "", skip_tags: Collection[str] = ()
) -> list[StepResult]:
    """Every step of the file in order, save housekeeping: failed ones do not stop the conversation."""
    content = json.loads(Path(path).read_text("utf-8"))
    exchange: dict[str, Any] = {"steps": content} if isinstance(content, list) else content
    connection = Connection(base_url, token, exchange.get("headers", {}))
    conversation = _Conversation(connection, _variables(base_url, exchange.get("vars", {})))
    results = []
    for number, step in enumerate(exchange["steps"], 1):
        if only not in step["name"]:
            continue
        if set(skip_tags) & set(step.get("tags", [])):
            conversation.fall_back(step)
            continue
        result = conversation.run(number, step)
        if not step.get("cleanup"):
            results.append(result)
    return results


@dataclass(slots=True)
class _Conversation:
    connection: Connection
    variables: dict[str, Any]
    statuses: list[int] = field(default_factory=list)

    def run(self, number: int, step: Step) -> StepResult:
        self.statuses = []
        try:
            found = self._parallel(step) if "parallel" in step else self._single(step)
        except NeverCaptured as error:
            found = [f"${{{error}}} was never captured (an earlier step failed)"]
        except _FAILURES as error:
            found = [f"{type(error).__name__}: {error}"]
        return StepResult(number, step["name"], tuple(found), tuple(self.statuses))

    def fall_back(self, step: Step) -> None:
        """Fetch what later steps need from a step that failed or was left out."""
        if "fallback" not in step:
            return
        try:
            self._capture(step, self._send(step["fallback"]))
        except (NeverCaptured, *_FAILURES):
            return

    def _single(self, step: Step) -> list[str]:
        answer = self._send(step["request"])
        self.statuses.append(answer.status)
        found = problems(_substituted(step.get("expect", {}), self.variables), answer)
        if lost := self._capture(step, answer):
            found.append("nothing to capture for " + ", ".join(lost))
            self.fall_back(step)
        return found

    def _parallel(self, step: Step) -> list[str]:
        expected = _substituted(step.get("expect", {}), self.variables)
        with ThreadPoolExecutor(len(step["parallel"])) as pool:
            answers = list(pool.map(self._send, step["parallel"]))
        self.statuses += [answer.status for answer in answers]
        return [
            f"request {position}: {problem}"
            for position, answer in enumerate(answers, 1)
            for problem in problems(expected, answer)
        ]

    def _send(self, request: Request) -> Answer:
        return self.connection.send(_substituted(request, self.variables))

    def _capture(self, step: Step, answer: Answer) -> list[str]:
        """Keeps what the step captures; the names that could not be had."""
        lost = []
        for name, path in step.get("capture", {}).items():
            if path.startswith("@header:"):
                value: Any = answer.headers.get(path.removeprefix("@header:").lower(), MISSING)
            else:
                value = lookup(answer.json, path)
            if value is MISSING:
                lost.append(name)
            else:
                self.variables[name] = value
        return lost


def _variables(base_url: str, given: Mapping[str, str]) -> dict[str, Any]:
    run = secrets.token_hex(4)
    variables: dict[str, Any] = {"run": run, "RUN": run.upper(), "base": base_url.rstrip("/")}
    for name, value in given.items():
        match value:
            case "$uuid":
                variables[name] = str(uuid.uuid4())
            case "$hex":
                variables[name] = secrets.token_hex(12)
            case _:
                variables[name] = _substituted(value, variables)
    return variables


def _substituted(node: Any, variables: Mapping[str, Any]) -> Any:
    match node:
        case str():
            return _VARIABLE.sub(lambda found: _value(found[1], variables), node)
        case list():
            return [_substituted(element, variables) for element in node]
        case dict():
            return {_substituted(name, variables): _substituted(value, variables) for name, value in node.items()}
    return node


def _value(name: str, variables: Mapping[str, Any]) -> str:
    if name not in variables:
        raise NeverCaptured(name)
    return str(variables[name])
