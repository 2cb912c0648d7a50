"""What the cloud calls: one function per face of the bridge, and all of them on one origin for a desk."""

import gc

gc.disable()  # what is imported stays: looking for garbage meanwhile only makes a cold start longer

from flask import Request  # noqa: E402
from werkzeug.wrappers import Response  # noqa: E402

from scim import wiring  # noqa: E402

wiring.refuse_half_configured()

gc.freeze()  # nor is it looked through again, and a forked worker shares its pages
gc.enable()


def scim(request: Request) -> Response:
    """The public SCIM API. Holds no credential of the target."""
    return Response.from_app(wiring.scim_app(), request.environ)


def jobs(request: Request) -> Response:
    """What a schedule calls: settle and confirm."""
    return Response.from_app(wiring.jobs_app(), request.environ)


def admin(request: Request) -> Response:
    """The page for people."""
    return Response.from_app(wiring.admin_app(), request.environ)


def local(request: Request) -> Response:
    """All of them at a desk: `/admin`, `/jobs`, and the SCIM API at every other path."""
    return Response.from_app(wiring.local_app(), request.environ)
