"""How the public function asks the jobs: with a token, within its wait; whatever goes wrong is deferred."""

import base64
import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from urllib3.exceptions import HTTPError

from scim.jobs.https import MOST_BYTES, pool, send
from scim.jobs.identity_token import SPARE_SECONDS, IdentityUnavailable, MetadataTokens
from scim.jobs.outcomes import LONGEST_WAIT_SECONDS, from_json, to_json
from scim.jobs.remote import WAY_SECONDS, RemoteSettler
from scim.records import Deferred, Outcome, Ref, Refused, Settled
from tests.bridge import Clock
from tests.issuer import Answer, Issuer, encoded, serving

AUDIENCE = "https://jobs.example.com"
SCIM = "scim@example.com"
USER = Ref("User", "0a1b2c3d-0000-4000-8000-000000000000")
DENIED = Refused("A domain that is not allowed.", denied=True)


class Tokens:
    """`known` is given out until it was not believed."""

    def __init__(self, known: str = "a.b.c") -> None:
        self.known = known
        self.forgotten = 0

    def token(self, seconds: float) -> str:
        if seconds <= 0:
            raise IdentityUnavailable("no time is left")
        return self.known

    def forget(self) -> None:
        self.forgotten += 1


class Jobs:
    """What the jobs answer, and what they were asked."""

    def __init__(self) -> None:
        self.answer: Answer | Callable[[], Answer] = outcome(Settled())
        self.asked: list[tuple[str, Any]] = []

    def __call__(self, path: str, headers: Any) -> Answer:
        self.asked.append((path, headers))
        return self.answer() if callable(self.answer) else self.answer


def outcome(of: Outcome) -> Answer:
    return 200, {}, json.dumps(to_json(of)).encode()


@pytest.fixture
def jobs() -> Jobs:
    return Jobs()


@pytest.fixture
def url(jobs: Jobs) -> Iterator[str]:
    with serving(jobs) as host:
        yield f"http://{host}"


@pytest.fixture
def tokens() -> Tokens:
    return Tokens()


@pytest.fixture
def settler(url: str, tokens: Tokens) -> RemoteSettler:
    return RemoteSettler(url, tokens, pool())


# ── what is asked, and what is answered ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("told", [Settled(), Refused("No."), DENIED, Deferred()], ids=repr)
def test_what_the_jobs_say_is_what_came_of_it(settler: RemoteSettler, jobs: Jobs, told: Outcome):
    jobs.answer = outcome(told)

    assert settler.settle(USER, 5) == told


@pytest.mark.parametrize("kind", ["User", "Group"])
def test_it_asks_for_one_resource_with_a_token_and_the_wait_less_the_way(settler: RemoteSettler, jobs: Jobs, kind: Any):
    settler.settle(Ref(kind, "some-id"), 5)

    ((path, headers),) = jobs.asked
    url = urlsplit(path)
    assert url.path == f"/settle/{kind}/some-id"
    assert headers["Authorization"] == "Bearer a.b.c"
    assert 0 < float(parse_qs(url.query)["wait"][0]) <= 5 - WAY_SECONDS


def test_the_jobs_may_live_below_a_path(url: str, jobs: Jobs, tokens: Tokens):
    RemoteSettler(f"{url}/jobs/", tokens, pool()).settle(USER, 5)

    assert jobs.asked[0][0].startswith("/jobs/settle/User/")


def test_an_id_is_one_part_of_the_path(settler: RemoteSettler, jobs: Jobs):
    settler.settle(Ref("User", "../../confirm?x#y é"), 5)

    assert urlsplit(jobs.asked[0][0]).path == "/settle/User/..%2F..%2Fconfirm%3Fx%23y%20%C3%A9"


def test_nobody_is_asked_to_wait_longer_than_an_identity_provider_does(settler: RemoteSettler, jobs: Jobs):
    settler.settle(USER, 3600)

    assert float(parse_qs(urlsplit(jobs.asked[0][0]).query)["wait"][0]) <= LONGEST_WAIT_SECONDS


def test_connections_are_kept(settler: RemoteSettler, url: str, jobs: Jobs):
    connections = pool()
    kept = RemoteSettler(url, Tokens(), connections)
    for _ in range(20):
        kept.settle(USER, 5)

    assert connections.connection_from_url(url).num_connections == 1
    assert len(jobs.asked) == 20


# ── whatever goes wrong ───────────────────────────────────────────────────────────────────────────────────

WRONG: dict[str, Answer] = {
    "a failure": (500, {}, b'{"error": "The job failed."}'),
    "away": (503, {}, b""),
    "too many": (429, {}, b"Rate exceeded."),
    "a page of Google's": (404, {}, b"<html>Page not found</html>"),
    "another place": (302, {"Location": "https://evil.example.com/settle"}, b""),
    "no token wanted": (401, {}, b""),
    "no right": (403, {}, b"<html>Forbidden</html>"),
    "nothing": (200, {}, b""),
    "no JSON": (200, {}, b"settled"),
    "another JSON": (200, {}, b'["settled"]'),
    "an outcome nobody knows": (200, {}, b'{"outcome": "celebrated"}'),
    "a refusal without a reason": (200, {}, b'{"outcome": "refused", "reason": "", "denied": false}'),
    "a refusal of another type": (200, {}, b'{"outcome": "refused", "reason": 7, "denied": false}'),
    "deep": (200, {}, b"[" * 100_000),
    "endless": (200, {}, b"x" * (MOST_BYTES + 1)),
}


@pytest.mark.parametrize("answer", WRONG.values(), ids=WRONG)
def test_an_answer_that_is_none_is_deferred(settler: RemoteSettler, jobs: Jobs, answer: Answer):
    jobs.answer = answer

    assert settler.settle(USER, 5) == Deferred()


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_that_is_not_believed_is_replaced(settler: RemoteSettler, jobs: Jobs, tokens: Tokens, status: int):
    jobs.answer = (status, {}, b"")

    settler.settle(USER, 5)

    assert tokens.forgotten == 1


def test_nobody_there_is_deferred(tokens: Tokens):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"

        assert RemoteSettler(url, tokens, pool()).settle(USER, 1) == Deferred()


def test_a_name_that_is_none_is_deferred(tokens: Tokens):
    assert RemoteSettler("https://jobs.invalid", tokens, pool()).settle(USER, 1) == Deferred()


def test_who_does_not_answer_in_time_is_not_waited_for(settler: RemoteSettler, jobs: Jobs):
    returned, answered = threading.Event(), threading.Event()
    seen: list[bool] = []

    def slow() -> Answer:
        seen.append(returned.wait(10))
        answered.set()
        return outcome(Settled())

    jobs.answer = slow
    told = settler.settle(USER, 0.3)
    returned.set()

    assert told == Deferred()
    assert answered.wait(10)
    assert seen == [True]


@pytest.mark.parametrize("wait", [0, -1])
def test_without_a_wait_nobody_is_asked(settler: RemoteSettler, jobs: Jobs, wait: float):
    assert settler.settle(USER, wait) == Deferred()
    assert jobs.asked == []


def test_a_connection_that_was_given_up_meanwhile_is_opened_anew(tokens: Tokens):
    """As when an instance of the jobs ends between two requests, or while the second one is on its way."""
    for server in (gives_up_after_each_answer, gives_up_at_the_second_request):
        with server() as url:
            settler = RemoteSettler(url, tokens, pool())

            assert [settler.settle(USER, 5) for _ in range(5)] == [Settled()] * 5


def test_jobs_that_hang_up_are_deferred(tokens: Tokens):
    with hangs_up() as url:
        assert RemoteSettler(url, tokens, pool()).settle(USER, 2) == Deferred()


def test_an_answer_that_does_not_end_is_given_up(url: str, jobs: Jobs):
    jobs.answer = (200, {}, b"x" * (MOST_BYTES + 1))

    with pytest.raises(HTTPError, match="does not end"):
        send(pool(), "POST", url, {}, 5)


def test_a_redirection_is_an_answer_and_not_followed(url: str, jobs: Jobs):
    jobs.answer = (307, {"Location": f"{url}/elsewhere"}, b"")

    assert send(pool(), "POST", f"{url}/here", {"Authorization": "Bearer x"}, 5).status == 307
    assert [path for path, _ in jobs.asked] == ["/here"]


def test_without_a_token_nobody_is_asked(url: str, jobs: Jobs):
    class Without(Tokens):
        def token(self, seconds: float) -> str:
            raise IdentityUnavailable("the metadata server does not answer")

    assert RemoteSettler(url, Without(), pool()).settle(USER, 5) == Deferred()
    assert jobs.asked == []


def test_certificates_that_are_not_trusted_are_deferred(tokens: Tokens, url: str, jobs: Jobs):
    """TLS on a port that speaks none, as a proxy in between would."""
    assert RemoteSettler(url.replace("http://127.0.0.1", "https://localhost"), tokens, pool()).settle(USER, 2) == (
        Deferred()
    )
    assert jobs.asked == []


def test_what_is_logged_names_the_cause_and_no_token(url: str, jobs: Jobs, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    jobs.answer = (500, {}, b"no")
    settler = RemoteSettler(url, Tokens("aaaaaaaa.bbbbbbbb.cccccccc\nX: y"), pool())
    settler.settle(USER, 5)
    RemoteSettler(url, Tokens("aaaaaaaa.bbbbbbbb.cccccccc"), pool()).settle(USER, 5)

    lines = [vars(record) for record in caplog.records if record.name == "scim.settle"]
    assert [line["id"] for line in lines] == [USER.id] * 2
    assert "500" in lines[1]["reason"]
    assert "bbbbbbbb" not in lines[1]["reason"]


@pytest.mark.parametrize("url", ["http://jobs.example.com", "https://me:word@example.com", "https://x/?y", "x", ""])
def test_a_token_is_sent_to_a_safe_place_only(tokens: Tokens, url: str):
    with pytest.raises(ValueError, match="must be https://host"):
        RemoteSettler(url, tokens, pool())


@pytest.mark.parametrize("told", [Settled(), Refused('Grüße: "no"\n'), DENIED, Deferred()], ids=repr)
def test_an_outcome_survives_the_way(told: Outcome):
    assert from_json(json.dumps(to_json(told)).encode()) == told


# ── the metadata server ───────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with Issuer() as running:
        yield running


@pytest.fixture
def metadata(issuer: Issuer) -> Iterator[str]:
    with issuer.metadata(SCIM) as host:
        yield host


@pytest.fixture
def clock() -> Clock:
    return Clock(time.time())


def claims_of(token: str) -> dict[str, Any]:
    body = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))))


def test_a_token_says_who_asks_and_for_whom_it_is(metadata: str):
    claims = claims_of(MetadataTokens(pool(), AUDIENCE, metadata).token(5))

    assert (claims["email"], claims["aud"]) == (SCIM, AUDIENCE)


def test_an_audience_is_one_value(metadata: str):
    claims = claims_of(MetadataTokens(pool(), "https://x/?a=b&format=c d", metadata).token(5))

    assert claims["aud"] == "https://x/?a=b&format=c d"


def test_a_token_is_fetched_once_until_a_minute_before_its_end(issuer: Issuer, metadata: str, clock: Clock):
    tokens = MetadataTokens(pool(), AUDIENCE, metadata, clock)
    fetched = f"metadata {SCIM}"

    for _ in range(1000):
        tokens.token(5)
    assert issuer.asked[fetched] == 1

    clock.advance(3600 - SPARE_SECONDS)
    tokens.token(5)
    assert issuer.asked[fetched] == 2


def test_one_thread_fetches_for_all(issuer: Issuer, metadata: str):
    tokens = MetadataTokens(pool(), AUDIENCE, metadata)
    threads = [threading.Thread(target=tokens.token, args=[5]) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)

    assert issuer.asked[f"metadata {SCIM}"] == 1


def test_what_was_not_believed_is_fetched_anew(issuer: Issuer, metadata: str):
    tokens = MetadataTokens(pool(), AUDIENCE, metadata)
    tokens.token(5)
    tokens.forget()
    tokens.token(5)

    assert issuer.asked[f"metadata {SCIM}"] == 2


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not a token",
        b"a.b.c",
        f"x.{encoded({'aud': 'x'})}.y".encode(),
        f"x.{encoded({'exp': 'soon'})}.y".encode(),
        f"x.{encoded([])}.y".encode(),
        f"x.{encoded('{' + chr(34) + 'exp' + chr(34) + ':1e999')}.y".encode(),
        f"x.{encoded({'exp': 10**400})}.y".encode(),
        f"x.{encoded({'exp': 2_000_000_000})}.y\nEvil: yes".encode(),
        b"\xff\xfe",
    ],
)
def test_what_is_no_token_is_not_used(body: bytes):
    with (
        serving(lambda _path, _headers: (200, {}, body)) as host,
        pytest.raises(IdentityUnavailable, match="no identity token"),
    ):
        MetadataTokens(pool(), AUDIENCE, host).token(5)


@pytest.mark.parametrize("status", [404, 500, 403])
def test_a_metadata_server_that_refuses_is_named_with_its_status(issuer: Issuer, metadata: str, status: int):
    issuer.status = status

    with pytest.raises(IdentityUnavailable, match=f"answered {status}"):
        MetadataTokens(pool(), AUDIENCE, metadata).token(5)


def test_no_metadata_server_is_no_token():
    with pytest.raises(IdentityUnavailable, match="does not answer"):
        MetadataTokens(pool(), AUDIENCE, "127.0.0.1:1").token(1)


def test_a_metadata_server_that_is_back_is_asked_again(issuer: Issuer, metadata: str):
    tokens = MetadataTokens(pool(), AUDIENCE, metadata)
    issuer.status = 503
    with pytest.raises(IdentityUnavailable):
        tokens.token(5)
    issuer.status = 200

    assert claims_of(tokens.token(5))["email"] == SCIM


# ── servers that misbehave ────────────────────────────────────────────────────────────────────────────────


class _Listening:
    """A socket whose connections are served one by one, each by `serve`."""

    def __init__(self, serve: Callable[[socket.socket], None]) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._serve = serve
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> str:
        self._thread.start()
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
        self._socket.close()

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            connection.settimeout(5)
            with connection, suppress(OSError):
                connection.recv(65536)
                self._serve(connection)


BODY = json.dumps(to_json(Settled())).encode()
ANSWER = f"HTTP/1.1 200 OK\r\nContent-Length: {len(BODY)}\r\n\r\n".encode() + BODY


def gives_up_after_each_answer() -> _Listening:
    """It does not say that it will."""
    return _Listening(lambda connection: connection.sendall(ANSWER))


def gives_up_at_the_second_request() -> _Listening:
    def serve(connection: socket.socket) -> None:
        connection.sendall(ANSWER)
        connection.recv(65536)

    return _Listening(serve)


def hangs_up() -> _Listening:
    return _Listening(lambda connection: None)
