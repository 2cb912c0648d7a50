"""`python -m tests.crash [--seeds 20]`: kill a process at every crash point and see what becomes of it. The last line
is the sum as JSON.
"""

import argparse
import json
import sys
import time
from itertools import product

from tests.crash.sabotage import SABOTAGES
from tests.crash.shares import Share, tallies
from tests.crash.stories import STORIES
from tests.crash.tally import Tally

SHOWN = 20


def main() -> int:
    given = _arguments()
    began, total = time.monotonic(), Tally()
    names, seeds = given.story or list(STORIES), range(given.first, given.first + given.seeds)
    shares = [Share(*each, given.every, given.point, given.sabotage) for each in product(names, seeds)]
    results = tallies(shares, given.processes)
    for name in names:
        story = Tally()
        for _ in seeds:
            story.add(next(results))
        print(f"{name}: {story}", flush=True)
        total.add(story)
    print(*total.sentences[:SHOWN], sep="\n", end="\n" if total.sentences else "")
    seconds = time.monotonic() - began
    print(f"{len(names)} stories, {len(seeds)} seeds, {len(total.names)} named points: {total}; {seconds:.0f} s")
    print(json.dumps(vars(total) | {"sentences": total.sentences[:SHOWN]}))
    return 0 if total.is_whole() else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--every", type=int, default=1, help="only each such point, others with each seed")
    parser.add_argument("--point", default="", help="only those of this name")
    parser.add_argument("--story", nargs="+", choices=sorted(STORIES))
    parser.add_argument("--sabotage", choices=sorted(SABOTAGES), default="", help="a deliberate fault")
    parser.add_argument("--processes", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
