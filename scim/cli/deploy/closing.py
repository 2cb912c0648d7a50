"""The end of a run: what the doctor finds at the live bridge, and the page with the address and the tokens."""

from collections.abc import Mapping
from typing import Any

from scim.cli.console import Problem
from scim.cli.deploy import credentials, live, report
from scim.cli.deploy.site import Site


def finish(here: Site, outputs: Mapping[str, Any]) -> None:
    """The tokens are shown whatever was found: they are live, and nobody can show them again."""
    screen = here.screen
    screen.step("Doctor")
    minted = credentials.ensure(here.secrets, here.place, here.choices.identity_providers)
    found = []
    for check in live.checks(here, outputs, next((token for _, token in minted), None)):
        screen.show([check])
        found.append(check)
    wrong = [check.subject for check in found if check.state == "failed"]
    screen.step("Deployed, but not right yet" if wrong else "Live")
    report.page(here, outputs, minted)
    credentials.shown(here.place)
    if wrong:
        raise Problem(f"Not right yet: {', '.join(wrong)}. Mend it as shown under Doctor, then run this again.")
