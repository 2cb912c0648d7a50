"""`python -m tests.crowd [--operations 2000] [--seed 1]`: how it ends when everybody talks at once."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.crowd import crowd
from tests.crowd.stage import SERVERS, TICKERS


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--operations", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="scim-crowd-") as directory:
        outcome = crowd.run(Path(directory), chosen.operations, chosen.seed)
    print(
        f"{SERVERS} servers, {TICKERS} tickers, {crowd.CUSTOMERS} clients: {outcome.operations:,} operations, "
        f"{outcome.calls:,} calls of op, {outcome.mails} invitations, "
        f"{len(outcome.differences)} differences"
    )
    print(*outcome.differences, sep="\n")
    return int(bool(outcome.differences))


if __name__ == "__main__":
    sys.exit(main())
