"""The private HTTP face of the jobs: one POST each, closed to whoever does not hold the key."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from scim.records import Report, StoreUnavailable

log = logging.getLogger("scim.jobs")

Job = Callable[[], Report]


def create_app(jobs: Mapping[str, Job], authorised: Callable[[str | None], bool]) -> Flask:
    """`authorised` judges the Authorization header before anything else is looked at."""
    app = Flask("scim.jobs", static_folder=None)

    @app.before_request
    def gate() -> tuple[dict[str, str], int] | None:
        if authorised(request.headers.get("Authorization")):
            return None
        return {"error": "Only the scheduler may call the jobs."}, 401

    @app.post("/<name>")
    def run(name: str) -> Response | tuple[dict[str, object], int]:
        job = jobs.get(name)
        if job is None:
            return {"error": f"There is no such job; there are {', '.join(sorted(jobs))}."}, 404
        report = job()
        return asdict(report), 200 if report.state != "unhealthy" else 500

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> tuple[dict[str, str], int]:
        return {"error": error.name}, error.code or 500

    @app.errorhandler(StoreUnavailable)
    def store_down(error: StoreUnavailable) -> tuple[dict[str, str], int]:
        log.error("job.store_unavailable", exc_info=error)
        return {"error": "The store did not answer; the next tick tries again."}, 503

    @app.errorhandler(Exception)
    def crashed(error: Exception) -> tuple[dict[str, str], int]:
        log.error("job.crashed", exc_info=error)
        return {"error": "The job failed; the log has the cause."}, 500

    return app
