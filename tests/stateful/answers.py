"""What a request's answer says is what happened: a success is recorded, a refusal has a reason and leaves nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.test import TestResponse

from tests.stateful.known import Known
from tests.stateful.tally import seen
from tests.stateful.wishes import NEW, Request, Wanted


@dataclass
class Answers:
    known: Known

    def check(self, request: Request, before: Wanted, answer: TestResponse | None, shown: Wanted) -> Wanted:
        """What is wanted now. Who got no answer, or 503, does not know whether it was recorded."""
        seen[f"answers {answer.status_code if answer else 'lost'}"] += 1
        expected = request.applied(before)
        if isinstance(expected, int):
            assert answer is None or answer.status_code in {expected, 503}, f"{expected} for {request}: {answer.text}"
            assert shown == before
            return before
        expected = _named(expected, before, shown)
        if answer is None or answer.status_code == 503:
            assert shown in (before, expected), f"{request}: {shown}"
        elif answer.status_code < 300:
            assert shown == expected, f"{request}: {shown}"
        else:
            assert shown == before, f"refused, and recorded: {request}"
            assert self._may_refuse(request, expected), f"refused for nothing: {request}: {answer.text}"
        return shown

    def _may_refuse(self, request: Request, expected: Wanted) -> bool:
        view = self.known.rig.account.view()
        if request.kind == "Group":
            group = expected.groups.get(request.id) or next((g for g in expected.groups.values()), None)
            return group is not None and any(
                self.known.has_foreign_name(g.name, view) for g in expected.groups.values()
            )
        record = self.known.ever.get(request.id) and self.known.record(request.id)
        user = expected.users.get(request.id) or expected.users.get(NEW)
        linked = {record.link.target_id} if record else {each.link.target_id for each in self.known.records("User")}
        address = user.address if user else None
        return any(self.known.is_refused(request.id, target_id, address, view) for target_id in linked or {None})


def _named(expected: Wanted, before: Wanted, shown: Wanted) -> Wanted:
    """With the id that what is new was given."""
    new = next(iter((shown.users.keys() | shown.groups.keys()) - before.users.keys() - before.groups.keys()), NEW)

    def rename(kept: Mapping[str, Any]) -> dict[str, Any]:
        return {new if id == NEW else id: each for id, each in kept.items()}

    return Wanted(rename(expected.users), rename(expected.groups))
