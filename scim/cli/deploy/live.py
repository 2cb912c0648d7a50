"""Whether what was deployed works, seen from outside: the public address, the closed ones, and one run of the jobs,
which signs in at 1Password from where it will always do so.
"""

import http.client
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from scim import tokens
from scim.cli.deploy.gcloud import GcloudFailed
from scim.cli.deploy.screen import Check
from scim.cli.deploy.site import Site
from scim.records import Secret, SecretMissing, SecretsUnavailable
from scim.tokens import TokenListInvalid
from scim.wiring import TOKENS_SECRET

SECONDS = 35  # a cold start takes a while
LARGEST = 1024 * 1024
PATIENCE_SECONDS = 180.0
DOMAIN_PATIENCE_SECONDS = 20.0
BREATH_SECONDS = 2.0
RUN_SECONDS = 90.0
RUNS_SECONDS = 120.0
LOGS = "python -m scim deploy logs --since 10m"


@dataclass(frozen=True, slots=True)
class Response:
    """`status` is 0 where nobody answered; `why` says why."""

    status: int
    body: bytes = b""
    why: str = ""

    def data(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError:
            return None


def get(url: str, token: Secret | None = None) -> Response:
    """Never raises."""
    parts = urlsplit(url)
    kind: Callable[..., http.client.HTTPConnection] = (
        http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    )
    connection = kind(parts.netloc, timeout=SECONDS)
    try:
        connection.request("GET", parts.path or "/", headers={"Authorization": f"Bearer {token}"} if token else {})
        response = connection.getresponse()
        return Response(response.status, response.read(LARGEST))
    except (OSError, http.client.HTTPException) as cause:
        return Response(0, why=str(cause) or type(cause).__name__)
    finally:
        connection.close()


class Patience:
    """Asks again, a breath apart, until it is good or the time is up."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._clock = clock
        self._sleep = sleep

    def until(self, good: Callable[[], bool], seconds: float) -> bool:
        ends = self._clock() + seconds
        while not good():
            if self._clock() >= ends:
                return False
            self._sleep(BREATH_SECONDS)
        return True


def checks(
    site: Site, outputs: Mapping[str, Any], token: Secret | None, patience: Patience | None = None
) -> Iterator[Check]:
    """One for each thing looked at; if nobody answers at the address, no more than that."""
    patience = patience or Patience()
    base_url = str(outputs["base_url"])
    with site.screen.waiting(f"Waiting for {base_url}"):
        answers = _answers(site, base_url, str(outputs.get("domain_address", "")), patience)
    yield answers
    if answers.state == "ok":
        yield _closed_without_token(base_url)
    yield from _private(outputs.get("urls") or {})
    yield _tokens(site)
    with site.screen.waiting("Running a job, which signs in at 1Password"):
        yield job(site, patience)
    if token and answers.state == "ok":
        yield _health(base_url, token)


def _answers(site: Site, base_url: str, domain_address: str, patience: Patience) -> Check:
    last: list[Response] = [Response(0)]

    def ping() -> bool:
        last[0] = get(f"{base_url}/ping")
        return last[0].status == 200 and last[0].body.strip() == b"pong"

    domain = site.choices.domain
    if patience.until(ping, DOMAIN_PATIENCE_SECONDS if domain else PATIENCE_SECONDS):
        return Check("address", "ok", f"{base_url} answers.")
    status, why = last[0].status, last[0].why
    if domain and status == 0:
        record = f"Let the A record of {domain} name {domain_address}."
        cure = f"{record} The certificate follows within the hour; run this again then."
        return Check("address", "failed", f"{base_url} does not answer yet: {why}.", cure)
    if status in (401, 403):
        detail = f"{base_url} is closed to identity providers ({status} from Google, before the bridge)."
        return Check("address", "failed", detail, _opening(site))
    return Check("address", "failed", f"{base_url} does not answer as it should: {status or why}.", LOGS)


def _opening(site: Site) -> str:
    name, region, project = f"{site.choices.name}-scim", site.choices.region, site.project
    return (
        "If the organisation forbids allUsers (domain-restricted sharing):\n"
        f"gcloud run services update {name} --region={region} --project={project} --no-invoker-iam-check\n"
        'and public_access = "invoker_check_off" in bridge.toml, so that it stays so.'
    )


def _closed_without_token(base_url: str) -> Check:
    response = get(f"{base_url}/scim/v2/Users")
    if response.status == 401 and isinstance(response.data(), dict):
        return Check("without a token", "ok", "refused by the bridge (401).")
    return Check("without a token", "failed", f"answered {response.status or response.why} instead of 401.", LOGS)


def _private(urls: Mapping[str, str]) -> Iterator[Check]:
    """401, 403: Google asks who it is. 404: not reachable from outside."""
    closed = {name: get(f"{urls[name]}/").status for name in ("jobs", "admin") if name in urls}
    opened = [name for name, status in closed.items() if status not in (0, 401, 403, 404)]
    if opened:
        cure = "Somebody granted it by hand: gcloud run services get-iam-policy shows who may call it."
        yield Check("private functions", "failed", f"{' and '.join(opened)} let anybody in.", cure)
    elif closed:
        yield Check("private functions", "ok", "closed to the internet.")


def _tokens(site: Site) -> Check:
    now = time.time()
    try:
        live = [each for each in tokens.read(site.secrets, TOKENS_SECRET) if each.is_live(now)]
    except (SecretMissing, SecretsUnavailable, TokenListInvalid) as problem:
        return Check("tokens", "failed", str(problem))
    counted = {client: sum(each.client == client for each in live) for client in sorted({each.client for each in live})}
    shown = ", ".join(f"{client} ({number})" if number > 1 else client for client, number in counted.items())
    return Check("tokens", "ok", f"live for {shown}.") if live else Check("tokens", "failed", "none is live.")


def job(site: Site, patience: Patience) -> Check:
    """`confirm` lists the people of the account, so it ends well only if the session does. Who may call it takes a
    minute to be known everywhere, so that it is asked again.
    """
    name, where = f"{site.choices.name}-confirm", f"--location={site.choices.region}"
    told = [""]

    def ran_well() -> bool:
        before, _ = _attempt(site, name, where)
        try:
            site.gcloud.text("scheduler", "jobs", "run", name, where)
        except GcloudFailed as problem:
            told[0] = str(problem)
            return False
        ended = patience.until(lambda: _attempt(site, name, where)[0] != before, RUN_SECONDS)
        told[0] = _attempt(site, name, where)[1] if ended else "it did not end in time"
        return not told[0]

    if patience.until(ran_well, RUNS_SECONDS):
        return Check("jobs", "ok", "a run succeeded: the bridge is signed in at 1Password.")
    return Check("jobs", "failed", f"a run failed: {told[0]}.", LOGS)


def _attempt(site: Site, name: str, where: str) -> tuple[str, str]:
    """When it ran last, and what was wrong; empty for nothing."""
    try:
        job = site.gcloud.data("scheduler", "jobs", "describe", name, where) or {}
    except GcloudFailed as problem:
        return "", str(problem)
    status = job.get("status") or {}
    wrong = f"status {status['code']} {status.get('message', '')}".strip() if status.get("code") else ""
    return str(job.get("lastAttemptTime", "")), wrong


def _health(base_url: str, token: Secret) -> Check:
    response = get(f"{base_url}/health", token)
    data = response.data()
    if response.status not in (200, 503) or not isinstance(data, dict):
        return Check("health", "failed", f"/health answered {response.status or response.why}.", LOGS)
    states = {str(each["source"]): str(each["state"]) for each in data.get("reports", ())}
    ill = [f"{source} is {state}" for source, state in states.items() if state != "healthy"]
    if ill:
        return Check("health", "warning", f"{', '.join(ill)}.", LOGS)
    return Check("health", "ok", f"version {data.get('version')}: {', '.join(states)} healthy.")
