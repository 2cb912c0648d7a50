"""What is said of this installation, from its settings."""

from collections.abc import Collection

from scim.admin.services import Installation
from scim.admin.settings import shown
from scim.settings import Settings

TARGETS = {"onepassword": "1Password", "embedded": "the embedded account"}
SOURCES = {"none": "", "google_workspace": "Google Workspace"}


def of(chosen: Settings, environment: Collection[str]) -> Installation:
    """`environment`: the names of the variables the process was started with."""
    return Installation(
        f"{chosen.base_url}/scim/v2",
        TARGETS[chosen.target],
        SOURCES[chosen.source],
        lambda: shown(chosen, environment),
        whole=chosen.face == "local",
    )
