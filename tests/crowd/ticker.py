"""`python -m tests.crowd.ticker`: settles and confirms, over and over, until it is told to end."""

import os
import time

from scim import logs, wiring
from scim.jobs import memberships, trouble
from scim.settings import Settings

PAUSE_SECONDS = 0.2
LONGEST_SECONDS = 1800.0
LONGEST_PAUSE_SECONDS = 2.0


def main() -> None:
    settings = Settings.from_environment(os.environ)
    logs.configure(settings.log_level)
    trouble.LONGEST_SECONDS = memberships.WAIT_SECONDS = LONGEST_PAUSE_SECONDS  # a test does not wait as people can
    jobs = wiring.jobs(settings)
    ends = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < ends:
        jobs.settle()
        jobs.confirm()
        time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    main()
