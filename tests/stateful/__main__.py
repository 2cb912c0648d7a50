"""`python -m tests.stateful [--examples 2000] [--account NAME]`: a night's worth of lives, others each time."""

import argparse
import logging
import sys
import time
import traceback

from hypothesis.stateful import run_state_machine_as_test

from tests.stateful.lives import LIVES, many
from tests.stateful.tally import line, seen


def main() -> int:
    given = _arguments()
    logging.disable(logging.CRITICAL)
    failed = 0
    for name in given.account or LIVES:
        seen.clear()
        started = time.perf_counter()
        try:
            run_state_machine_as_test(LIVES[name], settings=many(given.examples))
        except Exception:
            traceback.print_exc()
            failed = 1
        seconds = time.perf_counter() - started
        print(f"{name}: {'failed' if failed else 'every promise held'}, {seconds:.0f} seconds")
        print(f"  {line()}", flush=True)
    return failed


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.stateful", description=__doc__)
    parser.add_argument("--examples", type=int, default=2000, help="lives on each account")
    parser.add_argument("--account", nargs="+", choices=sorted(LIVES))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
