"""One JSON line per event; no secret in any of them, whichever way it comes in."""

import io
import json
import logging
import subprocess
import sys
import threading
import time

import pytest

from scim import logs
from scim.records import Secret

CANARY = "c4n4ryN3verL0gged"
log = logging.getLogger("scim.tests")


@pytest.fixture
def written():
    """What was logged so far, as text."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.Formatter())
    log.addHandler(handler)
    log.setLevel("INFO")
    yield stream.getvalue
    log.removeHandler(handler)


@pytest.fixture
def lines(written):
    return lambda: [json.loads(line) for line in written().splitlines()]


def test_an_event_is_one_json_line_with_severity_time_and_message(lines):
    log.warning("user.suspended", extra={"resource": "42", "attempts": 3})

    (line,) = lines()
    assert line.pop("time").endswith("+00:00")
    assert line == {"severity": "WARNING", "message": "user.suspended", "resource": "42", "attempts": 3}


def test_a_line_break_in_a_value_stays_inside_its_line(lines):
    log.info("refused", extra={"detail": 'one\n{"severity": "ERROR"}'})

    assert len(lines()) == 1


def test_what_is_bound_stands_in_every_line_and_ends_with_the_request(lines):
    with logs.bind(request_id="r1"), logs.bind(token="okta"):
        log.info("inside")
    log.info("outside")

    inside, outside = lines()
    assert (inside["request_id"], inside["token"]) == ("r1", "okta")
    assert "request_id" not in outside


def test_what_is_bound_belongs_to_one_thread(lines):
    with logs.bind(request_id="r1"):
        other = threading.Thread(target=log.info, args=("elsewhere",))
        other.start()
        other.join()

    assert "request_id" not in lines()[0]


def test_an_exception_comes_with_its_stack_trace(lines):
    log.error("request.failed", exc_info=ValueError("no such thing"))

    (line,) = lines()
    assert line["severity"] == "ERROR"
    assert line["stack_trace"].endswith("ValueError: no such thing")


def test_the_bridge_logs_to_standard_output_from_its_level_on():
    script = "import logging, scim.logs as l; l.configure('WARNING'); logging.info('a'); logging.warning('b')"

    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)

    assert (json.loads(ran.stdout)["message"], ran.stderr) == ("b", b"")


@pytest.mark.parametrize(
    "text",
    [
        f"token scimb_{CANARY} was refused",
        f"Authorization: Bearer {CANARY}",
        f"authorization=bearer  {CANARY}",
        f"{{'authorization': 'Bearer {CANARY}'}}",
        f'{{"password": "x \\" {CANARY}"}}',
        f"{{'password': 'x {CANARY}', 'userName': 'bjensen'}}",
        f'{{\\"password\\": \\"{CANARY}\\"}}',
        f"OP_SESSION_abc=x client_secret={CANARY}&a=b",
        f"session: {CANARY}",
        f'GET /scim/v2/Users?filter=userName eq "{CANARY}" HTTP/1.1',
        f"https://scim.example.com/admin/?key={CANARY}",
        f"(/Users?{CANARY})",
    ],
)
def test_no_secret_of_a_text_is_logged(written, text):
    log.info(text)
    log.info("message with %s", text)
    log.info("extra", extra={"detail": text, "deep": {"list": [{"detail": text}]}, "error": ValueError(text)})
    log.error("raised", exc_info=ValueError(text))

    assert written().count(logs.MASK) >= 5
    assert CANARY not in written()


@pytest.mark.parametrize("name", ["password", "Password", "client_secret", "session", "token_value", "Authorization"])
def test_no_field_named_like_a_secret_is_logged(written, name):
    log.info("event", extra={name: CANARY, "body": {name: [CANARY]}, "bodies": [{name: CANARY}]})

    assert CANARY not in written()


def test_a_secret_is_logged_as_asterisks_whatever_its_name(lines):
    log.info("event", extra={"value": Secret(CANARY), "values": [Secret(CANARY)]})

    (line,) = lines()
    assert (line["value"], line["values"]) == (logs.MASK, [logs.MASK])


def test_no_secret_is_logged_through_what_is_bound(written):
    with logs.bind(request_id=f"scimb_{CANARY}"):
        log.info("event")

    assert CANARY not in written()


@pytest.mark.parametrize("text", ["bjensen@example.com is not a member?", "session ended", "2 of 3 passwords", "a/b c"])
def test_ordinary_text_is_left_as_it_is(text):
    assert logs.redact(text) == text


@pytest.mark.parametrize("text", ["/" * 100_000, "a" * 100_000, '"/' * 50_000, "password" * 12_000, "bearer " * 15_000])
def test_redaction_takes_time_in_proportion_to_the_text(text):
    started = time.process_time()
    logs.redact_text(text)

    assert time.process_time() - started < 1
