"""The private HTTP face of the jobs: one POST each, closed to whoever does not prove who they are."""

import logging
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from scim.jobs import operations_web
from scim.jobs.guard import proof
from scim.jobs.outcomes import LONGEST_WAIT_SECONDS, to_json
from scim.operations import Operations
from scim.ports import Settler
from scim.records import Kind, Ref, Report, StoreUnavailable

log = logging.getLogger("scim.jobs")

KINDS: dict[str, Kind] = {"User": "User", "Group": "Group"}
ID = re.compile(r"[A-Za-z0-9-]{1,64}")

Job = Callable[[], Report]
Json = tuple[dict[str, Any], int]
Refusal = tuple[dict[str, Any], int, dict[str, str]]


def create_app(
    jobs: Mapping[str, Job],
    authorised: Callable[[str | None], bool],
    settler: Settler | None = None,
    operations: Operations | None = None,
) -> Flask:
    """`authorised` judges who calls before anything else is looked at. `settler` settles what the public function asks
    for, `operations` are what the screens for people ask for; without one nobody can ask.
    """
    app = Flask("scim.jobs", static_folder=None)

    @app.before_request
    def gate() -> Refusal | None:
        if authorised(proof(request.environ)):
            return None
        told = {"error": "Only the scheduler and the bridge itself may call the jobs."}
        return told, 401, {"WWW-Authenticate": "Bearer"}

    @app.post("/<name>")
    def run(name: str) -> Response | Json:
        job = jobs.get(name)
        if job is None:
            return {"error": f"There is no such job; there are {', '.join(sorted(jobs))}."}, 404
        report = job()
        return asdict(report), 200 if report.state != "unhealthy" else 500

    @app.post("/settle/<kind>/<id>")
    def settle(kind: str, id: str) -> Json:
        return _settle(settler, kind, id)

    if operations is not None:
        operations_web.register(app, operations)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(StoreUnavailable, _store_down)
    app.register_error_handler(Exception, _crashed)
    return app


def _refused(error: HTTPException) -> Json:
    return {"error": error.name}, error.code or 500


def _store_down(error: StoreUnavailable) -> Json:
    log.error("job.store_unavailable", exc_info=error)
    return {"error": "The store did not answer; the next tick tries again."}, 503


def _crashed(error: Exception) -> Json:
    log.error("job.crashed", exc_info=error)
    return {"error": "The job failed; the log has the cause."}, 500


def _settle(settler: Settler | None, kind: str, id: str) -> Json:
    if settler is None or kind not in KINDS or not ID.fullmatch(id):
        return {"error": "There is nothing to settle at this path; it is /settle/User/ID or /settle/Group/ID."}, 404
    wait = _wait()
    if wait is None:
        return {"error": "`wait` must be a number of seconds."}, 400
    return to_json(settler.settle(Ref(KINDS[kind], id), wait)), 200


def _wait() -> float | None:
    try:
        wait = float(request.args.get("wait", 0))
    except ValueError:
        return None
    return min(max(wait, 0), LONGEST_WAIT_SECONDS) if math.isfinite(wait) else None
