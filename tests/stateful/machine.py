"""A life of the bridge, as hypothesis makes it up: requests, ticks, deaths, and people who do things by hand."""

from collections.abc import Callable
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from werkzeug.test import TestResponse

from scim.jobs.holds import Hold
from scim.jobs.work import Busy
from tests.stateful import strategies as some
from tests.stateful.accounts import ACCEPTED, ACCOUNTS, AccountName, View
from tests.stateful.agreement import Agreement
from tests.stateful.answers import Answers
from tests.stateful.discards import check_discarded
from tests.stateful.hands import Hands
from tests.stateful.known import Known
from tests.stateful.limits import Limits
from tests.stateful.ports import Fault
from tests.stateful.promises import Promises
from tests.stateful.rig import APPROVAL_SECONDS, Rig
from tests.stateful.scene import Scene
from tests.stateful.tally import seen
from tests.stateful.wishes import NEW, Request, Wanted

WAIT_SECONDS = 5.0
HOUR = 3600.0
JUMPS = (1.0, 61.0, 600.0, HOUR + 60, 2 * 24 * HOUR, -600.0)
QUIET = 4  # times eight hours: the longest pause between attempts is six
Judge = Callable[[Any, Wanted], Wanted]


class Life(RuleBasedStateMachine):
    """`account` says what is provisioned. What is wanted is told by the model, never by the bridge."""

    account: ClassVar[AccountName]

    @initialize(waits=st.booleans(), staff=st.integers(0, len(some.ADDRESSES)), joined=st.integers(0, 3))
    def begin(self, waits: bool, staff: int, joined: int) -> None:
        """With so many who are there already, all in one group, and some of them have accepted."""
        self.rig = Rig(ACCOUNTS[self.account], WAIT_SECONDS if waits else 0.0)
        self.known = Known(self.rig)
        self.promises, self.limits = Promises(self.known), Limits(self.known)
        self.answers, self.agreement = Answers(self.known), Agreement(self.known)
        self.hands = Hands(self.known)
        self.wanted = Wanted()
        self.sent: list[Request] = []
        self.holds_true = True
        seen["lives"] += 1
        for address in some.ADDRESSES[:staff]:
            self._send(some.user_request("POST", NEW, {"user_name": address}))
        if staff:
            self._send(some.group_request("POST", NEW, some.GROUP_NAMES[0], list(self.wanted.users)))
            self.rig.settle()
            for place in range(min(staff, joined)):
                self.hands.touch_person(place, "accept")
            self._work()

    # ── the identity provider ─────────────────────────────────────────────────────────────────────────────

    @rule(user=some.users, fault=some.faults)
    def post_user(self, user: dict[str, Any], fault: Fault | None) -> None:
        self._send(some.user_request("POST", NEW, user), fault)

    @precondition(lambda self: self._has("User"))
    @rule(place=some.places, user=some.users, fault=some.faults)
    def put_user(self, place: int, user: dict[str, Any], fault: Fault | None) -> None:
        self._send(some.user_request("PUT", self._one("User", place), user), fault)

    @precondition(lambda self: self._has("User"))
    @rule(place=some.places, changes=some.user_changes, fault=some.faults)
    def patch_user(self, place: int, changes: dict[str, Any], fault: Fault | None) -> None:
        self._send(some.user_request("PATCH", self._one("User", place), changes), fault)

    @precondition(lambda self: self._has("User"))
    @rule(place=some.places, fault=some.faults)
    def delete_user(self, place: int, fault: Fault | None) -> None:
        self._send(some.user_request("DELETE", self._one("User", place)), fault)

    @rule(name=some.group_names, members=some.members, fault=some.faults)
    def post_group(self, name: str, members: tuple[int, ...], fault: Fault | None) -> None:
        self._send(some.group_request("POST", NEW, name, self._users(members)), fault)

    @precondition(lambda self: self._has("Group"))
    @rule(place=some.places, name=some.group_names, members=st.none() | some.members, fault=some.faults)
    def put_group(self, place: int, name: str, members: tuple[int, ...] | None, fault: Fault | None) -> None:
        users = None if members is None else self._users(members)
        self._send(some.group_request("PUT", self._one("Group", place), name, users), fault)

    @precondition(lambda self: self._has("Group"))
    @rule(place=some.places, name=st.none() | some.group_names, how=some.hows, members=some.members, fault=some.faults)
    def patch_group(
        self, place: int, name: str | None, how: str, members: tuple[int, ...], fault: Fault | None
    ) -> None:
        users = self._users(members or (0,))
        self._send(some.group_request("PATCH", self._one("Group", place), name, users, how), fault)

    @precondition(lambda self: self._has("Group"))
    @rule(place=some.places, fault=some.faults)
    def delete_group(self, place: int, fault: Fault | None) -> None:
        self._send(some.group_request("DELETE", self._one("Group", place)), fault)

    @precondition(lambda self: len(self.wanted.users) > 2)
    @rule(leave=st.booleans())
    def remove_all(self, leave: bool) -> None:
        """An assignment that was edited by mistake."""
        for id in self.wanted.users:
            changes = {} if leave else {"active": False}
            self._send(some.user_request("DELETE" if leave else "PATCH", id, changes))

    @precondition(lambda self: self.sent)
    @rule(back=st.integers(1, 6), fault=some.faults)
    def send_again(self, back: int, fault: Fault | None) -> None:
        """A repetition, or what comes later than what was sent after it."""
        self._send(self.sent[-min(back, len(self.sent))], fault)

    # ── schedule and time ─────────────────────────────────────────────────────────────────────────────────

    @rule(fault=some.faults)
    def settle(self, fault: Fault | None) -> None:
        self._act(self.rig.settle, fault)

    @rule(fault=some.faults)
    def confirm(self, fault: Fault | None) -> None:
        self._act(self.rig.confirm, fault)

    @rule(seconds=st.sampled_from(JUMPS))
    def jump(self, seconds: float) -> None:
        self.rig.clock.advance(seconds)

    @rule()
    def be_quiet(self) -> None:
        """Ticks with nothing going wrong: what is owed then has a reason."""
        for _ in range(QUIET):
            self._work()
            self.rig.clock.advance(8 * HOUR)
        self._require(lambda: self.agreement.what_is_owed_has_a_reason(self.wanted))

    def _work(self) -> None:
        for job in (self.rig.settle, self.rig.confirm):
            self._act(job)
        self.rig.clock.advance(61)
        self._act(self.rig.settle)

    # ── people who decide ─────────────────────────────────────────────────────────────────────────────────

    @precondition(lambda self: self.rig.holds.all())
    @rule(place=some.places, fault=some.faults)
    def approve(self, place: int, fault: Fault | None) -> None:
        hold = self._hold(place)
        seen["holds approved"] += 1
        self.limits.approve(hold, self.rig.clock() + APPROVAL_SECONDS)
        done = self._act(lambda: self._decide(self.rig.holds.approve, hold), fault)
        if done and fault is None:
            self._act(self.rig.settle)
            self._require(lambda: self.limits.nothing_of_it_is_held(hold))

    @precondition(lambda self: self.rig.holds.all())
    @rule(place=some.places, fault=some.faults)
    def discard(self, place: int, fault: Fault | None) -> None:
        hold = self._hold(place)
        seen["holds discarded"] += 1
        self.known.leave_be(hold)
        before = self.wanted
        self._act(
            lambda: self._decide(self.rig.holds.discard, hold),
            fault,
            lambda _, shown: check_discarded(hold, before, shown, self.known),
        )

    def _decide(self, decide: Callable[[str, str, str], Any], hold: Hold) -> bool:
        """False if somebody who died still has the lease."""
        try:
            decide(hold.scope, hold.digest, "steward@example.com")
        except Busy:
            return False
        return True

    def _hold(self, place: int) -> Hold:
        holds = self.rig.holds.all()
        return holds[place % len(holds)]

    # ── people in the account ─────────────────────────────────────────────────────────────────────────────

    @rule(place=some.places, how=some.hands)
    def touch_person(self, place: int, how: str) -> None:
        self.hands.touch_person(place, how)

    @rule(email=st.sampled_from(some.ADDRESSES), state=st.sampled_from(("ACTIVE", "SUSPENDED", ACCEPTED)))
    def add_person(self, email: str, state: str) -> None:
        self.hands.add_person(email, state)

    @rule(place=some.places, email=some.own_addresses)
    def change_own_email(self, place: int, email: str) -> None:
        self.hands.change_own_email(place, email)

    @rule(place=some.places, name=st.sampled_from((*some.GROUP_NAMES[:2], "By hand")))
    def rename_group_by_hand(self, place: int, name: str) -> None:
        self.hands.rename_group(place, name)

    @rule(place=some.places)
    def delete_group_by_hand(self, place: int) -> None:
        self.hands.delete_group(place)

    @rule(group=some.places, person=some.places, role=st.sampled_from((None, "MEMBER", "MANAGER")))
    def set_role_by_hand(self, group: int, person: int, role: str | None) -> None:
        self.hands.set_role(group, person, role)

    # ── what has to hold ──────────────────────────────────────────────────────────────────────────────────

    @invariant()
    def what_is_settled_is_there(self) -> None:
        self._require(lambda: self.agreement.what_is_settled_is_there(self.wanted))

    @invariant()
    def scim_shows_what_is_wanted(self) -> None:
        self._require(self._same)

    def _same(self) -> None:
        assert self.rig.shown() == self.wanted

    def teardown(self) -> None:
        if not hasattr(self, "rig"):
            return
        try:
            if self.holds_true:  # else what is told is the first fault, not what followed from it
                self.be_quiet()
                self.what_is_settled_is_there()
                self.scim_shows_what_is_wanted()
        finally:
            self.rig.close()

    # ── one action of the bridge ──────────────────────────────────────────────────────────────────────────

    def _send(self, request: Request, fault: Fault | None = None) -> None:
        self.sent.append(request)
        seen["requests"] += 1
        before = self.wanted
        self._act(
            lambda: self.rig.send(request),
            fault,
            lambda answer, shown: self.answers.check(request, before, answer, shown),
        )

    def _act(self, act: Callable[[], Any], fault: Fault | None = None, judge: Judge | None = None) -> Any:
        """`judge`: what is wanted now, by the answer (None if there was none) and by what SCIM shows; the same if left
        out.
        """
        before = self.rig.account.view()
        answer = self.rig.does(act, fault)
        self._require(lambda: self._look(before, answer, judge))
        return answer

    def _look(self, before: View, answer: TestResponse | None, judge: Judge | None) -> None:
        wanted_before = self.wanted
        if judge:
            shown = self.rig.shown()
            self.known.remember(shown)
            self.wanted = judge(answer, shown)
        after = self.rig.account.view()
        scene = Scene(before, after, wanted_before, self.wanted, self.rig.clock())
        self.promises.check(scene)
        self.limits.check(scene)

    def _require(self, check: Callable[[], None]) -> None:
        self.holds_true = False
        check()
        self.holds_true = True

    # ── names ─────────────────────────────────────────────────────────────────────────────────────────────

    def _has(self, kind: str) -> bool:
        return any(ref.kind == kind for ref in self.known.ever.values())

    def _one(self, kind: str, place: int) -> str:
        """The id of one that is or was there, the newest first."""
        ids = [id for id, ref in reversed(self.known.ever.items()) if ref.kind == kind]
        return ids[place % len(ids)]

    def _users(self, places: tuple[int, ...]) -> list[str]:
        return list(dict.fromkeys(self._one("User", place) for place in places)) if self._has("User") else ["nobody"]
