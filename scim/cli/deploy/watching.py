"""`make logs` and `make admin`: what the functions write, and the page for people."""

import json
import re
from collections.abc import Iterator
from typing import Any

from scim import logs as log_lines
from scim.cli.console import Problem, say
from scim.cli.deploy import processes
from scim.cli.deploy.screen import Screen
from scim.cli.deploy.site import Site, Wishes, known

FACES = ("scim", "jobs", "admin")
SEVERITIES = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
STYLES = {"WARNING": "yellow", "ERROR": "red", "CRITICAL": "bold red"}
SINCE = re.compile(r"[1-9][0-9]*[smhdw]")
HIDDEN = {"message", "severity", "time", "logging.googleapis.com/trace", "stack_trace", "name"}
ADMIN_PORT = 8081


def logs(  # noqa: PLR0913 - one for each option
    wishes: Wishes, screen: Screen, *, since: str, least: str, face: str, limit: int
) -> None:
    """Oldest first, one line each."""
    if not SINCE.fullmatch(since):
        raise Problem("--since is a number and s, m, h, d or w: 30m, 12h, 2d.")
    if least not in SEVERITIES or face not in ("", *FACES):
        raise Problem(f"--least is one of {', '.join(SEVERITIES)}, --function one of {', '.join(FACES)}.")
    here = known(wishes, screen)
    query = log_filter(here.choices.name, least, face)
    entries = here.gcloud.data("logging", "read", query, f"--freshness={since}", f"--limit={limit}") or []
    for entry in reversed(entries):
        text = line(entry, here.choices.name)
        say(text, style=STYLES.get(str(entry.get("severity"))))
    if not entries:
        say(f"Nothing from {least} on in the last {since}.")


def log_filter(name: str, least: str, face: str) -> str:
    """In Cloud Logging's language. The clock's failures belong to the jobs."""
    faces = [face] if face else FACES
    services = " OR ".join(f'"{name}-{each}"' for each in faces)
    ours = f'(resource.type="cloud_run_revision" AND resource.labels.service_name=({services}))'
    if face in ("", "jobs"):
        ours = f'({ours} OR (resource.type="cloud_scheduler_job" AND resource.labels.job_id=~"/?{name}-"))'
    return f"{ours} AND severity>={least}"


def line(entry: dict[str, Any], name: str) -> str:
    labels = (entry.get("resource") or {}).get("labels") or {}
    where = str(labels.get("service_name") or labels.get("job_id") or "").rpartition("/")[2].removeprefix(f"{name}-")
    at = str(entry.get("timestamp", ""))[:19].replace("T", " ")
    return _printable(f"{at}  {entry.get('severity', ''):<8} {where:<6} {'  '.join(_said(entry))}")


def _said(entry: dict[str, Any]) -> Iterator[str]:
    payload = entry.get("jsonPayload")
    request = entry.get("httpRequest")
    if isinstance(payload, dict):
        yield str(payload.get("message") or payload.get("status") or "")
        for key, value in payload.items():
            if key not in HIDDEN and not key.startswith("@"):
                yield f"{key}={value if isinstance(value, str) else json.dumps(value)}"
    elif isinstance(request, dict):
        address = str(request.get("requestUrl", "")).partition("?")[0]
        yield f"{request.get('requestMethod', '')} {address} {request.get('status', '')}"
    else:
        yield str(entry.get("textPayload", "")).strip()


def _printable(text: str) -> str:
    """Nothing that somebody else wrote moves the cursor or shows a secret."""
    return "".join(each if each.isprintable() else " " for each in log_lines.redact_text(text)).rstrip()


def admin(wishes: Wishes, screen: Screen, port: int) -> None:
    """Until Ctrl-C. Only those in admin_members get in."""
    here = known(wishes, screen)
    command = proxy(here, port)
    say(f"Open http://127.0.0.1:{port} in a browser. Ctrl-C ends it.", style="bold green")
    code = processes.attach(command)
    if code not in (0, 130, -2):
        raise Problem(f"It ended with status {code}: {' '.join(command)}")


def proxy(here: Site, port: int) -> list[str]:
    service, region = f"{here.choices.name}-admin", here.choices.region
    where = (f"--region={region}", f"--project={here.project}", f"--port={port}")
    return ["gcloud", "run", "services", "proxy", service, *where]
