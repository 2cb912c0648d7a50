"""`python -m scim serve` as a machine of one's own runs it: real processes, real HTTP, kills and signals."""

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pexpect
import pytest

from scim import wiring
from scim.cli import desk, serve, server
from scim.cli.console import Problem
from scim.jobs.lease import Lease
from scim.settings import Settings

ROOT = Path(__file__).parent.parent.parent
PATIENCE_SECONDS = 60
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
OWNER = "owner@example.com"  # of the embedded target
PERSON = {"schemas": [USER], "userName": "bjensen@example.com", "displayName": "Barbara Jensen"}


def eventually(fact: Callable[[], object]) -> bool:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not fact():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def children(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in listed.stdout.split()]


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return (
        "Z"
        not in subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    )


@dataclass
class Machine:
    """A state directory with a token, two ports, and the processes that were started on it."""

    directory: Path
    environ: dict[str, str]
    token: str = ""
    admin_port: int = field(default_factory=desk.free_port)
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        return Settings.from_environment({**self.environ, "STATE_DIR": str(self.directory / "state")})

    @property
    def port(self) -> int:
        return self.settings.port

    def command(self, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "scim", *words], cwd=ROOT, env={**self.environ, **variables},
            capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False,
        )  # fmt: skip

    def serve(self, *faces: str, **variables: str) -> subprocess.Popen[bytes]:
        """Returns when what was asked for has started."""
        log = self.directory / f"log-{len(self.started)}"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "scim", "serve", *faces, "--admin-port", str(self.admin_port)],
                cwd=ROOT, env={**self.environ, **variables}, stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip
        self.started.append(process)
        assert eventually(lambda: "serve.started" in log.read_text() or process.poll() is not None)
        assert process.poll() is None, log.read_text()
        return process

    def said(self) -> str:
        return "".join(path.read_text() for path in sorted(self.directory.glob("log-*")))

    def ask(self, method: str, path: str, body: object = None, *, port: int = 0, token: str = "") -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=PATIENCE_SECONDS)
        headers = {"Authorization": f"Bearer {token or self.token}", "Content-Type": "application/scim+json"}
        try:
            connection.request(method, path, json.dumps(body) if body else None, headers)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def names(self) -> list[str]:
        listed = json.loads(self.ask("GET", "/scim/v2/Users")[1])
        return sorted(each["userName"] for each in listed["Resources"])

    def invited(self) -> Counter[str]:
        """How many people of each address the target holds."""
        with closing(wiring.embedded_target(self.settings)) as account:
            return Counter(each["email"] for each in account.world()["people"] if each["email"] != OWNER)

    def end(self, process: subprocess.Popen[bytes]) -> int:
        process.send_signal(signal.SIGTERM)
        return process.wait(PATIENCE_SECONDS)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    port = str(desk.free_port())
    kept = {name: value for name, value in os.environ.items() if name not in {"HOST", "WORKERS"}}
    own = {"STATE_DIR": str(tmp_path / "state"), "PORT": port, "BASE_URL": f"http://127.0.0.1:{port}"}
    made = Machine(tmp_path, {**kept, **own, "SETTLE_INTERVAL_SECONDS": "1"})
    made.token = made.command("token", "mint", "entra").stdout.strip()
    yield made
    for process in made.started:
        if process.poll() is None:
            made.end(process)


slow = pytest.mark.slow


@slow
def test_what_is_asked_of_the_public_port_is_recorded_and_provisioned(machine):
    machine.serve()

    status, _ = machine.ask("POST", "/scim/v2/Users", PERSON)

    assert status == 201
    assert machine.invited() == {"bjensen@example.com": 1}


@slow
def test_jobs_and_admin_are_not_on_the_public_port(machine):
    machine.serve()
    key = wiring.secrets(machine.settings).get(wiring.ADMIN_SECRET)

    asked = [("POST", "/jobs/settle"), ("GET", f"/admin/?key={key}")]

    assert [machine.ask(*each, token="nobody")[0] for each in asked] == [401, 401]
    assert [machine.ask(*each)[0] for each in asked] == [404, 404]


@slow
def test_the_admin_page_is_on_a_port_of_its_own_and_opens_to_its_link_alone(machine):
    machine.serve()
    link = machine.command("admin-link", "--admin-port", str(machine.admin_port)).stdout.strip()
    path = link.partition(str(machine.admin_port))[2]

    assert machine.ask("GET", "/", port=machine.admin_port)[0] == 401
    assert machine.ask("GET", "/?key=guessed", port=machine.admin_port)[0] == 401
    assert machine.ask("GET", path, port=machine.admin_port)[0] == 303


@slow
def test_a_worker_that_is_killed_is_replaced_and_nothing_is_lost(machine):
    process = machine.serve("scim", "jobs")
    machine.ask("POST", "/scim/v2/Users", PERSON)
    (gunicorn,) = children(process.pid)
    (killed,) = children(gunicorn)

    os.kill(killed, signal.SIGKILL)

    assert eventually(lambda: any(worker != killed for worker in children(gunicorn)))
    assert machine.names() == ["bjensen@example.com"]
    assert machine.ask("POST", "/scim/v2/Users", {**PERSON, "userName": "mandy@example.com"})[0] == 201
    assert process.poll() is None


@slow
def test_a_request_that_is_under_way_is_answered_before_the_end(machine):
    process = machine.serve("scim", "jobs", SETTLE_WAIT_SECONDS="5", SETTLE_INTERVAL_SECONDS="600")
    store = wiring.store(machine.settings)
    other = Lease(store, "somebody else", time.time)
    assert eventually(other.acquire)
    answers: list[int] = []

    request = threading.Thread(target=lambda: answers.append(machine.ask("POST", "/scim/v2/Users", PERSON)[0]))
    request.start()
    assert eventually(lambda: store.count("User") == 1)
    unanswered = not answers
    code = machine.end(process)
    request.join(PATIENCE_SECONDS)
    store.close()

    assert (unanswered, answers, code) == (True, [201], 0)


@slow
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_bridge_that_is_asked_to_end_leaves_nobody_behind(machine, how):
    process = machine.serve(WORKERS="2")
    masters = children(process.pid)
    everybody = [*masters, *(worker for master in masters for worker in children(master))]

    process.send_signal(how)

    assert process.wait(PATIENCE_SECONDS) == 0
    assert len(everybody) == 5
    assert eventually(lambda: not any(lives(pid) for pid in everybody))
    assert '"serve.ended"' in machine.said()


@slow
def test_the_next_start_keeps_what_was_recorded_and_delivers_what_was_owed(machine):
    first = machine.serve("scim")
    status, _ = machine.ask("POST", "/scim/v2/Users", PERSON)
    machine.end(first)
    before = machine.invited()

    machine.serve()

    assert (status, before) == (201, {})
    assert machine.names() == ["bjensen@example.com"]
    assert eventually(lambda: machine.invited() == {"bjensen@example.com": 1})


@slow
def test_a_bridge_that_is_killed_has_lost_nothing(machine):
    process = machine.serve("scim", "jobs")
    machine.ask("POST", "/scim/v2/Users", PERSON)
    (gunicorn,) = children(process.pid)
    process.kill()
    process.wait(PATIENCE_SECONDS)
    os.killpg(gunicorn, signal.SIGKILL)  # as systemd and a container's end do with what is left
    assert eventually(lambda: not server.answers(machine.port))

    machine.serve("scim", "jobs")

    assert machine.names() == ["bjensen@example.com"]
    assert machine.ask("POST", "/scim/v2/Users", PERSON)[0] == 409


@slow
def test_while_another_machine_is_at_work_the_jobs_leave_the_target_alone(machine):
    with closing(wiring.store(machine.settings)) as store:
        other = Lease(store, "another machine", time.time)
        assert other.acquire()
        machine.serve("scim", "jobs", SETTLE_WAIT_SECONDS="3")

        status, _ = machine.ask("POST", "/scim/v2/Users", PERSON)  # three ticks later
        meanwhile = machine.invited()
        other.release()

    assert (status, meanwhile) == (201, {})
    assert eventually(lambda: machine.invited() == {"bjensen@example.com": 1})


@slow
def test_two_tickers_invite_everybody_once(machine):
    tickers = [machine.serve("jobs") for _ in range(2)]
    machine.serve("scim")
    names = [f"person{n}@example.com" for n in range(40)]
    for name in names:
        machine.ask("POST", "/scim/v2/Users", {**PERSON, "userName": name})

    assert eventually(lambda: machine.invited() == Counter(names))
    assert [machine.end(ticker) for ticker in tickers] == [0, 0]
    with closing(wiring.store(machine.settings)) as store:
        told = Counter((event.resource, event.action) for event in store.events(500) if event.action == "user.invited")
        assert (store.backlog().users, sorted(told.values())) == (0, [1] * len(names))


@slow
def test_the_public_api_alone_records_and_cannot_reach_the_target(machine):
    process = machine.serve("scim")
    machine.ask("POST", "/scim/v2/Users", PERSON)
    (gunicorn,) = children(process.pid)
    environ = Path(f"/proc/{gunicorn}/environ").read_bytes().split(b"\0")

    assert b"FACE=scim" in environ
    assert machine.invited() == {}
    with closing(wiring.store(machine.settings)) as store:
        assert store.backlog().users == 1


@slow
def test_a_server_that_dies_ends_the_bridge_so_that_the_machine_starts_it_anew(machine):
    process = machine.serve()
    public, admin = children(process.pid)

    os.kill(public, signal.SIGKILL)

    assert process.wait(PATIENCE_SECONDS) == 1
    assert "The bridge ended by itself: what `scim` said last is above." in machine.said()
    assert eventually(lambda: not lives(admin))


@slow
def test_several_workers_share_one_store(machine):
    process = machine.serve("scim", "jobs", WORKERS="3")
    (gunicorn,) = children(process.pid)
    names = [f"person{n}@example.com" for n in range(12)]
    asked = [
        threading.Thread(target=machine.ask, args=("POST", "/scim/v2/Users", {**PERSON, "userName": name}))
        for name in names
    ]
    for each in asked:
        each.start()
    for each in asked:
        each.join(PATIENCE_SECONDS)

    assert len(children(gunicorn)) == 3
    assert machine.names() == sorted(names)
    assert eventually(lambda: machine.invited() == Counter(names))


@slow
@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"BASE_URL": ""}, "BASE_URL is not set: name the public https:// address"),
        ({"BASE_URL": "http://bridge.example.com"}, "BASE_URL must be https://host"),
        ({"STATE_DIR": "/proc/nowhere"}, "The state directory /proc/nowhere cannot be used"),
    ],
)
def test_a_bridge_that_is_half_configured_does_not_start_and_says_why(machine, variables, sentence):
    refused = machine.command("serve", **variables)

    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (1, "", 1)
    assert refused.stderr.startswith(sentence)


@slow
def test_a_bridge_without_a_token_does_not_start_and_says_how_to_make_one(machine):
    refused = machine.command("serve", STATE_DIR=str(machine.directory / "new"))

    assert refused.returncode == 1
    assert "token mint" in refused.stderr


@slow
@pytest.mark.parametrize(("taken", "choose"), [("port", "PORT"), ("admin_port", "ADMIN_PORT")])
def test_a_port_that_is_taken_is_told_with_the_variable_to_change(machine, taken, choose):
    machine.serve()
    others = {"port": {"ADMIN_PORT": str(desk.free_port())}, "admin_port": {"PORT": str(desk.free_port())}}[taken]

    refused = machine.command("serve", **{"ADMIN_PORT": str(machine.admin_port), **others})

    assert refused.returncode == 1
    assert refused.stderr == (
        f"Port {getattr(machine, taken)} cannot be used: Address already in use. Choose another with {choose}.\n"
    )


@slow
def test_a_person_at_a_terminal_is_told_where_it_listens_and_ends_it_with_ctrl_c(machine):
    words = ["-m", "scim", "serve", "--admin-port", str(machine.admin_port)]
    terminal = pexpect.spawn(sys.executable, words, cwd=ROOT, env=machine.environ, timeout=PATIENCE_SECONDS)

    terminal.expect_exact("The SCIM bridge runs.")
    terminal.expect_exact(f"http://127.0.0.1:{machine.port}")
    terminal.sendintr()
    terminal.expect(pexpect.EOF)
    terminal.close()

    assert terminal.exitstatus == 0
    assert not server.answers(machine.port)


def test_nobody_waits_for_jobs_that_are_not_run_here():
    alone = serve._environment({}, {serve.Face.SCIM})
    told = serve._environment({"SETTLE_WAIT_SECONDS": "3"}, {serve.Face.SCIM})
    together = serve._environment({}, set(serve.Face))

    assert (alone["SETTLE_WAIT_SECONDS"], told["SETTLE_WAIT_SECONDS"]) == ("0", "3")
    assert "SETTLE_WAIT_SECONDS" not in together


@pytest.mark.parametrize(("wait", "face"), [("0", "scim"), ("5", "local")])
def test_the_public_process_is_kept_from_the_target_where_it_need_not_settle(wait, face):
    settings = Settings.from_environment({"SETTLE_WAIT_SECONDS": wait})

    assert serve._public({}, settings, 1)["FACE"] == face


def test_the_threads_of_the_server_are_those_of_the_settings():
    settings = Settings.from_environment({"THREADS": "5"})

    assert serve._public({}, settings, 2)["THREADS"] == "5"
    assert serve._public({}, settings, 2)["WORKERS"] == "2"


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "[::1]"])
def test_a_port_is_tried_at_the_address_it_is_for(host):
    port = desk.free_port()

    desk.require_free(port, host)


def test_an_address_that_is_not_of_this_machine_is_told():
    with pytest.raises(Problem, match="cannot be used"):
        desk.require_free(desk.free_port(), "192.0.2.1")
