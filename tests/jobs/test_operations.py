"""What people ask of the jobs from afar is what they would get here, and a refusal is not an outage."""

import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from scim.jobs import choosing, looking, manageable, pull
from scim.jobs.https import Answer, pool
from scim.jobs.looking import Looking
from scim.jobs.pull_notes import SELECTION, Notes
from scim.jobs.remote_operations import RemoteOperations
from scim.jobs.removals import RemovalLimit
from scim.jobs.web import create_app
from scim.operations import (
    OFFERED,
    ActualGroup,
    ActualPerson,
    Checked,
    Choice,
    Chosen,
    JobsAway,
    NotDone,
    OfferedGroup,
    Operations,
)
from scim.records import Deferred, Ref, Refused, Settled
from scim.source_records import SourceDenied, SourceGroup, SourceUnavailable
from tests.admin.screens import make_choosing, make_desk
from tests.bridge import Bridge, make_bridge
from tests.jobs.pulling import STAFF as STAFF_GROUP
from tests.jobs.pulling import MemorySource, Scene
from tests.jobs.test_remote import Tokens
from tests.jobs.test_removals import deactivate, join, suspended

ANN = "ann@example.com"


@pytest.fixture
def bridge(tmp_path: Path) -> Iterator[Bridge]:
    made = make_bridge(tmp_path, removals=RemovalLimit(people_least=1, people_percent=1))
    yield made
    made.store.close()


@pytest.fixture
def source() -> MemorySource:
    return MemorySource()


@pytest.fixture(params=["here", "afar"])
def jobs(request: pytest.FixtureRequest, bridge: Bridge, source: MemorySource) -> Iterator[Operations]:
    desk = make_desk(bridge, choosing=make_choosing(bridge, source))
    if request.param == "here":
        yield desk
        return
    with serving(desk) as url:
        yield RemoteOperations(url, Tokens("word.of.jobs"), pool())


class serving:  # noqa: N801
    """The jobs on a port of this machine, open to whoever says the word."""

    def __init__(self, desk: Operations) -> None:
        app = create_app({}, lambda header: header == "Bearer word.of.jobs", None, desk)
        self._server = make_server("127.0.0.1", 0, app, threaded=True)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> str:
        self._thread.start()
        return f"http://127.0.0.1:{self._server.server_port}"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join(10)
        self._server.server_close()


def test_somebody_is_settled_and_looked_at(bridge: Bridge, jobs: Operations):
    user = Ref("User", bridge.post_user(displayName="Barbara Jensen")["id"])
    target_id = bridge.store.get(user).link.target_id
    bridge.target.rename(target_id, "Babs")

    assert jobs.look(user) == ActualPerson(target_id, "bjensen@example.com", "Babs", "invited")
    assert jobs.settle(user, ANN) == Settled()
    assert jobs.look(user) == ActualPerson(target_id, "bjensen@example.com", "Barbara Jensen", "invited")
    assert bridge.store.events(1)[0].actor == ANN


def test_a_group_is_looked_at(bridge: Bridge, jobs: Operations):
    group = Ref("Group", bridge.post_group("Guides", bridge.post_user()["id"])["id"])

    assert jobs.look(group) == ActualGroup(bridge.store.get(group).link.target_id, "Guides", 1)
    bridge.target.delete_group(bridge.store.get(group).link.target_id)
    assert jobs.look(group) is None


def test_who_is_not_there_is_told_as_nobody(bridge: Bridge, jobs: Operations):
    assert jobs.look(Ref("User", "00000000-0000-4000-8000-000000000000")) is None
    assert jobs.settle(Ref("User", "00000000-0000-4000-8000-000000000000"), ANN) == Settled()


def test_what_is_held_is_not_let_through_by_trying_again(bridge: Bridge, jobs: Operations):
    """Time does not release a hold, and neither does a button."""
    ids = join(bridge, 3)
    for id in ids:
        deactivate(bridge, id)
    bridge.settle()
    held = bridge.store.held("User")
    bridge.clock.advance(2 * 3600)

    for record in held:
        with pytest.raises(NotDone, match="held"):
            jobs.settle(record.ref, ANN)

    assert (suspended(bridge), bridge.store.held("User")) == (1, held)


def test_a_refusal_and_a_delay_are_told_apart(bridge: Bridge, jobs: Operations):
    user = bridge.post_user()["id"]
    bridge.target.fail("user", "RefusedByTarget")
    refused = jobs.settle(Ref("User", user), ANN)
    kept = bridge.store.get(Ref("User", user)).link.last_error
    bridge.target.fail("user", "TargetUnavailable", 9)
    deferred = jobs.settle(Ref("User", user), ANN)

    assert (isinstance(refused, Refused), isinstance(deferred, Deferred)) == (True, True)
    assert kept == refused.reason
    assert [event.outcome for event in bridge.store.history(Ref("User", user), 2)] == ["deferred", "refused"]


def test_groups_are_listed_managed_and_taken_back(bridge: Bridge, jobs: Operations):
    group = bridge.target.add_group("Guides")

    listed = {each.name: each for each in jobs.groups()}
    managed = jobs.manage(group.id, ANN)
    unmanaged = jobs.unmanage(group.id, ANN)

    assert listed["Guides"].managed == ""
    assert (managed.name, managed.managed, unmanaged.managed) == ("Guides", "adopted", "")


def test_whether_groups_can_be_managed_is_told_and_nothing_is_done(bridge: Bridge, jobs: Operations):
    guides = bridge.target.add_group("Guides")
    owners = next(group for group in bridge.target.groups() if group.name == "Owners")
    events = bridge.store.events(99)

    said = jobs.manageable([guides.id, owners.id, "nothing"])

    assert said[guides.id] == ""
    assert "built in" in said[owners.id]
    assert "no group 'nothing'" in said["nothing"]
    assert (bridge.store.events(99), bridge.store.count("Group"), jobs.manageable([])) == (events, 0, {})


def test_groups_that_are_not_reached_in_time_are_left_out(bridge: Bridge):
    ids = [bridge.target.add_group(f"Team {number}").id for number in range(3)]
    managing = make_desk(bridge).managing

    assert manageable.judge(managing, ids, 0.0) == {}


@pytest.mark.parametrize("verb", ["manage", "unmanage"])
def test_what_cannot_be_managed_says_why(jobs: Operations, verb: str):
    with pytest.raises(NotDone, match="'nothing'"):
        getattr(jobs, verb)("nothing", ANN)


def test_holds_are_shown_and_decided(bridge: Bridge, jobs: Operations):
    for id in join(bridge, 4):
        deactivate(bridge, id)
    bridge.settle()

    (hold,) = jobs.holds()
    assert hold == replace(jobs.hold("people", 0), offset=0)
    assert (hold.total, [item.name for item in hold.removals]) == (3, [f"person{n}@example.com" for n in (1, 2, 3)])
    assert len(jobs.hold("people", 2).removals) == 1
    assert jobs.hold("nothing", 0) is None
    with pytest.raises(NotDone, match="is not what you looked at"):
        jobs.approve("people", "0000000000000000", ANN)
    jobs.approve("people", hold.digest, ANN)
    bridge.settle()
    assert suspended(bridge) == 4


def test_what_is_kept_is_told(bridge: Bridge, jobs: Operations):
    for id in join(bridge, 3):
        deactivate(bridge, id)
    bridge.settle()

    assert jobs.discard("people", jobs.holds()[0].digest, ANN) == []
    with pytest.raises(NotDone, match="Nothing is held"):
        jobs.discard("people", "0000000000000000", ANN)


def test_a_job_is_run(bridge: Bridge, jobs: Operations):
    assert jobs.run("settle", ANN).source == "Settle"
    with pytest.raises(NotDone, match="no job 'nothing'"):
        jobs.run("nothing", ANN)
    with pytest.raises(NotDone, match="No source is configured"):
        jobs.approve_pull("0", ANN)


def test_nothing_is_done_while_a_job_is_at_work(bridge: Bridge, jobs: Operations):
    bridge.target.add_group("Guides")
    lease = bridge.runner().lease()
    assert lease.acquire()
    bridge.store.acquire_lease("target", lease.holder, bridge.clock(), 10**6)

    with pytest.raises(NotDone, match="A job is at work"):
        jobs.manage("Guides", ANN)


# ── what is chosen of the source ──────────────────────────────────────────────────────────────────────────

STAFF = Choice(("staff@example.com",), ("/Staff",), ("ann@example.com",), "suspend")


def test_before_anything_is_chosen_that_is_told(jobs: Operations):
    found = jobs.selection()

    assert (found.choice, found.origin, found.is_editable) == (Choice(), "", True)
    assert "Nothing says which groups to provision" in found.problem


def test_a_choice_is_checked_stored_and_told_of(bridge: Bridge, jobs: Operations):
    written = Choice((" Staff@Example.com",), ("/Staff/",), ("ann@example.com",), "suspend")

    assert jobs.check_choice(written) == Checked(STAFF)
    jobs.choose(written, jobs.selection().digest, ANN)
    found = jobs.selection()

    assert found == Chosen(STAFF, "stored", found.digest)
    event = bridge.store.events(1)[0]
    assert (event.actor, event.action, event.changes[0]["after"]["unlisted"]) == (ANN, "pull.configured", "suspend")


def test_of_two_who_saw_the_same_the_second_is_told(jobs: Operations):
    seen = jobs.selection().digest
    jobs.choose(STAFF, seen, ANN)

    with pytest.raises(NotDone, match="has changed since you looked"):
        jobs.choose(Choice(("guides@example.com",)), seen, "bob@example.com")

    assert jobs.selection().choice == STAFF


def test_while_somebody_stores_a_choice_nobody_else_does(bridge: Bridge, jobs: Operations):
    bridge.store.acquire_lease(choosing.LEASE, "somebody", bridge.clock(), 90)

    with pytest.raises(NotDone, match="right now"):
        jobs.choose(STAFF, jobs.selection().digest, ANN)


def test_every_problem_of_a_choice_is_told_and_none_is_stored(bridge: Bridge, jobs: Operations):
    wrong = Choice(("staff", "guides"), ("Staff",), (f"{'a' * 500}@example.com",), "delete")

    problems = jobs.check_choice(wrong).problems
    with pytest.raises(NotDone, match=r"Nothing was stored\. groups: 'staff' must be"):
        jobs.choose(wrong, jobs.selection().digest, ANN)

    assert [problem.split()[0] for problem in problems] == ["groups:", "groups:", "units:", "unlisted", "exclude:"]
    assert bridge.store.note(SELECTION) is None


def test_groups_of_the_source_are_told(jobs: Operations, source: MemorySource):
    for number in range(OFFERED + 5):
        source.team(f"team{number:04}@example.com", f"Team {number}", direct_users=number)
    source.team("staff@example.com", "Everybody")
    jobs.choose(STAFF, jobs.selection().digest, ANN)

    assert jobs.source_groups("", 0).groups[0] == OfferedGroup("staff@example.com", "Everybody", chosen=True)
    page = jobs.source_groups("", OFFERED)
    assert (page.total, page.offset, len(page.groups)) == (OFFERED + 6, OFFERED, 6)
    assert page.groups[-1] == OfferedGroup("team0204@example.com", "Team 204", chosen=False, people=204)
    assert [each.email for each in jobs.source_groups("TEAM 7", 0).groups][:1] == ["team0007@example.com"]
    assert source.calls == 1


def test_a_list_that_was_read_gets_old(bridge: Bridge, jobs: Operations, source: MemorySource):
    jobs.source_groups("", 0)
    source.team()
    bridge.clock.advance(looking.FRESH_SECONDS)

    assert jobs.source_groups("", 0).total == 1


def test_a_source_that_refuses_is_told_and_asked_again(jobs: Operations, source: MemorySource):
    source.fault = (1, SourceDenied("Google refuses the groups."))

    with pytest.raises(NotDone, match="Google refuses the groups"):
        jobs.source_groups("", 0)
    assert jobs.source_groups("", 0).total == 0


class Slow(MemorySource):
    """Answers when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.told = threading.Event()

    def groups(self) -> list[SourceGroup]:
        assert self.told.wait(30)
        return super().groups()


def test_nobody_waits_longer_than_a_page_may_and_the_look_goes_on(bridge: Bridge):
    source = Slow()
    look = Looking(source, bridge.clock, seconds=0.05)
    for _ in range(2):
        with pytest.raises(SourceUnavailable, match="still being asked"):
            look.groups()
    source.team()
    source.told.set()
    patient = Looking(source, bridge.clock, seconds=30)
    patient._look = look._look

    assert [group.email for group in patient.groups()[1]] == ["staff@example.com"]
    assert source.calls == 1


def test_what_a_file_chooses_is_changed_there_alone(bridge: Bridge, tmp_path: Path):
    file = tmp_path / "bridge.toml"
    file.write_text('[google_workspace]\ngroups = ["staff@example.com"]\n')
    with serving(make_desk(bridge, choosing=make_choosing(bridge, file=file))) as url:
        jobs = RemoteOperations(url, Tokens("word.of.jobs"), pool())
        found = jobs.selection()

        assert (found.choice.groups, found.origin, found.path) == (("staff@example.com",), "file", str(file))
        with pytest.raises(NotDone, match="edit the file"):
            jobs.choose(STAFF, found.digest, ANN)


def test_without_a_source_nothing_is_chosen(bridge: Bridge):
    desk = make_desk(bridge)

    for ask in (desk.selection, lambda: desk.check_choice(STAFF), lambda: desk.choose(STAFF, "0", ANN)):
        with pytest.raises(NotDone, match="No source is configured"):
            ask()
    with pytest.raises(NotDone, match="No source is configured"):
        desk.source_groups("", 0)


def test_a_stored_choice_makes_the_next_pull_wait(bridge: Bridge):
    scene = Scene(bridge)
    scene.source.hire("mandy", scene.source.team())
    made = make_choosing(bridge, scene.source)
    made.choose(Choice((STAFF_GROUP,)), made.selection().digest, ANN)
    first = pull.run(made.puller)
    notes = Notes(bridge.store)
    pull.approve(made.puller, notes.plan().digest, ANN)
    done = pull.run(made.puller)
    made.choose(Choice((STAFF_GROUP, "team-*@example.com")), made.selection().digest, ANN)
    scene.source.team("team-a@example.com")
    again = pull.run(made.puller)

    assert [each.detail["outcome"] for each in (first, done, again)] == ["waits", "done", "waits"]
    assert [run.outcome for run in notes.runs()] == ["waits", "done", "waits"]
    assert notes.runs()[1].read["users"] == 1
    assert notes.runs()[0].reason == "What is chosen has changed, so the plan waits for approval."


# ── the wire ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def http(bridge: Bridge) -> Any:
    return create_app({}, lambda header: header == "Bearer word", None, make_desk(bridge)).test_client()


def send(http: Any, verb: str, body: object, **headers: str) -> Any:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    given = {"Authorization": "Bearer word", "Content-Type": "application/json", **headers}
    return http.post(f"/operations/{verb}", data=data, headers=given)


def test_whoever_proves_nothing_asks_for_nothing(http: Any):
    for verb in ("settle", "groups", "approve", "choose", "source_groups", "nothing"):
        assert send(http, verb, {}, Authorization="Bearer x").status_code == 401
        assert http.get(f"/operations/{verb}", headers={"Authorization": "Bearer word"}).status_code == 405
    assert send(http, "nothing", {}).status_code == 404


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("settle", {}),
        ("settle", {"kind": "Owner", "id": "x", "by": ANN}),
        ("settle", {"kind": "User", "id": "x", "by": ""}),
        ("settle", {"kind": "User", "id": "x", "by": "a\nb"}),
        ("settle", {"kind": "User", "id": "x" * 500, "by": ANN}),
        ("settle", {"kind": ["User"], "id": "x", "by": ANN}),
        ("hold", {"scope": "people", "offset": -1}),
        ("hold", {"scope": "people", "offset": True}),
        ("hold", {"scope": "people", "offset": 1e10}),
        ("approve", {"scope": "people", "by": ANN}),
        ("choose", {"groups": "staff@example.com", "units": [], "exclude": [], "unlisted": "leave"}),
        ("choose", {"groups": [1], "units": [], "exclude": [], "unlisted": "leave", "digest": "0", "by": ANN}),
        ("check_choice", {"groups": ["a\nb"], "units": [], "exclude": [], "unlisted": "leave"}),
        ("source_groups", {"search": "x", "offset": 0}),
        ("groups", []),
        ("groups", None),
        ("groups", b"{"),
        ("groups", b'{"x": "' + b"x" * 300_000 + b'"}'),
    ],
)
def test_what_the_screens_do_not_send_is_refused(http: Any, verb: str, body: object):
    answer = send(http, verb, body)

    assert (answer.status_code, list(answer.get_json())) == (400, ["error"])


def test_without_a_desk_nobody_can_ask(bridge: Bridge):
    http = create_app({}, lambda _: True).test_client()

    assert send(http, "groups", {}).status_code == 404


@pytest.mark.parametrize("answer", [(500, b"{}"), (200, b"{}"), (200, b"[]"), (200, b"<"), (409, b"{}"), (401, b"{}")])
def test_an_answer_that_cannot_be_read_is_an_outage(monkeypatch: pytest.MonkeyPatch, answer: tuple[int, bytes]):
    tokens = Tokens()
    monkeypatch.setattr("scim.jobs.remote_operations.send", lambda *_: Answer(answer[0], {}, answer[1]))
    jobs = RemoteOperations("https://jobs.example.com", tokens, pool())

    with pytest.raises(JobsAway, match="cannot be asked"):
        jobs.groups()
    with pytest.raises(JobsAway, match="not known"):
        jobs.run("settle", ANN)
    assert tokens.forgotten == (2 if answer[0] == 401 else 0)


def test_nobody_there_is_an_outage():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        jobs = RemoteOperations(f"http://127.0.0.1:{closed.getsockname()[1]}", Tokens(), pool())

        with pytest.raises(JobsAway):
            jobs.run("settle", ANN)


def test_thousands_of_groups_fit_into_an_answer(bridge: Bridge):
    with bridge.target._call("groups") as db:
        db.executemany(
            "INSERT INTO groups (id, name, description, type) VALUES (?, ?, '', 'USER_DEFINED')",
            [(f"g{number:025}", f"Group {number} {'x' * 100}") for number in range(3000)],
        )
    with serving(make_desk(bridge)) as url:
        found = RemoteOperations(url, Tokens("word.of.jobs"), pool()).groups()

    assert len(found) >= 3000


def test_the_jobs_are_asked_over_tls_alone():
    with pytest.raises(ValueError, match="https"):
        RemoteOperations("http://jobs.example.com", Tokens(), pool())
