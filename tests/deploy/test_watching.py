"""`make logs` and `make admin`."""

import subprocess
import sys

import pytest

from scim.cli.deploy import watching
from tests.deploy.operator import PROJECT

ENTRY = {
    "timestamp": "2026-01-02T03:04:05.678Z",
    "severity": "WARNING",
    "resource": {"type": "cloud_run_revision", "labels": {"service_name": "scim-bridge-jobs"}},
    "jsonPayload": {"message": "op.failed", "command": "user list", "exit_status": 1},
}
FUNCTION = '(resource.type="cloud_run_revision" AND resource.labels.service_name=("scim-bridge-jobs"))'
CLOCK = '(resource.type="cloud_scheduler_job" AND resource.labels.job_id=~"/?scim-bridge-")'


def test_lines_come_oldest_first_with_what_matters(installed):
    later = {**ENTRY, "timestamp": "2026-01-02T03:05:00Z", "jsonPayload": {"message": "removals.held", "people": 12}}
    installed.set(logs=[later, ENTRY])

    run = installed.run("logs", "--project", PROJECT, "--least", "warning", "--since", "30m", "--function", "jobs")

    assert run.ends() == 0
    assert run.screen.splitlines() == [
        "2026-01-02 03:04:05  WARNING  jobs   op.failed  command=user list  exit_status=1",
        "2026-01-02 03:05:00  WARNING  jobs   removals.held  people=12",
    ]
    [call] = installed.called("gcloud logging read")
    assert call[3:] == [
        f"({FUNCTION} OR {CLOCK}) AND severity>=WARNING",
        "--freshness=30m",
        "--limit=200",
        "--format=json",
        f"--project={PROJECT}",
    ]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"textPayload": "\x1b[2Jgone"}, " [2Jgone"),
        ({"jsonPayload": {"message": "x", "password": "hunter2"}}, "x  password=********"),
        (
            {"httpRequest": {"requestMethod": "GET", "requestUrl": "https://h/Users?filter=a", "status": 401}},
            "GET https://h/Users 401",
        ),
    ],
    ids=["no cursor is moved", "no secret is shown", "no query is shown"],
)
def test_what_somebody_else_wrote_does_no_harm(entry, said):
    assert watching.line({"severity": "INFO", **entry}, "scim-bridge").endswith(said)


def test_the_admin_page_is_reached_through_gcloud(installed):
    run = installed.run("admin", "--project", PROJECT, "--port", "8099")

    assert run.ends() == 0
    assert "Open http://127.0.0.1:8099 in a browser." in run.screen
    [call] = installed.called("gcloud run services proxy")
    assert call[4:] == ["scim-bridge-admin", "--region=europe-west1", f"--project={PROJECT}", "--port=8099"]


def test_of_an_unknown_project_nothing_is_shown(operator):
    run = operator.run("logs", "--project", "other-project")

    assert run.ends() == 1
    assert "run `make deploy` for it first" in run.screen


def test_the_commands_load_no_library_of_google(operator):
    # `google.cloud` itself may be there from a start file of site-packages
    loaded = "any(name.startswith(('google.cloud.', 'grpc')) for name in sys.modules)"
    script = f"import sys, scim.cli.deploy.commands; sys.exit({loaded})"

    assert subprocess.run([sys.executable, "-c", script], cwd=operator.root, timeout=60, check=False).returncode == 0
