"""What people at the admin screens ask of the jobs, over HTTP: `POST /operations/NAME` with JSON, answered with JSON.

`RemoteOperations` (scim/jobs/remote_operations.py) is the other end. A refusal is 409 with a sentence for them.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from flask import Flask, request

from scim.jobs.outcomes import to_json
from scim.operations import Choice, NotDone, Operations
from scim.records import Kind, Ref

LONGEST = 400
MOST_BYTES = 262_144
"""A choice may name thousands of groups and people."""
KINDS: Mapping[str, Kind] = {"User": "User", "Group": "Group"}

_PRINTABLE = re.compile(r"[^\x00-\x1f\x7f]+")

Json = tuple[dict[str, Any], int]


class Malformed(ValueError):
    """The request is not one that the screens send."""


def register(app: Flask, operations: Operations) -> None:
    """The app's gate stands before this path as before every other."""

    @app.post("/operations/<name>")
    def operate(name: str) -> Json:
        verb = VERBS.get(name)
        if verb is None:
            return {"error": "There is no such operation."}, 404
        try:
            return {"answer": verb(operations, _Arguments(_body()))}, 200
        except Malformed as error:
            return {"error": str(error)}, 400
        except NotDone as error:
            return {"error": str(error), "done": False}, 409


class _Arguments:
    """The members of the body, each looked at before it is used."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = given

    def text(self, name: str) -> str:
        value = self._given.get(name)
        if not isinstance(value, str) or len(value) > LONGEST or not _PRINTABLE.fullmatch(value):
            raise Malformed(f"`{name}` must be a text of up to {LONGEST} characters.")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """Of any length: who is asked says which entry of a form is too long."""
        value = self._given.get(name)
        if not isinstance(value, list) or not all(
            isinstance(each, str) and _PRINTABLE.fullmatch(each) for each in value
        ):
            raise Malformed(f"`{name}` must be a list of texts.")
        return tuple(value)

    def number(self, name: str) -> int:
        value = self._given.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 10**9:
            raise Malformed(f"`{name}` must be a number.")
        return value

    def ref(self) -> Ref:
        kind = self.text("kind")
        if kind not in KINDS:
            raise Malformed("`kind` must be User or Group.")
        return Ref(KINDS[kind], self.text("id"))

    def choice(self) -> Choice:
        return Choice(self.texts("groups"), self.texts("units"), self.texts("exclude"), self.text("unlisted"))


def _body() -> Mapping[str, Any]:
    if (request.content_length or 0) > MOST_BYTES:
        raise Malformed("The body is too large.")
    found = request.get_json(silent=True)
    if not isinstance(found, dict):
        raise Malformed("The body must be a JSON object.")
    return found


def _look(operations: Operations, given: _Arguments) -> Any:
    found = operations.look(given.ref())
    return found and asdict(found)


def _hold(operations: Operations, given: _Arguments) -> Any:
    found = operations.hold(given.text("scope"), given.number("offset"))
    return found and asdict(found)


def _source_groups(operations: Operations, given: _Arguments) -> Any:
    return asdict(operations.source_groups("".join(given.texts("search")), given.number("offset")))


VERBS: Mapping[str, Callable[[Operations, _Arguments], Any]] = {
    "settle": lambda jobs, given: to_json(jobs.settle(given.ref(), given.text("by"))),
    "look": _look,
    "groups": lambda jobs, _: [asdict(group) for group in jobs.groups()],
    "manageable": lambda jobs, given: jobs.manageable(given.texts("target_ids")),
    "manage": lambda jobs, given: asdict(jobs.manage(given.text("target_id"), given.text("by"))),
    "unmanage": lambda jobs, given: asdict(jobs.unmanage(given.text("target_id"), given.text("by"))),
    "holds": lambda jobs, _: [asdict(hold) for hold in jobs.holds()],
    "hold": _hold,
    "approve": lambda jobs, given: jobs.approve(given.text("scope"), given.text("digest"), given.text("by")),
    "discard": lambda jobs, given: jobs.discard(given.text("scope"), given.text("digest"), given.text("by")),
    "run": lambda jobs, given: asdict(jobs.run(given.text("job"), given.text("by"))),
    "approve_pull": lambda jobs, given: jobs.approve_pull(given.text("digest"), given.text("by")),
    "selection": lambda jobs, _: asdict(jobs.selection()),
    "check_choice": lambda jobs, given: asdict(jobs.check_choice(given.choice())),
    "choose": lambda jobs, given: jobs.choose(given.choice(), given.text("digest"), given.text("by")),
    "source_groups": _source_groups,
}
