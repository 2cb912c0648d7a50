"""Settings to objects, for the screens in the cloud: IAM is their lock, and the jobs do what people decide there.

`wiring` loads this in that function alone.
"""

import os
import time

from flask import Flask

from scim import cloud
from scim.admin import installation
from scim.admin.app import create_app
from scim.admin.connections_known import ToldTokens
from scim.admin.door import CALLER, GuardedDoor
from scim.admin.services import Services
from scim.jobs.guard import Guard
from scim.jobs.https import pool
from scim.jobs.identity_token import MetadataTokens
from scim.jobs.remote_operations import RemoteOperations
from scim.ports import Ids, Store
from scim.settings import Settings


def admin(chosen: Settings, wanted: Store, event_id: Ids) -> Flask:
    """Whom IAM let through and this process believes needs no key: their e-mail address is who acts."""
    connections = pool()
    identity = MetadataTokens(connections, chosen.jobs_audience, chosen.gce_metadata_host)
    jobs = RemoteOperations(chosen.jobs_url, identity, connections)
    said = installation.of(chosen, frozenset(os.environ))
    services = Services(wanted, jobs, ToldTokens(wanted), said, time.time, event_id)
    app = create_app(services, GuardedDoor(wanted, time.time))
    believed = cloud.trust(chosen, chosen.admin_audiences, chosen.admin_callers)
    app.wsgi_app = Guard(app.wsgi_app, believed.caller, CALLER)  # type: ignore[method-assign]
    return app
