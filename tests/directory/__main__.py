"""python -m tests.directory [PEOPLE TEAMS]          reads them from a stand-in and prints what it took
python -m tests.directory faults                  every call of a read of 1,000 people, failing in every way
python -m tests.directory serve PEOPLE TEAMS      the stand-in alone, until its input ends
"""

import logging
import sys
from collections import Counter
from collections.abc import Sequence

from tests.directory import bench
from tests.directory.directory import Directory
from tests.directory.matrix import outcomes
from tests.directory.world import company


def main(words: Sequence[str]) -> int:
    match words:
        case ["faults"]:
            return _faults()
        case ["serve", people, teams]:
            bench.serve(int(people), int(teams))
            return 0
        case [] | [_, _]:
            people, teams = (int(word) for word in words or ("100000", "2000"))
            taken = bench.measure(people, teams)
            print(taken)
            return 0 if taken.right else 1
    print(__doc__)
    return 2


def _faults() -> int:
    """1 if a part was ever taken for the whole."""
    logging.disable()  # it says at each repetition that it repeats
    found = Counter(
        (outcome.fault, outcome.result) for outcome in outcomes(Directory(company(1000, 50), address="127.0.0.1:9"))
    )
    for (fault, result), count in sorted(found.items()):
        print(f"{fault:20} {result:8} {count}")
    partial = sum(count for (_, result), count in found.items() if result == "partial")
    print(f"{found.total()} reads, each with one call failing: {partial} took a part for the whole.")
    return 1 if partial else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
