"""`python -m scim doctor`: looks at everything the bridge needs, and says what to do about what is not right."""

import http.client
import os
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from scim import tokens, wiring
from scim.cli import desk
from scim.cli.console import AsJson, Problem, show, show_json
from scim.cli.waiting import waiting
from scim.records import Finding, SecretMissing, SecretsUnavailable, StoreUnavailable
from scim.settings import Settings

EXPIRY_DAYS = 14
SKEW_SECONDS = 60
TIMEOUT_SECONDS = 5


def doctor(as_json: AsJson = False) -> None:
    """Check token, store, jobs, target, permissions and clock. Ends with status 1 if something has failed."""
    settings = desk.ready(os.environ)
    with waiting("Looking at everything the bridge needs", quiet=as_json):
        findings = [finding for look in (_tokens, _store, _target, _clock) for finding in look(settings)]
    if as_json:
        show_json([asdict(finding) for finding in findings])
    else:
        marks = {"ok": "ok", "warning": "look", "failed": "FAILED"}
        rows = [(marks[finding.state], finding.subject, finding.detail) for finding in findings]
        show("Doctor", ("", "what", "finding"), rows)
    failed = [finding.subject for finding in findings if finding.state == "failed"]
    if failed:
        raise Problem(f"Not right: {', '.join(failed)}. The findings say what to do.")


def _tokens(settings: Settings) -> Iterator[Finding]:
    now = time.time()
    try:
        live = [each for each in tokens.read(wiring.secrets(settings), wiring.TOKENS_SECRET) if each.is_live(now)]
    except (SecretMissing, SecretsUnavailable, tokens.TokenListInvalid) as problem:
        yield Finding("token", "failed", str(problem))
        return
    if not live:
        yield Finding("token", "failed", "No bearer token is live, so nobody can call: `python -m scim token mint`.")
    for token in live:
        days = None if token.expires is None else (token.expires - now) / 86400
        if days is not None and days < EXPIRY_DAYS:
            detail = f"The token of {token.client} ends in {days:.0f} days: mint another and give it to the client."
            yield Finding("token", "warning", detail)
    if live:
        yield Finding("token", "ok", f"{len(live)} live: {', '.join(sorted({each.client for each in live}))}.")


def _store(settings: Settings) -> Iterator[Finding]:
    try:
        with closing(wiring.store(settings)) as store:
            backlog, reports = store.backlog(), store.reports()
    except StoreUnavailable as problem:
        yield Finding("store", "failed", str(problem))
        return
    owed = f"{backlog.users} users, {backlog.groups} groups and {backlog.memberships} memberships are owed"
    yield Finding("store", "ok", f"{settings.store} answers; {owed} to the target.")
    if backlog.held:
        yield Finding("holds", "warning", f"{backlog.held} removals wait for you: `python -m scim holds`.")
    if not reports:
        yield Finding("jobs", "warning", "No job has run yet: `make run` or the cloud's scheduler runs them.")
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    for report in reports:
        if report.expires < now:
            yield Finding("jobs", "failed", f"{report.source} has not run since {report.at}: does the scheduler run?")
        elif report.state != "healthy":
            detail = ", ".join(
                f"{name} {value}" for name, value in report.detail.items() if not isinstance(value, dict)
            )
            state = "failed" if report.state == "unhealthy" else "warning"
            yield Finding("jobs", state, f"{report.source} is {report.state}: {detail}.")  # type: ignore[arg-type]


def _target(settings: Settings) -> Iterator[Finding]:
    yield from wiring.target(settings).preflight()


def _clock(settings: Settings) -> Iterator[Finding]:
    """The clock of this machine against the bridge's own, and against what the store saw last: a clock that jumped back
    makes tokens, leases and pauses last longer than they should.
    """
    remote = _remote_time(settings.base_url)
    if remote is None:
        yield Finding("bridge", "warning", f"{settings.base_url} does not answer, so its clock was not compared.")
    elif abs(remote - time.time()) > SKEW_SECONDS:
        seconds = time.time() - remote
        yield Finding("clock", "failed", f"This machine is {seconds:+.0f} seconds off the bridge's clock: set it.")
    try:
        with closing(wiring.store(settings)) as store:
            newest = next(iter(store.events(1)), None)
    except StoreUnavailable:
        return
    ahead = datetime.fromisoformat(newest.at).timestamp() - time.time() if newest else 0.0
    if ahead > SKEW_SECONDS:
        yield Finding("clock", "failed", f"The last event is {ahead:.0f} seconds in the future: a clock jumped back.")
    elif remote is not None:
        yield Finding("clock", "ok", "This machine, the bridge and the store agree.")


def _remote_time(base_url: str) -> float | None:
    """What the bridge's server says, to the second; None if it says nothing."""
    parts = urlsplit(base_url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", f"{parts.path}/ping")
        date = connection.getresponse().getheader("Date")
        return parsedate_to_datetime(date).timestamp() if date else None
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
