"""The replay tool itself, against a service provider of ten lines."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.replay import __main__ as command
from tests.replay import replay
from tests.replay.jsonpath import MISSING, lookup
from tests.replay.matchers import matches
from tests.replay.wire import target


class Echo(BaseHTTPRequestHandler):
    """Answers with what it was asked; with the status that the query names."""

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        echo = {"target": self.path, "method": self.command, "headers": dict(self.headers), "body": body}
        data = b"" if "empty" in self.path else json.dumps(echo).encode()
        self.send_response(404 if "missing" in self.path else 200)
        self.send_header("Location", f"/made{self.path}")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_POST = do_PATCH = do_GET  # noqa: N815 - http.server chose the names

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/scim/v2"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def exchange(tmp_path: Path) -> Callable[..., Path]:
    def write(*steps: dict[str, Any], **more: Any) -> Path:
        path = tmp_path / "exchange.json"
        path.write_text(
            json.dumps({"steps": [{"name": f"step {n}"} | step for n, step in enumerate(steps, 1)], **more})
        )
        return path

    return write


def get(path: str, **more: Any) -> dict[str, Any]:
    return {"method": "GET", "path": path, **more}


def problems(base_url: str, path: Path, **options: Any) -> list[tuple[str, ...]]:
    return [result.problems for result in replay(base_url, "the-token", path, **options)]


def test_a_step_that_is_met_passes(base_url: str, exchange: Callable[..., Path]) -> None:
    path = exchange({"request": get("/Users"), "expect": {"status": [200], "body_contains": {"$.method": "GET"}}})

    assert [result.passed for result in replay(base_url, "t", path)] == [True]


def test_a_step_that_is_not_met_says_what_came(base_url: str, exchange: Callable[..., Path]) -> None:
    path = exchange({"request": get("/Users"), "expect": {"body_contains": {"$.method": "PUT"}, "status": [200]}})

    assert problems(base_url, path) == [('$.method: expected "PUT" got "GET"',)]


def test_a_wrong_status_is_the_only_problem_told(base_url: str, exchange: Callable[..., Path]) -> None:
    path = exchange({"request": get("/missing"), "expect": {"status": [200, 204], "body_contains": {"$.x": 1}}})

    assert problems(base_url, path)[0][0].startswith("expected status 200/204 got 404")


def test_a_query_is_encoded_as_it_is_written(base_url: str, exchange: Callable[..., Path]) -> None:
    wanted = "/scim/v2/Users?filter=userName%20eq%20%22a%25b%22&count=1"
    path = exchange(
        {
            "request": get('/Users?filter=userName eq "a%b"&count=1'),
            "expect": {"body_contains": {"$.target": wanted}},
        }
    )

    assert problems(base_url, path) == [()]


@pytest.mark.parametrize(
    ("request_", "sent"),
    [
        (get("/Users?filter=a+eq+%22b%22&", raw_path=True), "/v2/Users?filter=a+eq+%22b%22&"),
        (get("/Users", query={"filter": "a+b&c"}), "/v2/Users?filter=a%2Bb%26c"),
        (get("/Users?count=1", query={"x": 2}), "/v2/Users?count=1&x=2"),
        (get("/Users/é"), "/v2/Users/%C3%A9"),
    ],
    ids=["raw", "query", "query added", "no ASCII"],
)
def test_targets(request_: dict[str, Any], sent: str) -> None:
    assert target("/v2", request_) == sent


@pytest.mark.parametrize(
    ("auth", "wanted"),
    [("good", "Bearer the-token"), ("bad", {"$regex": "^Bearer not-"}), ("none", {"$absent": True})],
)
def test_authorization(base_url: str, exchange: Callable[..., Path], auth: str, wanted: Any) -> None:
    expect = {"body_contains": {"$.headers.Authorization": wanted}}

    assert problems(base_url, exchange({"request": get("/Users", auth=auth), "expect": expect})) == [()]


def test_a_header_can_be_taken_away(base_url: str, exchange: Callable[..., Path]) -> None:
    request = {"method": "POST", "path": "/Users", "body": {}, "headers": {"Content-Type": None}}
    expect = {"body_contains": {"$.headers['Content-Type']": {"$absent": True}, "$.body": "{}"}}

    assert problems(base_url, exchange({"request": request, "expect": expect})) == [()]


def test_a_raw_body_can_be_filled(base_url: str, exchange: Callable[..., Path]) -> None:
    request = {"method": "POST", "path": "/Users", "raw": "<@@FILL@@>", "fill": {"unit": "ab", "count": 3}}

    assert problems(base_url, exchange({"request": request, "expect": {"body_contains": {"$.body": "<ababab>"}}})) == [
        ()
    ]


def test_what_is_captured_is_put_in(base_url: str, exchange: Callable[..., Path]) -> None:
    path = exchange(
        {"request": get("/a/${run}"), "capture": {"where": "@header:Location", "how": "$.method"}},
        {
            "request": get("${where}"),
            "expect": {"body_contains": {"$.target": "/scim/v2${where}", "$.method": "${how}"}},
        },
    )

    assert problems(base_url, path) == [(), ()]


def test_a_failed_capture_falls_back(base_url: str, exchange: Callable[..., Path]) -> None:
    path = exchange(
        {"request": get("/empty"), "capture": {"how": "$.method"}, "fallback": get("/full")},
        {"request": get("/Users"), "expect": {"body_contains": {"$.method": "${how}"}}},
    )

    assert problems(base_url, path) == [("nothing to capture for how",), ()]


def test_a_variable_nobody_captured_fails_its_step(base_url: str, exchange: Callable[..., Path]) -> None:
    path = exchange({"request": get("/${u}")})

    assert problems(base_url, path) == [("${u} was never captured (an earlier step failed)",)]


def test_a_step_left_out_by_its_tag_still_captures(base_url: str, exchange: Callable[..., Path]) -> None:
    path = exchange(
        {"request": get("/x"), "capture": {"how": "$.method"}, "fallback": get("/full"), "tags": ["etag"]},
        {"request": get("/Users"), "expect": {"body_contains": {"$.method": "${how}"}}},
    )

    assert problems(base_url, path, skip_tags=["etag"]) == [()]


def test_parallel_requests_must_all_meet_the_expectation(base_url: str, exchange: Callable[..., Path]) -> None:
    path = exchange({"parallel": [get("/Users"), get("/missing")], "expect": {"status": [200]}})

    (found,) = problems(base_url, path)
    assert found[0].startswith("request 2: expected status 200 got 404")


def test_housekeeping_is_not_counted(base_url: str, exchange: Callable[..., Path]) -> None:
    path = exchange({"request": get("/missing"), "expect": {"status": [204]}, "cleanup": True})

    assert problems(base_url, path) == []


def test_one_of_several_expectations_is_enough(base_url: str, exchange: Callable[..., Path]) -> None:
    either = {"any_of": [{"status": [409]}, {"status": [404]}]}

    assert problems(base_url, exchange({"request": get("/missing"), "expect": either})) == [()]


def test_no_expectation_of_several_met_is_a_problem(base_url: str, exchange: Callable[..., Path]) -> None:
    either = {"any_of": [{"status": [409]}, {"status": [200]}]}

    (found,) = problems(base_url, exchange({"request": get("/missing"), "expect": either}))
    assert found[0].startswith("none of 2 alternatives: expected status 409")


def test_an_absent_body_is_not_checked(base_url: str, exchange: Callable[..., Path]) -> None:
    expect = {"status": [200], "body_contains": {"$.x": 1}}

    assert problems(base_url, exchange({"request": get("/empty"), "expect": expect})) == [()]


def test_a_server_that_is_not_there_fails_the_step(exchange: Callable[..., Path]) -> None:
    (found,) = problems("http://127.0.0.1:9", exchange({"request": get("/Users")}))

    assert found[0].startswith("ConnectionRefusedError")


def test_a_list_of_steps_is_an_exchange(base_url: str, tmp_path: Path) -> None:
    path = tmp_path / "steps.json"
    path.write_text(json.dumps([{"name": "read", "request": get("/Users")}]))

    assert problems(base_url, path) == [()]


def test_variables_are_made_anew(base_url: str, exchange: Callable[..., Path]) -> None:
    path = exchange(
        {
            "request": get("/${id}/${key}/${name}"),
            "expect": {
                "body_contains": {"$.target": {"$regex": "^/scim/v2/[0-9a-f-]{36}/[0-9a-f]{24}/b-[0-9a-f]{8}$"}}
            },
        },
        vars={"id": "$uuid", "key": "$hex", "name": "b-${run}"},
    )

    assert problems(base_url, path) == [()]


def test_the_command_counts_and_fails(
    base_url: str, exchange: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    path = exchange({"request": get("/Users")}, {"request": get("/missing"), "expect": {"status": [200]}})

    status = command.main([base_url, "t", str(path)])

    assert status == 1
    assert capsys.readouterr().out.splitlines()[-1] == "1 passed, 1 failed"


def test_the_command_succeeds_and_writes_its_results(
    base_url: str, exchange: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.json"

    status = command.main([base_url, "t", str(exchange({"request": get("/Users")})), "-v", "--json", str(out)])

    assert status == 0
    assert "ok " in capsys.readouterr().out
    assert [step["statuses"] for found in json.loads(out.read_text()).values() for step in found] == [[200]]


DOCUMENT = {
    "a": {"b": [1, 2, 3], "$ref": "x"},
    "urn:x:2.0": {"y": 1},
    "emails": [{"type": "home", "value": "h"}, {"type": "work", "value": "w"}],
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("$.a.b[0]", 1),
        ("$.a.b[-1]", 3),
        ("a.b.length", 3),
        ("$.a.$ref", "x"),
        ("$['urn:x:2.0'].y", 1),
        ("$.emails[?(@.type=='work')].value", "w"),
        ("$.emails[*].value", ["h", "w"]),
        ("$.nothing[*].value", []),
        ("$.a.b[9]", MISSING),
        ("$.a.c", MISSING),
    ],
)
def test_lookup(path: str, value: Any) -> None:
    assert lookup(DOCUMENT, path) == value


def test_a_bad_path_is_an_error() -> None:
    with pytest.raises(ValueError, match="bad JSONPath"):
        lookup(DOCUMENT, "$..a")


MATCHING = [
    (1, 1, True),
    (1, True, False),
    (0, False, False),
    ({"$exists": True}, "", False),
    ({"$exists": False}, MISSING, True),
    ({"$absent": True}, [], True),
    ({"$absent": True}, False, False),
    ({"$type": "int"}, True, False),
    ({"$type": "list"}, [], True),
    ({"$type": "string"}, MISSING, False),
    ({"$ci": "BaBs"}, "bABS", True),
    ({"$contains": "b"}, "abc", True),
    ({"$contains": {"value": "1"}}, [{"value": "1", "x": 2}], True),
    ({"$contains": "1"}, [1], False),
    ({"$contains": "x"}, MISSING, False),
    ({"$contains": "a"}, {"a": 1}, True),
    ({"$lacks": "x"}, MISSING, True),
    ({"$lacks": "x"}, ["x"], False),
    ({"$len": 0}, MISSING, True),
    ({"$len": 2}, [1, 2], True),
    ({"$len": 0}, 7, False),
    ({"$gte": 1, "$lte": 2}, 2, True),
    ({"$gte": 1}, "2", False),
    ({"$in": ["409"]}, 409, False),
    ({"$ne": 1}, 2, True),
    ({"$regex": "^a"}, "ab", True),
    ({"$regex": "^a"}, 1, False),
    ({"a": 1}, {"a": 1}, True),
    (None, MISSING, False),
]


@pytest.mark.parametrize(("wanted", "given", "verdict"), MATCHING, ids=lambda value: repr(value)[:30])
def test_matches(wanted: Any, given: Any, verdict: bool) -> None:
    assert matches(wanted, given) is verdict


@pytest.mark.parametrize(
    "path", sorted((Path(__file__).parent / "exchanges").glob("*.json")), ids=lambda path: path.stem
)
def test_every_step_of_an_exchange_has_a_name_a_source_and_a_mark(path: Path) -> None:
    steps = json.loads(path.read_text())["steps"]

    marks = {"documented", "observed", "inferred", "rfc"}
    assert [step["name"] for step in steps if not step.get("source") or step.get("confidence") not in marks] == []
