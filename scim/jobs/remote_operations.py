"""How the screens ask the jobs in the cloud: an HTTP call that IAM lets through, told apart from a refusal by its
status (scim/jobs/operations_web.py is the other end).
"""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from urllib3 import PoolManager
from urllib3.exceptions import HTTPError

from scim.jobs.https import Answer, require_safe, send
from scim.jobs.identity_token import IdentityTokens, IdentityUnavailable
from scim.jobs.outcomes import from_json
from scim.operations import (
    ActualGroup,
    ActualPerson,
    Checked,
    Choice,
    Chosen,
    HeldList,
    HeldRemoval,
    JobsAway,
    ListedGroup,
    NotDone,
    OfferedGroup,
    OfferedGroups,
)
from scim.records import Outcome, Ref, Report

WAIT_SECONDS = 50.0
"""The function for people ends a request after a minute."""
TOKEN_SECONDS = 5.0
MOST_BYTES = 8 * 1024 * 1024
"""Of an answer: an account may have thousands of groups."""


class RemoteOperations:
    """`Operations` over HTTP. Safe for threads, which share `connections`."""

    def __init__(self, jobs_url: str, identity: IdentityTokens, connections: PoolManager) -> None:
        self._url = require_safe(jobs_url)
        self._identity = identity
        self._connections = connections

    def settle(self, ref: Ref, by: str) -> Outcome:
        return from_json(json.dumps(self._ask("settle", kind=ref.kind, id=ref.id, by=by)).encode())

    def look(self, ref: Ref) -> ActualPerson | ActualGroup | None:
        found = self._ask("look", kind=ref.kind, id=ref.id)
        if found is None:
            return None
        return ActualPerson(**found) if ref.kind == "User" else ActualGroup(**found)

    def groups(self) -> list[ListedGroup]:
        return [ListedGroup(**group) for group in self._ask("groups")]

    def manageable(self, target_ids: Sequence[str]) -> dict[str, str]:
        return {str(id): str(why) for id, why in self._ask("manageable", target_ids=list(target_ids)).items()}

    def manage(self, target_id: str, by: str) -> ListedGroup:
        return ListedGroup(**self._ask("manage", target_id=target_id, by=by))

    def unmanage(self, target_id: str, by: str) -> ListedGroup:
        return ListedGroup(**self._ask("unmanage", target_id=target_id, by=by))

    def holds(self) -> list[HeldList]:
        return [_held(hold) for hold in self._ask("holds")]

    def hold(self, scope: str, offset: int) -> HeldList | None:
        found = self._ask("hold", scope=scope, offset=offset)
        return found and _held(found)

    def approve(self, scope: str, digest: str, by: str) -> None:
        self._ask("approve", scope=scope, digest=digest, by=by)

    def discard(self, scope: str, digest: str, by: str) -> list[str]:
        return [str(name) for name in self._ask("discard", scope=scope, digest=digest, by=by)]

    def run(self, job: str, by: str) -> Report:
        return Report(**self._ask("run", job=job, by=by))

    def approve_pull(self, digest: str, by: str) -> None:
        self._ask("approve_pull", digest=digest, by=by)

    def selection(self) -> Chosen:
        found = self._ask("selection")
        return Chosen(**{**found, "choice": _choice(found["choice"])})

    def check_choice(self, choice: Choice) -> Checked:
        found = self._ask("check_choice", **asdict(choice))
        return Checked(_choice(found["choice"]), tuple(found["problems"]))

    def choose(self, choice: Choice, digest: str, by: str) -> None:
        self._ask("choose", **asdict(choice), digest=digest, by=by)

    def source_groups(self, text: str, offset: int) -> OfferedGroups:
        found = self._ask("source_groups", search=[text] if text else [], offset=offset)
        return OfferedGroups(**{**found, "groups": [OfferedGroup(**each) for each in found["groups"]]})

    def _ask(self, verb: str, **arguments: object) -> Any:
        """NotDone, JobsAway."""
        try:
            answer = self._send(f"{self._url}/operations/{verb}", json.dumps(arguments).encode())
            body = json.loads(answer.body)
        except (HTTPError, IdentityUnavailable, ValueError, RecursionError) as error:
            raise JobsAway(_away(verb)) from error
        if answer.status == 409 and isinstance(body, Mapping) and body.get("done") is False:
            raise NotDone(str(body.get("error", "")))
        if answer.status != 200 or not isinstance(body, Mapping) or "answer" not in body:
            raise JobsAway(f"{_away(verb)} (The jobs answered {answer.status}.)")
        return body["answer"]

    def _send(self, url: str, body: bytes) -> Answer:
        ends = time.monotonic() + WAIT_SECONDS
        headers = {
            "Authorization": f"Bearer {self._identity.token(TOKEN_SECONDS)}",
            "Content-Type": "application/json",
        }
        answer = send(self._connections, "POST", url, headers, ends - time.monotonic(), body, MOST_BYTES)
        if answer.status in (401, 403):
            self._identity.forget()
        return answer


READS = ("look", "groups", "manageable", "holds", "hold", "selection", "check_choice", "source_groups")


def _away(verb: str) -> str:
    if verb in READS:
        return "The jobs cannot be asked just now. Try again in a minute; nothing is lost."
    return (
        "Whether anything was done is not known: it may go on there. Look at the activity in a minute, then try again."
    )


def _held(found: Mapping[str, Any]) -> HeldList:
    return HeldList(**{**found, "removals": [HeldRemoval(**each) for each in found["removals"]]})


def _choice(found: Mapping[str, Any]) -> Choice:
    lists = {name: tuple(found[name]) for name in ("groups", "units", "exclude")}
    return Choice(**lists, unlisted=found["unlisted"])
