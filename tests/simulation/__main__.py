"""`python -m tests.simulation [PEOPLE [DAYS]]`: the figures of a company's first week, by how members are sent."""

import logging
import sys
import time

from tests.simulation.week import Company, Week


def main(words: list[str]) -> int:
    """0, or 1 if a week took more calls than it may."""
    logging.getLogger("scim").addHandler(logging.NullHandler())
    people, days = (int(word) for word in (words + ["5000", "7"][len(words) :])[:2])
    missed = 0
    for size in (100, 1):
        company = Company(people, max(1, people // 50), 3 * people, days, size)
        print(f"\n{company}", flush=True)
        started = time.perf_counter()
        figures = Week(company).run()
        for line in figures.lines():
            print(f"  {line}")
        print(f"  simulated in {time.perf_counter() - started:.0f} seconds", flush=True)
        missed |= not figures.is_affordable()
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
