"""What `bridge.toml` says besides the deployment, and the commands that carry it to the bridge that was deployed."""

import shlex
from collections.abc import Iterator

from scim.bridge_file import GOOGLE_WORKSPACE, GROUPS, listed
from scim.cli.deploy.site import Site

PYTHON = ".venv/bin/python -m scim"
COMMANDS = {GOOGLE_WORKSPACE: f"{PYTHON} pull configure", GROUPS: f"{PYTHON} groups apply"}


def lines(site: Site, base_url: str) -> Iterator[str]:
    """None where the file says no more. With the variables by which commands find the bridge (docs/operations.md)."""
    if not site.others:
        return
    name, file = site.choices.name, shlex.quote(str(site.file))
    yield f"{site.file.name} has {listed(f'[{each}]' for each in site.others)} too. To carry that to the bridge:"
    yield f"  export GOOGLE_CLOUD_PROJECT={site.project} STORE=firestore FIRESTORE_DATABASE={name} BASE_URL={base_url}"
    yield f"  export SECRETS=secret_manager SECRETS_PREFIX={name}- TARGET=onepassword"
    for each in site.others:
        yield f"  {COMMANDS[each]} {file}"
    if GROUPS in site.others:
        yield "The last one signs in at 1Password from here: it needs op on PATH, or OP_PATH."
    if GOOGLE_WORKSPACE in site.others and not site.choices.pull_schedule:
        yield f"Nothing is pulled without pull_schedule in {site.file.name} (docs/pull.md)."
